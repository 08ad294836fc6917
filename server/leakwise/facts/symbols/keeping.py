"""What methods keep on their objects of what they are given, as callers in other files see it."""

from collections.abc import Iterator

from leakwise.facts.code.definitions import Definition
from leakwise.facts.interpreter.summaries import Context, is_followed
from leakwise.facts.module import ModuleFacts
from leakwise.facts.symbols.questions import FoundKept
from leakwise.facts.terms.events import GradMode
from leakwise.facts.terms.values import Graph, Scalar, Value, container, tensor

_LOSS = tensor(Graph.ATTACHED, scalar=Scalar.SURE)
_GIVEN: tuple[Value, ...] = (_LOSS, container(_LOSS).but(length=None))
"""What a method is tried with: a loss, or several."""


def kept_by_method(facts: ModuleFacts, definition: Definition) -> Iterator[FoundKept]:
    """What a method keeps of each argument with the graph of that: the method is looked into with a
    loss for one parameter after the other."""
    instance, class_ = definition.instance_name(), definition.parent
    if instance is None or class_ is None or not is_followed(definition):
        return
    kept = facts.summary(definition).keeps
    wanted = frozenset().union(*(one.parameters for one in kept))
    names = [one.arg for one in definition.parameters() if one.arg != instance]
    for position, name in enumerate(names):
        if name in wanted:
            yield from _kept_of(facts, definition, class_, name, position)


def _kept_of(
    facts: ModuleFacts, definition: Definition, class_: Definition, name: str, position: int
) -> Iterator[FoundKept]:
    start = f"{definition.instance_name()}."
    for given in _GIVEN:
        context = Context(((name, given),), GradMode.ON, 1)
        found = [
            kept
            for kept in facts.summary_for(definition, context).keeps
            if kept.stored.carries_graph
            and name in kept.parameters
            and kept.holder.startswith(start)
        ]
        for kept in found:
            holder = kept.holder[len(start) :]
            attribute = holder.partition(".")[0].partition("[")[0]
            writers = set(facts.attribute_writers(class_, attribute)) - {definition.name}
            yield FoundKept(name, position, holder, kept.how, frozenset(writers))
        if found:
            return
