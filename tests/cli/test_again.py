"""A check that has nothing new to look at prints what it printed before, and loads nothing."""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from leakwise import __main__ as started
from leakwise.cli.cache import again
from leakwise.cli.check import ENDING
from tests.cli.running import CLEAN, LEAK, write
from tests.cli.test_cache import _FILES, changes

FORM = ("--output-format", "concise")


@dataclass(frozen=True)
class Done:
    status: int
    output: str
    errors: str
    again: bool
    """Whether what an earlier check printed was given back."""


Check = Callable[..., Done]


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write(tmp_path / "work", dict(_FILES))
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    return folder


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Check]:
    """Runs `leakwise check` in this process. Times of change count at once."""
    monkeypatch.setattr("leakwise.cli.cache.stamps.COARSEST_NS", 0)
    known: list[int | None] = []
    give = again.given_again

    def given_again(arguments: list[str]) -> int | None:
        known.append(give(arguments))
        return known[-1]

    monkeypatch.setattr(again, "given_again", given_again)
    before = {number: signal.getsignal(number) for number in ENDING}

    def run(*arguments: str) -> Done:
        time.sleep(0.03)  # what was changed that shortly before is not kept
        monkeypatch.setattr(sys, "argv", ["leakwise", "check", *FORM, *arguments])
        with pytest.raises(SystemExit) as ended:
            started.main()
        told = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, told.out, told.err, known.pop() is not None)

    yield run
    for number, answer in before.items():
        signal.signal(number, answer)


def settled(check: Check, *arguments: str) -> Done:
    """What a check prints once another one could do no more than that."""
    for _ in range(4):
        if (done := check(*arguments)).again:
            return done
    raise AssertionError("it is not given back")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_any_changes_the_same_is_printed_as_without_the_cache(
    work: Path, check: Check, seed: int
) -> None:
    chance = random.Random(seed)
    told: list[str] = []
    for _ in range(6):
        told += changes(chance, work)
        wanted = check("--no-cache")
        assert not wanted.again
        for _ in range(2):
            assert _said(check()) == _said(wanted), told
        assert _said(settled(check)) == _said(wanted), told


def test_the_second_check_has_nothing_to_do(work: Path, check: Check) -> None:
    assert [check().again, check().again] == [False, True]


def test_other_arguments_have_another_result(work: Path, check: Check) -> None:
    """Also those that have the same place."""
    said = [
        settled(check, "--select", one, "--ignore", two).output
        for one, two in (("LP002", "LP008"), ("LP008", "LP002"))
    ]
    assert said[0] != said[1]


def test_where_the_project_begins_is_looked_at(work: Path, check: Check, tmp_path: Path) -> None:
    arguments = ("--cache-dir", str(tmp_path / "kept"), "pkg/inner")
    write(work, {"pkg/inner/train.py": LEAK})
    settled(check, *arguments)
    write(work, {"pkg/setup.cfg": ""})
    assert not check(*arguments).again


def _said(done: Done) -> tuple[int, str, str]:
    return done.status, done.output, done.errors


def test_all_that_was_printed_comes_again(work: Path, check: Check) -> None:
    write(work, {"broken.py": f"{LEAK}x = (\n"})
    first = check()
    assert first.status == 1
    assert "train.py" in first.output
    assert "broken.py: line 13 does not parse" in first.errors
    assert _said(settled(check)) == _said(first)
    assert _said(settled(check, "--statistics", "--output-format", "json")) != _said(first)
    assert settled(check, "--exit-zero").status == 0
    # Nobody else's place was taken.
    assert check().again


