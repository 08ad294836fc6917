"""Answers that record what they read, so that only what an edit reaches is computed again.

An `Input` is set from outside, a `Cell` is computed from what it reads. Setting an input marks the
cells that read it, directly or not, as doubtful. A doubtful cell, when asked, first asks what it
read: where all of that turns out equal, its value stands and nothing is computed.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Reads = dict["Node", object]
"""What was read, as the keys."""
_NOTHING: dict[Any, Any] = {}
"""Stands for what most nodes have none of; it is never changed."""


class Node:
    """Something that can be read; `changed_at` is the revision in which its value last changed."""

    __slots__ = ("changed_at", "readers")

    def __init__(self, database: "Database") -> None:
        self.changed_at = 0
        self.readers: dict[Cell[Any], None] = _NOTHING if database.final else {}

    def settle(self) -> None:
        """Makes `changed_at` true."""

    def doubt_readers(self) -> None:
        """Marks everything that read this, directly or not, as doubtful."""
        pending = list(self.readers)
        while pending:
            cell = pending.pop()
            if not cell.doubtful:
                cell.doubtful = True
                cell.database.doubted(cell)
                pending.extend(cell.readers)


class Database:
    """Counts revisions and knows which cell is being computed.

    In one that is `final` no input is ever set again: nobody records what is read.
    """

    __slots__ = (
        "active",
        "computations",
        "computing",
        "final",
        "on_doubt",
        "revision",
        "statements_run",
    )

    def __init__(self, *, final: bool = False) -> None:
        self.final = final
        self.revision = 1
        self.active: list[Reads] = []
        self.computing: list[Cell[Any]] = []
        self.computations = 0
        """How many answers were computed so far."""
        self.statements_run = 0
        """How many statements were interpreted so far, those inside others not counted."""
        self.on_doubt: Callable[[Cell[Any]], None] | None = None

    def doubted(self, cell: "Cell[Any]") -> None:
        """Tells the owner that a cell became doubtful."""
        if self.on_doubt is not None:
            self.on_doubt(cell)

    def close_circle(self, cell: "Cell[Any]") -> None:
        """Marks all cells from `cell`, which is asked while being computed, as in a circle."""
        for member in reversed(self.computing):
            if member is cell:
                member.cyclic = True
                return
            if cell in member.leads_to:
                # It was marked since it was entered, and with it all that stand before it.
                return
            member.cyclic = True
            if not member.leads_to:
                member.leads_to = {}
            member.leads_to[cell] = None

    def open_record(self) -> Reads:
        """Begins a record of what is read, until `close_record`."""
        reads: Reads = {}
        if not self.final:
            self.active.append(reads)
        return reads

    def close_record(self) -> None:
        """Ends the newest record; what it holds was read by the one around it too."""
        if self.final:
            return
        reads = self.active.pop()
        if self.active:
            self.active[-1].update(reads)

    def record(self, node: Node) -> None:
        """Notes that the cell being computed read `node`."""
        if self.active:
            self.active[-1][node] = None


class Input(Node, Generic[T]):
    """A value that is set from outside."""

    __slots__ = ("_value", "database")

    def __init__(self, database: Database, value: T) -> None:
        super().__init__(database)
        self.database = database
        self._value = value
        self.changed_at = database.revision

    def read(self) -> T:
        """The value; the cell being computed depends on it from now on."""
        # As `record` does, without a call: inputs and cells are read all the time.
        if active := self.database.active:
            active[-1][self] = None
        return self._value

    def set(self, value: T) -> None:
        """Sets the value; an equal one changes nothing."""
        if value == self._value:
            return
        self._value = value
        self.database.revision += 1
        self.changed_at = self.database.revision
        self.doubt_readers()


class Cell(Node, Generic[T]):
    """A value computed from what it reads.

    A cell that is asked while it is being computed, or after it failed, answers `in_cycle`. With
    `breaks_cycles` it also takes `in_cycle` for its value when it was part of a circle, so that
    what the cells of a circle give does not depend on which of them was asked first.
    """

    __slots__ = (
        "_value",
        "breaks_cycles",
        "compute",
        "computing",
        "cyclic",
        "database",
        "doubtful",
        "in_cycle",
        "leads_to",
        "read_nodes",
        "settled_at",
    )

    def __init__(
        self,
        database: Database,
        compute: Callable[[], T],
        in_cycle: T,
        *,
        breaks_cycles: bool = False,
    ) -> None:
        super().__init__(database)
        self.breaks_cycles = breaks_cycles
        self.database = database
        self.compute = compute
        self.in_cycle = in_cycle
        self.doubtful = True
        self.computing = False
        self.cyclic = False
        self.leads_to: dict[Cell[Any], None] = _NOTHING
        """The cells that were being computed, and that its last computation led back to."""
        self.settled_at = 0
        self._value = in_cycle
        self.read_nodes: Reads = _NOTHING

    def read(self) -> T:
        """The value, brought up to date; the cell being computed depends on it from now on."""
        if active := self.database.active:
            active[-1][self] = None
        if self.computing:
            self.database.close_circle(self)
            return self.in_cycle
        if self.doubtful or self.leads_to:
            self.settle()
        return self._value

    def settle(self) -> None:
        """Brings the value up to date. Where it leads back to what is being computed, that is noted
        as a circle, also where nothing of it has to be computed again."""
        if self.computing:
            self.database.close_circle(self)
            return
        if self.doubtful and not (self.settled_at and self._verify()):
            self._compute()
        for cell in self.leads_to:
            if cell.computing:
                self.database.close_circle(cell)

    def _verify(self) -> bool:
        """Whether all that was read is as it was, so that the value stands."""
        led_to = self.leads_to
        self._enter()
        try:
            stands = self._reads_stand()
        finally:
            self._leave()
        if self.cyclic and self.breaks_cycles and self._value != self.in_cycle:
            # What it reads has come to read it.
            stands = False
        if stands:
            self.leads_to = led_to | self.leads_to
            self.doubtful = False
            self.settled_at = self.database.revision
        return stands

    def _reads_stand(self) -> bool:
        for node in self.read_nodes:
            node.settle()
            if node.changed_at > self.settled_at:
                return False
        return True

    def _compute(self) -> None:
        if self.database.final:
            self._compute_for_good()
            return
        reads = self.database.open_record()
        self.database.computations += 1
        self._enter()
        failure: Exception | None = None
        try:
            value = self.compute()
        except Exception as error:
            # What it read is kept all the same, so that an edit there makes it try again.
            value, failure = self.in_cycle, error
        finally:
            self._leave()
            # What it read was not read by whoever asks for it.
            self.database.active.pop()
        if self.cyclic and self.breaks_cycles:
            value = self.in_cycle
        for node in self.read_nodes:
            if node not in reads:
                node.readers.pop(self, None)
        for node in reads:
            node.readers[self] = None
        self.read_nodes = reads
        self.doubtful = False
        if self.settled_at == 0 or value != self._value:
            self._value = value
            self.changed_at = self.database.revision
        self.settled_at = self.database.revision
        if failure is not None:
            raise failure

    def _compute_for_good(self) -> None:
        """Computes the value where nothing that it rests on will change."""
        database = self.database
        database.computations += 1
        self.computing = True
        database.computing.append(self)
        value = self.in_cycle
        try:
            value = self.compute()
        finally:
            self.computing = False
            database.computing.pop()
            if self.cyclic and self.breaks_cycles:
                value = self.in_cycle
            self._value = value
            self.doubtful = False
            self.changed_at = self.settled_at = database.revision

    def _enter(self) -> None:
        self.computing, self.cyclic, self.leads_to = True, False, _NOTHING
        self.database.computing.append(self)

    def _leave(self) -> None:
        self.computing = False
        self.database.computing.pop()

    def dispose(self) -> None:
        """Forgets what was read, for a cell that nobody asks any more."""
        for node in self.read_nodes:
            node.readers.pop(self, None)
        self.read_nodes = {}
        self.doubtful = True
        self.settled_at = 0

    def take_apart(self) -> None:
        """Lets go of all that it refers to; nobody may ask it any more."""
        self.readers.clear()
        self.read_nodes = {}
        self.leads_to = {}
        self._value = self.in_cycle
        self.compute = _taken_apart


def _taken_apart() -> Any:
    raise AssertionError("asked after it was taken apart")
