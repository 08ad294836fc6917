"""Values in words, for the authors of rules: what `leakwise debug values` prints.

`Tensor attached scalar likely`, `Module torch.nn.Linear`, `Container of Number`, `unknown`. A
tuple shows its items in parentheses, a dict its known keys in braces.
"""

from enum import StrEnum

from leakwise.facts.terms.values import NONE, OTHER, Certainty, Graph, Kind, Scalar, Value

ELEMENT = "of"
"""The word between a container and what it holds."""
_DEEPEST = 6
"""Containers inside containers are shown to this depth."""
_LONGEST_TEXT = 24
"""The longest constant text that is shown."""


def describe(value: Value, asked: frozenset[str] | None = None) -> str:
    """A value in words: its kind, whether it carries a graph, `scalar`, and what it holds.

    Its name, a constant, and how sure it is are further words. With `asked` only those of them
    are given that stand in it.
    """
    return _described(value, asked, _DEEPEST)


def _described(value: Value, asked: frozenset[str] | None, depth: int) -> str:
    words = [_kind(value)]
    if value.is_tensor:
        if value.graph is not Graph.UNKNOWN:
            words.append(value.graph.name.lower())
        if value.scalar is Scalar.SURE:
            words.append("scalar")
    words.extend(word for word in _further(value) if asked is None or word in asked)
    told = value.fields and value.kind is not Kind.CRITERION
    if told or (value.fields is not None and value.kind is Kind.CONTAINER):
        held = (f"{key}: {_described(one, asked, depth - 1)}" for key, one in value.fields or ())
        words.append("{...}" if depth == 0 else f"{{{', '.join(held)}}}")
    elif value.items is not None:
        words.append(f"({_list(value.items, asked, depth)})")
    elif value.element is not None and value.kind is not Kind.MODULE:
        words.append(ELEMENT)
        words.append("..." if depth == 0 else _described(value.element, asked, depth - 1))
    return " ".join(words)


def _kind(value: Value) -> str:
    if value.kind is Kind.UNKNOWN:
        return str(value.kind)
    if value.kind is OTHER.kind and value.name == NONE.name:
        return "None"
    return "".join(word.capitalize() for word in value.kind.split())


def _further(value: Value) -> list[str]:
    """The words that an expectation may leave out."""
    words = []
    if value.name is not None and value.name != NONE.name:
        words.append(value.name)
    constant = value.constant
    if isinstance(constant, (bool, int, float, complex)):
        words.append(str(constant))
    elif isinstance(constant, str) and len(constant) <= _LONGEST_TEXT:
        words.append(repr(constant))
    for name in ("device", "dtype"):
        found = getattr(value, name, None)
        if isinstance(found, StrEnum):
            words.append(str(found))
    if value.certainty is not Certainty.SURE:
        words.append(str(value.certainty))
    return words


def _list(items: tuple[Value, ...], asked: frozenset[str] | None, depth: int) -> str:
    if depth == 0:
        return "..."
    return ", ".join(_described(item, asked, depth - 1) for item in items)
