"""What the attributes of a class of the file hold: methods, properties, fields, and what is set."""

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakwise.facts.apis import Gives, effect_of
from leakwise.facts.code.annotations import annotated
from leakwise.facts.code.definitions import Definition, FunctionNode
from leakwise.facts.code.filled import filled
from leakwise.facts.code.inherited import inherited
from leakwise.facts.code.names import path_of
from leakwise.facts.terms.elsewhere import seen_from_elsewhere
from leakwise.facts.terms.events import AttributeUpdate
from leakwise.facts.terms.values import NONE, UNKNOWN, Certainty, Kind, Value, join

if TYPE_CHECKING:
    from leakwise.facts.interpreter.results import BodyResult
    from leakwise.facts.module import ModuleFacts

# Source: https://docs.python.org/3/library/functions.html#property, /functools.html, /abc.html.
_PROPERTIES = frozenset({"builtins.property", "functools.cached_property", "abc.abstractproperty"})
_KEEP_FUNCTION = frozenset(
    [
        "builtins.staticmethod",
        "builtins.classmethod",
        "abc.abstractmethod",
        "typing.override",
        "typing.overload",
        "typing.final",
        "typing_extensions.override",
        "functools.wraps",
        "functools.lru_cache",
        "functools.cache",
        "torch.jit.ignore",
        "torch.jit.export",
        "torch.jit.unused",
        "tensorflow.function",
        "tensorflow.autograph.experimental.do_not_convert",
        "tensorflow.Module.with_name_scope",
    ]
)
"""Decorators behind which a function still gives what it gives."""
# Sources: https://docs.python.org/3/library/dataclasses.html, https://www.attrs.org.
_RECORD_DECORATORS = frozenset(
    [
        "dataclasses.dataclass",
        "attr.s",
        "attr.attrs",
        "attr.define",
        "attr.frozen",
        "attrs.define",
        "attrs.frozen",
        "attrs.mutable",
        "flax.struct.dataclass",
        "pydantic.dataclasses.dataclass",
    ]
)
_RECORD_BASES = frozenset(
    {"typing.NamedTuple", "pydantic.BaseModel", "transformers.utils.ModelOutput"}
)
_TUPLE_BASE = "typing.NamedTuple"


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of a class whose constructor takes them in order."""

    names: tuple[str, ...]
    is_tuple: bool


def method_value(module: "ModuleFacts", method: Definition) -> Value:
    """What reading a method from an object gives: the function, or what a property returns; a class
    inside the class."""
    if method.is_class:
        return Value(Kind.CLASS, name=method.qualified, definition=method)
    method.code.read()
    node = method.node
    value = Value(Kind.FUNCTION, definition=method)
    if not isinstance(node, FunctionNode):
        return value
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        path = path_of(called)
        if path is not None and path.endswith((".setter", ".getter", ".deleter")):
            return _property_value(module, method)
        found = module.names.resolve(method, path)
        name = found.name or ""
        if found.kind is not Kind.QUALIFIED:
            return UNKNOWN
        if name in _PROPERTIES:
            value = module.summary(method).returns or NONE
        elif name not in _KEEP_FUNCTION and not _switches_or_wraps(name):
            return UNKNOWN
    return value


def early_method_value(module: "ModuleFacts", method: Definition) -> Value:
    """As `method_value`, while the object is being made: what a property returns is not asked."""
    method.code.read()
    node = method.node
    if isinstance(node, FunctionNode):
        for decorator in node.decorator_list:
            found = module.names.resolve(method, path_of(decorator))
            if found.kind is not Kind.QUALIFIED or found.name in _PROPERTIES:
                return UNKNOWN
    return method_value(module, method)


def made_attribute(module: "ModuleFacts", class_: Definition, name: str) -> Value:
    """What an attribute of an object holds as its constructor makes it; no property is asked."""
    method = module.method(class_, name)
    if method is not None:
        return early_method_value(module, method)
    first = module.method(class_, "__init__")
    if first is None:
        return UNKNOWN
    found = module.body(first).exit_values.get(f"{first.instance_name()}.{name}")
    return UNKNOWN if found is None or found == NONE else seen_from_elsewhere(found)


def _switches_or_wraps(name: str) -> bool:
    """Whether a decorator sets the grad mode, which the summary knows, or compiles."""
    effect = effect_of(name)
    return effect is not None and effect.gives in {
        Gives.GRAD_SWITCH,
        Gives.ARGUMENT,
        Gives.CONTEXT,
    }


def _property_value(module: "ModuleFacts", setter: Definition) -> Value:
    """What a property with a setter returns: the last `def` of the name is the setter's."""
    for one in module.scopes.named(setter.name):
        node = one.node
        if one.parent is not setter.parent or not isinstance(node, FunctionNode):
            continue
        one.code.read()
        paths = [path_of(decorator) for decorator in node.decorator_list]
        if paths == ["property"]:
            return module.summary(one).returns or NONE
    return UNKNOWN


