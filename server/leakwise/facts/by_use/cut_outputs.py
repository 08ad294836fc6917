"""What is cut from its graph had one: an object that was called for it is a network. And what a
method of a network gives has one where that is backpropagated in another place, or where it is
evaluated by it in a file that never switches recording off."""

import ast
from typing import TYPE_CHECKING

from leakwise.facts.apis.torch_functions import SWITCH_WORDS
from leakwise.facts.apis.torch_methods import COMPUTING, CUT_GRAPH, MODULE_LOOKUPS
from leakwise.facts.by_use.evaluation_mode import mode_of
from leakwise.facts.by_use.loss_functions import is_loss_function
from leakwise.facts.code.annotations import is_callable
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.members import annotations_of
from leakwise.facts.code.names import path_of
from leakwise.facts.code.parameters import defaults
from leakwise.facts.interpreter.run import Run
from leakwise.facts.interpreter.state import root_of
from leakwise.facts.terms.events import GradMode
from leakwise.facts.terms.values import Certainty, Kind, Value

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

FORWARD = "forward"
RECORDING_WORDS = SWITCH_WORDS | {"volatile"}
"""Words without which no code of a file switches recording off."""


def called_network(
    run: Run, node: ast.Call, callee: Value, receiver: Value | None
) -> tuple[str, Value] | None:
    """The network that a call runs, with its path, where only what is done with the result tells
    of it: an attribute of `self` or a parameter is called, a method of a network whose class is not
    in sight, or the `forward` of something."""
    if callee.kind is not Kind.UNKNOWN or run.isolated or run.state.grad is not GradMode.ON:
        return None
    function, path = node.func, path_of(node.func)
    if path is None or not (node.args or node.keywords):
        return None
    sources = callee.sources
    if isinstance(function, ast.Attribute) and function.attr == FORWARD:
        if receiver is None or receiver.kind is not Kind.UNKNOWN:
            return None
        path, sources = path.removesuffix(f".{FORWARD}"), receiver.sources
        cut = run.cut_call is node
    elif isinstance(function, ast.Attribute) and receiver is not None and _asked(receiver, path):
        cut = run.cut_call is node and run.cut_how in CUT_GRAPH
        cut = cut or is_loss_function(run.module, run.definition, path)
        cut = cut or _is_evaluated(run, receiver, path)
        path, sources = path.removesuffix(f".{function.attr}"), receiver.sources
    elif _was_handed_in(run, path):
        # Other things have `data`, too.
        cut = run.cut_call is node and run.cut_how in CUT_GRAPH
    else:
        return None
    if not cut and not _is_cut_later(run, node):
        return None
    return path, Value(Kind.MODULE, certainty=Certainty.LIKELY, sources=sources)


def _asked(receiver: Value, path: str) -> bool:
    """Whether a method of a network is called that its class adds to those of every module."""
    unseen = receiver.kind is Kind.MODULE and receiver.definition is None
    return unseen and path.rpartition(".")[2] not in MODULE_LOOKUPS


def _is_evaluated(run: Run, receiver: Value, path: str) -> bool:
    """Whether a network in evaluation mode is asked for what it computes by a method of its own, in
    a file in which no word switches recording off. What a library's class does in there is not
    known: those that generate text do it themselves."""
    owner, _, method = path.rpartition(".")
    return (
        receiver.name is None
        and not COMPUTING.isdisjoint(method.split("_"))
        and not any(map(run.module.scopes.mentioned, RECORDING_WORDS))
        and mode_of(run, owner) is not None
    )


def _was_handed_in(run: Run, path: str) -> bool:
    """Whether this is an attribute of `self`, and no method of a part of it, or a parameter, of
    which nothing says that it is a function."""
    root, _, rest = path.partition(".")
    if not rest:
        handed = path in run.definition.parameter_names()
        return handed and not _is_function(run.module, run.definition, path)
    if root != run.instance or not rest.isidentifier():
        return False
    class_ = run.definition.parent
    return class_ is None or not _keeps_function(run.module, class_, rest)


def _is_function(module: "ModuleFacts", definition: Definition, parameter: str) -> bool:
    """Whether a parameter is annotated as something to call, or is a function by default. Who
    means a network says so."""
    for one in definition.parameters():
        if one.arg == parameter and one.annotation is not None:
            return is_callable(module, definition, one.annotation)
    default = defaults(definition).get(parameter)
    return isinstance(default, (ast.Name, ast.Attribute, ast.Lambda))


def _keeps_function(module: "ModuleFacts", class_: Definition, name: str) -> bool:
    """Whether an attribute is annotated as something to call, or keeps a parameter of the
    constructor that is a function."""

    def compute() -> bool:
        class_.code.read()
        annotation = annotations_of(class_).get(name)
        if annotation is not None and is_callable(module, class_, annotation):
            return True
        first = module.method(class_, "__init__")
        if first is None:
            return False
        first.code.read()
        path = f"{first.instance_name()}.{name}"
        return any(
            path in first.index.attributes_given(one) and _is_function(module, first, one)
            for one in first.parameter_names()
        )

    cell = module.query(class_, ("keeps function", name), compute, False)
    return cell.read()  # type: ignore[no-any-return]


def _is_cut_later(run: Run, node: ast.Call) -> bool:
    """Whether the result gets a name of its own and is cut, or a part of it, by that name."""
    statement = run.statement
    if not isinstance(statement, ast.Assign) or statement.value is not node:
        return False
    (target, *others) = statement.targets
    return (
        isinstance(target, ast.Name)
        and not others
        and target.id in _cut_names(run.module, run.definition)
    )


def _cut_names(module: "ModuleFacts", definition: Definition) -> frozenset[str]:
    """The names that a body binds once and from the graph of which it cuts something."""

    def compute() -> frozenset[str]:
        definition.code.read()
        index = definition.index
        roots = {root_of(path) for path in index.asked_for(CUT_GRAPH)}
        return frozenset(name for name in roots if len(index.bindings_of(name)) == 1)

    cell = module.query(definition, "cut names", compute, frozenset())
    return cell.read()  # type: ignore[no-any-return]


def call_for(node: ast.expr) -> ast.Call | None:
    """The call that made what an expression takes parts of, or calls methods on, in one go:
    `net(x)` in `net(x)[0].cpu()`."""
    while True:
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        elif isinstance(node, ast.Call):
            if not isinstance(node.func, ast.Attribute) or path_of(node.func) is not None:
                return node
            node = node.func.value
        else:
            return None
