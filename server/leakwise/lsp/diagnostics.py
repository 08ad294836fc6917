"""Diagnostics as JSON text, made once for each finding that an edit leaves alone."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from leakwise.lsp.client import Client
from leakwise.lsp.convert import to_lsp_diagnostic
from leakwise.text import Document

if TYPE_CHECKING:
    from leakwise.rule import Finding


class Diagnostics:
    """The diagnostics of one document, version after version.

    The engine gives the same object for a finding that did not change, so its text is kept.
    """

    def __init__(self) -> None:
        self._texts: dict[int, tuple[Finding, list[tuple[str, int]], str]] = {}
        self._told: dict[str, tuple[int | None, str]] = {}

    def news(
        self, findings: "Sequence[Finding]", document: Document, client: Client
    ) -> list[tuple[str, int | None, str]]:
        """The parts whose diagnostics are to be published, as they were not yet told for the
        part's version: address, version and JSON array. Parts that are gone have none."""
        texts = self.texts(findings, document, client)
        told: dict[str, tuple[int | None, str]] = {}
        for part in document.parts():
            told[part.uri] = part.version, joined(texts.get(part.uri, ()), part.version)
        gone = [uri for uri, (_, text) in self._told.items() if uri not in told and text != "[]"]
        news = [(uri, *now) for uri, now in told.items() if self._told.get(uri) != now]
        self._told = told
        return [*((uri, None, "[]") for uri in gone), *news]

    def texts(
        self, findings: "Sequence[Finding]", document: Document, client: Client
    ) -> dict[str, list[str]]:
        """The text of each finding up to its version, with which `joined` ends it, by the address
        of the part that it is in."""
        known, self._texts = self._texts, {}
        texts: dict[str, list[str]] = {}
        for finding in findings:
            finding_, places_, text = known.get(id(finding), (None, [], ""))
            places = _places(finding, document)
            # In a line of ASCII the units cannot have changed while the finding did not.
            plain = all(document.lines[line].isascii() for line in _lines(finding))
            if finding_ is not finding or places != places_ or not plain:
                whole = json.dumps(
                    to_lsp_diagnostic(finding, document, client), separators=(",", ":")
                )
                text = whole[: whole.rindex(":") + 1]
            if plain:
                self._texts[id(finding)] = finding, places, text
            texts.setdefault(places[0][0], []).append(text)
        return texts


def joined(texts: Sequence[str], version: int | None) -> str:
    """The JSON array of diagnostics of a version."""
    end = f"{json.dumps(version)}}}}}"
    return f"[{','.join([text + end for text in texts])}]"


def _lines(finding: "Finding") -> Iterator[int]:
    yield finding.range.start.line
    yield finding.range.end.line
    for related in finding.related:
        yield related.range.start.line
        yield related.range.end.line


def _places(finding: "Finding", document: Document) -> list[tuple[str, int]]:
    """The part and the line in it of each place of a finding: cells move under what they hold."""
    located = map(document.located, (finding.range, *(other.range for other in finding.related)))
    return [(part.uri, span.start.line) for part, span in located]
