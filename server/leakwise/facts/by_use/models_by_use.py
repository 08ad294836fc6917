"""Keras models that are known by use alone: a body trains what a call gave it, of which nothing
else tells what it is."""

import ast
from typing import TYPE_CHECKING

from leakwise.facts.apis.keras import TRAINING_WORDS
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.parameters import given_to
from leakwise.facts.code.written_calls import written_calls
from leakwise.facts.tensorflow.traced import only_keras
from leakwise.facts.terms.values import UNKNOWN

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_Trained = dict[str, frozenset[str]]
_NOTHING: frozenset[str] = frozenset()


def training_of(module: "ModuleFacts", definition: Definition, name: str) -> frozenset[str]:
    """How a body trains what a name of it holds, as only a Keras model is trained: itself, or in a
    function of the file to which it hands that. The words are those of `apis.keras`."""

    def compute() -> _Trained:
        return _trained(module, definition) if only_keras(module) else {}

    cell = module.query(definition, "trained", compute, {}, breaks_cycles=True)
    return cell.read().get(name, _NOTHING)  # type: ignore[no-any-return]


def _trained(module: "ModuleFacts", definition: Definition) -> _Trained:
    definition.code.read()
    found = {
        path: words
        for path, words in definition.index.asked_for(TRAINING_WORDS).items()
        if path.isidentifier()
    }
    for function, parameters in _training_functions(module).items():
        if function is definition:
            continue
        for call in written_calls(module, definition, function):
            values = [UNKNOWN] * len(call.args)
            keywords = {one.arg or "**": UNKNOWN for one in call.keywords}
            given, _ = given_to(function, call, values, keywords)
            for parameter, words in parameters.items():
                for one in given.get(parameter, ()):
                    if isinstance(one.node, ast.Name):
                        found[one.node.id] = found.get(one.node.id, _NOTHING) | words
    return found


def _training_functions(module: "ModuleFacts") -> dict[Definition, _Trained]:
    """The functions of the file that train what they are given, by its parameter."""
    found: dict[Definition, _Trained] = {}
    for word in sorted(TRAINING_WORDS):
        for function in module.scopes.mentioning(word):
            if not function.is_function or function in found:
                continue
            function.code.read()
            names = function.parameter_names()
            trained = {
                path: words
                for path, words in function.index.asked_for(TRAINING_WORDS).items()
                if path in names and not function.index.bindings_of(path)
            }
            if trained:
                found[function] = trained
    return found
