"""Slices of tensors: what they share with the tensor, and what they copy."""

import ast

from leakwise.facts.terms.storage import Storage, copied, shown_part, shown_whole, stored
from leakwise.facts.terms.values import Certainty, Graph, Kind, Scalar, Value

_FEW = 2
"""A slice that leaves out as many rows at an end shows nearly everything."""
_COPYING = frozenset({Kind.TENSOR, Kind.OUTPUT, Kind.ARRAY, Kind.CONTAINER})
"""An index of one of these kinds chooses elements one by one, which copies them."""


def is_slicing(index: ast.expr) -> bool:
    """Whether only a tensor can be indexed so: `x[:, 0]`, `x[..., :3]`."""
    if not isinstance(index, ast.Tuple):
        return False
    return any(_is_whole(one) or isinstance(one, ast.Slice) for one in index.elts)


def sliced(owner: Value, index: ast.expr, value: Value) -> Value:
    """What indexing a tensor gives; `value` is that of the index.

    A leaf's slice was computed of it; integers have no graph.
    """
    graph = Graph.ATTACHED if owner.is_leaf else owner.graph
    certainty = owner.certainty
    if owner.kind is Kind.OUTPUT:
        certainty = certainty.weaker(Certainty.LIKELY)
    return owner.but(
        kind=Kind.TENSOR,
        graph=graph,
        scalar=Scalar.OPEN,
        certainty=certainty,
        storage=_storage(owner.storage, index, value),
    )


def _storage(storage: Storage, index: ast.expr, value: Value) -> Storage:
    if _copies(index, value):
        return copied(storage)
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    first = parts[0] if parts else index
    if isinstance(first, ast.Constant) and first.value == 0 and all(map(_is_whole, parts[1:])):
        # Of a batch of one the first is all.
        return stored(storage.device, storage.numbers)
    items = value.items if isinstance(index, ast.Tuple) else (value,)
    if all(_is_whole(one) or _is_most(one) for one in parts):
        return shown_whole(storage)
    if any(isinstance(one, ast.Slice) and _is_some(one) for one in parts) or any(
        isinstance(one, ast.Constant) and isinstance(one.value, int) for one in parts
    ):
        return shown_part(storage)
    # A slice alone may go nearly as far as there is something.
    picks = any(not isinstance(one, ast.Slice) and not _is_whole(one) for one in parts)
    if (
        picks
        and items is not None
        and all(
            item.kind is Kind.NUMBER
            or isinstance(part, (ast.Slice, ast.UnaryOp))
            or _is_whole(part)
            for part, item in zip(parts, items, strict=False)
        )
    ):
        return shown_part(storage)
    # A name may hold a number, a list or a mask.
    return stored(storage.device, storage.numbers)


def _copies(index: ast.expr, value: Value) -> bool:
    if isinstance(index, (ast.Compare, ast.List)):
        return True
    if isinstance(index, ast.Tuple):
        items = value.items or ()
        return any(item.kind in _COPYING for item in items) or any(
            isinstance(one, (ast.List, ast.Compare)) for one in index.elts
        )
    return value.kind in _COPYING


def _is_whole(index: ast.expr) -> bool:
    if isinstance(index, ast.Constant):
        return index.value is ... or index.value is None
    return isinstance(index, ast.Slice) and not (index.lower or index.upper or index.step)


def _is_some(index: ast.Slice) -> bool:
    """`[:4]`, `[a:b]`, `[::2]`, and not `[:n]`, which may be nearly everything."""
    if _is_most(index) or _is_whole(index):
        return False
    bounds = [one for one in (index.lower, index.upper) if one is not None]
    return index.step is not None or len(bounds) > 1 or isinstance(bounds[0], ast.Constant)


def _is_most(index: ast.expr) -> bool:
    """`[1:]`, `[:-1]`: nearly everything."""
    if not isinstance(index, ast.Slice) or index.step is not None:
        return False
    lower, upper = index.lower, index.upper
    few_off = upper is None or (
        isinstance(upper, ast.UnaryOp)
        and isinstance(upper.op, ast.USub)
        and isinstance(upper.operand, ast.Constant)
        and upper.operand.value in range(_FEW + 1)
    )
    few_on = lower is None or (isinstance(lower, ast.Constant) and lower.value in range(_FEW + 1))
    return few_off and few_on
