"""What rules about kept autograd graphs share: when a graph is kept, and how it is cut."""

import re
from collections.abc import Collection, Iterator

from leakwise.facts import (
    Accumulation,
    AttributeUpdate,
    BodyFacts,
    ClassFacts,
    GradMode,
    Keeping,
    Kind,
    Life,
    LimitKind,
    Loop,
    Place,
    Rhythm,
    Scalar,
    Value,
)
from leakwise.facts.terms.storage import View
from leakwise.rule import Applicability, Finding, Fix, FixContext, RelatedPlace
from leakwise_rules.grad_modes import runs_recorded


def outlived_loops(event: Accumulation | Keeping) -> tuple[Loop, ...]:
    """The loops whose iterations the holder outlives, the outermost first."""
    fresh = {loop.place for loop in event.fresh_in}
    return tuple(loop for loop in event.loops if loop.place not in fresh)


def growing_loops(event: Accumulation | Keeping) -> tuple[Loop, ...]:
    """Those of the loops whose iterations each add a graph: not one that goes through the parts of
    a tensor which was made before it, nor through the parameters of a network, which are as many
    as they are."""
    loops = tuple(loop for loop in outlived_loops(event) if not _over_parameters(loop))
    if not isinstance(event, Keeping):
        return loops
    held = event.carrier_values
    if event.stored.kind is not Kind.CONTAINER and any(one.origin is None for one in held):
        held = ()
    parts = held or (event.stored,)
    return tuple(loop for loop in loops if any(_adds(part, loop) for part in parts))


def _over_parameters(loop: Loop) -> bool:
    element = None if loop.over is None else loop.over.element
    return element is not None and any(one.is_leaf for one in (element, *(element.items or ())))


def _adds(part: Value, loop: Loop) -> bool:
    """Whether a value that is kept may have a graph of its own in each iteration of a loop."""
    shows_part = part.view is View.PART or part.kind is Kind.OUTPUT
    if not shows_part or (part.origin is None and part.view is not View.PART):
        return True
    return part.origin is not None and loop.body.contains(part.origin)


def through_method(event: Accumulation | Keeping) -> bool:
    """Whether a method that is called here keeps the value on its object."""
    owner = event.through.rpartition(".")[0]
    holder = event.holder if isinstance(event, Keeping) else event.target
    return bool(owner) and holder.startswith(owner + ".")


def may_keep_graphs(body: BodyFacts) -> bool:
    """Whether `keeps_graphs` may hold for anything that the body itself, or a function of the file,
    gathers here. Asking costs no interpretation."""
    if not body.may_gather:
        return False
    if body.has_loops or body.steps_for_trainer:
        return True
    class_ = body.class_
    if body.name is None:
        return False
    if class_ is None:
        trained = body.mentions("backward")
    else:
        trained = body.file_mentions("step", "backward")
    if class_ is not None and class_.is_module:
        return trained and body.name != "forward"
    return trained or body.seems_called_in_loop or body.seems_asked_again


def keeps_graphs(body: BodyFacts, event: Accumulation | Keeping, holder: str) -> bool:
    """Whether `holder` gathers one graph after the other, for its value and not for a gradient.

    Where the loop trains, the graphs have done their work. Where it does not, what gathers them
    may be a loss that somebody still differentiates, unless it stays here or comes from a network
    in evaluation mode.
    """
    gathered = frozenset({holder})
    if body.backpropagated(gathered) or (isinstance(event, Keeping) and _emptied(body, event)):
        return False
    loops = growing_loops(event)
    if not loops and outlived_loops(event):
        return False
    if not loops:
        return event.from_before and (
            _trains_again_and_again(body, event, holder)
            or _answers_and_keeps(body, event)
            or _collects(body, holder)
        )
    if any(body.uses_up_graphs(loop) for loop in loops):
        return True
    if _of_one_step(body, event, loops):
        return False
    if _collects(body, holder):
        return runs_recorded(body)
    if not evaluates(body, loops) and (_computes_for_others(body) or handed_on(body, gathered)):
        return False
    return runs_recorded(body)


