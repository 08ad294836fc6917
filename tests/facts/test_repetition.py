"""What runs a function again and again: each case is a program and the lines that run `work`."""

import pytest

from tests.facts.reading import bodies, document

HEAD = """\
import functools
import hyperopt
import optuna
from other import data, handlers

def work(x):
    return x

"""

CASES = {
    "a loop": ("for one in data:\n    work(one)\n", ["for one"]),
    "a comprehension": ("found = [work(one) for one in data]\n", ["for one"]),
    "a few rounds": ("for one in range(3):\n    work(one)\n", []),
    "rounds of loops inside loops": (
        "for one in range(3):\n    for two in range(2):\n        work(two)\n",
        ["for two"],
    ),
    "a loop round a caller": (
        "def outer(x):\n    return work(x)\n\nfor one in data:\n    outer(one)\n",
        ["for one"],
    ),
    "one call": ("work(data)\n", []),
    "a condition that holds once": (
        "done = None\nfor one in data:\n    if done is None:\n        done = work(one)\n",
        [],
    ),
    "hyperopt": ("hyperopt.fmin(fn=work, space=data, max_evals=9)\n", ["hyperopt.fmin"]),
    "optuna": (
        "def main():\n    study = optuna.create_study()\n    study.optimize(work, n_trials=9)\n",
        ["study.optimize"],
    ),
    "map": ("found = list(map(work, data))\n", ["map(work"]),
    "a lambda": (
        "study = optuna.create_study()\nstudy.optimize(lambda trial: work(trial), n_trials=9)\n",
        ["study.optimize"],
    ),
    "a partial": (
        "study = optuna.create_study()\nstudy.optimize(functools.partial(work, x=1))\n",
        ["study.optimize"],
    ),
    "handed to what is not known": ("handlers.register(work)\n", []),
    "itself": ("def work(x):\n    for one in x:\n        work(one)\n", []),
}


@pytest.mark.parametrize(("code", "expected"), CASES.values(), ids=CASES)
def test_what_runs_a_function_again(code: str, expected: list[str]) -> None:
    text = HEAD + code
    lines = document(text).lines
    found = bodies(text)["work"].repetitions
    starts = [lines[one.place.order()[0]] for one in found]
    assert len(starts) == len(expected)
    for line, start in zip(starts, expected, strict=True):
        assert start in line


def test_the_way_there_holds_each_call() -> None:
    code = f"{HEAD}def outer(x):\n    return work(x)\n\nfor one in data:\n    outer(one)\n"
    (found,) = bodies(code)["work"].repetitions
    assert [site.callee for _, site in found.calls] == ["work", "outer"]
    assert found.loop is not None
