"""The facts of one document, kept over its edits."""

import ast
from collections.abc import Callable, Sequence
from typing import Any

from leakwise.facts.apis.resources import RELEASE_METHODS
from leakwise.facts.apis.told import NOTHING_TOLD, Told
from leakwise.facts.body import BodyFacts
from leakwise.facts.classes import ClassFacts
from leakwise.facts.code.callers import (
    call_sites,
    callers_grad,
    calling,
    values_given,
)
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.inheritance import Ancestors, ancestors
from leakwise.facts.code.inherited import inherited_result, outside_writers
from leakwise.facts.code.members import attribute_value, method_value
from leakwise.facts.code.names import path_of
from leakwise.facts.code.resolution import Resolution
from leakwise.facts.code.scopes import Scopes
from leakwise.facts.externals import Externals, Outside, knows_nothing
from leakwise.facts.incremental.indications import may_gather, may_take
from leakwise.facts.incremental.memos import Memos
from leakwise.facts.incremental.queries import Cell, Database
from leakwise.facts.interpreter.interpretation import interpret, parameter_value
from leakwise.facts.interpreter.results import NOT_RUN, BodyResult
from leakwise.facts.interpreter.summaries import Context, Summary, summary
from leakwise.facts.keeping.caches import Cache, cache_of
from leakwise.facts.keeping.callbacks import argument_use
from leakwise.facts.keeping.holders import Holder, holder_of, holder_of_argument
from leakwise.facts.keeping.kept_arguments import ArgumentUse, Kept
from leakwise.facts.keeping.leak_path import Step, leak_path
from leakwise.facts.repeating.reruns import NotebookFacts
from leakwise.facts.repeating.rhythm import rhythm_of, rhythm_of_loop
from leakwise.facts.terms.events import (
    Accumulation,
    Callback,
    CallSite,
    Event,
    GradMode,
    Keeping,
    Loop,
    Storing,
)
from leakwise.facts.terms.lifetimes import Rhythm
from leakwise.facts.terms.resource_events import Acquisition
from leakwise.facts.terms.values import UNKNOWN, Value
from leakwise.syntax import SyntaxTree, Update
from leakwise.text import Document, LineChange

_IN_A_CIRCLE = Ancestors(complete=False, named=False)
_NOT_KNOWN = Summary()
_KEPT_CONTEXTS = 8
"""For how many different arguments a function's summaries are kept before unused ones go."""


