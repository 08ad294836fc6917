"""Whether autograd records where a context manager was entered."""

import ast

from leakwise.facts.code.names import within
from leakwise.facts.interpreter.external_calls import may_switch_grad
from leakwise.facts.interpreter.run import Run
from leakwise.facts.terms.events import GradMode, grad_mode
from leakwise.facts.terms.values import UNKNOWN, Kind, Value


def mode_inside(
    run: Run, node: ast.With | ast.AsyncWith, manager: ast.expr, entered: Value
) -> GradMode:
    """The grad mode in which a `with` runs its body once it has `entered` a manager.

    One that is not known may switch recording off. A backward pass inside, or one that starts later
    from what is made inside, proves that it does not.
    """
    if _may_switch(run, manager, entered):
        proven = _trains(node) or _makes_proven(run, node)
        return run.state.grad if proven else GradMode.UNKNOWN
    return _told_by(run, entered)


def mode_behind(run: Run, manager: ast.expr, entered: Value) -> GradMode:
    """The grad mode behind a call by which an `ExitStack` has `entered` a manager; a backward pass
    anywhere in the body proves that one which is not known leaves recording on."""
    if _may_switch(run, manager, entered):
        proven = run.definition.index.mentions_any(_BACKWARD)
        return run.state.grad if proven else GradMode.UNKNOWN
    return _told_by(run, entered)


_BACKWARD = frozenset({"backward", "manual_backward"})


def _told_by(run: Run, entered: Value) -> GradMode:
    switches = entered.kind is Kind.CONTEXT and entered.name == "grad"
    return grad_mode(entered.constant) if switches else run.state.grad


def _may_switch(run: Run, manager: ast.expr, entered: Value) -> bool:
    """Whether a manager may switch recording off unseen."""
    return (
        run.state.grad is not GradMode.OFF
        and may_switch_grad(entered)
        and not _is_foreign(run, manager)
    )


def _trains(node: ast.With | ast.AsyncWith) -> bool:
    return any(isinstance(part, ast.Attribute) and part.attr in _BACKWARD for part in within(node))


def _makes_proven(run: Run, node: ast.With | ast.AsyncWith) -> bool:
    """Whether a statement inside makes something that is backpropagated later."""
    names = run.evidence.names
    return bool(names) and any(
        names.get(id(part)) for statement in node.body for part in within(statement)
    )


def _is_foreign(run: Run, manager: ast.expr) -> bool:
    """Whether a manager comes from outside every framework, and so leaves torch alone."""
    root = manager.func if isinstance(manager, ast.Call) else manager
    while isinstance(root, ast.Attribute):
        root = root.value
    found = run.read(root.id) if isinstance(root, ast.Name) else UNKNOWN
    return found.kind is Kind.QUALIFIED and run.module.names.is_foreign(found.name or "")
