"""What rules about evaluation that records gradients share."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from leakwise.facts import (
    Accumulation,
    BodyFacts,
    Certainty,
    GradMode,
    Keeping,
    Loop,
    ModuleCall,
    Place,
    Value,
)
from leakwise.facts.apis.torch_functions import DIFFERENTIATING
from leakwise.facts.interpreter.containers import attached_part, holds_graph
from leakwise.facts.terms.values import Source, overlap
from leakwise.rule import Applicability, Finding, Fix, FixContext, RelatedPlace
from leakwise.text import Range
from leakwise_rules.grad_modes import mode_call
from leakwise_rules.graphs import outlived_loops
from leakwise_rules.wording import shown

CAPTURING = (
    "register_forward_hook",
    "register_forward_pre_hook",
    "register_module_forward_hook",
    "register_module_forward_pre_hook",
)
_STEP = re.compile(r"^on_|_(?:step|batch|(?:epoch|batch)_end)$")
_TRAINING = ("fit", "learn", "train", "train_step", "training_step")
"""Methods by which trainers are told to train. Networks have `train` too, for their mode."""
_FORWARD = ("__call__", "forward", "training_step")


def records_for_nothing(body: BodyFacts, call: ModuleCall) -> bool:
    """Whether autograd records this call although nothing in this body differentiates its result;
    `grad_modes.runs_recorded` tells of its callers.

    A call whose result is dropped is made for what it does to hooks, where there are some: these
    may hand outputs on, with their graphs.
    """
    return (
        call.grad is GradMode.ON
        and holds_graph(call.result)
        and not body.backpropagated(call.result.sources)
        and not body.mentions(*DIFFERENTIATING)
        and not (call.dropped and body.file_mentions(*CAPTURING))
    )


def is_forward(body: BodyFacts) -> bool:
    """Whether the body is a part of a forward pass, whose graph its caller wants."""
    return body.name in _FORWARD or (body.class_ is not None and body.class_.is_module)


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of evaluation: the calls of networks in one loop that trains nothing, or, without
    such a loop, in one run of statements."""

    calls: tuple[ModuleCall, ...]
    loop: Loop | None

    @property
    def sources(self) -> frozenset[Source]:
        """What everything made in this phase is made from."""
        return frozenset().union(*(call.result.sources for call in self.calls))

    @property
    def statements(self) -> tuple[Place, ...]:
        """What belongs into a grad-off region: the loop, or the first and the last statement."""
        if self.loop is not None:
            return (self.loop.place,)
        return (self.calls[0].statement, self.calls[-1].statement)

    @property
    def region(self) -> Place:
        """The code that this is about: the whole loop, or the first statement."""
        return self.calls[0].statement if self.loop is None else self.loop.body


def phases(body: BodyFacts, calls: Iterable[ModuleCall]) -> Iterator[Phase]:
    """The calls, put together by what one grad-off region round them would hold."""
    grouped: dict[Place | None, list[ModuleCall]] = {}
    loops: dict[Place | None, Loop | None] = {}
    for call in calls:
        loop = _idle_loop(body, call)
        around = loop or (call.loops[-1] if call.loops else None)
        key = around.place if around else call.evaluating
        grouped.setdefault(key, []).append(call)
        loops[key] = loop
    for key, members in grouped.items():
        yield Phase(tuple(members), loops[key])


def _idle_loop(body: BodyFacts, call: ModuleCall) -> Loop | None:
    """The outermost loop that trains nothing and runs the same network again and again: a loop
    over layers is a part of one forward pass."""
    root = call.callee.partition(".")[0]
    for loop in call.loops:
        renewed = root in loop.names or loop in call.renewed_in
        if loop.trips != 1 and not renewed and not _may_train(body, loop):
            return loop
    return None


