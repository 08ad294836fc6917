"""What an expression gives."""

import ast
from collections.abc import Callable, Iterable
from typing import Any

from leakwise.facts.apis.dtypes import storage_named
from leakwise.facts.apis.resources import RESOURCE_KINDS
from leakwise.facts.apis.settings import NAMESPACE, SETTING
from leakwise.facts.apis.torch_methods import (
    CUT_ATTRIBUTES,
    CUT_GRAPH,
    LOSS_FIELD,
    NUMBER_ATTRIBUTES,
    SAME_ATTRIBUTES,
    WRAPPED_MODULE,
)
from leakwise.facts.by_use.cut_outputs import call_for
from leakwise.facts.code.names import path_of
from leakwise.facts.interpreter.arithmetic import arithmetic, compared_tensors, number
from leakwise.facts.interpreter.binding import bind
from leakwise.facts.interpreter.calls import call
from leakwise.facts.interpreter.carrying import cut
from leakwise.facts.interpreter.comprehensions import comprehension, dict_comprehension
from leakwise.facts.interpreter.conditional import conditional
from leakwise.facts.interpreter.external_calls import outside_attribute
from leakwise.facts.interpreter.lambdas import lambda_value
from leakwise.facts.interpreter.module_lists import held_by
from leakwise.facts.interpreter.object_methods import object_attribute
from leakwise.facts.interpreter.parts import displayed_part
from leakwise.facts.interpreter.run import Run, known_module
from leakwise.facts.interpreter.slicing import is_slicing, sliced
from leakwise.facts.resources.acquisitions import attribute_of_resource, with_held
from leakwise.facts.terms.storage import UNSEEN, computed, shown_whole, stored
from leakwise.facts.terms.values import (
    DICT,
    LIST,
    MOST_FIELDS,
    NONE,
    NUMBER,
    OTHER,
    SHAPE,
    UNKNOWN,
    Certainty,
    Graph,
    Kind,
    Scalar,
    Value,
    container,
    element_of,
    join,
    mapping,
)


def evaluate(run: Run, node: ast.expr) -> Value:
    """The value of an expression; the events in it are noted."""
    evaluator = _EVALUATORS.get(type(node))
    if evaluator is None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                evaluate(run, child)
        return UNKNOWN
    return evaluator(run, node)


def _constant(run: Run, node: ast.Constant) -> Value:
    value = node.value
    if value is None:
        return NONE
    if isinstance(value, (int, float, complex)):
        return number(value)
    if isinstance(value, str):
        return Value(Kind.OTHER, constant=value, storage=storage_named(value))
    return Value(Kind.OTHER, constant=value)


def _name(run: Run, node: ast.Name) -> Value:
    name = node.id
    value = run.read(name)
    if name in run.state.parts:
        value = with_held(run, name, value)
    if value.kind is Kind.UNKNOWN:
        return _by_use(run, name, value)
    return value


def _by_use(run: Run, path: str, value: Value) -> Value:
    kind = run.kind_by_use(path)
    if kind is None:
        return value
    return Value(kind, certainty=Certainty.LIKELY, sources=value.sources)


def _attribute(run: Run, node: ast.Attribute) -> Value:
    if node.attr != "data":
        return _attribute_of(run, node, evaluate(run, node.value))
    owner = _cut(run, node)
    if owner.kind is Kind.OUTPUT and isinstance(node.value, ast.Call):
        # Structures that networks return hardly have a field of that name.
        owner = owner.but(kind=Kind.TENSOR, certainty=owner.certainty.weaker(Certainty.LIKELY))
    return _attribute_of(run, node, owner)


def _cut(run: Run, node: ast.Attribute) -> Value:
    """The value of what this cuts from its graph."""
    outer = run.cut_call, run.cut_how
    run.cut_call, run.cut_how = call_for(node.value), node.attr
    value = evaluate(run, node.value)
    run.cut_call, run.cut_how = outer
    return value


def _attribute_of(run: Run, node: ast.Attribute, owner: Value) -> Value:
    name = node.attr
    if owner.kind is Kind.QUALIFIED:
        return run.imported(f"{owner.name}.{name}")
    path = path_of(node)
    if path is not None:
        held = run.state.values.get(path)
        if held is not None:
            if held.kind is not Kind.UNKNOWN:
                # What this body has set there is not what the last call left.
                return held
            return _read_from_self(run, path, _by_use(run, path, held))
    if owner.is_tensor:
        return _tensor_attribute(owner, name)
    if owner.fields and (field := owner.field(name)) and owner.kind is not Kind.CONTAINER:
        return _read_from_self(run, path, field.made_from(owner.sources))
    if owner.kind in RESOURCE_KINDS:
        return attribute_of_resource(owner, name)
    known = object_attribute(owner, name)
    if known is not None:
        return known
    if owner.definition is not None and owner.kind in _WITH_MEMBERS:
        held = run.attribute(owner.definition, name)
        if held.kind is Kind.UNKNOWN and known_module(owner) and name == WRAPPED_MODULE:
            held = owner
        if held.kind is Kind.UNKNOWN and path is not None:
            held = _by_use(run, path, held)
        return _read_from_self(run, path, held, owner)
    if owner.kind is Kind.PENDING or (known_module(owner) and name == WRAPPED_MODULE):
        return _read_from_self(run, path, owner)
    if (held := outside_attribute(run, owner, name)).kind is not Kind.UNKNOWN:
        return _read_from_self(run, path, held)
    if name == "shape" and owner.kind is Kind.UNKNOWN:
        # Of a tensor or an array: numbers.
        return SHAPE
    if owner.name == NAMESPACE and not owner.sources:
        return SETTING if path is None else _by_use(run, path, SETTING)
    if path is not None:
        value = Value(sources=owner.sources) if owner.sources else UNKNOWN
        return _read_from_self(run, path, _by_use(run, path, value))
    return Value(sources=owner.sources)


