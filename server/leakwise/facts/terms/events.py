"""What happens in a body, as rules ask for it."""

import ast
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from leakwise.facts.keeping.kept_arguments import ArgumentUse
from leakwise.facts.terms.lifetimes import LimitKind
from leakwise.facts.terms.making import quickly_made
from leakwise.facts.terms.places import Place, place_of
from leakwise.facts.terms.values import NONE, Source, Value
from leakwise.syntax import Block

if TYPE_CHECKING:
    from leakwise.facts.code.definitions import Definition


class GradMode(StrEnum):
    """Whether autograd records."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"


def grad_mode(setting: object) -> GradMode:
    """The mode that a switch with this setting makes."""
    if setting is True:
        return GradMode.ON
    return GradMode.OFF if setting is False else GradMode.UNKNOWN


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop of this body. `place` is its head's. `trips` is the number of rounds where known,
    `over` what a `for` goes through, `names` the names that it binds, `over_paths` the paths that
    stand in what it goes through."""

    place: Place
    node: ast.For | ast.AsyncFor | ast.While | ast.expr = field(compare=False)
    block: Block = field(compare=False)
    identity: int
    over: Value | None
    trips: int | None
    names: tuple[str, ...]
    over_paths: frozenset[str] = frozenset()

    @property
    def body(self) -> Place:
        """The whole loop, as long as it is now."""
        return place_of(self.node, self.block)

    @property
    def is_comprehension(self) -> bool:
        """Whether this is a comprehension, which keeps what each of its rounds gives."""
        return isinstance(self.node, ast.expr)

    def rebinds(self, name: str) -> bool:
        """Whether the loop's own statements bind a name, beside its head."""
        pending: list[ast.AST] = []
        if not isinstance(self.node, ast.expr):
            pending += (*self.node.body, *self.node.orelse)
        while pending:
            node = pending.pop()
            if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
                return True
            if not isinstance(node, _SCOPES):
                pending.extend(ast.iter_child_nodes(node))
        return False


_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens at a place, inside `loops`, the outermost first."""

    place: Place
    loops: tuple[Loop, ...]


class Mix(StrEnum):
    """How something is mixed with what was there before."""

    SUM = "sum"
    AVERAGE = "average"
    """What was there is weighed: `0.9 * mean + 0.1 * loss`."""
    JOINED = "joined"
    """A tensor that grows: `torch.cat([history, loss])`."""


@dataclass(frozen=True, slots=True)
class Looping(Event):
    """A loop that is run. `place` is its head's; `left_early` whether a `break` or a `return` may
    end it."""

    loop: Loop
    left_early: bool


@dataclass(frozen=True, slots=True)
class Entering(Event):
    """A `with` that enters `value`. `place` is that of the manager's expression, `manager` its path
    where it has one, `bound_to` the path behind `as`."""

    value: Value
    manager: str | None
    bound_to: str | None
    node: ast.With | ast.AsyncWith = field(compare=False)
    block: Block = field(compare=False)
    identity: int

    @property
    def body(self) -> Place:
        """The whole statement, as long as it is now."""
        return place_of(self.node, self.block)


@dataclass(frozen=True, slots=True)
class Accumulation(Event):
    """`target += operand`, or the same written out; also averages and growing tensors, as `how`
    tells. `place` is the operand's.

    `carriers` are the operand's smallest parts that carry its graph. `fresh_in` are the loops in
    whose body `target` starts anew; it outlives the other ones. `from_before` where it was there
    before the body began, so that it outlives the call too. `in_turns` where it starts anew in
    some rounds alone, such as every hundredth.
    """

    target: str
    operand: Value
    operand_text: str
    carriers: tuple[Place, ...]
    carrier_values: tuple[Value, ...]
    fresh_in: tuple[Loop, ...]
    from_before: bool
    statement: Place
    through: str = ""
    how: Mix = Mix.SUM
    in_turns: bool = False
    renewed_by: frozenset[str] = frozenset()
    """The methods that begin it anew, of an object whose class is in another file."""


@dataclass(frozen=True, slots=True)
class Keeping(Event):
    """A value put into a container. `place` is the value's; `how` the method, or "item"; `put_in`
    where a part that carries a graph was put into the value; the rest is as for an accumulation."""

    holder: str
    holder_value: Value
    how: str
    stored: Value
    stored_text: str
    carriers: tuple[Place, ...]
    carrier_values: tuple[Value, ...]
    fresh_in: tuple[Loop, ...]
    from_before: bool
    statement: Place
    through: str = ""
    put_in: Place | None = None
    renewed_by: frozenset[str] = frozenset()
    in_turns: bool = False


@dataclass(frozen=True, slots=True)
class Display(Event):
    """A value that an expression of a notebook's top level gives to nobody. `place` is the
    expression's; `hushed` where a semicolon stands behind it."""

    value: Value
    value_text: str
    hushed: bool


@dataclass(frozen=True, slots=True)
class AttributeUpdate(Event):
    """`self.attribute = value`, or an in-place form of it, or one of several targets. `recursive`
    where the value is made from what the attribute held."""

    attribute: str
    value: Value
    value_text: str
    carriers: tuple[Place, ...]
    recursive: bool
    statement: Place


@dataclass(frozen=True, slots=True)
class Carried(Event):
    """A path, bound before the loop, that a round leaves with a graph for the next round. `place`
    is the loop's head; the loop itself is the last of `loops`. `mark` is among the sources of all
    that a round makes of what it found there, graph and all. `start` is what stands there before
    the first round."""

    path: str
    value: Value
    mark: Source
    start: Value

    @property
    def starts_as_none(self) -> bool:
        """Whether None stands there before the first round."""
        return self.start.name == NONE.name


