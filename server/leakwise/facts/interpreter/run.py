"""One interpretation of one body: what its functions share."""

import ast
import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from leakwise.facts.apis.keras import MODEL_EVIDENCE, TRAINING_ARGUMENTS, TRAINING_WORDS
from leakwise.facts.apis.torch_methods import (
    BACKWARD_METHODS,
    MODULE_EVIDENCE,
    OPTIMIZER_STEP,
    WEIGHT_EVIDENCE,
)
from leakwise.facts.by_use.class_use import Use
from leakwise.facts.by_use.seen_uses import SeenUses, uses_seen_by
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.families import family
from leakwise.facts.code.members import early_method_value, made_attribute
from leakwise.facts.code.names import path_of, written
from leakwise.facts.incremental.memos import Memos
from leakwise.facts.incremental.noted import Evidence
from leakwise.facts.incremental.queries import Reads
from leakwise.facts.interpreter.carrying import cut, unmarked, without_paths
from leakwise.facts.interpreter.state import Outcome, State, deep_sources
from leakwise.facts.tensorflow.traced import only_keras
from leakwise.facts.terms.events import GradMode, Loop, Waiting
from leakwise.facts.terms.places import Locatable, Place, place_of
from leakwise.facts.terms.values import PENDING, UNKNOWN, Graph, Kind, Source, Value, merge_sources
from leakwise.syntax import Block

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_OPTIMIZER_USE = frozenset({OPTIMIZER_STEP, "zero_grad"})
SHOWN_TEXT = 60
"""The most characters of an expression that a message shows."""


class Watcher(Protocol):
    """Is told what the statements of a run give; see `trace`."""

    def evaluated(self, node: ast.expr, value: Value) -> None:
        """An expression that a statement consists of was evaluated."""

    def begun(self, run: "Run", node: ast.stmt) -> None:
        """A statement is about to be run."""

    def entered(self, run: "Run", node: ast.stmt) -> None:
        """The header of a compound statement was run."""

    def finished(self, run: "Run", node: ast.stmt) -> None:
        """A statement was run."""


@dataclass(slots=True)
class Answer:
    """What a name or an attribute of another body holds, with what was read for it."""

    value: Value
    reads: Reads
    noted_in: Reads | None = None
    """The record in which that was noted last."""


