"""Files are parsed once for all that look at them, and again where they hold something else."""

from pathlib import Path

import pytest

from leakwise.facts.reading import Files, read
from leakwise.facts.symbols import trees as kept_trees
from leakwise.facts.symbols.trees import Trees


def made(folder: Path, **files: str) -> tuple[Trees, dict[str, str]]:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    return Trees(Files()), {name: str(folder / f"{name}.py") for name in files}


def test_who_checks_a_file_and_who_asks_about_it_share_a_tree(tmp_path: Path) -> None:
    trees, path = made(tmp_path, checked="x = 1\n", asked="y = 1\n")
    checked = trees.of_document(path["checked"], read(Path(path["checked"])))
    assert trees.of(path["checked"]) is checked
    asked = trees.of(path["asked"])
    assert asked is not None
    assert trees.of_document(path["asked"], read(Path(path["asked"]))) is asked


def test_what_does_not_parse_is_not_shared(tmp_path: Path) -> None:
    """Who checks it may put it right, and nobody else would know."""
    trees, path = made(tmp_path, broken="x = (\n")
    document = read(Path(path["broken"]))
    checked = trees.of_document(path["broken"], document)
    asked = trees.of(path["broken"])
    assert checked.problem() is not None
    assert checked is not asked
    assert trees.of_document(path["broken"], document) is not asked


def test_another_content_is_another_tree(tmp_path: Path) -> None:
    trees, path = made(tmp_path, a="x = 1\n")
    before = trees.of(path["a"])
    (tmp_path / "a.py").write_text("x = 2\n")
    document = read(tmp_path / "a.py")
    assert trees.of_document(path["a"], document).document is document
    assert trees.of(path["a"]) is before
    trees.forget()
    now = trees.of(path["a"])
    assert now is not None
    assert now.document.text == "x = 2\n"


def test_what_cannot_be_read_has_none(tmp_path: Path) -> None:
    trees, _ = made(tmp_path)
    assert trees.of(str(tmp_path / "gone.py")) is None
    (tmp_path / "coded.py").write_bytes(b"# coding: nonsense\n")
    assert trees.of(str(tmp_path / "coded.py")) is None


def test_those_asked_for_last_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_trees, "_MOST_CHARACTERS", 20)
    trees, path = made(tmp_path, a="a = 123456\n", b="b = 1\n", c="c = 1\n")
    first, second = trees.of(path["a"]), trees.of(path["b"])
    assert trees.of(path["a"]) is first
    trees.of(path["c"])
    assert trees.of(path["a"]) is first
    assert trees.of(path["b"]) is not second
