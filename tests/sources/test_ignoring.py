"""The walk beside git itself: both must name the same files."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakwise.sources import python_files

FILES = [
    "a.py",
    "b.py",
    "a b.py",
    "]x.py",
    "pkg/a.py",
    "pkg/b.py",
    "pkg/sub/a.py",
    "pkg/sub/pkg/c.py",
    "sub/a.py",
    "sub/deep/er/b.py",
    "[x].py",
]
HARD = [
    ["*", "!*/", "!*.py"],
    ["*", "!*/", "!*.py", "pkg/"],
    ["pkg/", "!pkg/a.py"],
    ["pkg/*", "!pkg/sub/"],
    ["/a.py"],
    ["sub/a.py"],
    ["**/a.py", "!/sub/a.py"],
    ["sub/**"],
    ["sub/**/b.py"],
    ["pkg/**/pkg"],
    ["# a.py", "\\#a.py", "", "   ", "b.py   "],
    ["a\\ b.py", "a b.py\\ "],
    ["[!a].py"],
    ["[^a].py"],
    ["[a-b].py", "![[:alpha:]].py"],
    ["[]]x.py"],
    ["\\[x\\].py"],
    ["[a.py", "b.py\\"],
    ["?.py"],
    ["pkg/?ub"],
    ["pk*/sub"],
    ["***/a.py"],
    ["a**.py"],
    ["!a.py", "a.py"],
    ["/*", "!/pkg"],
    ["a.py\r"],
]


def lay(root: Path, patterns: list[str], nested: list[str], exclude: list[str]) -> None:
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    (root / ".gitignore").write_bytes("\n".join(patterns).encode())
    (root / "pkg/.gitignore").write_bytes("\n".join(nested).encode())
    (root / ".git/info").mkdir(exist_ok=True)
    (root / ".git/info/exclude").write_bytes("\n".join(exclude).encode())


def files_of_git(root: Path) -> set[str]:
    command = ["git", "ls-files", "-z", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout.decode()
    return {name for name in listed.split("\0") if name.endswith(".py")}


def files_walked(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in python_files([root])}


needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture(scope="module")
def repository() -> Path:
    root = Path(tempfile.mkdtemp())
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return root


@needs_git
@pytest.mark.parametrize("patterns", HARD, ids=" ".join)
def test_hard_patterns_as_git_takes_them(repository: Path, patterns: list[str]) -> None:
    lay(repository, patterns, [], [])
    assert files_walked(repository) == files_of_git(repository)


@needs_git
@pytest.mark.parametrize("patterns", HARD, ids=" ".join)
def test_inner_files_go_before_outer_ones(repository: Path, patterns: list[str]) -> None:
    lay(repository, ["sub/", "a.py"], patterns, ["b.py", "!a.py"])
    assert files_walked(repository) == files_of_git(repository)


PIECE = st.sampled_from(
    ["a", "b", "pkg", "sub", "*", "**", "?", "/", "/", "!", ".py", "[ab]", "[!a]", "\\", " "]
)
PATTERN = st.lists(PIECE, min_size=1, max_size=6).map("".join)


@needs_git
@settings(max_examples=60, deadline=None)
@given(outer=st.lists(PATTERN, max_size=4), inner=st.lists(PATTERN, max_size=3))
def test_any_patterns_as_git_takes_them(
    repository: Path, outer: list[str], inner: list[str]
) -> None:
    lay(repository, outer, inner, [])
    assert files_walked(repository) == files_of_git(repository)


@needs_git
def test_a_folder_below_the_repository_obeys_the_files_above(repository: Path) -> None:
    lay(repository, ["sub/a.py", "/b.py"], ["c.py"], ["er"])
    assert {path.name for path in python_files([repository / "sub"])} == set()
    assert {path.name for path in python_files([repository / "pkg/sub"])} == {"a.py"}


@needs_git
def test_an_ignored_folder_is_walked_when_it_is_named(repository: Path) -> None:
    lay(repository, ["sub/"], [], [])
    assert {path.name for path in python_files([repository / "sub"])} == {"a.py", "b.py"}
    assert {path.name for path in python_files([repository / "sub/deep"])} == {"b.py"}
