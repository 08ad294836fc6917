"""How often functions run: by the convention of a framework, or by the loops that call them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from leakwise.facts.apis.conventions import (
    CONVENTIONS,
    KERAS_LAYER_METHODS,
    LAMBDA_CALLBACK,
    LAMBDA_CALLBACK_METHODS,
    ONCE_METHODS,
)
from leakwise.facts.apis.torch_methods import PASS_HOOKS
from leakwise.facts.code.callers import call_sites
from leakwise.facts.code.decorators import decorators_of
from leakwise.facts.code.definitions import Definition
from leakwise.facts.tensorflow.traced import is_keras_class
from leakwise.facts.terms.events import Callback, Loop, TrainingStep
from leakwise.facts.terms.lifetimes import Rhythm
from leakwise.facts.terms.values import Kind

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

MOST_CALLERS_DEEP = 2
"""Through how many callers the loops round a call are looked for."""
_MAIN = "main"
_READS_COMMAND_LINE = ("parse_args", "parse_known_args", "parse_args_into_dataclasses")
_RUNS_MAIN = frozenset({"hydra.main", "fire.Fire"})
# https://click.palletsprojects.com/en/stable/commands-and-groups/,
# https://typer.tiangolo.com/reference/typer/.
_COMMANDS = frozenset({"command", "group", "callback"})
_OF_EPOCHS = ("epoch",)
_OF_STEPS = ("batch", "step", "iteration", "sample", "loader")


def rhythm_of(module: "ModuleFacts", definition: Definition, deep: int = 0) -> Rhythm:
    """How often a function runs; UNKNOWN where neither a convention nor a call in the file tells.

    The top level of a file runs once. Of several calls the most frequent one counts.
    """
    if definition.node is None:
        return Rhythm.ONCE
    if not definition.is_function:
        return Rhythm.UNKNOWN

    def compute() -> Rhythm:
        known = _by_convention(module, definition)
        if known is None:
            runs_in_passes = _is_hook(module, definition)
            known = Rhythm.STEP if runs_in_passes else _by_lambda_callback(module, definition)
            known = known or _by_calls(module, definition, deep)
        if known is Rhythm.UNKNOWN and _starts_program(module, definition):
            return Rhythm.ONCE
        return known

    cell = module.query(definition, ("rhythm", deep), compute, Rhythm.UNKNOWN, breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def _by_convention(module: "ModuleFacts", definition: Definition) -> Rhythm | None:
    class_ = definition.parent
    if class_ is None or not class_.is_class:
        return None
    if definition.name in ONCE_METHODS:
        return Rhythm.ONCE
    bases = module.ancestors(class_)
    for classes, methods in CONVENTIONS:
        rhythm = methods.get(definition.name)
        if rhythm is not None and not classes.isdisjoint(bases.names):
            return rhythm
    if definition.name == "forward" and bases.is_module:
        return Rhythm.STEP
    return KERAS_LAYER_METHODS.get(definition.name) if is_keras_class(bases.names) else None


def _by_lambda_callback(module: "ModuleFacts", definition: Definition) -> Rhythm | None:
    """How often Keras calls a function that is handed to a callback made of functions, by the name
    of the argument."""
    words = module.names.words_for((LAMBDA_CALLBACK,))
    if not any(module.scopes.mentioned(word) for word in words):
        return None
    for other in module.scopes.mentioning(definition.name):
        if other.is_class or not other.mentions(words):
            continue
        for site in module.facts(other).calls_of(LAMBDA_CALLBACK):
            for given in site.arguments:
                if given.value.definition is definition:
                    return LAMBDA_CALLBACK_METHODS.get(given.keyword)
    return None


def _is_hook(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a module calls a function in each of its passes, as a hook of this file."""
    for other in module.scopes.mentioning(definition.name):
        if other.is_class or other is definition or not module.has_trait(other, "hook"):
            continue
        for event in module.body(other).events:
            registered = isinstance(event, Callback) and event.how in PASS_HOOKS
            if registered and event.function is definition:  # type: ignore[attr-defined]
                return True
    return False


def _starts_program(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a function is where a program begins: by its name, because a library of command lines
    calls it, or because it reads the command line itself."""
    if definition.parent is None or definition.parent.node is not None:
        return False
    if definition.name == _MAIN:
        return True
    definition.code.read()
    if any(definition.index.mentions(word) for word in _READS_COMMAND_LINE):
        return True
    return any(
        one.name in _RUNS_MAIN or one.written.rpartition(".")[2] in _COMMANDS
        for one in decorators_of(module, definition)
    )


def _by_calls(module: "ModuleFacts", definition: Definition, deep: int) -> Rhythm:
    found = Rhythm.UNKNOWN
    for caller, site in call_sites(module, definition)[0]:
        if caller is definition:
            continue
        for loop in site.loops:
            found = max(found, rhythm_of_loop(module, caller, loop))
        if deep < MOST_CALLERS_DEEP and found < Rhythm.STEP:
            found = max(found, rhythm_of(module, caller, deep + 1))
    return found


def rhythm_of_loop(module: "ModuleFacts", definition: Definition, loop: Loop) -> Rhythm:
    """Whether a loop of a body goes through epochs, or through batches or samples: by what it goes
    through, by its names, or because a training step happens in it and in no loop inside it."""
    if loop.is_comprehension:
        return Rhythm.REPEATED
    if loop.over is not None and loop.over.kind in {Kind.LOADER, Kind.TF_DATASET}:
        return Rhythm.STEP
    for names in (loop.names, loop.over_paths):
        # `for step in range(steps_per_epoch)` goes through steps.
        if _names_one(names, _OF_STEPS):
            return Rhythm.STEP
        if _names_one(names, _OF_EPOCHS):
            return Rhythm.EPOCH
    for event in module.body(definition).events:
        if isinstance(event, TrainingStep) and event.loops and loop in event.loops:
            inner = event.loops[-1]
            return Rhythm.STEP if inner == loop else Rhythm.EPOCH
    return Rhythm.REPEATED


def _names_one(names: Iterable[str], words: Iterable[str]) -> bool:
    return any(word in name.lower() for name in names for word in words)
