"""Which files of a folder are checked, beside what ignore files say."""

import os
from pathlib import Path

import pytest

from leakwise.sources import python_files


def lay(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def walked(*roots: Path) -> list[str]:
    return [path.name for path in python_files(roots)]


def test_python_files_and_notebooks_in_a_fixed_order(tmp_path: Path) -> None:
    lay(tmp_path, "b.py", "a.py", "a.pyc", "a.txt", "py", "sub/c.py", "Sub/d.py", "x.py/e.py")
    lay(tmp_path, "a.ipynb", "sub/.ipynb_checkpoints/a-checkpoint.ipynb")
    # JupyterLab keeps the joined code of open notebooks there, under their names.
    lay(tmp_path, "sub/.virtual_documents/a.ipynb")
    assert walked(tmp_path) == ["a.ipynb", "a.py", "b.py", "d.py", "c.py", "e.py"]


@pytest.mark.parametrize(
    "folder", [".git", ".venv", "venv", "node_modules", "__pycache__", "build", "dist"]
)
def test_folders_left_out_unless_named(tmp_path: Path, folder: str) -> None:
    lay(tmp_path, f"{folder}/a.py", f"x/{folder}/b.py")
    assert walked(tmp_path) == []
    assert walked(tmp_path / folder) == ["a.py"]


def test_environments_of_any_name_are_left_out_unless_named(tmp_path: Path) -> None:
    lay(tmp_path, "mine/pyvenv.cfg", "mine/a.py")
    assert walked(tmp_path) == []
    assert walked(tmp_path / "mine") == ["a.py"]


def test_ignore_files_count_without_a_repository(tmp_path: Path) -> None:
    lay(tmp_path, "a.py", "b.py")
    (tmp_path / ".gitignore").write_text("a.py\n")
    assert walked(tmp_path) == ["b.py"]
    assert walked(tmp_path / "a.py") == ["a.py"]


def test_ignore_files_above_count_only_within_a_repository(tmp_path: Path) -> None:
    lay(tmp_path, "sub/a.py")
    (tmp_path / ".gitignore").write_text("a.py\n")
    assert walked(tmp_path / "sub") == ["a.py"]
    (tmp_path / ".git").write_text("gitdir: elsewhere\n")
    assert walked(tmp_path / "sub") == []


def test_names_outside_ascii(tmp_path: Path) -> None:
    lay(tmp_path, "é.py", "日本/a.py")
    (tmp_path / ".gitignore").write_text("é*\n", "utf-8")
    assert walked(tmp_path) == ["a.py"]


def test_links(tmp_path: Path) -> None:
    lay(tmp_path, "real/a.py")
    (tmp_path / "real/up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "b.py").symlink_to("real/a.py")
    (tmp_path / "gone.py").symlink_to("nowhere")
    (tmp_path / "linked").symlink_to("real", target_is_directory=True)
    assert walked(tmp_path) == ["b.py", "a.py"]
    assert walked(tmp_path / "linked") == ["a.py"]


def test_pipes_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert walked(tmp_path) == []


def test_each_file_once(tmp_path: Path) -> None:
    lay(tmp_path, "sub/a.py", "b.py")
    assert walked(tmp_path / "sub/a.py", tmp_path, tmp_path / "sub", tmp_path / "./b.py") == [
        "a.py",
        "b.py",
    ]


def test_folders_that_cannot_be_listed_are_told(tmp_path: Path) -> None:
    told: list[tuple[Path, str]] = []
    gone = tmp_path / "sub"
    lay(tmp_path, "sub/a.py", "b.py")
    files = python_files([tmp_path], lambda path, why: told.append((path, why)))
    assert next(files).name == "b.py"
    (gone / "a.py").unlink()
    gone.rmdir()
    assert list(files) == []
    assert told == [(gone, "No such file or directory")]
