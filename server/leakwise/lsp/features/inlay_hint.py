"""`textDocument/inlayHint`: marks the assignments whose values carry a graph."""

from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.convert import from_lsp_range_in, to_lsp_position
from leakwise.text import Range

if TYPE_CHECKING:
    from leakwise.engine import Analysis
    from leakwise.lsp.server import LeakwiseServer

LABEL = ": graph"
_TOLD = "The value refers to the autograd graph that made it."


async def inlay_hint(
    ls: "LeakwiseServer", params: types.InlayHintParams
) -> list[types.InlayHint] | None:
    """A hint behind each target in the range; None where the user wants no hints."""
    if not ls.preferences.inlay_hints:
        return None
    uri, encoding = params.text_document.uri, ls.client.encoding

    def targets(analysis: "Analysis") -> list[types.InlayHint]:
        document = analysis.document
        span = from_lsp_range_in(document, uri, params.range, encoding)
        if span is None:
            return []
        hints: list[types.InlayHint] = []
        for end in analysis.carrying_targets(span.start.line, span.end.line):
            part, place = document.located(Range(end, end))
            if part.uri == uri:
                hints.append(_hint(to_lsp_position(place.end, part.lines, encoding)))
        return hints

    return await ls.ask(uri, targets)


def _hint(position: types.Position) -> types.InlayHint:
    return types.InlayHint(position, LABEL, tooltip=_TOLD)