_WITH_MEMBERS = frozenset({Kind.INSTANCE, Kind.MODULE, Kind.KERAS_MODEL, Kind.CLASS})


def _read_from_self(run: Run, path: str | None, value: Value, owner: Value = UNKNOWN) -> Value:
    """Notes that a value was read from `self`, or an object, for state that feeds itself."""
    if path is None:
        return value
    of_self = run.instance is not None and path.startswith(run.instance + ".")
    if not of_self and owner.kind is not Kind.INSTANCE:
        return value
    known = run.read_before.get(path)
    if known is None or known[0] is not value:
        known = run.read_before[path] = (value, value.made_from(frozenset({path})))
        if value.carries_graph:
            run.lasting.append(known[1])
    return known[1]


def _tensor_attribute(owner: Value, name: str) -> Value:
    if name == "device":
        return Value(Kind.DEVICE, storage=stored(owner.device))
    if name in NUMBER_ATTRIBUTES:
        if name == "shape":
            return SHAPE
        return NUMBER if name == "ndim" else OTHER
    if name in CUT_ATTRIBUTES and owner.kind is Kind.TENSOR:
        # A gradient has storage of its own.
        whole = shown_whole(owner.storage) if name == "data" else computed(owner.storage)
        return cut(owner.but(graph=Graph.DETACHED, storage=whole))
    if name in CUT_ATTRIBUTES:
        # Of a tensor it is cut off, of a structure it is a field.
        return cut(owner.but(graph=Graph.UNKNOWN, storage=UNSEEN))
    if name in SAME_ATTRIBUTES:
        return owner.but(storage=shown_whole(owner.storage))
    if owner.kind is Kind.OUTPUT:
        # A field of what a module returned; a field called like a tensor's own stays unknown.
        return Value(
            Kind.OUTPUT,
            graph=owner.graph,
            certainty=owner.certainty.weaker(Certainty.LIKELY),
            scalar=Scalar.SURE if name == LOSS_FIELD else Scalar.OPEN,
            origin=owner.origin,
            sources=owner.sources,
        )
    return Value(sources=owner.sources)


def _subscript(run: Run, node: ast.Subscript) -> Value:
    owner = evaluate(run, node.value)
    index = evaluate(run, node.slice)
    path = path_of(node)
    if path is not None:
        held = run.state.values.get(path)
        if held is not None:
            return _read_from_self(run, path, held)
    if owner.kind is Kind.CONTAINER or (owner.kind is Kind.INSTANCE and owner.items is not None):
        items, number = owner.items, index.constant
        if number is not None and (field := owner.field(number)) is not None:
            return field.made_from(owner.sources)
        if owner.name == DICT:
            return (owner.element or UNKNOWN).made_from(owner.sources)
        if items is not None and isinstance(number, int) and -len(items) <= number < len(items):
            return items[number].made_from(owner.sources)
        if isinstance(node.slice, ast.Slice):
            return owner.mixed()
        return element_of(owner)
    if owner.kind is Kind.TENSOR or (owner.kind is Kind.OUTPUT and is_slicing(node.slice)):
        return run.recorded(sliced(owner, node.slice, index))
    if owner.kind in {Kind.OUTPUT, Kind.PENDING}:
        return element_of(owner)
    if owner.kind in {Kind.TF_TENSOR, Kind.ARRAY}:
        return owner.but(storage=sliced(owner, node.slice, index).storage)
    if known_module(owner):
        return owner if isinstance(node.slice, ast.Slice) else held_by(owner)
    return Value(sources=owner.sources)


def _binary(run: Run, node: ast.BinOp) -> Value:
    left, right = evaluate(run, node.left), evaluate(run, node.right)
    adds = isinstance(node.op, ast.Add)
    return run.recorded(arithmetic(left, right, records=True, adds=adds))


def _unary(run: Run, node: ast.UnaryOp) -> Value:
    value = evaluate(run, node.operand)
    if isinstance(node.op, ast.Not):
        return OTHER
    if isinstance(value.constant, (int, float)) and isinstance(node.op, ast.USub):
        return number(-value.constant)
    return run.recorded(value).but(constant=None)


