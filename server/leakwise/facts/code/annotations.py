"""What a value is by its annotation. Of a tensor it says nothing on the graph."""

import ast
from typing import TYPE_CHECKING

from leakwise.facts.apis import instance_kind
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.names import path_of
from leakwise.facts.terms.values import (
    DICT,
    NONE,
    NUMBER,
    OTHER,
    UNKNOWN,
    Graph,
    Kind,
    Value,
    container,
    tensor,
)

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

# Source: https://docs.python.org/3/library/typing.html and /collections.abc.html. Last parts of the
# names, of which most can be imported from several modules.
_TYPING = frozenset({"builtins", "typing", "typing_extensions", "collections", "collections.abc"})
_OF_ONE = frozenset(
    [
        *("list", "List", "set", "Set", "frozenset", "FrozenSet", "AbstractSet", "MutableSet"),
        *("Sequence", "MutableSequence", "Iterable", "Iterator", "Collection", "deque", "Deque"),
    ]
)
_OF_KEYS = frozenset(
    ["dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict", "DefaultDict"]
)
_TUPLES = frozenset({"tuple", "Tuple"})
_GENERATORS = frozenset({"Generator", "AsyncGenerator", "AsyncIterator", "AsyncIterable"})
_WRAPPERS = frozenset(
    {"Optional", "Final", "ClassVar", "Annotated", "Required", "NotRequired", "ReadOnly"}
)
_NUMBERS = frozenset({"builtins.int", "builtins.float", "builtins.bool", "builtins.complex"})
_OTHERS = frozenset({"builtins.str", "builtins.bytes", "torch.device", "torch.dtype", "torch.Size"})
# Source: https://docs.pytorch.org/docs/stable/tensors.html; integers and booleans have no graph.
_TENSORS = {
    **dict.fromkeys(
        ["torch.Tensor", "torch.FloatTensor", "torch.nn.Parameter", "torch.nn.parameter.Parameter"],
        Graph.UNKNOWN,
    ),
    **dict.fromkeys(
        ["torch.LongTensor", "torch.IntTensor", "torch.BoolTensor", "torch.ByteTensor"],
        Graph.DETACHED,
    ),
}


def annotated(module: "ModuleFacts", definition: Definition, annotation: ast.expr) -> Value:
    """What something with an annotation in or on a definition is; `X | None` counts as `X`."""
    if isinstance(annotation, ast.Constant):
        if annotation.value is None:
            return NONE
        if not isinstance(annotation.value, str):
            return UNKNOWN
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except (SyntaxError, ValueError):
            return UNKNOWN
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return _any_of(module, definition, [annotation.left, annotation.right])
    if isinstance(annotation, ast.Subscript):
        return _generic(module, definition, annotation)
    found = module.names.resolve(definition, path_of(annotation))
    if found.kind is Kind.CLASS and found.definition is not None:
        kind = module.ancestors(found.definition).kind
        return Value(kind, name=found.definition.qualified, definition=found.definition)
    name = found.name
    if found.kind is not Kind.QUALIFIED or name is None:
        return UNKNOWN
    if name in _TENSORS:
        return tensor(_TENSORS[name])
    if name in _NUMBERS:
        return NUMBER
    if name in _OTHERS:
        return OTHER
    head, _, last = name.rpartition(".")
    if head in _TYPING:
        return _bare(last)
    kind_found = instance_kind(name)
    if kind_found is None:
        return module.externals.instance(name)
    return Value(kind_found, name=name)


def is_callable(module: "ModuleFacts", definition: Definition, annotation: ast.expr) -> bool:
    """Whether an annotation says that something can be called, and no more; None may stand in its
    place."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except (SyntaxError, ValueError):
            return False
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return _all_callable(module, definition, [annotation.left, annotation.right])
    outer = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    head, _, last = (module.names.resolve(definition, path_of(outer)).name or "").rpartition(".")
    if head in _TYPING and last == "Callable":
        return True
    if not isinstance(annotation, ast.Subscript) or head not in _TYPING:
        return False
    inner = annotation.slice
    parts = list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
    if last in _WRAPPERS:
        return is_callable(module, definition, parts[0])
    return last == "Union" and _all_callable(module, definition, parts)


def _all_callable(
    module: "ModuleFacts", definition: Definition, annotations: list[ast.expr]
) -> bool:
    some = [one for one in annotations if not (isinstance(one, ast.Constant) and one.value is None)]
    return bool(some) and all(is_callable(module, definition, one) for one in some)


def _bare(last: str) -> Value:
    if last in _OF_ONE or last in _TUPLES or last in _GENERATORS:
        return Value(Kind.CONTAINER)
    return Value(Kind.CONTAINER, name=DICT) if last in _OF_KEYS else UNKNOWN


def _generic(module: "ModuleFacts", definition: Definition, annotation: ast.Subscript) -> Value:
    """What `list[X]`, `Optional[X]` and their like are."""
    outer = module.names.resolve(definition, path_of(annotation.value))
    inner = annotation.slice
    parts = list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
    head, _, last = (outer.name or "").rpartition(".")
    if outer.kind is not Kind.QUALIFIED or not parts:
        return UNKNOWN
    if head not in _TYPING:
        # `DataLoader[X]` is a `DataLoader`.
        kind = instance_kind(outer.name or "")
        return UNKNOWN if kind is None else Value(kind, name=outer.name)
    if last in _WRAPPERS:
        return annotated(module, definition, parts[0])
    if last == "Union":
        return _any_of(module, definition, parts)
    if last in _OF_ONE or last in _GENERATORS:
        return container(annotated(module, definition, parts[0])).but(length=None)
    if last in _OF_KEYS and len(parts) == 2:
        held = annotated(module, definition, parts[1])
        return container(held).but(length=None, name=DICT)
    if last in _TUPLES:
        if isinstance(parts[-1], ast.Constant) and parts[-1].value is ...:
            return container(annotated(module, definition, parts[0])).but(length=None)
        items = (annotated(module, definition, part) for part in parts)
        return container(*items, items=True)
    return UNKNOWN


def _any_of(module: "ModuleFacts", definition: Definition, sides: list[ast.expr]) -> Value:
    """The one of several types that is not None."""
    rest = [side for side in sides if not (isinstance(side, ast.Constant) and side.value is None)]
    return annotated(module, definition, rest[0]) if len(rest) == 1 else UNKNOWN
