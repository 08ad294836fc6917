"""What rules ask of one body: a function, or the statements of a module."""

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING

from leakwise.facts.by_use.backpropagation import backpropagated_elsewhere
from leakwise.facts.by_use.unused_graphs import are_unused, is_trained_without
from leakwise.facts.circumstances import Circumstances
from leakwise.facts.code.in_place_sums import ADDING_METHODS
from leakwise.facts.interpreter.mixing import MIXING_CALLS
from leakwise.facts.interpreter.results import BodyResult
from leakwise.facts.interpreter.state import deep_sources
from leakwise.facts.keeping.kept_arguments import Kept
from leakwise.facts.mentions import Mentions
from leakwise.facts.repeating.requests import called_in_loop
from leakwise.facts.resources.fates import UNKNOWN_FATE, Fate, fates_of
from leakwise.facts.resources.release_paths import Release
from leakwise.facts.tensorflow.tensorflow_scopes import TensorflowScopes
from leakwise.facts.terms.events import (
    GRADIENT,
    Accumulation,
    AttributeUpdate,
    Callback,
    CallSite,
    Carried,
    Entering,
    Event,
    GradMode,
    Handling,
    Keeping,
    Loop,
    Looping,
    ModuleCall,
    Relief,
    Storing,
    TrainingStep,
    Waiting,
)
from leakwise.facts.terms.lifetimes import Rhythm
from leakwise.facts.terms.model_events import Construction, LambdaKeeping, ModelUse
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.resource_events import Acquisition
from leakwise.facts.terms.values import UNKNOWN, Kind, Source, Value, overlap

if TYPE_CHECKING:
    from leakwise.facts.classes import ClassFacts
    from leakwise.facts.code.definitions import Definition
    from leakwise.facts.keeping.caches import Cache
    from leakwise.facts.keeping.holders import Holder
    from leakwise.facts.keeping.leak_path import Step
    from leakwise.facts.module import ModuleFacts


_KEEPING = ("slot", "addition", "handing", "loop")
"""The traits of which a body has one that keeps something, or calls what does. A comprehension may
keep what it gives."""


