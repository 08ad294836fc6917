"""Which functions answer one question after another: each case is a program with a function or
method `work`."""

import textwrap

import pytest

from tests.facts.reading import bodies

HEAD = """
import functools
import grpc_made
import gymnasium as gym
import mlflow
from flask import Flask
from flask.views import MethodView
from flask_restful import Resource
from http.server import BaseHTTPRequestHandler
from sklearn.base import BaseEstimator
from other import Base, cached, data, net, show
app = Flask(__name__)
"""

METHODS = {
    "what it gives depends on what it is given": ("def work(self, x): return self.net(x)", True),
    "through names": (
        "def work(self, x):\n    y = self.net(x)\n    z = y[0]\n    return {'z': z}",
        True,
    ),
    "through a list": (
        "def work(self, x):\n    found = []\n    found.append(self.net(x))\n    return found",
        True,
    ),
    "through a with": (
        "def work(self, path):\n    with open(path) as file:\n        return file.read()",
        True,
    ),
    "its object is called": ("def __call__(self, x): return self.net(x)", True),
    "it gives nothing": ("def work(self, x): self.net(x)", False),
    "it gives itself": ("def work(self, x):\n    self.x = x\n    return self", False),
    "it gives what does not depend on it": (
        "def work(self, x):\n    show(x)\n    return self.net",
        False,
    ),
    "it is asked nothing": ("def work(self): return self.net(1)", False),
    "it goes through all": (
        "def work(self, rows):\n    return sum(self.net(row) for row in rows)",
        False,
    ),
    "it goes through all, with numbers": (
        "def work(self, rows):\n"
        "    total = 0\n"
        "    for i, row in enumerate(rows):\n"
        "        total += self.net(row)\n"
        "    return total",
        False,
    ),
    "it is given settings": (
        "def work(self, args): return self.net(args.size, args.depth)",
        False,
    ),
    "it is its class's own": ("def _work(self, x): return self.net(x)", False),
    "a public one asks it": (
        "def _work(self, x): return self.net(x)\ndef ask(self, x): return self._work(x)",
        True,
    ),
    "it has no object": ("@staticmethod\ndef work(x): return net(x)", False),
    "it is cached": ("@functools.lru_cache\ndef work(self, x): return self.net(x)", False),
}


@pytest.mark.parametrize(("code", "expected"), METHODS.values(), ids=METHODS)
def test_methods(code: str, expected: bool) -> None:
    found = bodies(f"{HEAD}\nclass A(Base):\n{textwrap.indent(code, '    ')}\n")
    (work,) = (
        facts for name, facts in found.items() if name in {"A.work", "A._work", "A.__call__"}
    )
    assert work.asked_again is expected


FUNCTIONS = {
    "public": ("def work(x): return net(x)", True),
    "the file calls it": ("def work(x): return net(x)\nwork(data)", False),
    "a loop of the file calls it": (
        "def work(x): return net(x)\nfor one in data:\n    work(one)",
        True,
    ),
    "it reads the command line": (
        "def work(x):\n    options = parser.parse_args(x)\n    return net(options, x)",
        False,
    ),
    "it is the file's own": ("def _work(x): return net(x)", False),
    "it goes through all": ("def work(x): return [net(one) for one in x]", False),
    "a route": ("@app.post('/')\ndef work(): return net(1)", True),
    "what another decorator does is not known": ("@cached\ndef work(x): return net(x)", False),
}


@pytest.mark.parametrize(("code", "expected"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_functions(code: str, expected: bool) -> None:
    found = bodies(f"{HEAD}\n{code}\n")
    (work,) = (facts for name, facts in found.items() if name in {"work", "_work"})
    assert work.asked_again is expected


CONVENTIONS = [
    ("MethodView", "post", True),
    ("Resource", "get", True),
    ("BaseHTTPRequestHandler", "do_POST", True),
    ("mlflow.pyfunc.PythonModel", "predict", True),
    ("mlflow.pyfunc.PythonModel", "load_context", False),
    ("gym.Env", "step", True),
    ("gym.Env", "close", False),
    ("BaseEstimator", "predict", True),
    ("BaseEstimator", "fit", False),
    ("grpc_made.ScorerServicer", "Score", True),
    ("grpc_made.ScorerServicer", "_load", False),
    ("Base", "post", False),
]


@pytest.mark.parametrize(("base", "method", "expected"), CONVENTIONS)
def test_by_the_convention_of_a_framework(base: str, method: str, expected: bool) -> None:
    found = bodies(f"{HEAD}\nclass A({base}):\n    def {method}(self, *args): net(1)\n")
    assert found[f"A.{method}"].asked_again is expected


def test_what_is_asked_once_in_a_program() -> None:
    code = (
        "class A:\n    def work(self, x): return net(x)\n\ndef main():\n    print(A().work(data))\n"
    )
    assert not bodies(HEAD + code)["A.work"].asked_again


def test_what_is_kept_for_the_next_call() -> None:
    code = (
        "class A:\n"
        "    def __init__(self):\n"
        "        self.width = None\n"
        "    def work(self, x): return net(x)\n"
        "    def ask(self, x):\n"
        "        if self.width is None:\n"
        "            self.width = self.work(x)\n"
        "        return x * self.width\n"
    )
    assert not bodies(HEAD + code)["A.work"].asked_again
