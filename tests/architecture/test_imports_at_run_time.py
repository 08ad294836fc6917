"""A plain check loads none of the heavy libraries, and the right ones load late."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leakwise.cli.cache.stamps import COARSEST_NS
from tests.cli.running import CLEAN, LEAK, environment

SPY = """
import json, sys
from leakwise.__main__ import main
try:
    main()
except SystemExit:
    pass
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
HEAVY = {"jedi", "libcst", "lsprotocol", "parso", "pygls", "torch", "yaml"}


def modules(folder: Path, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", SPY, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env=environment(),
        check=True,
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


def loaded(folder: Path, *arguments: str) -> set[str]:
    return {name.partition(".")[0] for name in modules(folder, *arguments)}


def editions(folder: Path) -> list[str]:
    """What the editions of Leakwise that have checked a folder are called."""
    return sorted(one.name for one in (folder / ".leakwise_cache").glob("findings-*"))


@pytest.mark.parametrize("code", [CLEAN, LEAK, "print('no framework')\n"])
def test_a_plain_check(tmp_path: Path, code: str) -> None:
    (tmp_path / "a.py").write_text(code)
    names = loaded(tmp_path, "check", "a.py")
    unneeded = {"asyncio", "concurrent", "multiprocessing", "typing_extensions", "email"}
    assert not names & (HEAVY | unneeded)


def test_a_check_that_knows_its_results_loads_nothing_that_makes_some(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.leakwise]\nignore = ['LP002']\n")
    (tmp_path / "a.py").write_text(LEAK)
    analysing = {"leakwise.engine.analysis", "leakwise.facts.module", "leakwise.syntax"}
    assert modules(tmp_path, "check", "a.py") > analysing
    known: list[str] = []
    # Another edition of Leakwise knows nothing: it is edited while these tests run.
    while known != (known := editions(tmp_path)):
        again = modules(tmp_path, "check", "a.py")
    unneeded = {"leakwise_rules", "importlib.metadata", "logging", "difflib"}
    assert not again & (analysing | unneeded)


def test_a_check_with_nothing_new_to_look_at_loads_next_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.leakwise]\nignore = ['LP002']\n")
    (tmp_path / "a.py").write_text(LEAK)
    # What was changed later might change once more without another time.
    time.sleep(COARSEST_NS / 1e9 + 0.1)
    modules(tmp_path, "check", "a.py")
    known: list[str] = []
    while known != (known := editions(tmp_path)):
        again = modules(tmp_path, "check", "a.py")
    unneeded = {"click", "dataclasses", "inspect", "pathlib", "typing", "hashlib", "logging"}
    assert not again & unneeded
    assert not [name for name in again if name.startswith(("leakwise.engine", "leakwise.rule"))]


def test_only_fixes_load_libcst(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(LEAK)
    assert "libcst" in loaded(tmp_path, "check", "--output-format", "json", "a.py")
    (tmp_path / "a.py").write_text(CLEAN)
    assert not loaded(tmp_path, "check", "--output-format", "json", "a.py") & HEAVY


@pytest.mark.parametrize("arguments", [("--version",), ("rule", "LP001"), ("rule", "--all")])
def test_other_commands(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert not loaded(tmp_path, *arguments) & HEAVY
