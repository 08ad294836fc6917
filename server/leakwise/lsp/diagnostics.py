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
        self._texts: dict[int, tuple[Finding, str]] = {}

    def texts(self, findings: "Sequence[Finding]", document: Document, client: Client) -> list[str]:
        """The text of each finding up to its version, with which `joined` ends it."""
        known, self._texts = self._texts, {}
        texts = []
        for finding in findings:
            finding_, text = known.get(id(finding), (None, ""))
            # In a line of ASCII the units cannot have changed while the finding did not.
            plain = all(document.lines[line].isascii() for line in _lines(finding))
            if finding_ is not finding or not plain:
                whole = json.dumps(
                    to_lsp_diagnostic(finding, document, client), separators=(",", ":")
                )
                text = whole[: whole.rindex(":") + 1]
            if plain:
                self._texts[id(finding)] = finding, text
            texts.append(text)
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