def _may_train(body: BodyFacts, loop: Loop) -> bool:
    """Whether a loop trains, as far as other files have told yet."""
    return body.trains(loop) or body.waits(loop)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of the graphs that a phase records."""

    effect: str
    grows: bool
    related: tuple[RelatedPlace, ...]


def outcome(body: BodyFacts, phase: Phase) -> Outcome:
    """Whether something keeps the graphs, and what."""
    for event, kept, holder in _gatherings(body):
        if (
            kept.carries_graph
            and overlap(kept.sources, phase.sources)
            and (phase.loop is None or phase.loop in outlived_loops(event))
        ):
            place = RelatedPlace(event.place, f"`{shown(holder)}` gathers the graphs here.")
            return Outcome(f"`{shown(holder)}` keeps it", True, (place, *_growth(phase)))
    if body.returned(phase.sources):
        return Outcome("it is handed to the caller", True, _growth(phase))
    if body.stored(phase.sources):
        return Outcome("it is stored", True, _growth(phase))
    return Outcome("nothing needs it", False, _growth(phase))


def _gatherings(body: BodyFacts) -> Iterator[tuple[Accumulation | Keeping, Value, str]]:
    for addition in body.accumulations:
        yield addition, addition.operand, addition.target
    for keeping in body.keepings:
        yield keeping, keeping.stored, keeping.holder


def _growth(phase: Phase) -> tuple[RelatedPlace, ...]:
    if phase.loop is None:
        return ()
    return (RelatedPlace(phase.loop.place, "Each iteration of this loop records a graph."),)


def is_unit_test(body: BodyFacts) -> bool:
    """Whether the function is one of a test suite by its name or its class: what it wastes ends
    with it. No function of a program calls one of those."""
    if body.class_ is not None and body.class_.is_test_case:
        return True
    named = body.name is not None and body.name.startswith("test_")
    return named and not body.evaluates_for_trainer and not _is_called(body)


def _is_called(body: BodyFacts) -> bool:
    """Whether another function calls it, or a loop of the top level does."""
    return any(
        site.value.definition is body.definition and (caller.name is not None or bool(site.loops))
        for caller in body.callers()
        for site in caller.call_sites
    )


def certainty(body: BodyFacts, phase: Phase) -> Certainty:
    """How sure it is that the phase records for nothing: not fully where callers in other files may
    switch recording off, and less where they may differentiate one result handed to them."""
    sure = Certainty.SURE
    for call in phase.calls:
        sure = sure.weaker(attached_part(call.result).certainty)
    if phase.loop is None and (body.returned(phase.sources) or body.stored(phase.sources)):
        return Certainty.POSSIBLE
    if body.class_ is not None and not body.class_.bases_known:
        # A base may call this with recording switched off. One that does, as trainers do, has the
        # loop itself, and puts the network into evaluation mode itself.
        switched = {site.receiver for site in body.method_calls("eval")}
        own = phase.loop is not None and all(call.callee in switched for call in phase.calls)
        if _is_step(body) or not (own or cuts(body, phase)):
            return Certainty.POSSIBLE
        sure = sure.weaker(Certainty.LIKELY)
    if body.name is not None and body.callers_grad() is None:
        sure = sure.weaker(Certainty.LIKELY)
    return sure


def _is_step(body: BodyFacts) -> bool:
    """Whether the body is, by its name, one that a trainer calls for each batch or epoch, as it
    pleases."""
    return body.name is None or _STEP.search(body.name) is not None


def cuts(body: BodyFacts, phase: Phase) -> bool:
    """Whether the body detaches what the phase gives: it takes it for something with a graph."""
    return any(
        site.receiver_value.carries_graph and overlap(site.receiver_value.sources, phase.sources)
        for site in body.method_calls("detach")
    )


def fix_anchors(
    body: BodyFacts, phase: Phase, *, alone: bool, whole: bool
) -> dict[str, tuple[Place, ...]]:
    """What the fixes put into a grad-off region: the statements of the phase where it stands
    `alone`, and the `whole` function. Where what is not known may train beside it, its own
    statement is all."""
    statements = phase.statements
    if _trains_unseen(body, phase):
        statements, whole = (phase.calls[0].statement,), False
        alone = alone and all(call.statement == statements[0] for call in phase.calls)
    return {
        "statements": statements if alone else (),
        "function": (body.place,) if whole else (),
    }


def _trains_unseen(body: BodyFacts, phase: Phase) -> bool:
    """Whether something else than the phase's networks is told to train: `trainer.fit(task)`."""
    networks = {call.callee.removesuffix(".forward") for call in phase.calls}
    return not networks.issuperset(body.asked_for(_TRAINING))


def wrap_fix(finding: Finding, context: FixContext) -> Iterator[Fix]:
    """The phase inside `with torch.no_grad():`."""
    places = finding.anchors["statements"]
    if not places:
        return
    span = Range(places[0].start, places[-1].end)
    manager, imported = mode_call(finding, context)
    if edits := context.wrap_in_with(span, manager):
        yield Fix(f"Run it under `with {manager}:`", (*imported, *edits), Applicability.UNSAFE)


def decorator_fixes(finding: Finding, context: FixContext, *modes: str) -> Iterator[Fix]:
    """The whole function under `@torch.no_grad()` and the other modes asked for."""
    for function in finding.anchors["function"]:
        for mode in modes:
            decorator, imported = mode_call(finding, context, mode)
            if edits := context.decorate(function, decorator):
                yield Fix(
                    f"Decorate the function with `@{decorator}`",
                    (*imported, *edits),
                    Applicability.UNSAFE,
                )
