"""Clients that can do all, little and nothing, and texts as each of them counts columns."""

import json
from collections.abc import Sequence
from typing import Any

from cattrs import Converter
from lsprotocol import types
from pygls.protocol import default_converter

UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
"""For each position encoding a codec, and how many of its bytes are one unit."""

CLIENTS: dict[str, dict[str, Any]] = {
    "all": {
        "general": {},
        "window": {"workDoneProgress": True, "showDocument": {"support": True}},
        "workspace": {
            "configuration": True,
            "workspaceFolders": True,
            "didChangeConfiguration": {"dynamicRegistration": True},
            "didChangeWatchedFiles": {"dynamicRegistration": True},
            "diagnostics": {"refreshSupport": True},
            "inlayHint": {"refreshSupport": True},
            "workspaceEdit": {
                "documentChanges": True,
                "resourceOperations": ["create", "rename", "delete"],
                "changeAnnotationSupport": {"groupsOnLabel": True},
            },
        },
        "textDocument": {
            "hover": {"contentFormat": ["markdown", "plaintext"]},
            "publishDiagnostics": {
                "relatedInformation": True,
                "versionSupport": True,
                "codeDescriptionSupport": True,
                "dataSupport": True,
                "tagSupport": {"valueSet": [1, 2]},
            },
            "diagnostic": {"dynamicRegistration": True, "relatedDocumentSupport": True},
            "codeAction": {
                "dataSupport": True,
                "disabledSupport": True,
                "isPreferredSupport": True,
                "resolveSupport": {"properties": ["edit"]},
            },
        },
        "experimental": {"showsRulePages": True, "showsFindingsOnHover": True},
    },
    "few": {
        "workspace": {"workspaceEdit": {"documentChanges": True}},
        "textDocument": {
            "hover": {"contentFormat": ["plaintext"]},
            "publishDiagnostics": {"relatedInformation": True},
            "codeAction": {"resolveSupport": {"properties": ["command"]}},
        },
    },
    "none": {},
}


_CONVERTER: Converter = default_converter()  # type: ignore[no-untyped-call]


def declared(client: str, encoding: str = "utf-16") -> types.ClientCapabilities:
    """What a client declares that counts columns so."""
    data = json.loads(json.dumps(CLIENTS[client]))
    if encoding != "utf-16":
        data.setdefault("general", {})["positionEncodings"] = [encoding]
    return _CONVERTER.structure(data, types.ClientCapabilities)


def offset(text: str, place: types.Position, encoding: str) -> int:
    """The index into `text`, whose lines end with line feeds, of a position."""
    lines = text.split("\n")
    codec, width = UNITS[encoding]
    before = lines[place.line].encode(codec)[: place.character * width].decode(codec)
    return sum(len(line) + 1 for line in lines[: place.line]) + len(before)


def position(text: str, index: int, encoding: str) -> types.Position:
    """The position of an index into `text`, whose lines end with line feeds."""
    before = text[:index].split("\n")
    codec, width = UNITS[encoding]
    return types.Position(len(before) - 1, len(before[-1].encode(codec)) // width)


def span_of(text: str, words: str, encoding: str) -> types.Range:
    """The range of the last place where `text` has these words."""
    start = text.rindex(words)
    return types.Range(
        position(text, start, encoding), position(text, start + len(words), encoding)
    )


def cut(text: str, span: types.Range, encoding: str) -> str:
    """What stands in a range of `text`."""
    return text[offset(text, span.start, encoding) : offset(text, span.end, encoding)]


def after(text: str, edits: Sequence[object], encoding: str) -> str:
    """`text` after edits."""
    places = []
    for edit in edits:
        assert isinstance(edit, types.TextEdit)
        start = offset(text, edit.range.start, encoding)
        places.append((start, offset(text, edit.range.end, encoding), edit.new_text))
    for start, end, new in sorted(places, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def edits_by_uri(edit: types.WorkspaceEdit | None) -> dict[str, list[object]]:
    """The edits of each document, in whichever of both forms they come."""
    assert edit is not None
    if edit.changes is not None:
        assert edit.document_changes is None
        return {uri: list(edits) for uri, edits in edit.changes.items()}
    found: dict[str, list[object]] = {}
    for change in edit.document_changes or ():
        if isinstance(change, types.TextDocumentEdit):
            found[change.text_document.uri] = list(change.edits)
    return found
