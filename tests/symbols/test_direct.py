"""Answers in the process that asks: the same as those of the worker, which has jedi."""

import sys
from pathlib import Path

from leakwise.facts.symbols.client import Symbols
from leakwise.facts.symbols.direct import DirectAnswers
from leakwise.facts.symbols.questions import FoundClass, FoundFunction, Question
from tests.symbols.inside import written

FILES = {
    "nets.py": "from torch import nn\n\nclass Net(nn.Module):\n    pass\n",
    "pkg/__init__.py": "from nets import *\n",
    "helpers.py": "def total(values):\n    return sum(values)\n",
    "use.py": "import torch\nfrom helpers import total\n\nwith torch.no_grad():\n    total([])\n",
}
STUBS = {"typed-stubs/__init__.pyi": "from torch import nn\n\nclass Net(nn.Module): ...\n"}


def asked(root: Path, *names: str) -> list[Question]:
    found = [Question("symbol", str(root), name) for name in names]
    return [*found, Question("callers", str(root / "helpers.py"), "total")]


def environment(folder: Path) -> Path:
    """An environment with stubs of a package that is not installed."""
    packages = "lib/python3.11/site-packages"
    files = {f"{packages}/{name}": text for name, text in STUBS.items()}
    return written(folder, {"pyvenv.cfg": "version = 3.11.0\n", **files})


def test_they_are_those_of_the_worker(tmp_path: Path) -> None:
    root = written(tmp_path / "work", FILES)
    env = environment(tmp_path / "env")
    questions = asked(root, "nets.Net", "pkg.Net", "helpers.total", "missing.x", "typed.Net")
    symbols = Symbols([root], lambda *_: None, print, environments=[str(env)])
    direct = DirectAnswers([root], print, environments=[str(env)])
    try:
        symbols.ask("test", questions)
        expected = symbols.wait(questions)
        found = {one: direct.answer(one) for one in questions}
    finally:
        symbols.close()
        direct.close()
    assert {one: answer.found for one, answer in found.items()} == {
        one: answer.found for one, answer in expected.items()
    }
    kinds = [type(found[one].found) for one in questions[:3]]
    assert kinds == [FoundClass, FoundClass, FoundFunction]
    # Stubs that stand alone are found by jedi only, which is not loaded here.
    assert isinstance(found[questions[4]].found, FoundClass)
    assert "jedi" not in sys.modules


def test_what_one_process_learns_another_keeps(tmp_path: Path) -> None:
    root, cache = written(tmp_path / "work", FILES), tmp_path / "cache"
    one, other = (DirectAnswers([root], print, cache=cache) for _ in range(2))
    question = asked(root, "nets.Net")[0]
    answer = one.answer(question)
    learned = one.given_away()
    assert len(learned) == 1
    assert one.given_away() == {}
    one.close()
    assert not cache.exists()
    other.take(learned)
    other.close()
    kept = DirectAnswers([root], print, cache=cache)
    assert kept.answer(question) == answer
    # It came from the cache: nothing is to be kept but that it was used.
    assert list(kept.given_away().values()) == [None]
