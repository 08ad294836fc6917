"""Functions on an object that refer to it."""

import textwrap

import pytest

from tests.facts.reading import bodies

PROGRAM = """
from functools import cached_property, lru_cache, partial
from other import Base, wrapped

class Above(Base):
    def inherited(self, x):
        return x

class Made(Above):
    def __init__(self, deep, part):
{code}

    def method(self, x=1):
        return x

    @staticmethod
    def free(x):
        return x

    @property
    def width(self):
        return 3

    @cached_property
    def table(self):
        return 3

    @wrapped
    def decorated(self):
        return 3
"""


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("self.a = self.method", ["a"]),
        ("self.a = self.inherited", ["a"]),
        ("self.a = self.b = self.method", ["a", "b"]),
        ("if deep:\n    self.a = self.method", ["a"]),
        ("self.a = self.method if deep else self.inherited", ["a"]),
        ("self.a = lambda x: self.method(x)", ["a"]),
        ("self.a = lambda: [one(self) for one in part]", ["a"]),
        ("self.a = partial(self.method, 2)", ["a"]),
        ("self.a = partial(part, self)", ["a"]),
        ("self.a = {'one': self.method}", ["a"]),
        ("self.a = [part, self.method]", ["a"]),
        ("def inner(x):\n    return self.method(x)\nself.a = inner", ["a"]),
        ("self.a = self.method()", []),
        ("self.a = self.method if deep else part", []),
        ("self.a = self.free", []),
        ("self.a = self.width", []),
        ("self.a = self.table", []),
        ("self.a = self.decorated", []),
        ("self.a = self.unseen", []),
        ("self.a = lambda self: self.method()", []),
        ("self.a = lambda x: part(x)", []),
        ("self.a = partial(part, deep)", []),
        ("self.a = part(self.method)", []),
        ("part.a = self.method", []),
        ("a = self.method", []),
        ("def inner(x):\n    return part(x)\nself.a = inner", []),
        ("@lru_cache\ndef inner(x):\n    return self.method(x)\nself.a = inner", []),
    ],
)
def test_functions_that_refer_to_their_owner(code: str, expected: list[str]) -> None:
    program = PROGRAM.format(code=textwrap.indent(code, " " * 8))
    found = bodies(program)["Made.__init__"].circles
    assert [one.attribute for one in found] == expected