@dataclass(frozen=True, slots=True)
class Relief(Event):
    """A holder at a path gets rid of some or all that it holds, or begins anew."""

    path: str
    how: LimitKind


@dataclass(frozen=True, slots=True)
class Storing(Event):
    """A resource, an exception, a tensor of TensorFlow or another costly thing put at a path that
    outlives the body. `value_text` is how it is written, "" where it has no code of its own."""

    path: str
    value: Value
    statement: Place
    value_text: str = ""


@dataclass(frozen=True, slots=True)
class Handling(Event):
    """An `except` clause; `place` is all of it. While it runs, the frames of what failed are alive.

    `catches` are the qualified names of what it catches, empty for anything, and None among them
    for what is not known; `attempt` is the `try` statement as a whole, `attempted` what it tries.
    `says` are the texts in lower case that stand in the clause.
    """

    catches: tuple[str | None, ...]
    attempt: Place
    attempted: Place
    says: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ModuleCall(Event):
    """A network called for its output."""

    callee: str
    callee_value: Value
    result: Value
    grad: GradMode
    evaluating: Place | None
    """Where the module was put into evaluation mode, if it is in it."""
    statement: Place
    dropped: bool
    """Whether nothing is done with the result."""
    through: str = ""
    """The function of this file that calls it and is called here; "" where it is called itself."""
    cut: bool = False
    """Whether the result, or a part of it, is cut from its graph where the call stands."""
    renewed_in: tuple[Loop, ...] = ()
    """The loops in which it is another network in each round."""


GRADIENT = "gradient"


@dataclass(frozen=True, slots=True)
class TrainingStep(Event):
    """A call that trains: `what` is `backward`, an optimizer's `step`, or GRADIENT where a gradient
    is asked for with a graph of its own, to be differentiated in turn."""

    what: str


@dataclass(frozen=True, slots=True)
class Waiting(Event):
    """A call of which nothing is known yet, not even whether it trains: the facts of another file
    are still to come."""


@dataclass(frozen=True, slots=True)
class Defining(Event):
    """A decorated function is made: its decorators run whenever this statement does. `place` is
    that of its name's line, `statement` all of it."""

    function: "Definition"
    statement: Place


@dataclass(frozen=True, slots=True)
class Capture:
    """A name of a body that a function made in it refers to, and what it holds there."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class Callback(Event):
    """A function handed to something that calls it later: a hook, a map, a collate function.

    `how` names what it is handed to, in the call at `call`. `function` is its definition in this
    file, None for a lambda and for what is not known. `captures` are the names of this body that it
    refers to, `of_self` whether `self` is one of them, as for a bound method: whoever keeps the
    function keeps them. `used` is what a lambda does with its arguments: ask `BodyFacts.kept_by`;
    `calls` is the function of this file whose result it gives.
    """

    how: str
    call: Place
    function: "Definition | None"
    of_self: bool
    captures: tuple[Capture, ...]
    used: ArgumentUse
    calls: "Definition | None" = None


class Argument(NamedTuple):
    """What a call is given: `keyword` is empty for a positional one, "*" or "**" for an unpacked
    one. `path` is the one that it is read from, bound anew in the body of the loops `fresh_in`. In
    each round of those of `varies_in` names in it are bound anew. `single`: a batch of one. In
    each round of those of `uneven_in` it has another length. `number`: the text of arithmetic that
    gives another number for another one, or of an f-string that shows one."""

    value: Value
    place: Place
    keyword: str = ""
    path: str | None = None
    fresh_in: tuple[Loop, ...] = ()
    varies_in: tuple[Loop, ...] = ()
    single: bool = False
    uneven_in: tuple[Loop, ...] = ()
    number: str = ""


@quickly_made
@dataclass(frozen=True, slots=True)
class CallSite(Event):
    """A call of which something is known: what is called, what its method is called on, or what it
    is given.

    `value` is what is called. Of a method, `method` is its name, and `receiver` the path that it is
    called on. `bound_to` is the path that the result is bound to, `dropped` whether nothing is done
    with the result. `renewed_in` are the loops in which a method is called on another object in
    each round.
    """

    callee: str
    value: Value
    grad: GradMode
    method: str
    receiver: str | None
    receiver_value: Value
    arguments: tuple[Argument, ...]
    result: Value
    bound_to: str | None
    dropped: bool
    statement: Place
    renewed_in: tuple[Loop, ...] = ()

    def argument(self, keyword: str, position: int | None = None) -> Argument | None:
        """The argument with this name, or at this position; None where none is given.

        An unpacked argument may hold any: it is given for those that are not written out.
        """
        unpacked: Argument | None = None
        index = 0
        for one in self.arguments:
            if one.keyword == keyword:
                return one
            if one.keyword in {"*", "**"}:
                unpacked = unpacked or one
            elif not one.keyword:
                if index == position and unpacked is None:
                    return one
                index += 1
        return unpacked


@dataclass(frozen=True, slots=True)
class ParameterFlows:
    """Which of a function's parameters are backpropagated, stored in what outlives it, or passed
    to code that is not known."""

    backward: frozenset[str] = frozenset()
    stored: frozenset[str] = frozenset()
    passed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Flows:
    """Where values went: the sources of all that was backpropagated, returned, stored in what
    outlives the body, or passed to code that is not known."""

    backward: frozenset[Source] = frozenset()
    returned: frozenset[Source] = frozenset()
    stored: frozenset[Source] = frozenset()
    passed: frozenset[Source] = frozenset()
    parameters: ParameterFlows = field(default_factory=ParameterFlows)
