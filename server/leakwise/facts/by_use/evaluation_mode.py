"""Networks that an object, or a file at its top level, puts into evaluation mode and that stay in
it."""

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

from leakwise.facts.apis.conventions import ONCE_METHODS
from leakwise.facts.apis.torch_functions import DIFFERENTIATING
from leakwise.facts.apis.torch_methods import BACKWARD_METHODS
from leakwise.facts.by_use.handed_networks import handed
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.families import enclosing_method, family
from leakwise.facts.code.names import path_of
from leakwise.facts.code.usage import is_local
from leakwise.facts.code.written import statements_of
from leakwise.facts.interpreter.run import Run
from leakwise.facts.interpreter.state import root_of
from leakwise.facts.terms.places import place_of
from leakwise.facts.terms.values import Kind, Value

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_TRAIN = "train"
_NOTHING: Mapping[str, Value] = {}


def mode_of(run: Run, path: str) -> Value | None:
    """Where the network at a path was put into evaluation mode, as the origin of a value: in this
    body before, or, of an attribute of `self`, where the object was made."""
    mode = run.state.evaluating.get(path)
    if mode is not None or run.definition.node is None:
        return mode
    method = enclosing_method(run.definition)
    start = f"{method.instance_name()}." if method is not None else None
    if start is None or not path.startswith(start):
        handed = _of_the_callers(run.module, run.definition, path)
        return _of_the_file(run, path) if handed is None else handed
    if method is None or method.parent is None or method.name in ONCE_METHODS:
        return None
    return _kept_in_evaluation(run.module, method.parent).get(path[len(start) :])


def _of_the_file(run: Run, path: str) -> Value | None:
    """Where the file's top level put the network into evaluation mode that it binds to a path."""
    root = root_of(path)
    if root in run.state.values or is_local(run.module, run.definition, root):
        return None
    return _evaluated_by_the_file(run.module).get(path)


def _evaluated_by_the_file(module: "ModuleFacts") -> Mapping[str, Value]:
    """The networks that the top level leaves in evaluation mode, of a file that trains and
    differentiates nothing."""
    top = module.scopes.module
    if top not in module.scopes.mentioning("eval"):
        return _NOTHING

    def compute() -> Mapping[str, Value]:
        return _NOTHING if _trains(module) else module.body(top).exit_evaluating

    cell = module.query(top, "evaluated by the file", compute, _NOTHING, breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def _trains(module: "ModuleFacts") -> bool:
    """Whether a file may train or differentiate anything."""
    words = BACKWARD_METHODS | DIFFERENTIATING | {_TRAIN}
    return any(module.scopes.mentioned(word) for word in sorted(words))


def _of_the_callers(module: "ModuleFacts", definition: Definition, parameter: str) -> Value | None:
    """Where the network that a function is handed was put into evaluation mode: by all of its
    callers in a file that trains and differentiates nothing."""
    if parameter not in definition.parameter_names() or definition.index.bindings_of(parameter):
        return None

    def compute() -> Mapping[str, Value]:
        if not module.scopes.mentioned("eval") or _trains(module):
            return _NOTHING
        found: dict[str, Value] = {}
        for name in definition.parameter_names():
            modes = [
                _switched_in(module, caller, path_of(argument))
                for caller, argument in handed(module, definition, name)
            ]
            if modes and (first := modes[0]) is not None and None not in modes:
                found[name] = first
        return found

    cell = module.query(definition, "handed in evaluation", compute, _NOTHING, breaks_cycles=True)
    return cell.read().get(parameter)  # type: ignore[no-any-return]


def _switched_in(module: "ModuleFacts", caller: Definition, path: str | None) -> Value | None:
    """Where a body, or those that call it, put what it hands on into evaluation mode."""
    if path is None:
        return None
    for statement, block in statements_of(module, caller):
        if (call := _switching(statement, path)) is not None:
            return Value(Kind.OTHER, origin=place_of(call, block))
    return _of_the_callers(module, caller, path)


def _switching(statement: ast.stmt, path: str) -> ast.Call | None:
    """The call by which a statement puts the network at a path into evaluation mode:
    `net.eval()`, `net = make().eval().cuda()`."""
    if isinstance(statement, ast.Assign) and path in map(path_of, statement.targets):
        return _eval_call(statement.value)
    if isinstance(statement, ast.Expr):
        call = _eval_call(statement.value)
        if call is not None and isinstance(call.func, ast.Attribute):
            return call if path_of(call.func.value) == path else None
    return None


def _eval_call(node: ast.expr) -> ast.Call | None:
    """The call of `eval()` in a chain of methods, unless a later one trains."""
    return _begins_with(node)[0]


def _begins_with(node: ast.expr) -> tuple[ast.Call | None, ast.expr | None]:
    """The call of `eval()` that holds for what a chain of methods gives, and what the chain, or
    that call, begins with; None for both where `train()` takes it back."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == _TRAIN:
            return None, None
        if node.func.attr == "eval" and not node.args and not node.keywords:
            return node, node.func.value
        node = node.func.value
    return None, node


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
    `net = make().eval().cuda()`, or `net = load()` of a function of the file that does."""
    if value.kind is not Kind.MODULE and value.kind is not Kind.UNKNOWN:
        return
    evaluates: ast.expr | None
    evaluates, start = _begins_with(node)
    if evaluates is None and isinstance(start, ast.Call):
        called = run.module.names.resolve(run.definition, path_of(start.func)).definition
        evaluates = start if called is not None and _gives_evaluated(run.module, called) else None
    if evaluates is not None:
        run.state.evaluating[path] = Value(Kind.OTHER, origin=run.place(evaluates))


def _gives_evaluated(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether each `return` of a function gives a network that the function put into evaluation
    mode."""
    definition.code.read()
    if not isinstance(definition.node, ast.FunctionDef) or not definition.index.mentions("eval"):
        return False

    def compute() -> bool:
        definition.code.read()
        modes = module.body(definition).exit_evaluating
        returned = [
            statement.value
            for statement, _ in statements_of(module, definition)
            if isinstance(statement, ast.Return) and statement.value is not None
        ]
        return bool(returned) and all(_is_evaluated(one, modes) for one in returned)

    cell = module.query(definition, "gives evaluated", compute, False, breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def _is_evaluated(node: ast.expr, modes: Mapping[str, Value]) -> bool:
    evaluates, start = _begins_with(node)
    return evaluates is not None or (start is not None and path_of(start) in modes)
