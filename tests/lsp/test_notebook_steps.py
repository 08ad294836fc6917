"""A notebook that is edited step by step has the findings of the same notebook from scratch."""

import ast
import random
import textwrap

import pytest
from lsprotocol import types

from leakwise.engine import Analysis, load_rules
from leakwise.facts import Certainty
from leakwise.lsp.notebooks import OpenNotebooks
from leakwise.rule import Finding
from leakwise.syntax.notebook_cells import NotebookDocument

URI = "file:///work/a.ipynb"
CODE, MARKUP = types.NotebookCellKind.Code, types.NotebookCellKind.Markup
SNIPPETS = ("%%time\n", "%%bash\n", "!ls\n", "x = !ls\n", "\n", "total?\n", "# a\n")
Cells = list[tuple[str, types.NotebookCellKind, str]]


class Editor:
    """Edits cells at random, and tells of it as an editor does."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.programs = [
            textwrap.dedent(code)
            for rule in load_rules()
            for example in rule.examples
            for code in (example.bad, example.good)
        ]
        self.cells: Cells = []
        self.names = 0
        self.version = 1
        self.typed = "", ""
        self.open = OpenNotebooks()
        for _ in range(5):
            self.cells.append((self._name(), CODE, self._program()))
        document = types.NotebookDocument(URI, "jupyter-notebook", 1, self._listed(self.cells))
        whole = self.open.open(document, [_item(name, text) for name, _, text in self.cells])
        self.analysis = Analysis(whole, minimum_certainty=Certainty.POSSIBLE)
        self.analysis.findings()

    def step(self) -> None:
        """One edit of one cell, or of where cells stand."""
        kinds = [self._type, self._type, self._type, self._add, self._remove, self._move]
        self._send(self.chance.choice([*kinds, self._make])())

    def undo(self) -> None:
        """Gives the cell that was typed in last the text from before."""
        name, before = self.typed
        self.cells = [
            (other, kind, before if other == name else text) for other, kind, text in self.cells
        ]
        whole = types.TextDocumentContentChangeWholeDocument(before)
        self._send(self._content(name, whole))

    def _send(self, event: types.NotebookDocumentCellChanges) -> None:
        self.version += 1
        changed = self.open.change(
            URI, self.version, types.NotebookDocumentChangeEvent(cells=event), "utf-32"
        )
        assert changed is not None
        self.analysis.change(*changed)
        self.analysis.findings()

    def _type(self) -> types.NotebookDocumentCellChanges:
        code = [at for at, (_, kind, _) in enumerate(self.cells) if kind is CODE]
        if not code:
            return self._add()
        at = self.chance.choice(code)
        name, kind, text = self.cells[at]
        lines = text.split("\n")
        line = self.chance.randrange(len(lines))
        if self.chance.random() < 0.5:
            new, first, last = self.chance.choice(SNIPPETS), (line, 0), (line, 0)
        else:
            # A whole line goes, or the one above it gets a second copy.
            new = lines[line] + "\n" if self.chance.random() < 0.3 else ""
            first, last = (line, 0), (line, len(lines[line]) if not new else 0)
        before = "\n".join([*lines[:line], ""]) if line else ""
        rest = "\n".join(lines[line:])[last[1] :]
        self.cells[at] = name, kind, before + new + rest
        self.typed = name, text
        span = types.Range(types.Position(*first), types.Position(*last))
        return self._content(name, types.TextDocumentContentChangePartial(span, new))

    def _content(
        self, name: str, event: types.TextDocumentContentChangeEvent
    ) -> types.NotebookDocumentCellChanges:
        identifier = types.VersionedTextDocumentIdentifier(self.version, name)
        content = types.NotebookDocumentCellContentChanges(identifier, [event])
        return types.NotebookDocumentCellChanges(text_content=[content])

    def _add(self) -> types.NotebookDocumentCellChanges:
        at = self.chance.randrange(len(self.cells) + 1)
        cell = self._name(), CODE, self._program()
        self.cells.insert(at, cell)
        return self._splice(at, 0, [cell], opened=[cell])

    def _remove(self) -> types.NotebookDocumentCellChanges:
        if len(self.cells) < 3:
            return self._add()
        at = self.chance.randrange(len(self.cells))
        gone = self.cells.pop(at)
        return self._splice(at, 1, [], closed=[gone])

    def _move(self) -> types.NotebookDocumentCellChanges:
        at, to = (self.chance.randrange(len(self.cells)) for _ in range(2))
        self.cells.insert(to, self.cells.pop(at))
        low, high = min(at, to), max(at, to) + 1
        return self._splice(low, high - low, self.cells[low:high])

    def _make(self) -> types.NotebookDocumentCellChanges:
        at = self.chance.randrange(len(self.cells))
        name, kind, text = self.cells[at]
        self.cells[at] = name, MARKUP if kind is CODE else CODE, text
        return types.NotebookDocumentCellChanges(data=self._listed(self.cells[at : at + 1]))

    def _splice(
        self,
        start: int,
        count: int,
        cells: Cells,
        *,
        opened: Cells | None = None,
        closed: Cells | None = None,
    ) -> types.NotebookDocumentCellChanges:
        array = types.NotebookCellArrayChange(start, count, self._listed(cells))
        structure = types.NotebookDocumentCellChangeStructure(
            array,
            did_open=[_item(name, text) for name, _, text in opened or ()],
            did_close=[types.TextDocumentIdentifier(name) for name, _, _ in closed or ()],
        )
        return types.NotebookDocumentCellChanges(structure=structure)

    def _listed(self, cells: Cells) -> list[types.NotebookCell]:
        return [types.NotebookCell(kind, name) for name, kind, _ in cells]

    def _name(self) -> str:
        self.names += 1
        return f"{URI}#{self.names}"

    def _program(self) -> str:
        return self.chance.choice(["", "%matplotlib inline\n", ""]) + self.chance.choice(
            self.programs
        )


def _item(name: str, text: str) -> types.TextDocumentItem:
    return types.TextDocumentItem(name, "python", 1, text)


def _afresh(editor: Editor) -> NotebookDocument:
    cells = editor.cells
    listed = [types.NotebookCell(kind, name) for name, kind, _ in cells]
    document = types.NotebookDocument(URI, "jupyter-notebook", 1, listed)
    return OpenNotebooks().open(document, [_item(name, text) for name, _, text in cells])


def _seen(findings: list[Finding], document: NotebookDocument) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for one in findings:
        places = [document.located(span) for span in (one.range, *(r.range for r in one.related))]
        where = [(part.uri, span) for part, span in places]
        found.append((one.rule.code, one.message, one.severity, one.certainty, where))
    return found


def _findings(document: NotebookDocument) -> list[Finding]:
    return Analysis(document, minimum_certainty=Certainty.POSSIBLE).findings()


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


@pytest.mark.parametrize("seed", range(4))
def test_steps_give_what_a_new_analysis_gives(seed: int) -> None:
    editor = Editor(seed)
    compared = 0
    for _ in range(40):
        editor.step()
        if not _parses(_afresh(editor).text):
            editor.undo()
        document, fresh = editor.analysis.document, _afresh(editor)
        assert document.lines == fresh.lines
        if not _parses(fresh.text):
            continue
        editor.analysis.resync()
        assert isinstance(document, NotebookDocument)
        assert _seen(editor.analysis.findings(), document) == _seen(_findings(fresh), fresh)
        compared += 1
    assert compared > 20
