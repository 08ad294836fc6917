"""Which calls are noted: those of which something is known that a rule may ask for."""

import ast
from collections.abc import Mapping, Sequence

from leakwise.facts.apis.tensorflow import VARIABLE_UPDATES
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.storage import Device
from leakwise.facts.terms.values import Kind, Value

FUNCTIONS = frozenset({Kind.FUNCTION, Kind.TF_FUNCTION})
_CALLABLE = FUNCTIONS | {Kind.CLASS, Kind.METRIC, Kind.KERAS_MODEL, Kind.KERAS_LAYER}
_PLAIN = frozenset({Kind.NUMBER, Kind.OTHER})
_TELLING = VARIABLE_UPDATES | {"run", "cuda"}
"""Methods that count whatever they are called on: a session may run them, or their name tells."""
_ACCELERATORS = frozenset({Device.ACCELERATOR, Device.EITHER})
_TELLING_ARGUMENTS = frozenset({"use_multiprocessing"})
_SILENT = frozenset({Kind.UNKNOWN, Kind.OTHER, Kind.NUMBER})


def is_of_interest(
    node: ast.Call,
    callee: Value,
    receiver: Value | None,
    arguments: Sequence[Value],
    keywords: Mapping[str, Value],
    result: Value,
) -> bool:
    """Whether a call is noted, for what is called, what it is given, or what it gives."""
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if method in _TELLING or not _TELLING_ARGUMENTS.isdisjoint(keywords):
        return True
    if callee.kind is Kind.QUALIFIED:
        # `len(x)`, `print(x)`: they keep nothing and give nothing.
        return result.kind not in _PLAIN or not (callee.name or "").startswith("builtins.")
    if callee.kind in _CALLABLE or (receiver is not None and receiver.kind not in _SILENT):
        return True
    return any(
        one.kind not in _SILENT
        or one.element is not None
        or one.device in _ACCELERATORS
        or any(isinstance(source, Place) for source in one.sources)
        for one in (*arguments, *keywords.values())
    )
