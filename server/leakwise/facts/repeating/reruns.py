"""What a cell of a notebook does again when it is run again, and what is kept of what it shows."""

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import Definition
from leakwise.facts.incremental.queries import Database, Input
from leakwise.facts.interpreter.run import Run, shown
from leakwise.facts.interpreter.state import root_of
from leakwise.facts.terms.events import Display
from leakwise.facts.terms.places import Place, place_of
from leakwise.facts.terms.values import Value
from leakwise.syntax import Block, SyntaxTree
from leakwise.syntax.notebook_cells import NotebookDocument

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


class NotebookFacts:
    """Which cell each block of the top level is in."""

    def __init__(self, database: Database, tree: SyntaxTree) -> None:
        self._database = database
        self._tree = tree
        self._cells: Input[Mapping[Block, int]] | None = None

    @property
    def is_one(self) -> bool:
        """Whether the document is a notebook, which stays so over all versions."""
        document = self._tree.document
        return isinstance(document, NotebookDocument) or document.uri.endswith(".ipynb")

    def cells(self) -> Mapping[Block, int]:
        """The number of the cell in which each block of the top level begins; nothing for what is
        not joined of cells."""
        if self._cells is None:
            self._cells = Input(self._database, self._numbers())
        return self._cells.read()

    def update(self) -> None:
        """Takes in a newer version of the tree."""
        if self._cells is not None:
            self._cells.set(self._numbers())

    def _numbers(self) -> Mapping[Block, int]:
        document = self._tree.document
        if not isinstance(document, NotebookDocument) or not document.cells:
            return {}
        return {block: document.cell_at(block.start)[0].number for block in self._tree.blocks}


def survives_rerun(module: "ModuleFacts", place: Place, path: str) -> bool:
    """Whether what a path of the top level holds is still there when the cell of `place` is run
    again: other cells bind its name, and this one does not."""
    cells = module.notebook.cells()
    if not cells:
        return False
    here = cells.get(_top(place.block))
    binders = {cells.get(_top(block)) for block in module.scopes.top.binders(root_of(path))}
    return bool(binders) and here is not None and here not in binders


def note_display(run: Run, node: ast.expr, value: Value) -> None:
    """Notes what a statement gives to nobody, which IPython may show."""
    if not run.module.notebook.is_one:
        return
    place = run.place(node)
    lines = run.module.document.lines
    # What is half typed may stand on a line that is no longer there.
    line = lines[min(place.block.start + place.end_line, len(lines) - 1)]
    behind = line.encode("utf-8", "surrogatepass")[place.end_column :].lstrip()
    display = Display(place, run.loops, value, shown(node), behind.startswith(b";"))
    run.outcome.add(display)


def displayed(module: "ModuleFacts", definition: Definition) -> Iterator[Display]:
    """What cells show when they have run, and what the output history keeps of each run: the value
    of the last statement, if that is an expression without a semicolon behind it."""
    ends = {number: block for block, number in module.notebook.cells().items() if block.statements}
    if not ends:
        return
    lasts = {_place_of_value(block) for block in ends.values()}
    for event in module.body(definition).events:
        if isinstance(event, Display) and event.place in lasts and not event.hushed:
            yield event


def _place_of_value(block: Block) -> Place | None:
    last = block.statements[-1]
    return place_of(last.value, block) if isinstance(last, ast.Expr) else None


def _top(block: Block) -> Block:
    while block.parent is not None:
        block = block.parent
    return block
