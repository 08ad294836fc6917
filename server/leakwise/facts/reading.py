"""Files as documents that facts can be made of: a Python file's text, a notebook's cells joined."""

from pathlib import Path
from typing import TYPE_CHECKING

from leakwise.sources import UnreadableError, decode, path_to_uri, read_bytes
from leakwise.text import Document

if TYPE_CHECKING:
    from leakwise.sources.notebooks import NotebookFile

NOTEBOOK = ".ipynb"
"""How the name of a notebook file ends."""


def read(path: Path) -> Document:
    """The document in the file at `path`, without a version.

    Raises:
        UnreadableError: the file cannot be read, or is neither Python nor a notebook.
    """
    return document_of(read_bytes(path), path.name, path_to_uri(path))


def document_of(data: bytes, name: str, uri: str) -> Document:
    """The document in a file of this name that holds `data`.

    Raises:
        UnreadableError: it is neither Python nor a notebook.
    """
    if not name.endswith(NOTEBOOK):
        return Document.from_text(uri, decode(data))
    # Most checks are of no notebook, and start sooner without these.
    from leakwise.sources.notebooks import read_notebook

    return joined(read_notebook(data), uri)


def joined(notebook: "NotebookFile", uri: str) -> Document:
    """The Python cells of a notebook as one document.

    Raises:
        UnreadableError: the notebook is in another language.
    """
    from leakwise.syntax.notebook_cells import Cell, NotebookDocument

    if notebook.language != "python":
        why = f"is a notebook in {notebook.language} - only those in Python are checked"
        raise UnreadableError(why)
    return NotebookDocument.of(
        uri,
        [
            Cell.of(
                Document.from_text(f"{uri}#{cell.number}", cell.source),
                cell.number,
                is_python=cell.is_python,
            )
            for cell in notebook.cells
        ],
    )


class Files:
    """What paths hold on the disk, notebooks too, read anew at each question: see `Sources`."""

    def document(self, path: Path) -> Document:
        """The document in the file at `path`; see `read`."""
        return read(path)
