"""Between our terms and LSP's: columns in the client's units, findings as diagnostics.

Diagnostics are JSON-ready dictionaries: they are made anew on every keystroke, and a
converter's walk over hundreds of typed objects would cost more than the analysis.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from leakwise.lsp.client import Client
from leakwise.text import Document, Edit, Position, Range

if TYPE_CHECKING:
    from lsprotocol import types

    from leakwise.rule import Finding, Rule

SOURCE = "leakwise"

_UNNECESSARY = 1
"""The tag of what can go without a change: editors fade it out."""
_SEVERITIES = {"error": 1, "warning": 2, "information": 3, "hint": 4}


def from_lsp_position(position: "types.Position", lines: Sequence[str], encoding: str) -> Position:
    """The code-point position; one inside a character is moved before it.

    A position outside the text is left for the document to clamp.
    """
    if not 0 <= position.line < len(lines):
        return Position(position.line, position.character)
    column = _column(lines[position.line], position.character, encoding)
    return Position(position.line, column)


def from_lsp_range(span: "types.Range", lines: Sequence[str], encoding: str) -> Range:
    """The code-point range."""
    return Range(
        from_lsp_position(span.start, lines, encoding),
        from_lsp_position(span.end, lines, encoding),
    )


def from_lsp_position_in(
    document: Document, uri: str, position: "types.Position", encoding: str
) -> Position | None:
    """The position in a document for one in its part at `uri`; None when that is no part of it."""
    found = document.part(uri)
    if found is None:
        return None
    part, first = found
    inside = part.clamp(from_lsp_position(position, part.lines, encoding))
    return Position(first + inside.line, inside.column)


def from_lsp_range_in(
    document: Document, uri: str, span: "types.Range", encoding: str
) -> Range | None:
    """The range in a document for one in its part at `uri`; None when that is no part of it."""
    start = from_lsp_position_in(document, uri, span.start, encoding)
    end = from_lsp_position_in(document, uri, span.end, encoding)
    return None if start is None or end is None else Range(start, end)


def to_lsp_position(position: Position, lines: Sequence[str], encoding: str) -> "types.Position":
    """The position in the client's units."""
    from lsprotocol import types  # Processes that scan make diagnostics alone, and start sooner.

    return types.Position(position.line, _character(position, lines, encoding))


def to_lsp_range(span: Range, lines: Sequence[str], encoding: str) -> "types.Range":
    """The range in the client's units."""
    from lsprotocol import types

    return types.Range(
        to_lsp_position(span.start, lines, encoding), to_lsp_position(span.end, lines, encoding)
    )


def to_lsp_diagnostic(finding: "Finding", document: Document, client: Client) -> dict[str, Any]:
    """The finding as a `Diagnostic`, ready for JSON.

    It is one of the document's part that the finding is in. Its `data` says which finding of which
    version of that it is, in our terms; the version comes last.
    """
    rule = finding.rule
    part, span = document.located(finding.range)
    diagnostic: dict[str, Any] = {
        "range": _json_range(span, part.lines, client.encoding),
        "severity": _SEVERITIES[finding.severity],
        "code": rule.code,
        "codeDescription": {"href": _address(rule)},
        "source": SOURCE,
        "message": finding.message,
    }
    if rule.finds_unnecessary and client.tags_unnecessary:
        diagnostic["tags"] = [_UNNECESSARY]
    if finding.related and client.shows_related:
        diagnostic["relatedInformation"] = [
            {"location": _location(related.range, document, client), "message": related.message}
            for related in finding.related
        ]
    diagnostic["data"] = {"code": rule.code, "range": range_as_data(span), "version": part.version}
    return diagnostic


def _location(span: Range, document: Document, client: Client) -> dict[str, Any]:
    part, span = document.located(span)
    return {"uri": part.uri, "range": _json_range(span, part.lines, client.encoding)}


def to_lsp_edit(edits: Sequence[Edit], document: Document, client: Client) -> "types.WorkspaceEdit":
    """The edits of one fix in the parts of the document that they belong to, tied to the parts'
    versions where the client heeds versions.

    Raises:
        MisplacedEditError: an edit belongs to no single part.
    """
    return to_lsp_edits(document.addressed(dict.fromkeys(edits)), client)


def to_lsp_edits(
    edits: Iterable[tuple[Document, Sequence[Edit]]], client: Client
) -> "types.WorkspaceEdit":
    """Edits of several texts; those without any are left out."""
    from lsprotocol import types

    changes: dict[str, list[types.TextEdit]] = {}
    versioned: list[types.TextDocumentEdit] = []
    for part, own in edits:
        converted = [
            types.TextEdit(to_lsp_range(edit.range, part.lines, client.encoding), edit.text)
            for edit in own
        ]
        if converted:
            changes[part.uri] = converted
            identifier = types.OptionalVersionedTextDocumentIdentifier(part.uri, part.version)
            versioned.append(types.TextDocumentEdit(identifier, converted))
    if not client.versions_edits:
        return types.WorkspaceEdit(changes=changes)
    return types.WorkspaceEdit(document_changes=versioned)


def range_as_data(span: Range) -> list[int]:
    """A range in our units, for the `data` of a diagnostic or code action."""
    return [span.start.line, span.start.column, span.end.line, span.end.column]


@lru_cache(maxsize=512)
def _address(rule: "Rule") -> str:
    from leakwise.pages import url  # With the engine it comes after `initialize` is answered.

    return url(rule)


def _json_range(span: Range, lines: Sequence[str], encoding: str) -> dict[str, dict[str, int]]:
    start, end = span.start, span.end
    return {
        "start": {"line": start.line, "character": _character(start, lines, encoding)},
        "end": {"line": end.line, "character": _character(end, lines, encoding)},
    }


def _character(position: Position, lines: Sequence[str], encoding: str) -> int:
    if position.line >= len(lines):
        return position.column
    return _units(lines[position.line], position.column, encoding)


def _units(line: str, column: int, encoding: str) -> int:
    if line.isascii() or encoding == "utf-32":
        return column
    if encoding == "utf-8":
        return len(line[:column].encode("utf-8", "surrogatepass"))
    return column + sum(character > "\uffff" for character in line[:column])


def _column(line: str, units: int, encoding: str) -> int:
    if line.isascii() or encoding == "utf-32":
        return units
    for column, character in enumerate(line):
        units -= _width(character, encoding)
        if units < 0:
            return column
    return len(line)


def _width(character: str, encoding: str) -> int:
    if encoding == "utf-8":
        return 1 + (character > "\x7f") + (character > "\u07ff") + (character > "\uffff")
    return 1 + (character > "\uffff")
