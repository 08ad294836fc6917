"""Who keeps a resource that outlives the body which took it, and who releases it later."""

import pytest

from leakwise.facts import Fate
from tests.facts.reading import bodies

HEAD = """
import atexit
from concurrent.futures import ThreadPoolExecutor
import torch
from torch import nn
from torch.utils.tensorboard import SummaryWriter
from other import Base, hook, work

def close_all(writers):
    for writer in writers:
        writer.close()

def log(writer):
    writer.add_scalar("a", 1)
"""


def fate(code: str, body: str) -> Fate:
    facts = bodies(HEAD + code)[body]
    return facts.fate(facts.acquisitions[0])


IN_A_CLASS = {
    "nobody": ("pass", (), True),
    "close()": ("self.writer.close()", ("other",), False),
    "under a condition": ("if self.writer:\n            self.writer.close()", ("other",), False),
    "by a name": ("writer = self.writer\n        writer.close()", ("other",), False),
    "by a function": ("close_all([self.writer])", ("other",), False),
    "used by a function": ("log(self.writer)", (), True),
    "used by a method": ("self.writer.add_scalar('a', 1)", (), True),
    "passed to unknown code": ("work(self.writer)", (), False),
    "returned": ("return self.writer", (), False),
    "at exit": ("atexit.register(self.writer.close)", (), False),
    "by a function inside": (
        "def done():\n            self.writer.close()\n        return done",
        ("done",),
        False,
    ),
    "by with": ("with self.writer:\n            work(1)", ("other",), False),
    "another attribute": ("self.file.close()", (), True),
    "of another object": ("work(1).writer.close()", ("other",), False),
}


@pytest.mark.parametrize("name", IN_A_CLASS)
def test_an_attribute(name: str) -> None:
    code, released_by, lost = IN_A_CLASS[name]
    found = fate(
        f"""
class A:
    def __init__(self):
        self.writer = SummaryWriter()
    def other(self):
        {code}
""",
        "A.__init__",
    )
    assert [(one.path, one.released_by) for one in found.owners] == [("self.writer", released_by)]
    assert found.lost is lost


