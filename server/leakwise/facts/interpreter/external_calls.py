"""Calls and attributes of what other files define, as their facts tell."""

import ast

from leakwise.facts.externals import made_by
from leakwise.facts.interpreter.kept_by_calls import note_kept_elsewhere
from leakwise.facts.interpreter.run import Run, pending_call, unknown_call
from leakwise.facts.resources.acquisitions import acquired_elsewhere
from leakwise.facts.symbols.questions import FoundClass, FoundFunction, is_address
from leakwise.facts.terms.events import GradMode, TrainingStep
from leakwise.facts.terms.values import OTHER, UNKNOWN, Graph, Kind, Value


def outside_attribute(run: Run, owner: Value, name: str) -> Value:
    """An attribute or method of an object whose class is in another file; UNKNOWN for others."""
    if owner.name is None or owner.definition is not None or not is_address(owner.name):
        return UNKNOWN
    return run.module.externals.attribute(owner.name, owner.kind, name)


def outside_call(run: Run, node: ast.Call, callee: Value, arguments: list[Value]) -> Value:
    """A call of a name that no table knows: what the file tells that defines it."""
    answer = run.module.externals.symbol(callee.name or "")
    if answer is None:
        return pending_call(run, node, arguments)
    # What is called may keep what it is given, or differentiate it.
    made_from = unknown_call(run, arguments).sources
    place = run.place(node)
    if isinstance(answer.found, FoundClass):
        made = made_by(answer.found)
        return made.made_from(made_from) if made.kind is Kind.UNKNOWN else made.but(origin=place)
    if not isinstance(answer.found, FoundFunction):
        return Value(sources=made_from)
    if answer.found.trains:
        run.outcome.add(TrainingStep(place, run.loops, answer.found.trains))
    note_kept_elsewhere(run, node, answer.found.keeps, arguments)
    result = answer.found.returns
    if result is None:
        return OTHER
    if result.carries_graph and run.state.grad is not GradMode.ON:
        off = run.state.grad is GradMode.OFF
        result = result.but(graph=Graph.DETACHED if off else Graph.UNKNOWN)
    taken = acquired_elsewhere(run, node, result)
    if taken is not None:
        # What it is made of was passed on, and it is not.
        return taken
    if result.kind is Kind.CONTAINER:
        return result.made_from(made_from | {place})
    return result.but(origin=place).made_from(made_from)


def may_switch_grad(manager: Value) -> bool:
    """Whether entering a context could switch recording off unseen."""
    return manager.kind in _UNSEEN or (manager.kind is Kind.INSTANCE and is_address(manager.name))


_UNSEEN = frozenset({Kind.UNKNOWN, Kind.QUALIFIED, Kind.PENDING})
