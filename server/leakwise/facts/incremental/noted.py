"""What the search for evidence by use has found: the evidence on a body, and what was found in each
stretch of its blocks, to be taken over as it is."""

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from leakwise.facts.apis.torch_methods import BACKWARD_METHODS
from leakwise.facts.by_use.graph_origins import NONE, Names, Qualified
from leakwise.facts.code.names import ScopeIndex
from leakwise.facts.incremental.queries import Database, Node
from leakwise.facts.incremental.stretches import Settled, Store
from leakwise.facts.interpreter.state import root_of
from leakwise.syntax import Block

STARTING_WORDS = BACKWARD_METHODS | {"grad"}
"""A body in which none of these stands starts no backward pass of its own."""


class Note(NamedTuple):
    """A statement of a block binds names that are backpropagated, and siblings of these."""

    block: Block
    node: ast.stmt
    proven: Names
    siblings: Names


@dataclass(slots=True)
class Notes:
    """What was noted, and how many places were found to put something into some paths."""

    notes: dict[Note, None] = field(default_factory=dict)
    puts: dict[str, int] = field(default_factory=dict)

    def take(self, other: "Notes") -> None:
        """Takes over what others hold."""
        self.notes.update(other.notes)
        self.puts.update(other.puts)


@dataclass(slots=True)
class Noted:
    """What the search found in some blocks: the names `live` behind them, those before them."""

    blocks: list[Block]
    revisions: list[int]
    live: Names
    before: Names
    notes: Notes
    reads: dict[Node, int]


@dataclass(slots=True)
class NotedBefore:
    """Where the search looks whether it went through some blocks before."""

    database: Database
    settled: Settled = field(default_factory=Settled)
    store: Store[Noted] = field(default_factory=Store)
    circumstances: object = None
    """What else the search depends on, the same for all blocks."""

    def under(self, circumstances: object) -> None:
        """A search begins; under other circumstances nothing stands that was found before."""
        if circumstances != self.circumstances:
            self.store.clear()
            self.circumstances = circumstances

    def recall(
        self, blocks: list[Block], level: int, live: Names, puts: Callable[[str], int]
    ) -> Noted | None:
        """What was found in blocks with these names behind them, where it still stands."""
        revisions = [block.revision for block in blocks]
        for memo in self.store.at(blocks[0], level):
            if (
                memo.live == live
                and memo.blocks == blocks
                and memo.revisions == revisions
                and all(puts(path) == count for path, count in memo.notes.puts.items())
                and self.settled.stand(memo.reads)
            ):
                self.store.keep(memo, blocks[0], level)
                if self.database.active:
                    self.database.active[-1].update(memo.reads)
                return memo
        return None

    def remember(
        self,
        blocks: list[Block],
        level: int,
        live: Names,
        search: Callable[[], tuple[Names, Notes]],
    ) -> Noted:
        """What `search` finds in blocks, kept from now on."""
        reads = self.database.open_record()
        try:
            before, notes = search()
        finally:
            self.database.close_record()
        memo = Noted(
            blocks,
            [block.revision for block in blocks],
            live,
            before,
            notes,
            {node: node.changed_at for node in reads},
        )
        self.store.keep(memo, blocks[0], level)
        return memo


def _unknown(node: ast.expr) -> None:
    return None


def _none(path: str) -> int:
    return 0


def _never(name: str) -> bool:
    return False


def _no_names(node: ast.expr) -> Names:
    return NONE


@dataclass(slots=True)
class Evidence:
    """Which assignments, by `id`, bind names that are backpropagated later; and the same for each
    block by relative place, for comparing.

    A statement that puts a value into `losses` is noted with `losses[*]`, where its elements are
    backpropagated, or with `losses[-1]`, where the last one is.
    """

    index: Callable[[Block], ScopeIndex]
    block: Block
    qualified: Qualified = _unknown
    is_computed: Callable[[str], bool] = _never
    """Whether a name holds what the body computed, as engines are not that are given a loss."""
    arguments: Callable[[ast.Call], Names] = _no_names
    """What a function of the file that is called backpropagates of what it is given."""
    words: frozenset[str] = STARTING_WORDS
    """Statements in which none of these stands start no backward pass."""
    at_exit: Names = NONE
    """What others backpropagate after the body has ended."""
    returned: Callable[[ast.expr], Names] | None = None
    """What is backpropagated of a value that the body returns."""
    at_entry: Names = NONE
    """What is backpropagated, in one branch or another, as it was where the body began."""
    always: bool = False
    """Whether only names count that are backpropagated whichever branch is taken."""
    names: dict[int, Names] = field(default_factory=dict)
    siblings: dict[int, Names] = field(default_factory=dict)
    """By the same: what is unpacked from one call together with what is backpropagated."""
    by_block: dict[Block, dict[tuple[int, int], tuple[Names, Names]]] = field(default_factory=dict)
    places_putting: Callable[[str], int] = _none
    """How many places of the body, and of functions in it, put something into what is at a
    path."""
    before: dict[tuple[int, Names], tuple[Names, Notes]] = field(default_factory=dict)
    """By `id` of a statement that was gone through, and the names behind it: those before it, and
    what was noted."""
    notes: Notes = field(default_factory=Notes)
    """What was noted in the part that is being gone through."""
    searched: NotedBefore | None = None
    """Where parts of a long body are looked up that were gone through when it was looked at
    last."""

    def skips(self, block: Block, live: Names) -> bool:
        """Whether nothing in a leaf can start a backward pass or bind one of the names."""
        if self.returned is not None:
            return False
        index = self.index(block)
        if not self.words.isdisjoint(index.words):
            return False
        return not live or not any(root_of(name) in index.names for name in live)

    def note(self, node: ast.stmt, proven: Names, siblings: Names = NONE) -> None:
        """Notes that `node` binds names that are backpropagated, and what comes with them."""
        note = Note(self.block, node, proven, siblings)
        self.notes.notes[note] = None
        self._put(note)

    def repeat(self, notes: Notes) -> None:
        """Notes what was noted before."""
        self.notes.take(notes)
        for note in notes.notes:
            self._put(note)

    def _put(self, note: Note) -> None:
        block, node, proven, siblings = note
        proven = self.names.get(id(node), NONE) | proven
        siblings = (self.siblings.get(id(node), NONE) | siblings) - proven
        self.names[id(node)], self.siblings[id(node)] = proven, siblings
        here = (node.lineno - block.base, node.col_offset)
        self.by_block.setdefault(block, {})[here] = (proven, siblings)

    def puts(self, path: str) -> int:
        """How many places of the body put something into what is at a path."""
        count = self.notes.puts[path] = self.places_putting(path)
        return count