CHANGES: dict[str, Callable[[Path, pytest.MonkeyPatch], object]] = {
    "a file": lambda work, patch: write(work, {"plain.py": LEAK}),
    "a file that has the same length": lambda work, patch: write(work, {"plain.py": "import io\n"}),
    "a new file": lambda work, patch: write(work, {"more/new.py": LEAK}),
    "a new file in a hidden folder": lambda work, patch: write(work, {".more/new.py": LEAK}),
    "a file that is gone": lambda work, patch: (work / "plain.py").unlink(),
    "a folder in place of a file": lambda work, patch: _become_folder(work / "plain.py"),
    "a link that leads to a file now": lambda work, patch: write(work.parent, {"target": LEAK}),
    "settings above": lambda work, patch: write(work.parent, {"leakwise.toml": ""}),
    "settings beside": lambda work, patch: write(work, {"pkg/leakwise.toml": "ignore = ['LP']"}),
    "settings of a project": lambda work, patch: write(
        work, {"pyproject.toml": "[tool.leakwise]\nignore = ['LP002']\n"}
    ),
    "what is left out": lambda work, patch: write(work, {"pkg/.gitignore": "*.py\n"}),
    "a repository": lambda work, patch: (work.parent / ".git").mkdir(),
    "a package": lambda work, patch: write(
        work, {"env/lib/python3.12/site-packages/other/__init__.py": ""}
    ),
    "what a package holds": lambda work, patch: write(
        work, {"env/lib/python3.12/site-packages/told.py": "def give(x):\n    return 1\n"}
    ),
    "another environment": lambda work, patch: write(
        work, {".venv/pyvenv.cfg": "", ".venv/lib/python3.11/site-packages/x.py": ""}
    ),
    "another project": lambda work, patch: write(work, {"pkg/pyproject.toml": ""}),
    "colours": lambda work, patch: patch.setenv("FORCE_COLOR", "1"),
    "another folder of the user's": lambda work, patch: patch.setenv(
        "XDG_CONFIG_HOME", str(work / "own")
    ),
    "another place to keep it": lambda work, patch: patch.setenv(
        "LEAKWISE_CACHE_DIR", str(work / "kept")
    ),
    "what users have set": lambda work, patch: write(
        work.parent, {"user/leakwise/leakwise.toml": "ignore = ['LP']"}
    ),
    "the folder": lambda work, patch: patch.chdir(work / "pkg"),
}


def _become_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_changes_is_looked_at(
    work: Path, check: Check, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "leads.py").symlink_to(work.parent / "target")
    if what == "what users have set":
        # Only where there are no others do they count.
        (work / "pyproject.toml").unlink()
        (work / "setup.py").write_text("")
    settled(check)
    CHANGES[what](work, monkeypatch)
    done = check()
    assert not done.again
    assert _said(done) == _said(check("--no-cache"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("--no-cache",),
        ("--diff", "--output-format", "text"),
        ("--show-files",),
        ("--output-file", "out.txt"),
        ("gone.py", "run.py"),
        ("--select", "LX999"),
    ],
)
def test_what_more_than_prints_is_done_each_time(
    work: Path, check: Check, arguments: tuple[str, ...]
) -> None:
    assert not any(check(*arguments).again for _ in range(3))


def test_what_changed_just_now_is_looked_at_again(
    work: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where times are coarse, a file may change once more without another one."""
    monkeypatch.setattr("leakwise.cli.cache.stamps.COARSEST_NS", 60 * 10**9)
    assert not any(check().again for _ in range(3))
    names = os.listdir(work / ".leakwise_cache")
    assert not [name for name in names if name.startswith("again-")]


def test_a_baseline_of_the_settings_is_read_each_time(work: Path, check: Check) -> None:
    write(work, {"pyproject.toml": "[tool.leakwise]\nbaseline = 'known.json'\n"})
    (work / "known.json").write_text(json.dumps({"version": 1, "findings": []}))
    assert not any(check().again for _ in range(3))


def test_damaged_files_count_as_none(work: Path, check: Check) -> None:
    wanted = settled(check)
    (file,) = (work / ".leakwise_cache").glob("again-*")
    whole = file.read_bytes()
    chance = random.Random(4)
    body = whole.index(b"\n") + 1
    from leakwise.sources.keeping import keep

    for _ in range(20):
        place = chance.randrange(len(whole))
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert _said(check()) == _said(wanted)
    # What is whole and has another form.
    for text in (b"", b"roots", b"roots\x00x", b"a\x001\x00", whole[body:].replace(b"world", b"w")):
        keep(file, text)
        done = check()
        assert (done.again, _said(done)) == (False, _said(wanted))


def test_clean_code_is_given_back_too(work: Path, check: Check) -> None:
    for path in work.rglob("*.py"):
        path.write_text(CLEAN)
    assert settled(check).status == 0
