"""Between our terms and LSP's: columns in the client's units, findings as diagnostics.

Diagnostics are JSON-ready dictionaries: they are made anew on every keystroke, and a
converter's walk over hundreds of typed objects would cost more than the analysis.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from leakwise.lsp.client import Client
from leakwise.text import Document, Edit, Position, Range

if TYPE_CHECKING:
    from leakwise.rule import Finding, Rule

SOURCE = "leakwise"

_SEVERITIES = {"error": 1, "warning": 2, "information": 3, "hint": 4}


def from_lsp_position(position: types.Position, lines: Sequence[str], encoding: str) -> Position:
    """The code-point position; one inside a character is moved before it.

    A position outside the text is left for the document to clamp.
    """
    if not 0 <= position.line < len(lines):
        return Position(position.line, position.character)
    column = _column(lines[position.line], position.character, encoding)
    return Position(position.line, column)


def from_lsp_range(span: types.Range, lines: Sequence[str], encoding: str) -> Range:
    """The code-point range."""
    return Range(
        from_lsp_position(span.start, lines, encoding),
        from_lsp_position(span.end, lines, encoding),
    )


def to_lsp_position(position: Position, lines: Sequence[str], encoding: str) -> types.Position:
    """The position in the client's units."""
    return types.Position(position.line, _character(position, lines, encoding))


def to_lsp_range(span: Range, lines: Sequence[str], encoding: str) -> types.Range:
    """The range in the client's units."""
    return types.Range(
        to_lsp_position(span.start, lines, encoding), to_lsp_position(span.end, lines, encoding)
    )


def to_lsp_diagnostic(finding: "Finding", document: Document, client: Client) -> dict[str, Any]:
    """The finding as a `Diagnostic`, ready for JSON.

    Its `data` says which finding of which version it is, in our terms; the version comes last.
    """
    rule = finding.rule
    diagnostic: dict[str, Any] = {
        "range": _json_range(finding.range, document.lines, client.encoding),
        "severity": _SEVERITIES[finding.severity],
        "code": rule.code,
        "codeDescription": {"href": _address(rule)},
        "source": SOURCE,
        "message": finding.message,
    }
    if finding.related and client.shows_related:
        diagnostic["relatedInformation"] = [
            {
                "location": {
                    "uri": document.uri,
                    "range": _json_range(related.range, document.lines, client.encoding),
                },
                "message": related.message,
            }
            for related in finding.related
        ]
    diagnostic["data"] = {
        "code": rule.code,
        "range": range_as_data(finding.range),
        "version": document.version,
    }
    return diagnostic


def to_lsp_edit(edits: Sequence[Edit], document: Document, client: Client) -> types.WorkspaceEdit:
    """The edits of one fix, tied to the document's version where the client heeds versions."""
    converted = [
        types.TextEdit(to_lsp_range(edit.range, document.lines, client.encoding), edit.text)
        for edit in dict.fromkeys(edits)
    ]
    if not client.versions_edits:
        return types.WorkspaceEdit(changes={document.uri: converted})
    identifier = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(identifier, converted)])


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
