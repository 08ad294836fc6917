"""Networks that an object puts into evaluation mode when it is made, and keeps there."""

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

from leakwise.facts.apis.conventions import ONCE_METHODS
from leakwise.facts.apis.torch_functions import DIFFERENTIATING
from leakwise.facts.apis.torch_methods import BACKWARD_METHODS
from leakwise.facts.by_use.class_use import enclosing_method, family
from leakwise.facts.code.definitions import Definition
from leakwise.facts.interpreter.run import Run
from leakwise.facts.terms.values import Kind, Value

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_TRAIN = "train"
_NOTHING: Mapping[str, Value] = {}


def mode_of(run: Run, path: str) -> Value | None:
    """Where the network at a path was put into evaluation mode, as the origin of a value: in this
    body before, or, of an attribute of `self`, where the object was made."""
    mode = run.state.evaluating.get(path)
    method = enclosing_method(run.definition)
    if mode is not None or method is None or method.parent is None or method.name in ONCE_METHODS:
        return mode
    start = f"{method.instance_name()}."
    if not path.startswith(start):
        return None
    return _kept_in_evaluation(run.module, method.parent).get(path[len(start) :])


def _kept_in_evaluation(module: "ModuleFacts", class_: Definition) -> Mapping[str, Value]:
    """The attributes that a constructor puts into evaluation mode, of a class that is no network
    itself, in whose methods nothing is trained or differentiated."""

    def compute() -> Mapping[str, Value]:
        if module.ancestors(class_).is_module:
            return _NOTHING
        members = family(module, class_)
        for word in sorted(BACKWARD_METHODS | DIFFERENTIATING | {_TRAIN}):
            for definition in module.scopes.mentioning(word):
                method = enclosing_method(definition)
                if method is not None and method.parent in members:
                    return _NOTHING
        found: dict[str, Value] = {}
        for definition in module.scopes.mentioning("eval"):
            if definition.parent not in members or definition.name not in ONCE_METHODS:
                continue
            start = f"{definition.instance_name()}."
            for path, mode in module.body(definition).exit_evaluating.items():
                if path.startswith(start):
                    found[path[len(start) :]] = mode
        return found

    cell = module.query(class_, "kept in evaluation", compute, _NOTHING, breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def note_mode(run: Run, path: str, value: Value, node: ast.expr) -> None:
    """Notes that a network is in evaluation mode where what it is bound from puts it there:
    `net = make().eval().cuda()`."""
    if value.kind is not Kind.MODULE and value.kind is not Kind.UNKNOWN:
        return
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == _TRAIN:
            return
        if node.func.attr == "eval" and not node.args and not node.keywords:
            run.state.evaluating[path] = Value(Kind.OTHER, origin=run.place(node))
            return
        node = node.func.value
