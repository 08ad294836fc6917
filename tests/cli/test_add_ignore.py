"""`leakwise check --add-ignore`: findings get comments that suppress them."""

from pathlib import Path

import pytest

from tests.cli.running import CLEAN, LEAK, leakwise, write
from tests.cli.test_fix import BROKEN
from tests.sources.notebook_files import code, markdown, notebook, saved

WHY = ("--reason", "old  code: ticket 12")


def ignored(folder: Path, *arguments: str, count: int = 1) -> None:
    """Adds comments; nothing is found then, and a second time changes nothing."""
    done = leakwise("check", "--add-ignore", *arguments, cwd=folder)
    what = "finding" if count == 1 else "findings"
    said = f"No leaks found in 1 file. {count} {what} ignored by comments.\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, said, "")
    again = leakwise("check", "--add-ignore", *arguments, cwd=folder)
    assert (again.returncode, again.stdout) == (0, "No leaks found in 1 file.\n")


def test_comments_are_added_with_their_reason(tmp_path: Path) -> None:
    text = LEAK.replace("total += loss", "total += loss  # noqa: E501") + f"{BROKEN}\n"
    write(tmp_path, {"a.py": text})
    ignored(tmp_path, *WHY, count=2)
    assert (tmp_path / "a.py").read_text() == text.replace(
        "# noqa: E501", "# noqa: E501  # leakwise: ignore[LP001] old code: ticket 12"
    ).replace(BROKEN, f"{BROKEN}  # leakwise: ignore[LP038] old code: ticket 12")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("(\n        loss\n    )", "(\n        loss  # leakwise: ignore[LP001]\n    )"),
        (
            "loss  # leakwise: ignore[LP038, LW001] for later",
            "loss  # leakwise: ignore[LP038, LW001, LP001] for later",
        ),
        (
            'loss * len(f"""\n{x}""")',
            None,
        ),
        (" \\\n        loss", " \\\n        loss  # leakwise: ignore[LP001]"),
    ],
    ids=["brackets", "extended", "string", "backslash"],
)
def test_where_comments_go(tmp_path: Path, before: str, after: str | None) -> None:
    text = LEAK.replace("loss\n", "LOSS\n").replace("+= LOSS", f"+= {before}")
    text = text.replace("LOSS", "loss")
    write(tmp_path, {"a.py": text})
    if after is not None:
        ignored(tmp_path)
        assert (tmp_path / "a.py").read_text() == text.replace(before, after)
        return
    done = leakwise("check", "--add-ignore", cwd=tmp_path)
    assert done.returncode == 1
    assert "a.py:12:14: LP001" in done.stdout
    assert "a.py: no comment can stand where the findings of line 12 are" in done.stderr
    assert (tmp_path / "a.py").read_text() == text


def test_encoding_line_ends_and_notebooks_stay(tmp_path: Path) -> None:
    windows = f"# coding: latin-1\r\nimport torch\r\n# é\r\n{BROKEN}\r\n"
    comment = f"{BROKEN}  # leakwise: ignore[LP038]"
    write(tmp_path / "w", {"a.py": windows.encode("latin-1")})
    ignored(tmp_path / "w")
    after = (tmp_path / "w/a.py").read_bytes().decode("latin-1")
    assert after == windows.replace(BROKEN, comment)
    text = saved(notebook(markdown("Ü"), code(f"%%time\nimport torch\n{BROKEN}\n!ls")))
    write(tmp_path / "n", {"a.ipynb": text})
    ignored(tmp_path / "n")
    assert (tmp_path / "n/a.ipynb").read_text() == text.replace(BROKEN, comment)


def test_only_what_is_new_is_ignored(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": LEAK, "b.py": CLEAN})
    assert leakwise("baseline", cwd=tmp_path).returncode == 0
    write(tmp_path, {"b.py": LEAK})
    done = leakwise("check", "--baseline", "--add-ignore", cwd=tmp_path)
    assert done.stdout == (
        "No leaks found in 2 files. 1 finding ignored by comments."
        " 1 finding that is not new is left out.\n"
    )
    assert (tmp_path / "a.py").read_text() == LEAK
    assert (tmp_path / "b.py").read_text().count("leakwise: ignore[LP001]") == 1


@pytest.mark.parametrize(
    ("content", "arguments", "why"),
    [
        (LEAK + "def half(:\n", (), "a.py: does not parse, so that no comments are added"),
        (
            b"# coding: latin-1\n" + LEAK.encode(),
            ("--reason", "später ☃"),
            "a.py: has no room for new characters in iso-8859-1",
        ),
    ],
)
def test_what_is_doubtful_is_left(
    tmp_path: Path, content: str | bytes, arguments: tuple[str, ...], why: str
) -> None:
    write(tmp_path, {"a.py": content})
    before = (tmp_path / "a.py").read_bytes()
    done = leakwise("check", "--add-ignore", *arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert why in done.stderr
    assert (tmp_path / "a.py").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--add-ignore", "--fix"], "`--add-ignore` and `--fix` exclude one another"),
        (["--add-ignore", "--diff"], "`--add-ignore` and `--diff` exclude one another"),
        (["--add-ignore", "-"], "standard input is none"),
        (["--reason", "x"], "`--reason` needs `--add-ignore`"),
        (["--add-ignore", "--reason", "a\nb"], "`--reason` takes one line without `#`"),
        (["--add-ignore", "--reason", "see #12"], "`--reason` takes one line without `#`"),
    ],
)
def test_what_does_not_go_together(tmp_path: Path, arguments: list[str], why: str) -> None:
    write(tmp_path, {"a.py": LEAK})
    done = leakwise("check", *arguments, cwd=tmp_path, stdin=LEAK.encode())
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr
    assert (tmp_path / "a.py").read_text() == LEAK
