"""What a path holds: the open document before the disk."""

from pathlib import Path

import pytest

from leakwise.facts.reading import Files
from leakwise.sources import Overlay, Sources, UnreadableError, path_to_uri
from leakwise.text import Document


def test_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "a b.py"
    path.write_bytes(b"\xef\xbb\xbfx\r\ny")
    document = Files().document(path)
    assert (document.text, document.version) == ("x\r\ny", None)
    assert document.uri == path_to_uri(path)


def test_an_open_document_hides_the_disk_until_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("saved")
    sources = Overlay(Files())
    typed: Sources = sources
    sources.put(path, Document.from_text(path_to_uri(path), "typed", 3))
    assert typed.document(path).text == "typed"
    sources.drop(path)
    assert typed.document(path).text == "saved"
    sources.drop(path)


def test_an_open_document_needs_no_file(tmp_path: Path) -> None:
    path = tmp_path / "new.py"
    sources = Overlay(Files())
    with pytest.raises(UnreadableError, match="does not exist"):
        sources.document(path)
    sources.put(path, Document.from_text(path_to_uri(path), "typed"))
    assert sources.document(path).text == "typed"


@pytest.mark.parametrize(("name", "why"), [(".", "is a folder"), ("a\0b", "is no path")])
def test_what_is_no_file(tmp_path: Path, name: str, why: str) -> None:
    with pytest.raises(UnreadableError, match=f"{why}.* - "):
        Files().document(tmp_path / name)