def _of_one_step(body: BodyFacts, event: Accumulation | Keeping, loops: tuple[Loop, ...]) -> bool:
    """Whether the holder is made anew for each training step, and what gathers in it there comes
    from the graph of that step: the loops that it outlives run no network."""
    anew = any(body.uses_up_graphs(loop) for loop in event.fresh_in)
    return anew and not any(loop in call.loops for loop in loops for call in body.forward_passes)


def _emptied(body: BodyFacts, event: Keeping) -> bool:
    """Whether the body calls a method that by its name empties the object that keeps a value: what
    a rollout stores with its graph is trained on and then let go."""
    owner = event.holder.rpartition(".")[0]
    return bool(event.through) and any(
        one.receiver == owner and _EMPTIES.search(one.method) for one in body.call_sites
    )


_EMPTIES = re.compile(r"clear|reset|empty|flush", re.IGNORECASE)


def _computes_for_others(body: BodyFacts) -> bool:
    """Whether the body is a method of a network, or of what may be one: what it gathers is a part
    of a forward pass, whose graph its caller wants."""
    class_ = body.class_
    return class_ is not None and (class_.is_module or not class_.bases_known)


def _trains_again_and_again(body: BodyFacts, event: Accumulation | Keeping, holder: str) -> bool:
    """Whether the function is a training step that is called in a loop, or by a trainer, and nobody
    empties the holder between two steps: the state of a module's forward pass is another smell."""
    class_ = body.class_
    if class_ is None:
        kept = body.holder(event)
        emptied = kept is not None and any(one.how is LimitKind.EMPTIED for one in kept.limits)
        if emptied or not body.trains():
            return False
        given = holder.partition(".")[0].partition("[")[0] in body.parameters
        return body.called_in_loop(holder) or (body.is_one_step and not given)
    own = holder.startswith(f"{body.instance_name}.")
    one_step = body.is_one_step
    stepped = (
        (one_step or not class_.is_module)
        and body.trains()
        and (body.called_in_loop() or (own and one_step))
    )
    if not (stepped or body.steps_for_trainer or (own and _serves_training(body, class_, holder))):
        return False
    attribute = attribute_of(holder)
    writers = set(class_.writers(attribute)) - {"__init__", body.name}
    emptying = class_.emptied_by(attribute)
    if not writers and not emptying:
        return class_.bases_known or class_.invents(attribute)
    return writers.issuperset(emptying) and _between_epochs(body, class_, writers)


def _serves_training(body: BodyFacts, class_: ClassFacts, holder: str) -> bool:
    """Whether a loop of the file trains by what the method gives, or calls it beside that, and
    nobody has a use for the graphs that it keeps."""
    if class_.is_module and body.name == "forward":
        return False
    if body.feeds_training and not class_.is_module:
        return True
    return body.runs_beside_training and body.leaves_unused(holder)


def _between_epochs(body: BodyFacts, class_: ClassFacts, methods: Collection[str]) -> bool:
    """Whether all of some methods of the class run once for many calls of this body, such as those
    at the end of an epoch."""
    return class_.rhythm(body.name or "") is Rhythm.STEP and all(
        class_.rhythm(method) in {Rhythm.ONCE, Rhythm.EPOCH} for method in methods
    )


def _answers_and_keeps(body: BodyFacts, event: Accumulation | Keeping) -> bool:
    """Whether the function answers one request after another, and what it keeps of each stays: as
    long as the process does, or on an object that nothing empties, of a network in evaluation
    mode."""
    if not body.asked_again or body.trains() or _computes_for_others(body):
        return False
    kept = body.holder(event)
    if kept is None or kept.bounded:
        return False
    evaluated = any(call.evaluating is not None for call in body.module_calls)
    stays = kept.life is Life.PROCESS or (kept.life is Life.OBJECT and evaluated)
    return stays and body.callers_grad() is not GradMode.OFF


