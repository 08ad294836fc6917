"""Where settings come from: the nearest file, what it extends, the user's own."""

from pathlib import Path

import pytest

from tests.cli.running import LEAK, leakwise, write

QUIET = 'ignore = ["LP001"]\n'
PROJECT = "[tool.leakwise]\n"


def reported(folder: Path, *arguments: str, home: Path | None = None) -> list[str]:
    """The files in which LP001 was found."""
    whole = ("check", "--output-format", "concise", *arguments)
    if home is None:
        done = leakwise(*whole, cwd=folder)
    else:
        done = leakwise(*whole, cwd=folder, HOME=str(home), XDG_CONFIG_HOME=str(home / ".config"))
    assert done.stderr == ""
    return [line.partition(":")[0] for line in done.stdout.splitlines()]


def test_the_nearest_file_wins(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "pyproject.toml": PROJECT + QUIET,
            "a.py": LEAK,
            "one/b.py": LEAK,
            "two/leakwise.toml": "",
            "two/c.py": LEAK,
            "two/deep/pyproject.toml": '[project]\nname = "not about leakwise"\n',
            "two/deep/d.py": LEAK,
            "three/.leakwise.toml": QUIET,
            "three/leakwise.toml": "",
            "three/e.py": LEAK,
        },
    )
    assert reported(tmp_path) == ["two/c.py", "two/deep/d.py"]
    assert reported(tmp_path, "--jobs", "1", "--isolated") == [
        "a.py",
        "one/b.py",
        "three/e.py",
        "two/c.py",
        "two/deep/d.py",
    ]


def test_settings_are_inherited_where_it_is_said(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "pyproject.toml": PROJECT + QUIET + 'extend-exclude = ["left"]\n',
            "one/leakwise.toml": 'extend = "../pyproject.toml"\n',
            "one/b.py": LEAK,
            "one/left/c.py": LEAK,
            "two/leakwise.toml": 'extend = "../one/leakwise.toml"\nselect = ["LP001"]\n',
            "two/d.py": LEAK,
            "two/left/e.py": LEAK,
        },
    )
    assert reported(tmp_path) == ["two/d.py"]


def test_a_user_has_settings_for_code_without_any(tmp_path: Path) -> None:
    home = write(tmp_path / "home", {".config/leakwise/leakwise.toml": QUIET})
    work = write(tmp_path / "work", {"x.py": LEAK})
    assert reported(work, home=home) == []
    assert reported(work, "--isolated", home=home) == ["x.py"]
    write(work, {"leakwise.toml": ""})
    assert reported(work, home=home) == ["x.py"]


def test_one_file_for_everything(tmp_path: Path) -> None:
    write(tmp_path, {"other/mine.toml": QUIET, "x.py": LEAK, "leakwise.toml": 'select = ["LP001"]'})
    assert reported(tmp_path, "--config", "other/mine.toml") == []


@pytest.mark.parametrize(
    ("settings", "left"),
    [
        ('exclude = ["gen"]', ["build/b.py", "deep/c.py"]),
        ('extend-exclude = ["gen"]', ["deep/c.py"]),
        ('extend-exclude = ["/deep/*.py"]', ["gen/a.py"]),
        ('extend-exclude = ["./deep"]', ["gen/a.py"]),
        ('extend-exclude = ["c.py", "!c.py"]', ["deep/c.py", "gen/a.py"]),
        ('include = ["deep/**/*.py"]', ["deep/c.py"]),
        ("respect-gitignore = false", ["deep/c.py", "gen/a.py", "ignored.py"]),
    ],
)
def test_files_are_left_out(tmp_path: Path, settings: str, left: list[str]) -> None:
    files = ("gen/a.py", "build/b.py", "deep/c.py", "ignored.py")
    write(tmp_path, dict.fromkeys(files, LEAK))
    write(tmp_path, {"leakwise.toml": settings, ".gitignore": "ignored.py\n", ".git/HEAD": ""})
    assert reported(tmp_path) == left


def test_named_files_are_left_out_only_by_force(tmp_path: Path) -> None:
    write(tmp_path, {"gen/a.py": LEAK, "leakwise.toml": 'exclude = ["gen"]'})
    assert reported(tmp_path, "gen/a.py") == ["gen/a.py"]
    done = leakwise("check", "--force-exclude", "gen/a.py", cwd=tmp_path)
    assert (done.returncode, "0 files" in done.stdout) == (0, True)
