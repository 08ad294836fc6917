"""Networks run for numbers alone: nothing that refers to their graphs is kept or given away."""

from collections.abc import Iterable, Iterator

from leakwise.facts import BodyFacts, CallSite, GradMode, Kind, ModuleCall, Value
from leakwise.facts.interpreter.containers import holds_graph
from leakwise.facts.interpreter.state import deep_sources
from leakwise.facts.terms.values import Source
from leakwise_rules.evaluation import CAPTURING, Phase, cuts

_UNTOLD = frozenset({Kind.UNKNOWN, Kind.PENDING})


def spent(body: BodyFacts, calls: Iterable[ModuleCall]) -> list[ModuleCall]:
    """Those of the calls from whose results numbers are all that is taken: something makes them of
    it, and nothing that refers to its graph leaves the body."""
    # Where a call is cut nobody has a name for what refers to its graph.
    candidates = [call for call in calls if call.cut or not _leaves(body, call)]
    taken: set[Source] = set()
    if not all(call.cut for call in candidates):
        for site in body.call_sites:
            if site.result.kind not in _UNTOLD and not holds_graph(site.result):
                for value in _given(site):
                    if holds_graph(value):
                        taken |= deep_sources(value)
    return [call for call in candidates if call.cut or call.place in taken]


def _leaves(body: BodyFacts, call: ModuleCall) -> bool:
    made = frozenset({call.place})
    return body.returned(made) or body.stored(made) or body.passed_on(made)


def _given(site: CallSite) -> Iterator[Value]:
    yield site.receiver_value
    for argument in site.arguments:
        yield argument.value


def between_steps(body: BodyFacts, calls: Iterable[ModuleCall]) -> Iterator[Phase]:
    """The calls among training steps of which only numbers are taken, such as samples to look at.

    Each is a phase of its own: what stands beside it may be trained. Hooks may hand on more than
    the result.
    """
    if body.file_mentions(*CAPTURING):
        return
    repeated = [call for call in calls if call.loops and not call.dropped]
    for call in spent(body, repeated):
        yield Phase((call,), None)


def stands_alone(body: BodyFacts, phase: Phase) -> bool:
    """Whether no other network is run in the phase's statement, if it is one: its graph may be
    needed."""
    return phase.loop is not None or all(
        call in phase.calls or call.statement != phase.calls[0].statement
        for call in body.forward_passes
    )


def records_by_itself(body: BodyFacts, phase: Phase) -> bool:
    """Whether recording is on when a function runs that no name tells to be evaluation: by what
    calls it in this file, or because it cuts graphs itself."""
    if body.name is None:
        return True
    cutting = cuts(body, phase) or any(call.cut for call in phase.calls)
    if cutting and (body.class_ is None or body.class_.bases_known):
        return True
    return body.callers_grad() is GradMode.ON
