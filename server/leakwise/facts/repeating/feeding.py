"""Functions that loops of the file call while they train, and those that they train by: a backward
pass starts from what these give."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.families import family
from leakwise.facts.terms.events import GRADIENT, TrainingStep
from leakwise.facts.terms.values import overlap

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


def feeds_training(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a loop in this file calls a function, or a method that it takes the place of, and
    each round starts a backward pass from what that gives."""

    def compute() -> bool:
        for one in _called_for(module, definition):
            for caller, site in module.call_sites(one):
                if not site.loops:
                    continue
                body = module.body(caller)
                if overlap(frozenset({site.place}), body.flows.backward) and any(
                    site.loops[-1] in step.loops
                    for step in body.of(TrainingStep)
                    if step.what != GRADIENT
                ):
                    return True
        return False

    cell = module.query(definition, "feeds training", compute, False, breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def runs_beside_training(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a loop in this file calls a function and trains in each round, or one step of a
    training calls it."""

    def compute() -> bool:
        return any(
            any(
                site.loops[-1] in step.loops
                for step in module.body(caller).of(TrainingStep)
                if step.what != GRADIENT
            )
            if site.loops
            else is_one_step(module, caller)
            for caller, site in module.call_sites(definition)
        )

    cell = module.query(definition, "beside training", compute, False, breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def is_one_step(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether this is one step of a training by its own code: outside of loops it runs a backward
    pass and steps an optimizer, on what it is given, whatever gradients it asks for before. Whoever
    trains calls it again and again. A method may be given it by its object."""
    steps = module.body(definition).of(TrainingStep)
    return (
        (bool(definition.parameter_names()) or definition.instance_name() is not None)
        and {"backward", "step"} <= {step.what for step in steps}
        and not any(step.loops for step in steps if step.what != GRADIENT)
    )


def _called_for(module: "ModuleFacts", definition: Definition) -> Iterator[Definition]:
    """A function, and the methods of classes above that it takes the place of."""
    yield definition
    class_ = definition.parent
    if class_ is None or not class_.is_class:
        return
    for above in family(module, class_)[1:]:
        method = module.names.definition_in(above, definition.name)
        if method is not None and method.is_function:
            yield method