@dataclass(slots=True)
class Run:
    """The interpretation of a body.

    `block` is the one in whose coordinates the current statement stands.
    """

    module: "ModuleFacts"
    definition: Definition
    block: Block
    evidence: Evidence
    state: State
    evaluator: Callable[["Run", ast.expr], Value]
    instance: str | None
    """The name of the method's `self`."""
    own_paths: frozenset[str]
    """The names that this body shares with others: declared global or nonlocal."""
    memos: Memos
    """What blocks did when they were run before."""
    uses: SeenUses | None = None
    """What is done with names and attributes, once that was asked."""
    kinds_by_use: dict[str, Kind | None] = field(default_factory=dict)
    """What the paths are used for of which that was asked."""
    uses_noted_in: Reads | None = None
    """The record in which it was noted last that this was asked."""
    answers: dict[object, Answer] = field(default_factory=dict)
    """What was asked of names and attributes of other bodies."""
    lasting: list[Value] = field(default_factory=list)
    """What carries a graph among them, and what was read from `self` so: the same values whenever
    they are asked for."""
    isolated: bool = False
    """Whether one expression is evaluated on its own, without the statements before it."""
    depth: int = 0
    """How many calls deep this body is looked into for the arguments of one call."""
    early: bool = False
    """Whether a constructor runs this body, so that the object's attributes are still being set."""
    made: bool = False
    """Whether the object's attributes are looked at as its constructor makes them alone."""
    outcome: Outcome = field(default_factory=Outcome)
    loops: tuple[Loop, ...] = ()
    statement: ast.stmt | None = None
    bound_to: str | None = None
    """The path that the current statement binds its value to."""
    cut_call: ast.Call | None = None
    """The call whose result, or a part of it, is cut from its graph where it stands."""
    cut_how: str = ""
    """The method or attribute that cuts it."""
    watcher: Watcher | None = None
    read_before: dict[str, tuple[Value, Value]] = field(default_factory=dict)
    """By attribute of `self`: what it held when it was read last, and what reading it gave."""
    captured: dict[str, Value | None] = field(default_factory=dict)
    """What names held that are read for a function which refers to them: they need not stand in the
    statements that are run."""
    inside_lambdas: int = 0
    """How many lambdas that were called are being followed."""

    def evaluate(self, node: ast.expr) -> Value:
        """The value of an expression; the events in it are noted."""
        value = self.evaluator(self, node)
        if self.watcher is not None:
            self.watcher.evaluated(node, value)
        return value

    def place(self, node: Locatable) -> Place:
        """Where a node of the current statement stands."""
        return place_of(node, self.block)

    def statement_place(self) -> Place:
        """Where the current statement stands."""
        assert self.statement is not None
        return place_of(self.statement, self.block)

    def binds(self, node: ast.expr) -> bool:
        """Whether the current statement binds just what `node` gives."""
        return getattr(self.statement, "value", None) is node

    def read(self, path: str) -> Value:
        """What a path holds here, looking outside the body where it is not bound in it."""
        value = self.state.values.get(path)
        if value is not None:
            return value
        found = self._answer(path)
        if found is not None:
            return found
        if "." in path or "[" in path:
            return UNKNOWN
        return self._ask(path, lambda: self._outer(path))

    def _outer(self, name: str) -> Value:
        own = self.isolated and self.definition.is_function
        if own and self.definition.index.bindings_of(name):
            return self.module.names.scope_value(self.definition, name, alone=True)
        return self.module.names.outer_name(self.definition, name, alone=self.isolated)

    def attribute(self, class_: Definition, name: str) -> Value:
        """What an attribute of an object of a class of this file holds."""
        if self.early and class_ is self.definition.parent:
            method = self.module.method(class_, name)
            return UNKNOWN if method is None else early_method_value(self.module, method)
        if self.made and class_ is self.definition.parent:
            return made_attribute(self.module, class_, name)
        found = self._answer((class_, name))
        if found is None:
            found = self._ask((class_, name), lambda: self.module.attribute(class_, name))
        return found

    def imported(self, qualified: str) -> Value:
        """What an imported name stands for; see `Resolution.imported`."""
        key = ("imported", qualified)
        found = self._answer(key)
        if found is None:
            found = self._ask(key, lambda: self.module.names.imported(qualified))
        return found

    def _answer(self, key: object) -> Value | None:
        """What was asked before in this run; it counts as read again."""
        known = self.answers.get(key)
        if known is None:
            return None
        active = self.module.database.active
        if active and active[-1] is not known.noted_in:
            known.noted_in = active[-1]
            known.noted_in.update(known.reads)
        return known.value

    def _ask(self, key: object, ask: Callable[[], Value]) -> Value:
        database = self.module.database
        reads = database.open_record()
        try:
            value = ask()
        finally:
            database.close_record()
        self.answers[key] = Answer(value, reads)
        if value.carries_graph:
            self.lasting.append(value)
        return value

    def outside(self, path: str, state: State) -> Value | None:
        """What is at an attribute or element that was not bound in a state: as its owner tells.
        None for what only the constructor gives the object that it makes."""
        if self._is_made_here(path):
            return None
        found = self._reached(_parsed(path), state)
        if self.instance is not None and path.startswith(self.instance + "."):
            return found.made_from(frozenset({path}))
        return found

    def _is_made_here(self, path: str) -> bool:
        class_ = self.definition.parent
        if self.definition.name != "__init__" or class_ is None or self.instance is None:
            return False
        name = path.removeprefix(f"{self.instance}.")
        if name == path or not name.isidentifier():
            return False
        for one in family(self.module, class_):
            one.code.read()
            if one.index.mentions(name):
                return False
        return True

    def _reached(self, node: ast.expr, state: State) -> Value:
        if isinstance(node, ast.Name):
            return state.values.get(node.id, UNKNOWN)
        if isinstance(node, ast.Subscript):
            owner = self._reached(node.value, state)
            if owner.kind is not Kind.CONTAINER or not isinstance(node.slice, ast.Constant):
                return UNKNOWN
            known = owner.field(node.slice.value)
            return known or owner.element or UNKNOWN
        if isinstance(node, ast.Attribute):
            owner = self._reached(node.value, state)
            if (field := owner.field(node.attr)) is not None:
                return field
            if owner.definition is not None:
                return self._found_in(owner.definition, node.attr)
        return UNKNOWN

    def _found_in(self, class_: Definition, name: str) -> Value:
        """What an attribute held before this body bound it."""
        if class_ is not self.definition.parent or self.early or self.made:
            return self.attribute(class_, name)
        key = (class_, name, self.definition)
        found = self._answer(key)
        if found is None:
            found = self._ask(
                key, lambda: self.module.attribute_besides(class_, name, self.definition)
            )
        return found

    def recorded(self, value: Value) -> Value:
        """A value that is computed here: where autograd does not record it refers to no graph."""
        if self.state.grad is GradMode.ON:
            return value
        if self.state.grad is GradMode.OFF and value.is_tensor:
            return without_paths(cut(value.but(graph=Graph.DETACHED)))
        return cut(value.but(graph=Graph.UNKNOWN)) if value.carries_graph else value

    def computed_here(self, value: Value) -> Value:
        """What another body's code gives when it is run here: as `recorded`, in all parts."""
        return value if self.state.grad is GradMode.ON else value.mapped(self.recorded)

    def kind_by_use(self, path: str | None) -> Kind | None:
        """What this body, or of an attribute its class, uses what is at `path` for: a module, which
        is called and asked for its parameters or put into a mode, or an optimizer."""
        if path is None:
            return None
        active = self.module.database.active
        if active and active[-1] is not self.uses_noted_in:
            self._seen_uses()
        try:
            return self.kinds_by_use[path]
        except KeyError:
            kind = self._kind_used_as(path, self._seen_uses().of(path))
            self.kinds_by_use[path] = kind
            return kind

    def _kind_used_as(self, path: str, use: Use) -> Kind | None:
        kind = kind_used_as(use)
        asked = {one.removesuffix("()") for one in TRAINING_WORDS.intersection(use.methods)}
        trained = kind is None and any(
            # Without telling arguments it may be a method of this file.
            one in TRAINING_ARGUMENTS or not self.module.scopes.named(one)
            for one in asked
        )
        if trained and path != self.instance and only_keras(self.module):
            return Kind.KERAS_MODEL
        return kind

    def use(self, path: str) -> Use:
        """What this body, and of an attribute its class, does with what is at a path."""
        return self._seen_uses().of(path)

    def _seen_uses(self) -> SeenUses:
        seen = self.uses
        if seen is None:
            seen = self.uses = uses_seen_by(self.module, self.definition)
        active = self.module.database.active
        if active and active[-1] is not self.uses_noted_in:
            # Read again, for the block that asks.
            self.uses_noted_in = active[-1]
            self.uses_noted_in.update(seen.cells)
        return seen


