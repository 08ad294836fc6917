"""What is given arrays of as many rows as whoever asks has: each case is the class of an estimator,
and who is known to be asked in the call of `_run`."""

import textwrap

import pytest

from tests.facts.reading import bodies

HEAD = """
import numpy as np
import tensorflow as tf
from other import Base, checked, prepared

class A(Base):
    @tf.function
    def _run(self, rows):
        return self.net(rows)
"""
FIT = "def fit(self, x, y): self.net.fit(x, y)\n"
CASES = {
    "whole": (FIT + "def predict(self, x): return self._run(x)", "A.predict"),
    "as an array": (
        FIT + "def predict(self, x):\n    x = np.asarray(x)\n    return self._run(x)",
        "A.predict",
    ),
    "prepared by the object": (
        FIT + "def predict(self, x):\n    x = self._prepared(x)\n    return self._run(x)",
        "A.predict",
    ),
    "handed on, whatever is wrapped round that": (
        FIT + "def predict_proba(self, x): return self._asked(x)\n"
        "@checked\ndef _asked(self, x): return self._run(x)",
        "A.predict_proba",
    ),
    "no estimator": ("def predict(self, x): return self._run(x)", None),
    "not asked about rows": (FIT + "def act(self, x): return self._run(x)", None),
    "the second argument": (FIT + "def predict(self, x, mask): return self._run(mask)", None),
    "one row": (FIT + "def predict(self, x):\n    x = x[None]\n    return self._run(x)", None),
    "the first rows": (FIT + "def predict(self, x): return self._run(x[:32])", None),
    "what is not known": (
        FIT + "def predict(self, x):\n    x = prepared(x)\n    return self._run(x)",
        None,
    ),
    "in a loop": (
        FIT + "def predict(self, x): return [self._asked(one) for one in x]\n"
        "def _asked(self, x): return self._run(x)",
        None,
    ),
}


@pytest.mark.parametrize(("code", "expected"), CASES.values(), ids=CASES)
def test_who_is_asked_about_the_rows(code: str, expected: str | None) -> None:
    found = bodies(HEAD + textwrap.indent(code, "    ") + "\n")
    sites = [
        (facts, site)
        for facts in found.values()
        for site in facts.call_sites
        if site.callee == "self._run"
    ]
    ((facts, site),) = sites
    asker = facts.asker_of_rows(site.arguments[0])
    assert (None if asker is None else asker.qualified) == expected


def test_a_method_that_is_left_open_gives_anything() -> None:
    code = """
        import abc
        import torch

        class A(abc.ABC):
            def scaled(self, x):
                \"\"\"Scales.\"\"\"
                raise NotImplementedError("write it")

            @abc.abstractmethod
            def moved(self, x): ...

            def logged(self, x):
                pass

            def run(self):
                x = torch.ones(3, requires_grad=True) * 2
                one, two, three = self.scaled(x), self.moved(x), self.logged(x)
                return one
    """
    run = bodies(code)["A.run"]
    kinds = [str(run.value(name).kind) for name in ("one", "two", "three")]
    assert kinds == ["unknown", "unknown", "other"]
