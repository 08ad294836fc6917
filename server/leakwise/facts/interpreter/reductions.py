"""Whether what functions and criteria make of tensors has one element: as they reduce it."""

from leakwise.facts.apis.metrics import METRIC_FUNCTIONS, METRIC_TABLES
from leakwise.facts.apis.torch_functions import ALWAYS_ONE, LOSS_MODULE
from leakwise.facts.terms.certainty import Scalar
from leakwise.facts.terms.values import Kind, Value

_REDUCTION = "reduction"
_REDUCED = frozenset({"mean", "sum", "batchmean"})
_ALONG = frozenset({"dim", "axis", "keepdim", "**"})
_EACH = frozenset({"none", False})
_BEFORE_REDUCTION = 4
"""Losses take more arguments than these by position seldom, and some their reduction among them."""
_OF_TORCH = "torch.nn."
_MEAN = Value(Kind.OTHER, constant="mean")


def elements_of(name: str, arguments: list[Value], keywords: dict[str, Value]) -> Scalar:
    """Whether a function that reduces by default gives one element for these arguments."""
    if name in ALWAYS_ONE:
        return Scalar.SURE
    if name.startswith(METRIC_FUNCTIONS):
        return Scalar.OPEN if name.rpartition(".")[2] in METRIC_TABLES else Scalar.LIKELY
    if name.startswith(LOSS_MODULE):
        if len(arguments) > _BEFORE_REDUCTION or _each_by_position(arguments):
            return Scalar.OPEN
        return _reduced(keywords)
    if not _ALONG.isdisjoint(keywords):
        return Scalar.OPEN
    ordered = name.endswith(".norm")
    others = arguments[1:]
    # `norm(x, 2)` is told its order; the others would be told a dimension.
    return Scalar.OPEN if len(others) > ordered or not arguments else Scalar.SURE


def criterion_with(made: Value, name: str, keywords: dict[str, Value]) -> Value:
    """A criterion that is made with these keywords: it knows how it reduces."""
    if not name.startswith(_OF_TORCH) or "**" in keywords:
        return made
    for old in ("reduce", "size_average"):
        if old in keywords:
            return made
    return made.with_field(_REDUCTION, keywords.get(_REDUCTION, _MEAN))


def elements_by(criterion: Value) -> Scalar:
    """Whether what a criterion gives has one element."""
    known = criterion.field(_REDUCTION)
    return Scalar.LIKELY if known is None else _by(known)


def _by(reduction: Value) -> Scalar:
    constant = reduction.constant
    if constant is None:
        return Scalar.LIKELY
    return Scalar.SURE if constant in _REDUCED else Scalar.OPEN


def _reduced(keywords: dict[str, Value]) -> Scalar:
    if "**" in keywords:
        return Scalar.LIKELY
    reduce = keywords.get("reduce")
    if reduce is not None and reduce.constant is not True:
        return Scalar.OPEN if reduce.constant is False else Scalar.LIKELY
    return _by(keywords[_REDUCTION]) if _REDUCTION in keywords else Scalar.SURE


def _each_by_position(arguments: list[Value]) -> bool:
    return any(
        isinstance(one.constant, (bool, str)) and one.constant in _EACH for one in arguments[3:]
    )