LISTS = {
    "a loop": "for handle in self.handles:\n            handle.remove()",
    "a loop over a copy": "for handle in list(self.handles):\n            handle.remove()",
    "a loop over pairs": "for i, handle in enumerate(self.handles):\n            handle.remove()",
    "taking them out": "while self.handles:\n            self.handles.pop().remove()",
    "a comprehension": "[handle.remove() for handle in self.handles]",
    "a function": "remove_all(self.handles)",
    "by place": "self.handles[0].remove()",
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_handles(name: str) -> None:
    found = fate(
        f"""
def remove_all(handles):
    for handle in handles:
        handle.remove()
class A:
    def __init__(self, net: nn.Module):
        self.handles = []
        for layer in net.modules():
            self.handles.append(layer.register_forward_hook(hook))
    def other(self):
        {LISTS[name]}
""",
        "A.__init__",
    )
    assert not found.lost
    assert name == "a function" or found.owners[0].released_by == ("other",)


BASES = {
    "no base": ("", True),
    "an unknown base": ("Base", False),
    "a known base": ("nn.Module", True),
    "a base that closes": ("Closing", False),
    "a base that does not": ("Idle", True),
}


@pytest.mark.parametrize("name", BASES)
def test_a_base_may_release(name: str) -> None:
    base, lost = BASES[name]
    found = fate(
        f"""
class Closing:
    def close(self):
        self.writer.close()
class Idle:
    def close(self):
        pass
class A({base}):
    def start(self):
        self.writer = SummaryWriter()
""".replace("class Closing:\n    def close(self):\n        self.writer.close()\n", "")
        if base != "Closing"
        else """
class Closing:
    def close(self):
        self.writer.close()
class A(Closing):
    def start(self):
        self.writer = SummaryWriter()
""",
        "A.start",
    )
    assert found.lost is lost


def test_a_subclass_may_release() -> None:
    found = fate(
        "class A:\n    def start(self):\n        self.writer = SummaryWriter()\n"
        "class B(A):\n    def close(self):\n        self.writer.close()\n",
        "A.start",
    )
    assert not found.lost


def test_whether_the_class_can_be_closed() -> None:
    code = "class A:\n    def start(self):\n        self.writer = SummaryWriter()\n"
    assert not fate(code, "A.start").owners[0].closable
    assert fate(code + "    def close(self):\n        pass\n", "A.start").owners[0].closable


NAMES = {
    "nobody": ("def g():\n    pass", True),
    "a function": ("def g():\n    writer.close()", False),
    "the top level": ("start()\nwriter.close()", False),
    "used only": ("def g():\n    writer.add_scalar('a', 1)", True),
    "passed on": ("def g():\n    work(writer)", False),
    "returned": ("def g():\n    return writer", False),
    "a local of the same name": ("def g(writer):\n    writer.close()", True),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_the_file(name: str) -> None:
    code, lost = NAMES[name]
    found = fate(
        f"writer = None\ndef start():\n    global writer\n    writer = SummaryWriter()\n{code}\n",
        "start",
    )
    assert found.lost is lost


def test_a_name_that_is_declared_global_in_a_block() -> None:
    code = """
def start():
    if work(1):
        global writer
        writer = SummaryWriter()
def stop():
    writer.close()
"""
    found = fate("writer = None\n" + code, "start")
    assert ([one.released_by for one in found.owners], found.lost) == ([("stop",)], False)


def test_a_script_that_never_closes() -> None:
    found = fate("writer = SummaryWriter()\nwriter.add_scalar('a', 1)\n", "")
    assert (found.lost, [str(one.life.name) for one in found.owners]) == (True, ["PROCESS"])


def test_a_function_that_makes_one_hands_it_to_its_caller() -> None:
    code = """
def make():
    return SummaryWriter()
def user():
    writer = make()
    log(writer)
def closer():
    writer = make()
    writer.close()
"""
    assert not fate(code, "make").lost
    assert fate(code, "user").lost
    assert not fate(code, "closer").lost


def test_one_of_the_things_that_a_function_gives() -> None:
    code = """
def make(net):
    return net, net.register_forward_hook(hook)
def user(net):
    net, handle = make(net)
    net(1)
def remover(net):
    net, handle = make(net)
    handle.remove()
"""
    assert fate(code, "user").lost
    assert not fate(code, "remover").lost


def test_a_function_that_hooks_every_module() -> None:
    code = """
def add(net):
    return [layer.register_forward_hook(hook) for layer in net.modules()]
def user(net, x):
    handles = add(net)
    net(x)
def remover(net, x):
    handles = add(net)
    net(x)
    for handle in handles:
        handle.remove()
"""
    assert fate(code, "user").lost
    assert not fate(code, "remover").lost


REPEATING = {
    "the same module": ("for x in xs:\n    net.register_forward_hook(hook)", ["xs"]),
    "each module once": ("for m in net.modules():\n    m.register_forward_hook(hook)", []),
    "each module again": (
        "for x in xs:\n    for m in net.modules():\n        m.register_forward_hook(hook)",
        ["xs"],
    ),
    "named modules again": (
        "for x in xs:\n    for n, m in net.named_modules():\n        m.register_forward_hook(hook)",
        ["xs"],
    ),
    "a module by its number": ("for i in xs:\n    net[i].register_forward_hook(hook)", []),
    "a module by its name": (
        "for n in xs:\n    getattr(net, n).register_forward_hook(hook)",
        [],
    ),
    "networks": ("for n in xs:\n    n.register_forward_hook(hook)", []),
    "parts of networks": (
        "for n in xs:\n    for m in n.modules():\n        m.register_forward_hook(hook)",
        [],
    ),
    "a new network": (
        "for x in xs:\n    net = nn.Linear(1, x)\n    net.register_forward_hook(hook)",
        [],
    ),
    "a part of the same network": (
        "for x in xs:\n    layer = net.layer4\n    layer.register_forward_hook(hook)",
        ["xs"],
    ),
    "the first round": (
        "done = False\nfor x in xs:\n    if not done:\n"
        "        net.register_forward_hook(hook)\n        done = True",
        [],
    ),
    "where there is none": (
        "h = None\nfor x in xs:\n    if h is None:\n        h = net.register_forward_hook(hook)",
        [],
    ),
    "where there never is one": (
        "for x in xs:\n    h = None\n    if h is None:\n"
        "        h = net.register_forward_hook(hook)",
        ["xs"],
    ),
    "for each key once": (
        "seen = {}\nfor x in xs:\n    if x not in seen:\n"
        "        seen[x] = net.register_forward_hook(hook)",
        [],
    ),
    "the round of one number": (
        "for i, x in enumerate(xs):\n    if i == 0 and x:\n        SummaryWriter()",
        [],
    ),
    "one round of each epoch": (
        "for x in xs:\n    for i in x:\n        if i == 0:\n            SummaryWriter()",
        ["x"],
    ),
    "a writer": ("for x in xs:\n    SummaryWriter()", ["xs"]),
}


@pytest.mark.parametrize("name", REPEATING)
def test_which_loop_takes_it_again(name: str) -> None:
    code, expected = REPEATING[name]
    lines = "\n".join(f"    {line}" for line in code.splitlines())
    facts = bodies(f"{HEAD}\ndef f(net: nn.Module, xs):\n{lines}\n")["f"]
    loop = facts.repeating_loop(facts.acquisitions[0])
    assert ([] if loop is None else sorted(loop.over_paths)) == expected


TAKEN = {
    "a writer": "SummaryWriter()",
    "under another name": "Log()",
    "by its module": "tensorboard.SummaryWriter()",
    "by a function of the file": "make()",
}


@pytest.mark.parametrize("name", TAKEN)
def test_however_it_is_taken(name: str) -> None:
    facts = bodies(
        f"""
from torch.utils import tensorboard
from torch.utils.tensorboard import SummaryWriter, SummaryWriter as Log
def make():
    return Log()
def f():
    writer = {TAKEN[name]}
"""
    )["f"]
    assert [str(one.what.kind) for one in facts.acquisitions] == ["writer"]
    assert facts.hooks == ()


def test_a_resource_that_was_there_before_is_not_taken_by_who_asks_for_it() -> None:
    facts = bodies(
        HEAD
        + """
SHARED = SummaryWriter()

def shared():
    return SHARED

def same(writer: SummaryWriter):
    return writer

class A:
    def __init__(self):
        self.writer = SummaryWriter()
    def own(self):
        return self.writer
    def used(self):
        log(self.own())
        log(shared())
        log(same(self.writer))
        SummaryWriter().close()
"""
    )
    assert [one.callee for one in facts["A.used"].acquisitions] == ["SummaryWriter"]


def test_a_base_that_cannot_be_found_is_left_as_the_only_one_who_might() -> None:
    code = "class A(Base):\n    def start(self):\n        self.writer = SummaryWriter()\n"
    assert fate(code, "A.start").likely_lost
    handing_on = code + "    def close(self):\n        super().close()\n"
    assert not fate(handing_on, "A.start").likely_lost
    for released in ("self.writer.close()", "hook(self.writer)"):
        assert not fate(code + f"    def other(self):\n        {released}\n", "A.start").likely_lost


def test_what_is_made_by_a_method_that_hands_it_on_is_not_lost() -> None:
    code = """
import weakref
class A:
    def __init__(self):
        self.writer = self.made()
    def made(self):
        one = SummaryWriter()
        {}
        return one
"""
    assert not fate(code.format("weakref.finalize(self, one.close)"), "A.__init__").lost
    assert fate(code.format("pass"), "A.__init__").lost