def attribute_value(
    module: "ModuleFacts", class_: Definition, name: str, besides: Definition | None = None
) -> Value:
    """What an attribute of an object holds: as `__init__` leaves it, or else another method that
    writes it, the class's body, a base in this file, or its annotation; `besides` is a method that
    is left out.

    None gives way to what is set later.
    """
    empty: Value | None = None
    for definition in _binders(module, class_, name):
        if definition is besides:
            continue
        instance = definition.instance_name()
        result = module.body(definition)
        found = result.exit_values.get(f"{instance}.{name}")
        if found is None or found.kind is Kind.UNKNOWN:
            found = _tensor_put_there(result, name)
        if found is None:
            continue
        if found.name != NONE.name or found.kind is not NONE.kind:
            return filled(module, class_, name, seen_from_elsewhere(found))
        empty = NONE
    if class_.index.bindings_of(name):
        found = module.body(class_).exit_values.get(name)
        if found == NONE:
            empty = NONE
        elif found is not None and found.kind is not Kind.UNKNOWN:
            return seen_from_elsewhere(found)
    for base in local_bases(module, class_):
        found = module.attribute(base, name)
        if found.kind is not Kind.UNKNOWN:
            return found
    found = inherited(module, class_, name)
    if found.kind is not Kind.UNKNOWN:
        return found
    annotation = annotations_of(class_).get(name) if class_.index.mentions(name) else None
    if annotation is not None:
        return annotated(module, class_, annotation)
    return empty or UNKNOWN


def _tensor_put_there(result: "BodyResult", attribute: str) -> Value | None:
    """A tensor that a body stores on an attribute, where that is not all that it may leave there,
    as in a loop which may have no rounds."""
    found = [one.value for one in result.of(AttributeUpdate) if one.attribute == attribute]
    if not found:
        return None
    value = functools.reduce(join, found)
    return value.but(certainty=value.certainty.weaker(Certainty.LIKELY))


def _binders(module: "ModuleFacts", class_: Definition, name: str) -> Iterator[Definition]:
    """The methods that assign an attribute of `self`: `__init__`, then the others in order.

    One that only empties it tells nothing of what it holds, and may lead back to here.
    """
    first = module.method(class_, "__init__")
    if first is not None:
        yield first
    class_.code.read()
    others = []
    for definition in module.scopes.mentioning(name):
        if definition is first or definition.parent is not class_:
            continue
        if definition.index.binds_attribute(name):
            definition.code.read()
            others.append(definition)
    yield from sorted(others, key=lambda one: one.place.order())


def local_bases(module: "ModuleFacts", class_: Definition) -> list[Definition]:
    """The bases of a class that are in this file."""
    class_.code.read()
    node = class_.node
    found = []
    for base in node.bases if isinstance(node, ast.ClassDef) else ():
        above = module.names.resolve(class_, path_of(base)).definition
        if above is not None and above.is_class and above is not class_:
            found.append(above)
    return found


def annotations_of(class_: Definition) -> dict[str, ast.expr]:
    """The annotated names of a class's body, in order."""
    node = class_.node
    return {
        statement.target.id: statement.annotation
        for statement in (node.body if isinstance(node, ast.ClassDef) else ())
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }


def record_of(module: "ModuleFacts", class_: Definition) -> Record | None:
    """The fields that the constructor of a dataclass or a named tuple takes; None for another."""

    def compute() -> Record | None:
        class_.code.read()
        node = class_.node
        if not isinstance(node, ast.ClassDef) or module.method(class_, "__init__") is not None:
            return None
        is_tuple = any(_is_base(module, class_, base, {_TUPLE_BASE}) for base in node.bases)
        above = [record_of(module, base) for base in local_bases(module, class_)]
        if not (
            is_tuple
            or any(above)
            or any(_is_base(module, class_, base, _RECORD_BASES) for base in node.bases)
            or any(_is_record(module, class_, decorator) for decorator in node.decorator_list)
        ):
            return None
        names = [name for base in above if base is not None for name in base.names]
        names.extend(name for name in annotations_of(class_) if name not in names)
        return Record(tuple(names), is_tuple)

    cell = module.query(class_, "record", compute, None, breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def _is_base(
    module: "ModuleFacts", class_: Definition, base: ast.expr, names: frozenset[str] | set[str]
) -> bool:
    return (module.names.resolve(class_, path_of(base)).name or "") in names


def _is_record(module: "ModuleFacts", class_: Definition, decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return (module.names.resolve(class_, path_of(called)).name or "") in _RECORD_DECORATORS


def made_record(
    made: Value, record: Record, arguments: list[Value], keywords: dict[str, Value]
) -> Value:
    """A new object of a record, with what its constructor was given."""
    given = dict(zip(record.names, arguments, strict=False))
    given |= {name: value for name, value in keywords.items() if name in record.names}
    made = made.but(fields=tuple(given.items()))
    if record.is_tuple:
        made = made.but(items=tuple(given.get(name, UNKNOWN) for name in record.names))
    return made


def called_value(
    module: "ModuleFacts", definition: Definition, node: FunctionNode, returns: Value
) -> Value:
    """What a call of a function gives that returns, or yields, `returns`."""
    if definition.index.has_trait("yield"):
        if any(_is_manager(module, definition, one) for one in node.decorator_list):
            return UNKNOWN
        return Value(Kind.CONTAINER, element=returns)
    if returns.kind is Kind.UNKNOWN and node.returns is not None:
        returns = annotated(module, definition, node.returns).made_from(returns.sources)
    if isinstance(node, ast.AsyncFunctionDef):
        return Value(Kind.AWAITABLE, element=returns)
    return returns


def _is_manager(module: "ModuleFacts", definition: Definition, decorator: ast.expr) -> bool:
    """Whether a decorator makes a context manager of a generator; an unknown one may."""
    found = module.names.resolve(definition, path_of(decorator))
    return found.kind is not Kind.QUALIFIED or found.name not in _KEEP_FUNCTION