def _collects(body: BodyFacts, holder: str) -> bool:
    """Whether the method collects on its object what a training step of the class takes without its
    graph."""
    class_ = body.class_
    if class_ is None or body.trains() or not holder.startswith(f"{body.instance_name}."):
        return False
    known = class_.bases_known or class_.invents(attribute_of(holder))
    return known and not class_.is_module and body.is_trained_without(holder)


def attribute_of(path: str) -> str:
    """The attribute that a path such as `self.held["loss"]` reads of its object."""
    return path.partition(".")[2].partition(".")[0].partition("[")[0]


def evaluates(body: BodyFacts, loops: tuple[Loop, ...]) -> bool:
    """Whether a network in evaluation mode is called in one of `loops`."""
    return any(
        call.evaluating is not None and any(loop in call.loops for loop in loops)
        for call in body.module_calls
    )


def handed_on(body: BodyFacts, sources: frozenset[str | Place]) -> bool:
    """Whether something made from `sources` leaves the body, so that others may use its graph."""
    return body.returned(sources) or body.stored(sources) or body.passed_on(sources)


def report_place(body: BodyFacts, event: Accumulation | Keeping) -> Place:
    """Where it is told: where the value is kept or, where another function gave a container for
    reports alone that holds a graph, where that was put into it."""
    put_in = event.put_in if isinstance(event, Keeping) else None
    return event.place if put_in is None or body.stands_here(put_in) else put_in


def leak_path(
    body: BodyFacts, event: Accumulation | Keeping, value: Value
) -> Iterator[RelatedPlace]:
    """Where the graph is made, and the loops that make it grow."""
    told = report_place(body, event)
    if told != event.place:
        yield RelatedPlace(event.place, "What it is put into is kept here.")
    elif isinstance(event, Keeping) and event.put_in is not None:
        yield RelatedPlace(event.put_in, "It is put in with its graph here.")
    elif value.origin is not None and value.origin != event.place:
        yield RelatedPlace(value.origin, "The graph is made here.")
    loops = growing_loops(event)
    if not loops:
        yield RelatedPlace(body.place, "Each call of this function adds one more graph.")
    elif any(body.uses_up_graphs(loop) for loop in loops):
        yield RelatedPlace(loops[-1].place, "Each iteration of this loop adds one more graph.")
    else:
        yield RelatedPlace(
            loops[-1].place,
            "Each iteration adds one more graph, and without a backward pass in this loop its "
            "saved activations stay too.",
        )


def cut_anchors(
    body: BodyFacts, event: Accumulation | Keeping | AttributeUpdate, value: Value
) -> dict[str, tuple[Place, ...]]:
    """The places that a cut of the value's graph needs, in the order `cut_fixes` asks for.

    A number can be taken where every part that carries the graph is a scalar, or else where the
    whole value is. None where the graph lies in a part that is not written here: a dict has no
    `detach()`.
    """
    if isinstance(event, AttributeUpdate):
        return {"detach": event.carriers or (event.place,)}
    told = report_place(body, event)
    if told != event.place:
        return {"detach": (told,), "number": (told,) if value.scalar is Scalar.SURE else ()}
    anchors = {"detach": event.carriers}
    if not event.carriers:
        return anchors
    if event.carrier_values and all(part.scalar is Scalar.SURE for part in event.carrier_values):
        anchors["number"] = event.carriers
    elif value.scalar is Scalar.SURE:
        anchors["number"] = (event.place,)
    return anchors


def cut_fixes(finding: Finding, context: FixContext, verb: str) -> Iterator[Fix]:
    """Taking the number where that is known to be one, then detaching. `verb` says what is done
    with it: "Add"."""
    number = finding.anchors.get("number")
    if number and (edits := context.call_method(number, "item")):
        yield Fix(f"{verb} the number with `.item()`", edits, Applicability.UNSAFE)
    if edits := context.call_method(finding.anchors["detach"], "detach"):
        yield Fix(f"{verb} it without its graph: `.detach()`", edits, Applicability.UNSAFE)
