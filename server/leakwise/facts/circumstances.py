"""What rules ask of the circumstances of a body: its decorators, and under which condition what it
does happens."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from leakwise.facts.by_use.numbers_by_name import holds_constants
from leakwise.facts.by_use.returned_losses import steps_for_trainer
from leakwise.facts.code.decorators import Decorator, decorators_of
from leakwise.facts.code.parameters import parameters_in
from leakwise.facts.code.usage import is_local
from leakwise.facts.code.written import gives_away
from leakwise.facts.environment import variables_set
from leakwise.facts.interpreter.lambdas import LambdaText, called_by
from leakwise.facts.keeping.autograd_contexts import (
    OutputOnContext,
    TensorOnContext,
    outputs_on_context,
    tensors_on_context,
)
from leakwise.facts.keeping.carried_over import carried_over
from leakwise.facts.keeping.circles import Circle, circles_in
from leakwise.facts.keeping.handed import evaluates_for_trainer
from leakwise.facts.keeping.wholes import wholes_of
from leakwise.facts.repeating.answers import handles_requests
from leakwise.facts.repeating.feeding import feeds_training, is_one_step, runs_beside_training
from leakwise.facts.repeating.handed_functions import handles_events, is_dependency
from leakwise.facts.repeating.repetition import Repetition, repetitions
from leakwise.facts.repeating.requests import (
    asked_again,
    given_the_same_again,
    may_be_asked_again,
    seems_asked_again,
    seems_called_in_loop,
)
from leakwise.facts.repeating.reruns import displayed, survives_rerun
from leakwise.facts.resources.guards import Condition, condition_of, may_happen_once
from leakwise.facts.resources.release_paths import Given, Release, release_of
from leakwise.facts.tensorflow.picking import given_singly, taken_as_one
from leakwise.facts.terms.events import (
    Argument,
    AttributeUpdate,
    Callback,
    CallSite,
    Defining,
    Display,
    Event,
    Looping,
    ModuleCall,
)
from leakwise.facts.terms.places import Place, place_of
from leakwise.facts.terms.resource_events import Acquisition
from leakwise.facts.terms.values import Value

if TYPE_CHECKING:
    from leakwise.facts.code.definitions import Definition
    from leakwise.facts.module import ModuleFacts


class Circumstances:
    """The part of a body's facts that tells when it, and what it does, happens."""

    module: "ModuleFacts"
    definition: "Definition"

    @property
    def in_notebook(self) -> bool:
        """Whether the code is a notebook's."""
        return self.module.notebook.is_one

    def survives_rerun(self, place: Place, path: str) -> bool:
        """Whether this is the top level of a notebook, and running the cell of `place` again meets
        what `path` holds now: another cell made it."""
        return self.definition.node is None and survives_rerun(self.module, place, path)

    @property
    def displayed(self) -> tuple[Display, ...]:
        """What the cells of a notebook show when they have run, where it carries a graph: IPython's
        output history keeps it. Nothing in other bodies than a notebook's top level."""
        if self.definition.node is not None or not self.in_notebook:
            return ()
        return tuple(displayed(self.module, self.definition))

    @property
    def decorators(self) -> tuple[Decorator, ...]:
        """The decorators of this function, the outermost first."""
        return decorators_of(self.module, self.definition)

    @property
    def steps_for_trainer(self) -> bool:
        """Whether this is a method that a framework's trainer calls at every step, and whose loss
        it backpropagates: `training_step` of Lightning, `compute_loss` of transformers."""
        return steps_for_trainer(self.module, self.definition)

    @property
    def feeds_training(self) -> bool:
        """Whether a loop in this file calls it, or a method that it takes the place of, and each
        round starts a backward pass from what that gives."""
        return feeds_training(self.module, self.definition)

    @property
    def runs_beside_training(self) -> bool:
        """Whether a loop in this file calls it and trains in each round, or one step of a training
        calls it."""
        return runs_beside_training(self.module, self.definition)

    @property
    def is_one_step(self) -> bool:
        """Whether this is one step of a training by its own code, which whoever trains calls again
        and again."""
        return is_one_step(self.module, self.definition)

    @property
    def evaluates_for_trainer(self) -> bool:
        """Whether this is a method that a framework's trainer calls for each batch of an
        evaluation, on the device that it computes on: `validation_step` of Lightning."""
        return evaluates_for_trainer(self.module, self.definition)

    @property
    def outputs_on_context(self) -> tuple[OutputOnContext, ...]:
        """The outputs that this forward pass of an autograd Function puts on its context as
        attributes."""
        return outputs_on_context(self.module, self.definition)

    @property
    def tensors_on_context(self) -> tuple[TensorOnContext, ...]:
        """The other tensors that this forward pass puts there for `backward` to read."""
        return tensors_on_context(self.module, self.definition)

    @property
    def definings(self) -> tuple[Defining, ...]:
        """Every decorated function that this body makes when it runs."""
        events = self.module.body(self.definition).events
        return tuple(event for event in events if isinstance(event, Defining))

    def condition(self, event: Event) -> Condition:
        """Under which condition an event happens in its innermost loop or, without, this body."""
        return condition_of(self.module, self.definition, event)

    def perhaps_in_one_call(self, event: Event) -> bool:
        """Whether a condition may let an event happen in one of all calls of this body, in whatever
        loop that is: only where something that outlives the call is not there yet."""
        self.definition.code.read()
        return may_happen_once(self.module, self.definition, event.place)

    def always_behind(self, taken: Acquisition, sites: Sequence[CallSite]) -> bool:
        """Whether one of some calls comes behind the place that takes a resource on every path that
        raises nothing, such as the one that saves a figure."""
        calls = [Given(site.place) for site in sites]
        found = release_of(
            self.module, self.definition, taken.place, calls, frozenset(), gathered=True
        )
        return found >= Release.NORMALLY

    @property
    def carried_over(self) -> tuple[tuple[AttributeUpdate, ModuleCall], ...]:
        """The attributes that this method hands from call to call with their graph: it gives each
        to a network, and keeps there what comes out of it."""
        return tuple(carried_over(self.module, self.definition))

    @property
    def circles(self) -> tuple[Circle, ...]:
        """The functions that this method puts on its object, and that refer to it."""
        return circles_in(self.module, self.definition)

    def wholes(self, taken: Acquisition) -> frozenset[str]:
        """What that from which a resource is taken is a part of, or is itself: the paths through
        parameters, `self` and outer names that lead to it, such as `self.model` for a layer that
        was looked up in it. Empty where this body may have made it."""
        return wholes_of(self.module, self.definition, taken.place)

    @property
    def asked_again(self) -> bool:
        """Whether this function runs again and again on what stays the same: a web framework calls
        it for each request, or a loop of this file, or what such a function calls; or it is
        public, and others ask it for what it computes of what they give it."""
        return asked_again(self.module, self.definition)

    @property
    def seems_asked_again(self) -> bool:
        """Whether `asked_again` may hold, by the names that stand in the file; asking costs no
        interpretation."""
        return seems_asked_again(self.module, self.definition)

    @property
    def seems_called_in_loop(self) -> bool:
        """Whether a loop of this file may call this function, or one that calls it, by the names
        that stand in the file; asking costs no interpretation."""
        return seems_called_in_loop(self.module, self.definition, through=1)

    @property
    def is_dependency(self) -> bool:
        """Whether a web framework calls this function each time that it answers a request, for what
        it gives, and keeps that no longer than it answers: `Depends(load)` of FastAPI."""
        return is_dependency(self.module, self.definition)

    @property
    def answers_requests(self) -> bool:
        """Whether a framework calls this function for each request, job or event: by a decorator,
        by the class that it is a method of, or because it is handed to that."""
        return (
            any(one.answers for one in self.decorators)
            or handles_requests(self.module, self.definition)
            or handles_events(self.module, self.definition)
        )

    @property
    def may_be_asked_again(self) -> bool:
        """Whether others may call this method again and again, also for what it does: it is public,
        and not only called where a program, or its object, begins."""
        return may_be_asked_again(self.module, self.definition)

    @property
    def repetitions(self) -> tuple[Repetition, ...]:
        """The loops and searches of this file that run this function again and again."""
        return repetitions(self.module, self.definition)

    def gives_away(self, name: str) -> bool:
        """Whether what a name of this body holds may be among what it returns or yields."""
        return gives_away(self.module, self.definition, name)

    def captured_by(self, site: CallSite) -> frozenset[str]:
        """The names of this body to which the functions that a call is given refer."""
        return frozenset(
            capture.name
            for callback in self.module.body(self.definition).of(Callback)
            if callback.call == site.place
            for capture in callback.captures
        )

    def given_the_same_again(self, parameter: str) -> bool:
        """Whether a loop of this file calls this function with the same for a parameter in each of
        its rounds."""
        return given_the_same_again(self.module, self.definition, parameter)

    def holds_constants(self, name: str) -> bool:
        """Whether constants alone are assigned to a name of this body, so that it has few
        values."""
        return holds_constants(self.module, self.definition, name)

    def is_single(self, site: CallSite, argument: Argument) -> bool:
        """Whether an argument of a call of `predict` is a batch of one: by its form, by what all
        calls in this file give the function, or because only one row of the answer is taken."""
        return (
            argument.single
            or given_singly(self.module, self.definition, argument)
            or taken_as_one(self.module, self.definition, site)
        )

    def handed_to(self, *functions: str) -> bool:
        """Whether a body of this file hands this function to a call of one of these names, whatever
        they are called on; without names to any call."""
        return any(
            isinstance(event, Callback)
            and event.function is self.definition
            and (not functions or event.how.rpartition(".")[2] in functions)
            for other in self.module.scopes.mentioning(self.definition.name)
            if not other.is_class
            for event in self.module.body(other).events
        )

    def sets_environment(self, *variables: str) -> bool:
        """Whether a body of this file sets one of these environment variables."""
        return not variables_set(self.module).keys().isdisjoint(variables)

    def calls_in(self, function: "Definition", starts: tuple[str, ...]) -> bool:
        """Whether a function of this file calls, directly or through others of this file, something
        whose qualified name begins so."""
        return any(name.startswith(starts) for name in self.module.calls_below(function))

    def handed_function_calls(self, function: Value, starts: tuple[str, ...]) -> bool:
        """As `calls_in`, of a function or a lambda that is an argument of a call."""
        definition = function.definition
        if definition is not None:
            return not definition.is_class and self.calls_in(definition, starts)
        if not isinstance(function.constant, LambdaText):
            return False
        return any(
            (one.name or "").startswith(starts) or self.handed_function_calls(one, starts)
            for one in called_by(self.module, self.definition, function.constant)
        )

    def stands_here(self, place: Place) -> bool:
        """Whether a place is one of this function's own code, or of the module's."""
        node, block = self.definition.node, self.definition.block
        return node is None or block is None or place_of(node, block).contains(place)

    def leaves_made_here(self) -> dict[str, Value]:
        """By name of this function's own, but for those of loops: the leaves that require
        gradients. Nobody else who resets gradients knows them."""
        result = self.module.body(self.definition)
        given = {parameter.arg for parameter in self.definition.parameters()}
        for event in result.of(Looping):
            given.update(event.loop.names)
        values = result.exit_values
        return {
            name: value
            for name, value in values.items()
            if value.is_leaf
            and name.isidentifier()
            and name not in given
            and is_local(self.module, self.definition, name)
        }

    def is_given(self, value: Value) -> bool:
        """Whether a value of this body is made from what it was given as an argument."""
        return bool(parameters_in(value.sources))
