"""What is known of classes: their bases, their attributes, who writes them."""

import pytest

from leakwise.facts import ClassFacts
from tests.facts.reading import bodies, described

HEAD = """
import abc, threading
from typing import Generic, TypeVar
from typing_extensions import Protocol
import lightning as L
import torch
from sklearn.base import BaseEstimator
from torch import nn
from project import Base
"""


def class_of_method(code: str) -> ClassFacts:
    found = bodies(HEAD + code)["A.method"].class_
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("base", "module", "known"),
    [
        ("", False, True),
        ("object", False, True),
        ("abc.ABC", False, True),
        ("Protocol", False, True),
        ("threading.Thread", False, True),
        ("Generic[TypeVar]", False, True),
        ("BaseEstimator", False, True),
        ("nn.Module", True, True),
        ("torch.nn.Module, abc.ABC", True, True),
        ("L.LightningModule", True, True),
        ("nn.Linear", True, True),
        ("Base", False, False),
        ("nn.Module, Base", True, False),
        ("make_base()", False, False),
    ],
)
def test_bases(base: str, module: bool, known: bool) -> None:
    facts = class_of_method(f"class A({base}):\n    def method(self): pass\n")
    assert (facts.is_module, facts.bases_known) == (module, known)


def test_bases_of_bases_in_the_file() -> None:
    facts = class_of_method(
        "class C(nn.Module): pass\nclass B(C): pass\nclass A(B):\n    def method(self): pass\n"
    )
    assert facts.is_module
    assert facts.derives_from("torch.nn.Module")


def test_classes_that_derive_from_each_other_are_unknown() -> None:
    facts = class_of_method("class B(A): pass\nclass A(B):\n    def method(self): pass\n")
    assert (facts.is_module, facts.bases_known) == (False, False)


def test_attributes_and_who_writes_them() -> None:
    facts = class_of_method(
        """
class A(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)
        self.kept = []
        self.register_buffer("mean", torch.zeros(2))
    def method(self):
        self.kept.append(1)
    def start(self):
        self.kept.clear()
    def cut(self):
        self.mean = self.mean.detach()
"""
    )
    assert described(facts.attribute("layer")) == "module"
    assert described(facts.attribute("kept")) == "container"
    assert described(facts.attribute("mean")) == "tensor detached"
    assert described(facts.attribute("nothing")) == "unknown"
    assert facts.writers("kept") == ("__init__", "start")
    assert facts.writers("mean") == ("cut",)
    assert facts.methods == ("__init__", "method", "start", "cut")


def test_what_methods_do_with_attributes() -> None:
    facts = class_of_method(
        """
class A(L.LightningModule):
    shared = []
    def __init__(self):
        super().__init__()
        self.kept = []
        self.best = None
    @property
    def size(self):
        return len(self.kept)
    def method(self):
        self.kept.append(1)
        self.seen = 1
    def on_train_epoch_end(self):
        self.kept.clear()
    def teardown(self, stage):
        pass
"""
    )
    assert facts.attributes == ("best", "kept", "seen")
    assert facts.properties == ("size",)
    assert facts.emptied_by("kept") == ("on_train_epoch_end",)
    assert facts.emptied_by("best") == ()
    assert facts.rhythm("on_train_epoch_end").name == "EPOCH"
    assert facts.rhythm("missing").name == "UNKNOWN"
    assert facts.is_closable
    assert facts.shares("shared")
    assert not facts.shares("kept")


def test_the_methods_that_mention_an_attribute_are_found() -> None:
    body = bodies("""
    class Job:
        def __init__(self):
            self.file = open("a")

        def run(self):
            self.file.write("a")

        def other(self):
            return 1
    """)["Job.run"]
    assert body.instance_name == "self"
    assert body.class_ is not None
    found = body.class_.bodies_mentioning("file")
    assert sorted(one.name or "" for one in found) == ["__init__", "run"]


def test_a_class_tells_whether_a_loop_makes_its_objects() -> None:
    found = bodies("""
    class Many:
        def run(self): ...

    class One:
        def run(self): ...

    one = One()
    many = [Many() for _ in range(9)]
    """)
    made = {name: body.class_.made_in_loop for name, body in found.items() if body.class_}
    assert made == {"Many.run": True, "One.run": False}
