"""What tests tell of the values that they ask about."""

import ast

from leakwise.facts.code.names import path_of


def first_use(test: ast.expr) -> tuple[str, bool] | None:
    """The path that a test asks whether it is None yet, and whether the test holds where it is."""
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], (ast.Is, ast.IsNot)):
        return None
    path, other = path_of(test.left), test.comparators[0]
    if path is None or len(test.ops) > 1 or not isinstance(other, ast.Constant):
        return None
    return (path, isinstance(test.ops[0], ast.Is)) if other.value is None else None


def tensor_test(test: ast.expr) -> tuple[str, bool] | None:
    """The path that a test asks whether it is a tensor, and whether the test holds where it is."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        found = tensor_test(test.operand)
        return None if found is None else (found[0], not found[1])
    if not isinstance(test, ast.Call) or not test.args:
        return None
    function, path = path_of(test.func) or "", path_of(test.args[0])
    if path is None:
        return None
    if function.rpartition(".")[2] == "is_tensor":
        return path, True
    if len(test.args) != 2:
        return None
    if function == "hasattr":
        asked = test.args[1]
        of_tensor = isinstance(asked, ast.Constant) and asked.value in _OF_TENSORS
        return (path, True) if of_tensor else None
    if function != "isinstance":
        return None
    classes = test.args[1].elts if isinstance(test.args[1], ast.Tuple) else [test.args[1]]
    names = {(path_of(one) or "").rpartition(".")[2] for one in classes}
    if not names.isdisjoint(_TENSORS):
        return path, True
    return (path, False) if names <= _NO_TENSORS else None


def tensors_asked_for(test: ast.expr) -> list[str]:
    """The paths that a test with several conditions asks, among others, whether they are
    tensors."""
    parts = test.values if isinstance(test, ast.BoolOp) else []
    return [found[0] for part in parts if (found := tensor_test(part)) is not None]


_TENSORS = frozenset({"Tensor", "Variable", "Parameter"})
_NO_TENSORS = frozenset({"int", "float", "str", "bool", "Number", "ndarray", "complex", "dict"})
_OF_TENSORS = frozenset({"item", "detach", "detach_", "cpu", "grad_fn", "requires_grad", "data"})
