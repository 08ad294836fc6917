"""The kinds of code actions that are offered, and which of them a client asks for."""

from collections.abc import Sequence

from lsprotocol import types

QUICK_FIX = types.CodeActionKind.QuickFix.value
FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.leakwise"
NOTEBOOK_FIX_ALL = f"notebook.{FIX_ALL}"
"""What editors ask the cells of a notebook for when it is saved."""

Kinds = Sequence[types.CodeActionKind | str]


def wanted(kind: str, only: Kinds | None) -> bool:
    """Whether actions of `kind` are asked for: it, or a kind that it is a sub-kind of."""
    return only is None or any(_holds(_text(one), kind) for one in only)


def asked_for(kind: str, only: Kinds | None) -> bool:
    """Whether a client names `kind`, or one that holds it, rather than takes all there is."""
    return only is not None and any(_text(one) and _holds(_text(one), kind) for one in only)


def _holds(outer: str, kind: str) -> bool:
    return outer in ("", kind) or kind.startswith(f"{outer}.")


def _text(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind
