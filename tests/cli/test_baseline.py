"""`leakwise baseline` records findings, and checks report those that are new."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import CLEAN, LEAK, WASTE, leakwise, names_in, write
from tests.cli.test_fix import BROKEN
from tests.sources.notebook_files import code, notebook, saved

NAME = ".leakwise-baseline.json"
LOOP = "".join(LEAK.splitlines(keepends=True)[5:])
LEFT_OUT = "No leaks found in 1 file. 1 finding that is not new is left out.\n"


def recorded(folder: Path, *arguments: str, name: str = NAME) -> list[dict[str, Any]]:
    done = leakwise("baseline", *arguments, cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    text = (folder / name).read_text()
    found: list[dict[str, Any]] = json.loads(text)["findings"]
    # One line each, sorted.
    assert [json.loads(line.strip(" ,")) for line in text.splitlines()[3:-2]] == found
    assert sorted(found, key=lambda one: list(one.values())) == found
    return found


def concise(folder: Path, *arguments: str) -> list[str]:
    """Where findings are that a check reports."""
    done = leakwise("check", "--output-format", "concise", *arguments, cwd=folder)
    assert done.returncode == (1 if done.stdout else 0), done.stderr
    return [" ".join(line.split()[:2]) for line in done.stdout.splitlines()]


def test_what_is_recorded_is_not_new(tmp_path: Path) -> None:
    folder = write(tmp_path, {"pyproject.toml": "", "src/b.py": LEAK, "a.py": WASTE})
    done = leakwise("baseline", cwd=folder)
    assert done.stdout == f"Recorded 2 findings in {NAME}.\n"
    assert [(one["path"], one["code"]) for one in recorded(folder)] == [
        ("a.py", "LP008"),
        ("src/b.py", "LP001"),
    ]
    moved = LEAK.replace("import torch\n", "import os\n\nimport torch\n", 1)
    write(folder, {"src/b.py": moved + "def f():\n    return 1\n"})
    assert concise(folder, "--baseline") == []
    assert concise(folder / "src", "--baseline") == []
    assert concise(folder, "--baseline", "src") == []
    assert concise(folder) == ["a.py:6:11: LP008", "src/b.py:14:14: LP001"]
    write(folder, {"src/b.py": LEAK.replace("total", "summed"), "c.py": LEAK})
    assert concise(folder, "--baseline", "src", "c.py") == [
        "c.py:12:14: LP001",
        "src/b.py:12:15: LP001",
    ]


def test_equal_findings_count(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a.py": LEAK + LOOP})
    first = recorded(folder)
    assert len({one["fingerprint"] for one in first}) == 2
    # What is kept between checks tells them apart too.
    assert recorded(folder) == first
    write(folder, {"a.py": LEAK + LOOP + LOOP})
    assert concise(folder, "--baseline") == ["a.py:26:14: LP001"]
    sarif = json.loads(leakwise("check", "--output-format", "sarif", cwd=folder).stdout)
    whole = [one["partialFingerprints"] for one in sarif["runs"][0]["results"]]
    new = leakwise("check", "--baseline", "--output-format", "sarif", cwd=folder)
    (result,) = json.loads(new.stdout)["runs"][0]["results"]
    assert result["partialFingerprints"] == whole[-1]
    counted = leakwise("check", "--baseline", "--statistics", cwd=folder)
    assert counted.stdout.startswith("1\tLP001\t")
    assert leakwise("check", "--baseline", "--exit-zero", cwd=folder).returncode == 0


def test_a_comment_for_another_rule_makes_nothing_new(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a.py": LEAK})
    assert len(recorded(folder)) == 1
    write(folder, {"a.py": LEAK.replace("+= loss", "+= loss  # leakwise: ignore[LP008, LW001]")})
    assert leakwise("check", "--baseline", cwd=folder).stdout == LEFT_OUT


def test_notebooks(tmp_path: Path) -> None:
    text = saved(notebook(code(LEAK)))
    folder = write(tmp_path, {"n.ipynb": text})
    assert len(recorded(folder)) == 1
    write(folder, {"n.ipynb": saved(notebook(code("import os"), code(LEAK)))})
    assert leakwise("check", "--baseline", cwd=folder).stdout == LEFT_OUT


def test_what_is_gone_is_told_and_taken_out(tmp_path: Path) -> None:
    folder = write(tmp_path, {"src/a.py": LEAK, "src/b.py": LEAK, "c.py": LEAK})
    assert len(recorded(folder)) == 3
    (folder / "src/b.py").unlink()
    write(folder, {"src/a.py": CLEAN})
    again = "record it again with `leakwise baseline`\n"
    done = leakwise("check", "--baseline", "--", cwd=folder)
    note = f"leakwise: note: {NAME}: 2 recorded findings are there no longer - {again}"
    assert (done.returncode, done.stderr) == (0, note)
    # What other rules would find, and what lies elsewhere, was not looked for.
    for arguments in (["c.py"], ["--select", "LT"]):
        assert leakwise("check", "--baseline", *arguments, cwd=folder).stderr == ""
    done = leakwise("baseline", "src", cwd=folder)
    assert done.stdout == (
        f"Recorded 0 findings in {NAME}. 2 findings of before are there no longer.\n"
    )
    assert [one["path"] for one in recorded(folder, "src")] == ["c.py"]


def test_files_that_were_renamed_are_known(tmp_path: Path) -> None:
    folder = write(tmp_path, {"pyproject.toml": "", "src/a.py": LEAK, "src/b.py": LEAK + LOOP})
    recorded(folder)
    assert concise(folder, "--baseline") == []
    (folder / "src/b.py").rename(folder / "src/other.py")
    (folder / "src").rename(folder / "lib")
    assert concise(folder, "--baseline") == []
    done = leakwise("check", "--baseline", cwd=folder)
    assert done.stdout == "No leaks found in 2 files. 3 findings that are not new are left out.\n"
    assert done.stderr == ""
    # What is new in them is so, and it alone gets a comment.
    write(folder, {"lib/other.py": LEAK + LOOP + LOOP.replace("total", "summed")})
    assert concise(folder, "--baseline") == ["lib/other.py:26:15: LP001"]
    assert concise(folder, "--baseline", "lib/other.py") == ["lib/other.py:26:15: LP001"]
    stdin = ("--baseline", "-", "--stdin-filename", "lib/other.py", "--statistics")
    text = (folder / "lib/other.py").read_bytes()
    assert leakwise("check", *stdin, cwd=folder, stdin=text).stdout.startswith("1\t")
    leakwise("check", "--baseline", "--add-ignore", cwd=folder)
    assert (folder / "lib/other.py").read_text().count("# leakwise: ignore") == 1


def test_copies_are_new(tmp_path: Path) -> None:
    folder = write(tmp_path, {"pyproject.toml": "", "a.py": LEAK})
    recorded(folder)
    write(folder, {"b.py": LEAK})
    assert concise(folder, "--baseline") == ["b.py:12:14: LP001"]
    # One of two may be what the file was.
    (folder / "a.py").rename(folder / "sub.py")
    assert concise(folder, "--baseline") == ["sub.py:12:14: LP001"]
    write(folder, {"elsewhere/a.py": LEAK})
    assert concise(folder, "--baseline") == ["b.py:12:14: LP001", "sub.py:12:14: LP001"]


def test_what_could_not_be_checked_stays_recorded(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a.py": LEAK})
    before = recorded(folder)
    write(folder, {"a.py": b"\xff\xfe"})
    done = leakwise("baseline", cwd=folder)
    assert "a.py: is in UTF-16" in done.stderr
    assert json.loads((folder / NAME).read_text())["findings"] == before


def test_settings_name_a_baseline(tmp_path: Path) -> None:
    settings = "[tool.leakwise]\nbaseline = 'ci/known.json'\n"
    folder = write(tmp_path, {"pyproject.toml": settings, "a.py": LEAK, "ci/.keep": ""})
    done = leakwise("check", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "The baseline ci/known.json does not exist - record it" in done.stderr
    assert [one["path"] for one in recorded(folder, name="ci/known.json")] == ["a.py"]
    assert concise(folder) == concise(folder / "ci", "..") == []
    assert concise(folder, "--no-baseline") == ["a.py:12:14: LP001"]
    stdin = ("-", "--stdin-filename", "a.py")
    assert leakwise("check", *stdin, cwd=folder, stdin=LEAK.encode()).stdout == LEFT_OUT


def test_only_what_is_new_is_repaired(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a.py": f"import torch\n{BROKEN}\n"})
    assert len(recorded(folder)) == 1
    text = f"import torch\n{BROKEN}\n{BROKEN}\n"
    write(folder, {"a.py": text})
    shown = leakwise("check", "--baseline", "--diff", cwd=folder).stdout
    assert shown.count(f"\n-{BROKEN}\n") == 1
    done = leakwise("check", "--baseline", "--fix", cwd=folder)
    assert done.stdout == (
        "No leaks found in 1 file. 1 repair made. 1 finding that is not new is left out.\n"
    )
    assert (folder / "a.py").read_text().startswith(f"import torch\n{BROKEN}\n")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "is damaged (Input data was truncated) - correct it, or delete it"),
        ('{"version": 1, "findings": [{}]}', "is damaged (Object missing required field"),
        ("<<<<<<< HEAD\n{}", "holds the marks of a merge conflict - correct it"),
        ('{"version": 2}', "was recorded by a newer Leakwise - update this one."),
        (b"\xff", "is damaged ("),
    ],
)
def test_damaged_baselines(tmp_path: Path, content: str | bytes, why: str) -> None:
    folder = write(tmp_path, {"a.py": LEAK, "b.json": content})
    before = (folder / "b.json").read_bytes()
    for arguments in (["check", "--baseline", "b.json"], ["baseline", "--output", "b.json"]):
        done = leakwise(*arguments, cwd=folder)
        assert (done.returncode, done.stdout) == (2, "")
        assert f"Error: The baseline b.json {why}" in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert (folder / "b.json").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["check", "--baseline"], f"There is no {NAME} in "),
        (["check", "--baseline", "none.json"], "The baseline none.json does not exist - record"),
        (["check", "--baseline", "--no-baseline"], "exclude one another"),
        (["check", "--baseline", "-"], "needs `--stdin-filename`"),
        (["baseline", "-"], "standard input is none"),
        (["baseline", "gone.py"], "gone.py: does not exist - check the spelling"),
        (["baseline", "--output", "none/b.json"], "none/b.json cannot be written"),
        (["baseline", "--config", "leakwise-bad.toml"], "there is no such setting"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, arguments: list[str], why: str) -> None:
    folder = write(tmp_path, {"a.py": LEAK, "leakwise-bad.toml": "nonsense = 1\n"})
    done = leakwise(*arguments, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr
    assert names_in(folder) == ["a.py", "leakwise-bad.toml"]
