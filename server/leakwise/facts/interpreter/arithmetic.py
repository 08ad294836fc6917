"""What arithmetic gives, and which parts of an expression carry its graph."""

import ast
from functools import lru_cache

from leakwise.facts.apis.settings import is_setting
from leakwise.facts.interpreter.carrying import unmarked
from leakwise.facts.interpreter.run import Run
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.storage import OWN, Numbers, View, computed, stored
from leakwise.facts.terms.values import (
    LIST,
    NUMBER,
    OTHER,
    PENDING,
    Certainty,
    Graph,
    Kind,
    Scalar,
    Source,
    Value,
    element_of,
    join,
    merge_sources,
    tensor,
)


def arithmetic(one: Value, two: Value, *, records: bool = False, adds: bool = False) -> Value:
    """What `one + two`, or another arithmetic operator between them, gives.

    `records` where a new tensor is made, whose graph leads to the leaves among its operands; `adds`
    where the operator is known to be `+`.
    """
    if adds and (joint := _chained(one, two)) is not None:
        return joint
    sources = merge_sources(_of_graph(one), _of_graph(two))
    if one.is_tensor or two.is_tensor:
        attached = [
            value for value in (one, two) if value.carries_graph or (records and value.is_leaf)
        ]
        if attached:
            graph = Graph.ATTACHED
            certainty = min((value.certainty for value in attached), key=_sureness)
        else:
            settled = all(
                value.kind in _SETTLED or (value.is_tensor and value.graph is Graph.DETACHED)
                for value in (one, two)
            )
            graph = Graph.DETACHED if settled else Graph.UNKNOWN
            certainty = one.certainty.weaker(two.certainty)
        scalar = _elements(one, two)
        origin = (attached[0] if attached else one).origin
        storages = [value.storage for value in (one, two) if value.is_tensor]
        return tensor(
            graph,
            scalar=scalar,
            certainty=certainty,
            origin=origin,
            sources=sources,
            storage=computed(*storages),
        )
    if one.kind in _OF_FRAMEWORKS or two.kind in _OF_FRAMEWORKS:
        return _framework_arithmetic(one, two, sources)
    if one.kind is Kind.NUMBER and two.kind is Kind.NUMBER:
        return NUMBER.made_from(sources)
    if Kind.NUMBER in {one.kind, two.kind} and (is_setting(one) or is_setting(two)):
        return NUMBER.made_from(sources)
    if one.kind is Kind.PENDING or two.kind is Kind.PENDING:
        return PENDING.made_from(sources)
    if one.kind is Kind.CONTAINER and two.kind in {Kind.CONTAINER, Kind.NUMBER}:
        if two.kind is Kind.NUMBER:
            return one.mixed()
        if one.element is None or two.element is None:
            element = one.element or two.element
        else:
            element = join(one.element, two.element)
        return Value(Kind.CONTAINER, element=element, sources=sources)
    if adds and LIST in {one.name, two.name} and Kind.UNKNOWN in {one.kind, two.kind}:
        # Python adds nothing but lists to a list.
        return Value(Kind.CONTAINER, element=Value(sources=sources), sources=sources)
    if one.kind is Kind.OTHER and two.kind in {Kind.OTHER, Kind.NUMBER, Kind.UNKNOWN}:
        return OTHER if one.constant is not None else Value(sources=sources)
    return Value(sources=sources)


def _elements(one: Value, two: Value) -> Scalar:
    """Whether what two operands make has one element; what is no tensor may be an array of more."""
    known = min(value.scalar for value in (one, two) if value.is_tensor)
    settled = all(value.is_tensor or value.kind in _ONE_NUMBER for value in (one, two))
    return known if settled else min(known, Scalar.LIKELY)


def _chained(one: Value, two: Value) -> Value | None:
    """What `(loss,) + outputs` gives, where a module made `outputs`: torch adds no list or tuple to
    a tensor, so both are sequences. None where this does not tell."""
    if {one.kind, two.kind} != {Kind.CONTAINER, Kind.OUTPUT}:
        return None
    element = join(element_of(one), element_of(two))
    return Value(Kind.CONTAINER, element=element, sources=one.sources | two.sources)


def _of_graph(value: Value) -> frozenset[Source]:
    return value.sources if value.carries_graph or not value.sources else unmarked(value.sources)


_PLAIN = frozenset({Kind.NUMBER, Kind.ARRAY})
_SETTLED = _PLAIN | {Kind.OTHER}
_ONE_NUMBER = frozenset({Kind.NUMBER, Kind.OTHER})
_OF_FRAMEWORKS = frozenset({Kind.TF_TENSOR, Kind.ARRAY})


def _framework_arithmetic(one: Value, two: Value, sources: frozenset[Source]) -> Value:
    """Of a tensor of TensorFlow or an array with what it can be computed with."""
    for kind in (Kind.TF_TENSOR, Kind.ARRAY):
        for value, other in ((one, two), (two, one)):
            if value.kind is kind and other.kind in {kind, *_PLAIN}:
                return Value(kind, storage=OWN, sources=sources)
    for value, other in ((one, two), (two, one)):
        if value.kind is Kind.TF_TENSOR and other.kind is Kind.UNKNOWN:
            # TensorFlow turns the other operand into a tensor.
            return Value(value.kind, certainty=Certainty.LIKELY, storage=OWN, sources=sources)
    return Value(sources=sources)


def compared_tensors(node: ast.Compare, values: list[Value]) -> Value | None:
    """What an elementwise comparison gives: booleans, without a graph; None for any other one."""
    if len(values) != 2 or not isinstance(node.ops[0], _ELEMENTWISE):
        return None
    one, two = values
    if "None" in {one.name, two.name}:
        return None
    ordered = not isinstance(node.ops[0], (ast.Eq, ast.NotEq))
    if any(value.kind is Kind.TENSOR or (ordered and value.is_tensor) for value in values):
        # What else a module may return has no order.
        storage = computed(*(value.storage for value in values if value.is_tensor))
        return tensor(
            Graph.DETACHED,
            scalar=_elements(one, two),
            storage=stored(storage.device, Numbers.WHOLE, View.OWN),
        )
    if Kind.ARRAY in {one.kind, two.kind}:
        return Value(Kind.ARRAY)
    return Value(Kind.TF_TENSOR) if Kind.TF_TENSOR in {one.kind, two.kind} else None


_ELEMENTWISE = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def _sureness(certainty: Certainty) -> int:
    return list(Certainty).index(certainty)


def carriers(run: Run, node: ast.expr) -> list[tuple[Place, Value]]:
    """The smallest parts of an arithmetic or a display that carry a graph."""
    if isinstance(node, ast.BinOp):
        return [*carriers(run, node.left), *carriers(run, node.right)]
    if isinstance(node, ast.UnaryOp):
        return carriers(run, node.operand)
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return [one for element in node.elts for one in carriers(run, element)]
    if isinstance(node, ast.Dict):
        return [one for element in node.values for one in carriers(run, element)]
    if isinstance(node, (ast.Starred, ast.ListComp, ast.GeneratorExp, ast.DictComp)):
        return []
    value = run.evaluate(node)
    return [(run.place(node), value)] if value.carries_graph else []


@lru_cache(maxsize=2_000, typed=True)
def number(constant: object) -> Value:
    """What a literal number gives. `1`, `1.0` and `True` are equal: its name tells them apart."""
    return Value(Kind.NUMBER, name=_NUMBER_TYPES.get(type(constant)), constant=constant)


_NUMBER_TYPES = {bool: "builtins.bool", float: "builtins.float", complex: "builtins.complex"}
