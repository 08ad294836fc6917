"""Notes what a function that is called keeps of an argument: in a file's own words, whether the
function stands there or in another file."""

import ast

from leakwise.facts.code.names import path_of
from leakwise.facts.code.parameters import Given
from leakwise.facts.interpreter.arithmetic import arithmetic, carriers
from leakwise.facts.interpreter.binding import begins_in_turns, fresh_loops, is_from_before
from leakwise.facts.interpreter.containers import holds_graph, put_beside
from leakwise.facts.interpreter.parts import put_in
from leakwise.facts.interpreter.run import Run, shown
from leakwise.facts.interpreter.state import deep_sources
from leakwise.facts.symbols.questions import FoundKept
from leakwise.facts.terms.events import Accumulation, Event, Keeping
from leakwise.facts.terms.values import Certainty, Graph, Kind, Value, tensor


def note_kept_argument(
    run: Run,
    node: ast.Call,
    argument: Given,
    holder: str,
    held: Value,
    how: str,
    stored: Value,
    renewed_by: frozenset[str] = frozenset(),
) -> None:
    """Notes that a call keeps what is `stored`, made from an argument, in what the caller calls
    `holder`, of which so much is known as `held` says. `how` is the container's method, or "+"."""
    stored = stored.made_from(deep_sources(argument.value))
    parts = carriers(run, argument.node) if stored.carries_graph else []
    place = run.place(argument.node)
    told = (
        shown(argument.node),
        tuple(part for part, _ in parts),
        tuple(value for _, value in parts),
        fresh_loops(run, holder),
        is_from_before(run, holder),
        run.statement_place(),
        shown(node.func),
    )
    event: Event
    if how == "+":
        event = Accumulation(
            place,
            run.loops,
            holder,
            stored,
            *told,
            renewed_by=renewed_by,
            in_turns=begins_in_turns(run, holder),
        )
    else:
        where = put_in(argument.value)
        event = Keeping(place, run.loops, holder, held, how, stored, *told, where, renewed_by)
    run.outcome.add(event, holder)
    old = run.state.values.get(holder)
    if old is None:
        return
    if how == "+":
        run.state.change(holder, arithmetic(old, stored).made_from(frozenset({holder})))
    elif old.kind is Kind.CONTAINER:
        run.state.change(holder, put_beside(old, stored, holder))


def note_kept_elsewhere(
    run: Run, node: ast.Call, keeps: tuple[FoundKept, ...], arguments: list[Value]
) -> None:
    """Notes what a method of another file keeps of its arguments, which are those of the call in
    their order."""
    owner = path_of(node.func.value) if isinstance(node.func, ast.Attribute) else None
    if owner is None or any(isinstance(part, ast.Starred) for part in node.args):
        return
    count = len(node.args)
    given = {
        keyword.arg: Given(value, keyword.value)
        for keyword, value in zip(node.keywords, arguments[count:], strict=False)
    }
    for kept in keeps:
        argument = given.get(kept.parameter)
        if argument is None and kept.position < count:
            argument = Given(arguments[kept.position], node.args[kept.position])
        if argument is None or not holds_graph(argument.value):
            continue
        holder = f"{owner}.{kept.holder}"
        scalar = argument.value.scalar
        stored = tensor(
            Graph.ATTACHED,
            scalar=scalar,
            certainty=argument.value.certainty.weaker(Certainty.LIKELY),
            origin=argument.value.origin,
        )
        held = run.read(holder)
        note_kept_argument(run, node, argument, holder, held, kept.how, stored, kept.renewed_by)
