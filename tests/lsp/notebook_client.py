"""A notebook as an editor has it: cells that are typed in, added, moved, removed and re-kinded."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lsprotocol import types

from leakwise.text import Document, Range
from tests.lsp.sessions import Session, codes

NOTEBOOK = "file:///work/training.ipynb"
CODE, MARKUP = types.NotebookCellKind.Code, types.NotebookCellKind.Markup


def address(name: str) -> str:
    """The address of a cell, as VS Code forms it."""
    return f"vscode-notebook-cell:/work/training.ipynb#{name}"


@dataclass(slots=True)
class EditedNotebook:
    """An open notebook. Cells are called by short names; their versions count from 1."""

    session: Session
    texts: dict[str, Document] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    markup: set[str] = field(default_factory=set)
    version: int = 1

    def open(self, cells: dict[str, str]) -> None:
        """Opens the notebook with code cells by their names."""
        self.order = list(cells)
        items = [self._item(name, text) for name, text in cells.items()]
        document = types.NotebookDocument(
            NOTEBOOK, "jupyter-notebook", 1, [self._cell(name) for name in cells]
        )
        self.session.client.notebook_document_did_open(
            types.DidOpenNotebookDocumentParams(document, items)
        )

    def close(self) -> None:
        """Closes it."""
        self.session.client.notebook_document_did_close(
            types.DidCloseNotebookDocumentParams(
                types.NotebookDocumentIdentifier(NOTEBOOK),
                [types.TextDocumentIdentifier(address(name)) for name in self.order],
            )
        )

    def type(self, name: str, line: int, column: int, text: str, *, erased: int = 0) -> int:
        """Types into a cell, over so many characters; gives the cell's new version."""
        document = self.texts[name]
        span = Range.of(line, column, line, column + erased)
        version = (document.version or 0) + 1
        self.texts[name], _ = document.replace(span, text, version)
        start, end = types.Position(line, column), types.Position(line, column + erased)
        event = types.TextDocumentContentChangePartial(types.Range(start, end), text)
        identifier = types.VersionedTextDocumentIdentifier(version, address(name))
        content = types.NotebookDocumentCellContentChanges(identifier, [event])
        self._change(types.NotebookDocumentCellChanges(text_content=[content]))
        return version

    def insert(self, at: int, name: str, text: str) -> None:
        """Adds a code cell."""
        item = self._item(name, text)
        self.order.insert(at, name)
        self._splice(at, 0, [name], opened=[item])

    def remove(self, name: str) -> None:
        """Removes a cell."""
        at = self.order.index(name)
        self.order.remove(name)
        del self.texts[name]
        self._splice(at, 1, [], closed=[name])

    def move(self, name: str, to: int) -> None:
        """Moves a cell, as VS Code tells it: the cells between both places are given anew."""
        at = self.order.index(name)
        self.order.remove(name)
        self.order.insert(to, name)
        low, high = min(at, to), max(at, to) + 1
        self._splice(low, high - low, self.order[low:high])

    def make(self, name: str, kind: types.NotebookCellKind) -> None:
        """Makes a cell one of code or of text, by its data alone."""
        self.markup ^= {name}
        self._change(types.NotebookDocumentCellChanges(data=[self._cell(name, kind)]))

    async def found(self, name: str, version: int = 1) -> list[tuple[str, int]]:
        """Codes and lines of the diagnostics published for a version of a cell, once they are."""
        return codes(await self.session.diagnostics(version, address(name)))

    async def shown(self) -> dict[str, list[tuple[str, int]]]:
        """What the client shows in the cells once all that was sent is analysed; no empty ones."""
        last = next(name for name in reversed(self.order) if name not in self.markup)
        await self.found(last, self.type(last, 0, 0, ""))
        latest = {params.uri: codes(params.diagnostics) for params in self.session.published}
        names = {address(name): name for name in self.order}
        return {names.get(uri, uri): found for uri, found in latest.items() if found}

    def _item(self, name: str, text: str) -> types.TextDocumentItem:
        self.texts[name] = Document.from_text(address(name), text, 1)
        return types.TextDocumentItem(address(name), "python", 1, text)

    def _cell(self, name: str, kind: types.NotebookCellKind = CODE) -> types.NotebookCell:
        return types.NotebookCell(kind, address(name))

    def _splice(
        self,
        start: int,
        count: int,
        names: Sequence[str],
        *,
        opened: Sequence[types.TextDocumentItem] = (),
        closed: Sequence[str] = (),
    ) -> None:
        array = types.NotebookCellArrayChange(start, count, [self._cell(name) for name in names])
        self._change(
            types.NotebookDocumentCellChanges(
                structure=types.NotebookDocumentCellChangeStructure(
                    array,
                    did_open=list(opened) or None,
                    did_close=[types.TextDocumentIdentifier(address(name)) for name in closed]
                    or None,
                )
            )
        )

    def _change(self, cells: types.NotebookDocumentCellChanges) -> None:
        self.version += 1
        self.session.client.notebook_document_did_change(
            types.DidChangeNotebookDocumentParams(
                types.VersionedNotebookDocumentIdentifier(self.version, NOTEBOOK),
                types.NotebookDocumentChangeEvent(cells=cells),
            )
        )