class BodyFacts(Mentions, Circumstances, TensorflowScopes):
    """The facts of one body. Everything asked is recorded, so answers are kept over edits."""

    def __init__(self, module: "ModuleFacts", definition: "Definition") -> None:
        self.module = module
        self.definition = definition

    @functools.cached_property
    def result(self) -> BodyResult:
        """What the interpreter learns of the body; it runs when this is first asked."""
        return self.module.body(self.definition)

    def _of(self, kind: type[Event], *traits: str) -> tuple[Event, ...]:
        """The events of one kind; none, without interpreting the body, where no trait that they
        need stands in it."""
        if traits and not any(map(self.index.has_trait, traits)):
            return ()
        return self.result.of(kind)

    @property
    def name(self) -> str | None:
        """The function's name; None for a module."""
        return self.definition.name if self.definition.is_function else None

    @property
    def place(self) -> Place:
        """The `def` line's start, which a decorator goes above."""
        return self.definition.place

    @property
    def top_level(self) -> Place | None:
        """Where the function or class of the file's top level begins that this body stands in; None
        for the module's own statements."""
        outermost = self.definition
        while outermost.parent is not None and outermost.parent.node is not None:
            outermost = outermost.parent
        if outermost.node is None or outermost.block is None:
            return None
        return outermost.place

    @property
    def parameters(self) -> frozenset[str]:
        """The names of the function's parameters, without a method's `self`."""
        return self.definition.parameter_names()

    def parameter(self, name: str) -> Value:
        """What a parameter holds where the function begins: by its annotation, or by what all calls
        in the file give it."""
        return self.module.entry_value(self.definition, name)

    @property
    def instance_name(self) -> str | None:
        """What a method calls its object: `self`. None for other bodies."""
        return self.definition.instance_name()

    @functools.cached_property
    def class_(self) -> "ClassFacts | None":
        """The class whose method this is."""
        return self.module.class_of(self.definition)

    @property
    def accumulations(self) -> tuple[Accumulation, ...]:
        """Every value added to what it is added to, averaged or joined with it."""
        traits = () if self._calls_word(MIXING_CALLS | ADDING_METHODS.keys()) else ("addition",)
        return self._of(Accumulation, *traits)  # type: ignore[return-value]

    @property
    def keepings(self) -> tuple[Keeping, ...]:
        """Every value put into a container."""
        return self._of(Keeping, *_KEEPING)  # type: ignore[return-value]

    @property
    def kept_by_callees(self) -> tuple[Accumulation | Keeping, ...]:
        """What functions and methods of this file that are called here keep of their arguments."""
        events = (*self._of(Accumulation, *_KEEPING), *self._of(Keeping, *_KEEPING))
        return tuple(one for one in events if one.through)  # type: ignore[attr-defined,misc]

    @property
    def attribute_updates(self) -> tuple[AttributeUpdate, ...]:
        """Every tensor stored on an attribute of `self`."""
        return self._of(AttributeUpdate, "attribute")  # type: ignore[return-value]

    @property
    def carried(self) -> tuple[Carried, ...]:
        """Every value that a loop hands from round to round with its graph."""
        return self._of(Carried, "loop")  # type: ignore[return-value]

    @property
    def module_calls(self) -> tuple[ModuleCall, ...]:
        """Every call of a network in this body's own code."""
        return tuple(call for call in self.forward_passes if not call.through)

    @property
    def forward_passes(self) -> tuple[ModuleCall, ...]:
        """Every call of a network, also those in functions of this file that are called here and
        run it once, without a backward pass."""
        return self._of(ModuleCall)  # type: ignore[return-value]

    @property
    def training_steps(self) -> tuple[TrainingStep, ...]:
        """Every backward pass and optimizer step, also those in functions of this file that are
        called here."""
        return self._of(TrainingStep)  # type: ignore[return-value]

    @property
    def constructions(self) -> tuple[Construction, ...]:
        """Every costly object built here, also by a function of this file that returns it."""
        return self._of(Construction)  # type: ignore[return-value]

    @property
    def model_uses(self) -> tuple[ModelUse, ...]:
        """Every method called on a Keras model."""
        return self._of(ModelUse)  # type: ignore[return-value]

    @property
    def acquisitions(self) -> tuple[Acquisition, ...]:
        """Every resource taken, also through a function of this file that makes and gives one."""
        return self._of(Acquisition) if self.may_take else ()  # type: ignore[return-value]

    @property
    def callbacks(self) -> tuple[Callback, ...]:
        """Every function of this file, bound method or lambda that is an argument of a call."""
        return self._of(Callback)  # type: ignore[return-value]

    @property
    def kept_by_lambdas(self) -> tuple[LambdaKeeping, ...]:
        """What the lambdas keep of which callbacks of Keras are made here."""
        return self._of(LambdaKeeping)  # type: ignore[return-value]

    def kept_by(self, callback: Callback) -> tuple[Kept, ...]:
        """What a callback keeps of its arguments, whenever it is called."""
        return self.module.argument_use(callback).kept

    def given_back_by(self, callback: Callback) -> tuple[Kept, ...]:
        """What a callback returns of its arguments."""
        return self.module.argument_use(callback).given_back

    def holder_of(self, callback: Callback, kept: Kept) -> "Holder":
        """What keeps an argument of a callback."""
        return self.module.holder_of_argument(self.definition, callback, kept)

    def callback_of(self, acquisition: Acquisition) -> Callback | None:
        """The function that is registered where a hook's handle is taken; None where unknown."""
        return next((one for one in self.callbacks if one.call == acquisition.place), None)

    @property
    def cache(self) -> "Cache | None":
        """What a decorator keeps of this function's arguments and results."""
        return self.module.cache(self.definition)

    @property
    def call_sites(self) -> tuple[CallSite, ...]:
        """Every call of which something is known."""
        return self._of(CallSite)  # type: ignore[return-value]

    def call_at(self, place: Place) -> CallSite | None:
        """The call that stands at a place."""
        return self.result.call_at(place)

    def calls_of(self, *qualified: str) -> tuple[CallSite, ...]:
        """The calls of functions and classes with these qualified names, under whatever name this
        file imports them. Asking costs no interpretation where none of them stands in the body."""
        if not self._calls_word(self.module.names.words_for(qualified)):
            return ()
        return self.result.calls_of(qualified)

    def method_calls(self, *methods: str) -> tuple[CallSite, ...]:
        """The calls of methods with these names, on what is not an imported module. Asking costs
        no interpretation where none of the names is called in the body."""
        if not self._calls_word(methods):
            return ()
        return self.result.method_calls(methods)

    def file_calls_of(self, *qualified: str) -> tuple[CallSite, ...]:
        """As `calls_of`, in all bodies of the file."""
        words = self.module.names.words_for(qualified)
        scopes = self.module.scopes
        found = {one: None for word in sorted(words) for one in scopes.mentioning(word)}
        return tuple(site for one in found for site in self.module.facts(one).calls_of(*qualified))

    def given_to(self, site: CallSite, *methods: str) -> tuple[CallSite, ...]:
        """The calls of methods with these names that are given what a call gave, or a part of
        it."""
        return tuple(
            one
            for one in self.method_calls(*methods)
            if any(site.place in deep_sources(given.value) for given in one.arguments)
        )

    @property
    def loops(self) -> tuple[Looping, ...]:
        """Every loop that is run here, in their order; comprehensions left out."""
        found: tuple[Looping, ...] = self._of(Looping, "loop")  # type: ignore[assignment]
        return tuple(sorted(found, key=lambda one: one.place.order()))

    @property
    def entered(self) -> tuple[Entering, ...]:
        """Everything that a `with` of this body enters."""
        return self._of(Entering)  # type: ignore[return-value]

    def trains(self, loop: Loop | None = None) -> bool:
        """Whether a backward pass or optimizer step happens, in the loop where one is given."""
        return any(loop is None or loop in step.loops for step in self.training_steps)

    def uses_up_graphs(self, loop: Loop) -> bool:
        """Whether it trains in a loop, by more than gradients that are to be differentiated."""
        return any(loop in one.loops and one.what != GRADIENT for one in self.training_steps)

    def waits(self, loop: Loop | None = None) -> bool:
        """Whether something is called, in the loop where one is given, of which other files' facts
        are still to tell whether it trains, and what else it does."""
        return any(loop is None or loop in event.loops for event in self._of(Waiting))

    def backpropagated(self, sources: frozenset[Source]) -> bool:
        """Whether a backward pass may start from something made from one of `sources`, here or, of
        an attribute, in another method of the class, or of what is returned, in a caller."""
        flows = self.result.flows
        returned = overlap(sources, flows.returned)
        return overlap(sources, flows.backward) or backpropagated_elsewhere(
            self.module, self.definition, sources, returned=returned
        )

    def returned(self, sources: frozenset[Source]) -> bool:
        """Whether something made from one of `sources` is returned or yielded."""
        return overlap(sources, self.result.flows.returned)

    def stored(self, sources: frozenset[Source]) -> bool:
        """Whether something made from one of `sources` is kept by what outlives the body."""
        return overlap(sources, self.result.flows.stored)

    def is_trained_without(self, path: str) -> bool:
        """Whether what this method gathers at an attribute's path is read by another method that
        trains, and nobody in the file uses its graphs."""
        return is_trained_without(self.module, self.definition, path)

    def leaves_unused(self, path: str) -> bool:
        """Whether nobody in the file uses the graphs of what this method gathers at an attribute's
        path."""
        return are_unused(self.module, self.definition, path)

    def passed_on(self, sources: frozenset[Source]) -> bool:
        """Whether something made from one of `sources` goes into code that is not known."""
        return overlap(sources, self.result.flows.passed)

    @property
    def hooks(self) -> tuple[Acquisition, ...]:
        """The acquisitions of hooks' handles; asking costs less than for every resource."""
        if not self.module.may_take(self.definition, hooks=True):
            return ()
        found: tuple[Acquisition, ...] = self._of(Acquisition)  # type: ignore[assignment]
        return tuple(one for one in found if one.resource.kind is Kind.HOOK_HANDLE)

    def release(self, acquisition: Acquisition) -> Release:
        """On which paths of this body a resource is given back."""
        return self.fate(acquisition).release

    def fate(self, acquisition: Acquisition) -> Fate:
        """What becomes of a resource that this body takes."""
        return fates_of(self.module, self.definition).get(acquisition.place, UNKNOWN_FATE)

    def repeating_loop(self, acquisition: Acquisition) -> Loop | None:
        """The innermost loop that takes it again, from the same receiver where it has one; None
        too where a condition lets that happen once."""
        if acquisition.loops and self.fate(acquisition).once:
            return None
        return next(
            (loop for loop in reversed(acquisition.loops) if loop not in acquisition.renewed_in),
            None,
        )

    @property
    def reliefs(self) -> tuple[Relief, ...]:
        """Every place where a holder gets rid of some or all that it holds."""
        return self._of(Relief)  # type: ignore[return-value]

    @property
    def handlings(self) -> tuple[Handling, ...]:
        """Every `except` clause."""
        return self._of(Handling, "handler")  # type: ignore[return-value]

    @property
    def storings(self) -> tuple[Storing, ...]:
        """Every resource, caught exception, tape or model put at a path that outlives the body."""
        return self._of(Storing)  # type: ignore[return-value]

    @property
    def rhythm(self) -> Rhythm:
        """How often this body runs, by its framework's convention or the loops that call it."""
        return self.module.rhythm(self.definition)

    def rhythm_of_loop(self, loop: Loop) -> Rhythm:
        """Whether a loop of this body goes through epochs, or through batches."""
        return self.module.rhythm(self.definition, loop)

    def holder(self, event: Keeping | Accumulation | Storing | Acquisition) -> "Holder | None":
        """What keeps the value of an event; None for a resource that nothing keeps."""
        return self.module.holder(self.definition, event)

    def leak_path(self, event: Event) -> "tuple[Step, ...]":
        """Where the value of an event is made, where it is kept, and which loop makes that grow, in
        this order; without the place of the event itself."""
        return self.module.leak_path(self.definition, event)

    def calls(self, names: Iterable[str], loop: Loop | None = None) -> bool:
        """Whether a function with one of these qualified names is called, in the loop where one is
        given, directly or in a function of this file that is called there."""
        wanted = frozenset(names)
        return any(
            (loop is None or loop in site.loops)
            and (
                site.value.name in wanted
                or not wanted.isdisjoint(self.module.externals.calls(site.value.name or ""))
                or (
                    site.value.definition is not None
                    and not wanted.isdisjoint(self.module.calls_below(site.value.definition))
                )
            )
            for site in self.call_sites
        )

    def callers_grad(self) -> GradMode | None:
        """The grad mode in which the callers of this function run it: OFF where every call seen is
        in a grad-off region, ON where some call is not, None where no call is seen."""
        return self.module.callers_grad(self.definition)

    def callers(self) -> tuple["BodyFacts", ...]:
        """The bodies of this file that call this function."""
        return tuple(self.module.facts(one) for one in self.module.callers(self.definition))

    def called_in_loop(self, outlived_by: str = "") -> bool:
        """Whether a loop in this file calls this function, or one that calls it, or an optimizer's
        step in one does. With `outlived_by`, only loops that do not bind the name this path begins
        with in each round."""
        return called_in_loop(self.module, self.definition, outlived_by, through=1)

    def value(self, path: str) -> Value:
        """What a path holds where the body ends."""
        return self.result.exit_values.get(path, UNKNOWN)
