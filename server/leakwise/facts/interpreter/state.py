"""The state of a body being interpreted: what each path holds, and whether autograd records."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from leakwise.facts.code.parameters import parameters_in, without_parameters
from leakwise.facts.terms.events import Event, Flows, GradMode, Loop, ParameterFlows
from leakwise.facts.terms.values import (
    NONE,
    UNKNOWN,
    Graph,
    Kind,
    Source,
    Value,
    join,
    merge_sources,
)

Loops = tuple[Loop, ...]


@dataclass(slots=True)
class State:
    """What holds at one point of a body.

    `fresh_in` tells for each path in which loops it was bound anew: it outlives the other loops
    round a later use. `evaluating` tells where a module was put into evaluation mode. `parts` lists
    by name the paths that hang on it.
    """

    values: dict[str, Value] = field(default_factory=dict)
    fresh_in: dict[str, Loops] = field(default_factory=dict)
    evaluating: dict[str, Value] = field(default_factory=dict)
    parts: dict[str, frozenset[str]] = field(default_factory=dict)
    grad: GradMode = GradMode.ON
    dead: bool = False
    touched: set[str] | None = field(default=None, compare=False)
    """The paths that changed since this branch began; None where that is not known."""

    def branch(self) -> "State":
        """A copy that notes what changes in it, to be joined by `join_branches`."""
        branch = self.copy()
        branch.touched = set()
        return branch

    def copy(self) -> "State":
        """A state that can be changed on its own."""
        return State(
            self.values.copy(),
            self.fresh_in.copy(),
            self.evaluating.copy(),
            self.parts.copy(),
            self.grad,
            self.dead,
        )

    def bind(self, path: str, value: Value, loops: Loops) -> None:
        """Gives a path a new value; what hung on the old one is forgotten."""
        if self.evaluating or root_of(path) in self.parts:
            self.forget_below(path)
        self._put(path, value)
        self.fresh_in[path] = loops

    def change(self, path: str, value: Value) -> None:
        """Gives a path a value that continues the old one, as `+=` does."""
        self._put(path, value)

    def forget(self, path: str) -> None:
        """Removes a path and what hangs on it."""
        self.forget_below(path)
        self.values.pop(path, None)
        self.fresh_in.pop(path, None)
        self._touch(path)

    def forget_below(self, path: str, *, modes: bool = True) -> None:
        """Removes what hangs on a path: its attributes, elements and, where asked for, modes."""
        root = root_of(path)
        below = [part for part in self.parts.get(root, ()) if hangs_on(part, path)]
        if below:
            for part in below:
                self.values.pop(part, None)
                self.fresh_in.pop(part, None)
                self._touch(part)
            rest = self.parts[root].difference(below)
            if rest:
                self.parts[root] = rest
            else:
                del self.parts[root]
        if modes and self.evaluating:
            for key in [key for key in self.evaluating if lies_in(key, path)]:
                del self.evaluating[key]

    def _touch(self, path: str) -> None:
        if self.touched is not None:
            self.touched.add(path)

    def _put(self, path: str, value: Value) -> None:
        self.values[path] = value
        if self.touched is not None:
            self.touched.add(path)
        root = root_of(path)
        if root is not path:
            known = self.parts.get(root, frozenset())
            if path not in known:
                self.parts[root] = known | {path}


def root_of(path: str) -> str:
    """The name that a path begins with; the path itself where it is one."""
    if path.isidentifier():
        return path
    return path.partition(".")[0].partition("[")[0]


def hangs_on(key: str, path: str) -> bool:
    """Whether a path is of an attribute or element of what is at another."""
    return len(key) > len(path) and key.startswith(path) and key[len(path)] in ".["


def lies_in(key: str, path: str) -> bool:
    """Whether a path is another one, or hangs on it."""
    return key == path or hangs_on(key, path)


Outside = Callable[[str, State], Value | None]
"""Gives what is at an attribute or element that was not bound in a state; None where there is
nothing yet."""


def nothing_outside(path: str, state: State) -> Value | None:
    """Nothing is known of what was not bound."""
    return UNKNOWN


def join_branches(
    before: State, one: State, two: State, outside: Outside = nothing_outside
) -> State:
    """What holds behind two branches of `before`; it costs what the branches changed."""
    if one.dead or two.dead or one.touched is None or two.touched is None:
        joined = join_states(one, two, outside)
        if joined.touched is not None and before.touched is not None:
            joined.touched |= before.touched
        else:
            joined.touched = None
        return joined
    for path in two.touched - one.touched:
        one.touched.add(path)
    for path in one.touched:
        first, second = one.values.get(path), two.values.get(path)
        if first is None or second is None:
            present = first or second
            if present is not None:
                # Bound on one way only: where it is used, that way was taken.
                if path != root_of(path):
                    lacking = one if first is None else two
                    present = _join_outside(outside(path, lacking), present)
                one.values[path] = present
        elif first is not second:
            one.values[path] = join_accumulator(first, second)
        loops = two.fresh_in.get(path)
        if loops is not None and len(one.fresh_in.get(path, ())) <= len(loops):
            one.fresh_in[path] = loops
    for root, paths in two.parts.items():
        if one.parts.get(root) is not paths:
            one.parts[root] = one.parts.get(root, frozenset()) | paths
    one.evaluating = _both_evaluating(one, two)
    one.grad = one.grad if one.grad is two.grad else GradMode.UNKNOWN
    if before.touched is None:
        one.touched = None
    else:
        one.touched |= before.touched
    return one


def join_accumulator(one: Value, two: Value) -> Value:
    """The join where a number became a tensor: `total = 0` before `total += loss`."""
    if one.kind is two.kind:
        return join(one, two)
    for first, second in ((one, two), (two, one)):
        if first.kind is Kind.NUMBER and second.is_tensor:
            return second.made_from(first.sources)
        absent = first.kind is NONE.kind and first.name == NONE.name
        if absent and (second.is_tensor or second.kind in _NETWORKS):
            return second
    return join(one, two)


def _join_outside(held: Value | None, bound: Value) -> Value:
    return bound if held is None else join_accumulator(held, bound)


_NETWORKS = frozenset({Kind.MODULE, Kind.CRITERION})
"""What is called or trained is there: where it is used, it is not None."""


def _both_evaluating(one: State, two: State) -> dict[str, Value]:
    return {
        path: value for path, value in one.evaluating.items() if two.evaluating.get(path) == value
    }


def join_states(one: State, two: State, outside: Outside = nothing_outside) -> State:
    """What holds where either state may have led to."""
    if one.dead:
        return two
    if two.dead:
        return one
    values = one.values.copy()
    # Most is the same in both, and there may be hundreds: what differs is found first.
    pairs = zip(two.values.items(), map(one.values.get, two.values), strict=True)
    for path, second, first in [(*pair, first) for pair, first in pairs if first is not pair[1]]:
        if first is None:
            # Bound on one way only: where it is used, that way was taken.
            if path != root_of(path):
                second = _join_outside(outside(path, one), second)
            values[path] = second
        else:
            values[path] = join_accumulator(first, second)
    parts = one.parts.copy()
    for root, paths in two.parts.items():
        known = parts.get(root)
        if known is not paths:
            parts[root] = paths if known is None else known | paths
    for path in one.values.keys() - two.values.keys():
        if path in parts.get(root_of(path), ()):
            values[path] = _join_outside(outside(path, two), one.values[path])
    fresh = one.fresh_in.copy()
    bound = zip(two.fresh_in.items(), map(fresh.get, two.fresh_in), strict=True)
    for path, loops, before in [(*pair, own) for pair, own in bound if own is not pair[1]]:
        if before is None or len(before) < len(loops):
            fresh[path] = loops
    evaluating = _both_evaluating(one, two)
    grad = one.grad if one.grad is two.grad else GradMode.UNKNOWN
    return State(values, fresh, evaluating, parts, grad)


@dataclass(slots=True)
class Outcome:
    """What was learned while interpreting some statements.

    `events` are keyed, so that the last round of a loop has the last word.
    """

    events: dict[tuple[object, ...], Event] = field(default_factory=dict)
    backward: frozenset[Source] = frozenset()
    returned: frozenset[Source] = frozenset()
    stored: frozenset[Source] = frozenset()
    passed: frozenset[Source] = frozenset()
    given_back: list[Value] = field(default_factory=list)
    """What is returned or yielded, in order."""
    breaks: list[State] = field(default_factory=list)
    continues: list[State] = field(default_factory=list)
    returning: bool = False
    """Whether a `return` is among the statements."""

    def add(self, event: Event, *key: object) -> None:
        """Notes an event; one of the same type, place and key is replaced."""
        self.events[(type(event), event.place, *key)] = event

    def give_back(self, value: Value) -> None:
        """Notes a value that is returned or yielded."""
        self.returned = _union(self.returned, _differentiable_sources(value))
        self.given_back.append(value)

    @property
    def returns(self) -> Value | None:
        """All that is returned or yielded as one value; None where nothing is."""
        # In the order of the statements, however these were taken together.
        return functools.reduce(join, self.given_back) if self.given_back else None

    def store(self, value: Value, *holders: str) -> None:
        """Notes a value that is kept by what outlives the body, and the paths of what keeps it."""
        self.stored = _union(self.stored, _differentiable_sources(value).union(holders))

    def pass_on(self, value: Value) -> None:
        """Notes a value that goes into code that is not known."""
        self.passed = _union(self.passed, _differentiable_sources(value))

    def backpropagate(self, value: Value) -> None:
        """Notes a value from which a backward pass starts."""
        self.backward = _union(self.backward, deep_sources(value))

    def merge(self, other: "Outcome", *, flows_only: bool = False) -> None:
        """Takes over what `other` learned; `flows_only` for a round that is not the last."""
        self.backward = _union(self.backward, other.backward)
        self.returned = _union(self.returned, other.returned)
        self.stored = _union(self.stored, other.stored)
        self.passed = _union(self.passed, other.passed)
        self.returning = self.returning or other.returning
        if flows_only:
            return
        self.events.update(other.events)
        self.given_back.extend(other.given_back)
        self.breaks.extend(other.breaks)
        self.continues.extend(other.continues)

    def flows(self) -> Flows:
        """Where values went. Parameters are told apart: two values that are made from one parameter
        have nothing more in common."""
        return Flows(
            without_parameters(self.backward),
            without_parameters(self.returned),
            without_parameters(self.stored),
            without_parameters(self.passed),
            ParameterFlows(
                parameters_in(self.backward),
                parameters_in(self.stored),
                parameters_in(self.passed),
            ),
        )


def _union(one: frozenset[Source], two: frozenset[Source]) -> frozenset[Source]:
    """Both sets; what flows out of a body is not limited, or one long body would hide all."""
    return one if two <= one else one | two


def deep_sources(value: Value) -> frozenset[Source]:
    """The sources of a value and of all that it holds."""
    sources = value.sources
    if value.element is None and not value.items and not value.fields:
        return sources
    for part in parts_of(value):
        sources = merge_sources(sources, deep_sources(part))
    return sources


def parts_of(value: Value) -> Iterator[Value]:
    """What a value holds: elements, items and fields."""
    if value.element is not None:
        yield value.element
    yield from value.items or ()
    for _, held in value.fields or ():
        yield held


def _differentiable_sources(value: Value) -> frozenset[Source]:
    """The sources that somebody could still reach from a value through its graph."""
    if value.is_tensor and value.graph is Graph.DETACHED:
        return frozenset()
    if value.kind is not Kind.CONTAINER:
        return deep_sources(value)
    sources = value.sources
    if value.element is None and not value.items and not value.fields:
        return sources
    for part in parts_of(value):
        sources = merge_sources(sources, _differentiable_sources(part))
    return sources
