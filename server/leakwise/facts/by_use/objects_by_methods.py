"""Parameters of which nothing but their use tells what they are given: an object of the one class
of the file whose methods are called on them."""

import re
from typing import TYPE_CHECKING

from leakwise.facts.apis.keras import MODEL_METHODS
from leakwise.facts.apis.torch_methods import BACKWARD_METHODS, MODULE_EVIDENCE, OPTIMIZER_STEP
from leakwise.facts.apis.wordlists import words
from leakwise.facts.code.definitions import Definition
from leakwise.facts.terms.values import UNKNOWN, Certainty, Value

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_OF_MANY = (
    MODULE_EVIDENCE
    | MODEL_METHODS
    | BACKWARD_METHODS
    | words(
        "add append call close forward get items keys load log next put read reset run sample "
        "save score step transform fit_transform update values write"
    )
    | {OPTIMIZER_STEP}
)
"""Methods that objects of many classes have."""
_TELLING_COUNT = 2
_SHORTEST = 3
"""How long a name is at least that tells of a class."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", re.ASCII)


def object_by_methods(module: "ModuleFacts", definition: Definition, name: str) -> Value:
    """What a parameter holds: an object of a class of the file, if no other one has the methods
    that are called on it, and several of these are no methods of many classes, or its name is that
    of the class."""
    if definition.index.bindings_of(name) or any(True for _ in definition.index.calls_named(name)):
        return UNKNOWN
    asked = {one for one in definition.index.methods_asked(name) if one.isidentifier()}
    if not asked:
        return UNKNOWN
    found = {
        class_
        for method in asked
        for one in module.scopes.named(method)
        if (class_ := one.parent) is not None and class_.is_class and one.is_method
    }
    telling = len(asked - _OF_MANY) >= _TELLING_COUNT
    fitting = [
        class_
        for class_ in found
        if (telling or _is_named_so(class_, name))
        and all(module.method(class_, method) is not None for method in asked)
    ]
    if len(fitting) != 1:
        return UNKNOWN
    kind = module.ancestors(fitting[0]).kind
    return Value(kind, name=fitting[0].qualified, definition=fitting[0], certainty=Certainty.LIKELY)


def _is_named_so(class_: Definition, name: str) -> bool:
    """Whether a name is that of a class, or of its last words: `agent` of `ChessAgent`."""
    words_of_class = [one.lower() for one in _WORD.findall(class_.name)]
    given = name.replace("_", "").lower()
    return len(given) >= _SHORTEST and any(
        "".join(words_of_class[start:]) == given for start in range(len(words_of_class))
    )