def kind_used_as(use: Use) -> Kind | None:
    """What something is that is used so: a network or an optimizer; None where that is open."""
    steps = OPTIMIZER_STEP in use.methods and BACKWARD_METHODS.isdisjoint(use.methods)
    if steps:
        # Also where its class was called for it, under the same name.
        return Kind.OPTIMIZER if use.methods >= _OPTIMIZER_USE else None
    if not use.called:
        asked = use.methods & MODULE_EVIDENCE
        return Kind.MODULE if asked & WEIGHT_EVIDENCE and len(asked) > 1 else None
    if use.compared or not MODULE_EVIDENCE.isdisjoint(use.methods):
        return Kind.MODULE
    return None if MODEL_EVIDENCE.isdisjoint(use.methods) else Kind.KERAS_MODEL


def shown(node: ast.expr) -> str:
    """An expression's text for a message, shortened."""
    text = written(node) or ast.unparse(node)
    return text if len(text) <= SHOWN_TEXT else text[: SHOWN_TEXT - 1] + "…"


def spread(run: Run, node: ast.Call, arguments: list[Value]) -> list[Value]:
    """The arguments of a call by position, with those in `*items` one by one, up to where it is
    not known how many these are."""
    found: list[Value] = []
    for part, value in zip(node.args, arguments, strict=True):
        if not isinstance(part, ast.Starred):
            found.append(value)
            continue
        items = run.evaluate(part.value).items if path_of(part.value) is not None else None
        if items is None:
            break
        found += items
    return found


def known_module(value: Value) -> bool:
    """Whether this is a network or a criterion."""
    return value.kind is Kind.MODULE or value.kind is Kind.CRITERION


def pending_call(run: Run, node: ast.Call, arguments: Iterable[Value]) -> Value:
    """The value of a call of code in another file whose facts are still to come."""
    run.outcome.add(Waiting(run.place(node), run.loops))
    return PENDING.made_from(unknown_call(run, arguments).sources)


def unknown_call(run: Run, arguments: Iterable[Value]) -> Value:
    """The value of a call of unknown code: unknown, made from its arguments."""
    sources: frozenset[Source] = frozenset()
    for argument in arguments:
        run.outcome.pass_on(argument)
        sources = merge_sources(sources, unmarked(deep_sources(argument)))
    return Value(sources=sources) if sources else UNKNOWN


@functools.lru_cache(maxsize=1024)
def _parsed(path: str) -> ast.expr:
    return ast.parse(path, mode="eval").body