class ModuleFacts:
    """What is known of one document. Answers are computed when asked, and again only when what
    they read has changed."""

    def __init__(
        self,
        document: Document,
        outside: Outside = knows_nothing,
        told: Told = NOTHING_TOLD,
        tree: SyntaxTree | None = None,
    ) -> None:
        """`told` is what the user tells of libraries that no table knows. `tree` is that of the
        document, where it is known; then nothing may ever change."""
        self.told = told
        self.release_methods = RELEASE_METHODS | told.release
        """Every method that may release something."""
        self.tree = SyntaxTree(document) if tree is None else tree
        self.database = Database(final=tree is not None)
        self.externals = Externals(self.database, document.uri, outside)
        """What other files tell."""
        self.scopes = Scopes.of(self.database, self.tree)
        self.names = Resolution(self)
        """What names stand for."""
        self._new_ones_given = False
        self._bodies: dict[Definition, Cell[BodyResult]] = {}
        self._memos: dict[Definition, Memos] = {}
        self._context_memos: dict[Definition, dict[Context, Memos]] = {}
        self._cells: dict[Definition, dict[object, Cell[Any]]] = {}
        self.notebook = NotebookFacts(self.database, self.tree)

    @property
    def document(self) -> Document:
        """The version that the facts are of."""
        return self.tree.document

    def update(self, document: Document, changes: Sequence[LineChange]) -> list[Definition]:
        """Takes in a newer version; gives the definitions that are gone."""
        return self._take(self.tree.update(document, changes))

    def resync(self) -> list[Definition] | None:
        """Parses the whole file if some of it did not parse; None where nothing changed."""
        update = self.tree.resync()
        if not update.touched and not update.removed:
            return None
        return self._take(update)

    def _take(self, update: Update) -> list[Definition]:
        dead = self.scopes.update(self.tree.blocks, update.touched, update.removed)
        self.notebook.update()
        for definition in dead:
            self._memos.pop(definition, None)
            self._context_memos.pop(definition, None)
            if (cell := self._bodies.pop(definition, None)) is not None:
                cell.dispose()
            for other in self._cells.pop(definition, {}).values():
                other.dispose()
        return dead

    def take_apart(self) -> None:
        """Gives the memory back at once; nothing may be asked any more. Where cells know what they
        have read they refer to each other, so that else the collector had to find them."""
        if not self.database.final:
            for cell in (one for cells in self._cells.values() for one in cells.values()):
                cell.take_apart()
            for body in self._bodies.values():
                body.take_apart()
        parts = (self.names, self.externals, self.notebook, self)
        for part in parts if self.database.final else (self.scopes, *parts):
            vars(part).clear()

    def new_bodies(self) -> list[Definition]:
        """The functions, and first the module itself, that were not given before."""
        fresh = self.scopes.fresh
        if self.database.final:
            # Other facts of the same tree give them too.
            fresh, self._new_ones_given = [] if self._new_ones_given else fresh, True
        else:
            self.scopes.fresh = []
        return [one for one in fresh if one.is_function or one.node is None]

    def facts(self, definition: Definition) -> BodyFacts:
        """The facts of one body."""
        return BodyFacts(self, definition)

    def body(self, definition: Definition) -> BodyResult:
        """What the interpreter learned of a body."""
        cell = self._bodies.get(definition)
        if cell is None:
            cell = self._bodies[definition] = Cell(
                self.database, lambda: self._interpret(definition), NOT_RUN
            )
        return cell.read()

    def _interpret(self, definition: Definition) -> BodyResult:
        known = self._memos.get(definition)
        result, self._memos[definition] = interpret(self, definition, known)
        return result

    def query(
        self,
        definition: Definition,
        key: object,
        compute: Callable[[], Any],
        in_cycle: Any,
        *,
        breaks_cycles: bool = False,
    ) -> Cell[Any]:
        """The cell for one question about a definition, made when it is first asked."""
        cells = self._cells.get(definition)
        if cells is None:
            cells = self._cells[definition] = {}
        cell = cells.get(key)
        if cell is None:
            cell = cells[key] = Cell(self.database, compute, in_cycle, breaks_cycles=breaks_cycles)
        return cell

    def summary(self, definition: Definition) -> Summary:
        """What a caller sees of a function. Functions that call each other in a circle: unknown."""
        cell = self.query(
            definition,
            "summary",
            lambda: summary(self, definition, self.body(definition)),
            _NOT_KNOWN,
            breaks_cycles=True,
        )
        return cell.read()  # type: ignore[no-any-return]

    def summary_for(self, definition: Definition, context: Context) -> Summary:
        """What a caller sees of a function that it gives these arguments."""

        def compute() -> Summary:
            result, known[context] = interpret(self, definition, known.get(context), context)
            return summary(self, definition, result)

        known = self._context_memos.setdefault(definition, {})
        self._forget_unread(definition, known)
        cell = self.query(definition, context, compute, Summary(), breaks_cycles=True)
        return cell.read()  # type: ignore[no-any-return]

    def _forget_unread(self, definition: Definition, memos: dict[Context, Memos]) -> None:
        """Drops what was asked for arguments that no caller gives any more."""
        if len(memos) < _KEPT_CONTEXTS:
            return
        # What was computed in this revision may wait for its reader to finish.
        cells = self._cells.get(definition, {})
        for context in list(memos):
            cell = cells.get(context)
            if (
                cell is not None
                and not cell.readers
                and not cell.computing
                and cell.settled_at != self.database.revision
            ):
                cell.dispose()
                del cells[context], memos[context]

    def parameter_value(self, definition: Definition, name: str) -> Value:
        """What a parameter is given by all calls of the function that this file holds."""
        cell = self.query(
            definition,
            "given",
            lambda: values_given(self, definition),
            {},
            breaks_cycles=True,
        )
        return cell.read().get(name, UNKNOWN)  # type: ignore[no-any-return]

    def entry_value(self, definition: Definition, name: str) -> Value:
        """What a parameter holds where the function begins: by its annotation, or by its calls."""
        definition.code.read()
        found = (one for one in definition.parameters() if one.arg == name)
        parameter = next(found, None)
        return UNKNOWN if parameter is None else parameter_value(self, definition, parameter)

    def forward_result(self, class_: Definition) -> Value | None:
        """What calling an object of a module class of this file gives; None where its `forward`
        is not in this file."""
        method = self.method(class_, "forward")
        if method is not None:
            return self.summary(method).returns
        return inherited_result(self, class_, "forward")

    def method(self, class_: Definition, name: str) -> Definition | None:
        """A method of a class of this file, or of a base in this file."""

        def compute() -> Definition | None:
            class_.code.read()
            found = self.names.definition_in(class_, name)
            if found is not None:
                return found
            node = class_.node
            for base in node.bases if isinstance(node, ast.ClassDef) else ():
                above = self.names.resolve(class_, path_of(base))
                if above.definition is not None and above.definition is not class_:
                    found = self.method(above.definition, name)
                    if found is not None:
                        return found
            return None

        cell = self.query(class_, ("method", name), compute, None)
        return cell.read()  # type: ignore[no-any-return]

    def method_names(self, class_: Definition) -> tuple[str, ...]:
        """The methods that a class itself defines."""
        class_.code.read()
        own = (one for one in self.scopes.all() if one.parent is class_)
        return tuple(one.name for one in own if one.is_function)

    def ancestors(self, class_: Definition) -> Ancestors:
        """What a class derives from."""
        cell = self.query(
            class_,
            "ancestors",
            lambda: ancestors(self, class_),
            _IN_A_CIRCLE,
            breaks_cycles=True,
        )
        return cell.read()  # type: ignore[no-any-return]

    def class_of(self, definition: Definition) -> ClassFacts | None:
        """The class whose method a definition is."""
        parent = definition.parent
        if parent is None or not parent.is_class:
            return None
        return ClassFacts(self, parent)

    def attribute(self, class_: Definition, name: str) -> Value:
        """What reading an attribute from an object of a class gives; see `members`."""

        def compute() -> Value:
            method = self.method(class_, name)
            if method is not None:
                return method_value(self, method)
            return attribute_value(self, class_, name)

        cell = self.query(class_, ("attribute", name), compute, UNKNOWN, breaks_cycles=True)
        return cell.read()  # type: ignore[no-any-return]

    def attribute_besides(self, class_: Definition, name: str, method: Definition) -> Value:
        """What all but one method of a class leave in an attribute: what that one finds there."""

        def compute() -> Value:
            if self.method(class_, name) is not None:
                return self.attribute(class_, name)
            return attribute_value(self, class_, name, besides=method)

        key = ("attribute besides", name, method.key)
        cell = self.query(class_, key, compute, UNKNOWN, breaks_cycles=True)
        return cell.read()  # type: ignore[no-any-return]

    def attribute_writers(self, class_: Definition, name: str) -> tuple[str, ...]:
        """The methods of a class in which an attribute of this name is written, emptied or cut."""
        class_.code.read()
        writers: list[Definition] = []
        for definition in self.scopes.mentioning(name):
            if definition.parent is class_ and definition.index.writes_attribute(name):
                definition.code.read()
                writers.append(definition)
        writers.sort(key=lambda one: one.place.order())
        return (*(one.name for one in writers), *outside_writers(self, class_, name))

    def calls_below(self, definition: Definition) -> frozenset[str]:
        """The qualified names that a function of this file calls, and those that it calls, too."""

        def compute() -> frozenset[str]:
            names: set[str] = set()
            for event in self.body(definition).events:
                if isinstance(event, CallSite):
                    if event.value.name is not None and event.value.definition is None:
                        names.add(event.value.name)
                        names |= self.externals.calls(event.value.name)
                    if event.value.definition is not None:
                        names |= self.calls_below(event.value.definition)
            return frozenset(names)

        cell = self.query(definition, "calls", compute, frozenset(), breaks_cycles=False)
        return cell.read()  # type: ignore[no-any-return]

    def has_trait(self, definition: Definition, trait: str) -> bool:
        """Whether a body's own code has something that facts of a kind need; see `names.TRAITS`."""
        definition.code.read()
        return definition.index.has_trait(trait)

    def may_take(self, definition: Definition, *, hooks: bool = False) -> bool:
        """Whether a body may take a resource, or a hook's handle, by the names that stand in it."""
        return may_take(self, definition, hooks=hooks)

    def may_gather(self, definition: Definition) -> bool:
        """Whether a body may put something into a container, or mix it with something."""
        return may_gather(self, definition)

    def callers_grad(self, definition: Definition) -> GradMode | None:
        """The grad mode in which the callers of a function run it."""

        def compute() -> GradMode | None:
            return callers_grad(self, definition)

        cell = self.query(definition, "callers", compute, GradMode.UNKNOWN, breaks_cycles=True)
        return cell.read()  # type: ignore[no-any-return]

    def callers(self, definition: Definition) -> tuple[Definition, ...]:
        """The bodies of this file that call a function."""
        return calling(self, definition)

    def rhythm(self, definition: Definition, loop: Loop | None = None) -> Rhythm:
        """How often a function runs, or a loop in it."""
        if loop is None:
            return rhythm_of(self, definition)
        return rhythm_of_loop(self, definition, loop)

    def holder(
        self, definition: Definition, event: Keeping | Accumulation | Storing | Acquisition
    ) -> Holder | None:
        """What keeps the value of an event in a body."""
        return holder_of(self, definition, event)

    def leak_path(self, definition: Definition, event: Event) -> tuple[Step, ...]:
        """Where the value of an event in a body is made and kept, and what makes that grow."""
        return leak_path(self, definition, event)

    def argument_use(self, callback: Callback) -> ArgumentUse:
        """What a callback keeps of its arguments and gives back, whenever it is called."""
        return argument_use(self, callback)

    def holder_of_argument(self, definition: Definition, callback: Callback, kept: Kept) -> Holder:
        """What keeps an argument of a function that a body hands to something."""
        return holder_of_argument(self, definition, callback, kept)

    def cache(self, definition: Definition) -> Cache | None:
        """What a decorator keeps of a function's arguments and results."""
        return cache_of(self, definition)

    def call_sites(self, definition: Definition) -> list[tuple[Definition, CallSite]]:
        """The calls of a function in this file, with the bodies that they stand in."""
        return call_sites(self, definition)[0]