def _comparison(run: Run, node: ast.Compare) -> Value:
    compared = [evaluate(run, part) for part in (node.left, *node.comparators)]
    return compared_tensors(node, compared) or OTHER


def _boolean(run: Run, node: ast.BoolOp) -> Value:
    return _joined(evaluate(run, value) for value in node.values)


def _joined(values: Iterable[Value]) -> Value:
    result: Value | None = None
    for value in values:
        result = value if result is None else join(result, value)
    return result or UNKNOWN


def _call(run: Run, node: ast.Call) -> Value:
    receiver: Value | None = None
    if isinstance(node.func, ast.Attribute):
        cuts = node.func.attr in CUT_GRAPH
        receiver = _cut(run, node.func) if cuts else evaluate(run, node.func.value)
        called = _may_be_called(receiver)
        callee = _attribute_of(run, node.func, receiver) if called else UNKNOWN
    else:
        callee = evaluate(run, node.func)
    # What an unknown call does to its arguments is not told by names alone, and to look at them
    # may lead in a circle: `state = env.step(agent.act(state))`.
    untold = run.isolated and (receiver or callee).kind is Kind.UNKNOWN
    given = (lambda _, __: UNKNOWN) if untold else evaluate
    arguments = [given(run, argument) for argument in node.args]
    keywords = {keyword.arg or "**": given(run, keyword.value) for keyword in node.keywords}
    return call(run, node, callee, receiver, arguments, keywords)


def _may_be_called(receiver: Value) -> bool:
    """Whether `receiver.name` is something that is called, rather than a method of a known kind."""
    return (
        receiver.kind in _CALLABLE_PARTS
        or receiver.definition is not None
        or known_module(receiver)
    )


_CALLABLE_PARTS = frozenset({Kind.QUALIFIED, Kind.UNKNOWN, Kind.INSTANCE, Kind.CLASS})


def _sequence(run: Run, node: ast.Tuple | ast.List | ast.Set) -> Value:
    values = [evaluate(run, element) for element in node.elts]
    starred = any(isinstance(element, ast.Starred) for element in node.elts)
    ordered = not isinstance(node, ast.Set) and len(values) <= MOST_FIELDS
    whole = container(*values, items=ordered and not starred)
    if isinstance(node, ast.List):
        whole = whole.but(name=LIST)
    return whole.but(length=None) if starred else whole


def _starred(run: Run, node: ast.Starred) -> Value:
    return element_of(evaluate(run, node.value))


def _dictionary(run: Run, node: ast.Dict) -> Value:
    fields: dict[object, Value] = {}
    rest: Value | None = None
    parts: list[tuple[ast.expr, Value]] = []
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            # `**other`
            merged = evaluate(run, value)
            if merged.fields is not None:
                fields.update(merged.fields)
                continue
            held = (merged.element or UNKNOWN).made_from(merged.sources)
        else:
            constant = evaluate(run, key).constant
            held = evaluate(run, value)
            if isinstance(constant, (str, int)):
                fields[constant] = held
                parts.append((value, held))
                continue
        rest = held if rest is None else join(rest, held)
        parts.append((value, held))
    return displayed_part(run, mapping(tuple(fields.items()), rest), parts)


def _formatted(run: Run, node: ast.JoinedStr) -> Value:
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            evaluate(run, part.value)
    return OTHER


def _named(run: Run, node: ast.NamedExpr) -> Value:
    value = evaluate(run, node.value)
    bind(run, node.target, value)
    return value


def _given_back(run: Run, node: ast.Yield | ast.YieldFrom) -> Value:
    if node.value is not None:
        value = run.evaluate(node.value)
        run.outcome.give_back(element_of(value) if isinstance(node, ast.YieldFrom) else value)
    return UNKNOWN


def _awaited(run: Run, node: ast.Await) -> Value:
    value = evaluate(run, node.value)
    if value.kind is Kind.AWAITABLE:
        return (value.element or UNKNOWN).made_from(value.sources)
    return value


def _slice(run: Run, node: ast.Slice) -> Value:
    for part in (node.lower, node.upper, node.step):
        if part is not None:
            evaluate(run, part)
    return OTHER


_EVALUATORS: dict[type[ast.expr], Callable[[Run, Any], Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _comparison,
    ast.BoolOp: _boolean,
    ast.IfExp: conditional,
    ast.Tuple: _sequence,
    ast.List: _sequence,
    ast.Set: _sequence,
    ast.Dict: _dictionary,
    ast.Starred: _starred,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.DictComp: dict_comprehension,
    ast.Lambda: lambda_value,
    ast.JoinedStr: _formatted,
    ast.NamedExpr: _named,
    ast.Yield: _given_back,
    ast.YieldFrom: _given_back,
    ast.Await: _awaited,
    ast.Slice: _slice,
}
