"""What a loop hands from round to round with its graph: its later rounds begin with that.

A value made from it, graph and all, has a mark among its sources. Whatever cuts the graph takes the
mark off, and so does code that may cut it.
"""

from typing import TYPE_CHECKING

from leakwise.facts.interpreter.state import State, deep_sources, join_accumulator
from leakwise.facts.terms.values import Source, Value

if TYPE_CHECKING:
    from leakwise.facts.interpreter.run import Run

_MARK = "~"
CUTS = ("detach", "detach_", "data", "no_grad", "inference_mode", "set_grad_enabled")
"""Words without which a function of this file does not cut the graph of what it is given."""


def mark(path: str, depth: int) -> str:
    """The source of what a loop, this deep in others, found at a path when a round began."""
    return f"{_MARK}{depth} {path}"


def unmarked(sources: frozenset[Source]) -> frozenset[Source]:
    """The sources that are no marks."""
    if not sources:
        return sources
    marked = [one for one in sources if isinstance(one, str) and one[:1] == _MARK]
    return sources.difference(marked) if marked else sources


def cut(value: Value) -> Value:
    """The same value without marks."""
    sources = unmarked(value.sources)
    return value if sources is value.sources else value.but(sources=sources)


def without_paths(value: Value) -> Value:
    """The same value, cut from its graph: of what stands at the paths that it was made from nobody
    gets a gradient through it. Which arguments and calls made it is still known."""
    gone = [one for one in value.sources if isinstance(one, str) and one[:1] != _PARAMETER]
    return value.but(sources=value.sources.difference(gone)) if gone else value


_PARAMETER = "<"


def graph_sources(value: Value) -> frozenset[Source]:
    """The sources of what a value holds; marks among them only where a graph is carried on."""
    sources = deep_sources(value)
    return unmarked(sources) if value.is_tensor and not value.carries_graph else sources


def left_for_later(before: State, after: State) -> dict[str, Value]:
    """What a round leaves with its graph at paths that were bound before the loop."""
    start = before.values.get
    return {
        path: value
        for path, value in after.values.items()
        if (known := start(path)) is not value and known is not None and value.carries_graph
    }


def in_later_rounds(run: "Run", before: State, after: State, joined: State) -> State:
    """What holds when a later round begins: what carries a graph then always does."""
    for path, value in left_for_later(before, after).items():
        sources = frozenset({mark(path, len(run.loops))})
        joined.change(path, value.made_from(sources))
    return joined


def suppose_carried(run: "Run", before: State, full: State, after: State, joined: State) -> None:
    """Supposes, for the second round, that a graph is at the paths at which a `full` round leaves
    one, and another that a `continue` ends early does not: it leaves what it found, or cuts it, as
    the second round will tell."""
    for path, value in left_for_later(before, full).items():
        if path in after.values and not after.values[path].carries_graph:
            joined.change(path, value.made_from(frozenset({mark(path, len(run.loops))})))


def behind_loop(before: State, after: State, joined: State) -> State:
    """What holds behind the loop, which may have had no round."""
    for path, value in left_for_later(before, after).items():
        joined.change(path, cut(join_accumulator(before.values[path], value)))
    return joined
