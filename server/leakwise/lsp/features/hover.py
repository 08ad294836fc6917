"""`textDocument/hover`: the page of the rule that was broken, or what is known of a value."""

from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.convert import from_lsp_position_in, to_lsp_range
from leakwise.lsp.hover_text import of_findings, of_value
from leakwise.lsp.plain_text import plain_text
from leakwise.lsp.urgency import Urgency
from leakwise.text import Range

if TYPE_CHECKING:
    from leakwise.engine import Analysis
    from leakwise.lsp.server import LeakwiseServer


async def hover(ls: "LeakwiseServer", params: types.HoverParams) -> types.Hover | None:
    """What is to be told of the place; None where there is nothing."""
    encoding = ls.client.encoding
    uri = params.text_document.uri
    tells_values = ls.preferences.hover
    with_messages = not ls.client.shows_findings_on_hover

    def explanation(analysis: "Analysis") -> tuple[str, types.Range] | None:
        document = analysis.document
        position = from_lsp_position_in(document, uri, params.position, encoding)
        if position is None:
            return None
        under = [found for found in analysis.findings() if found.range.contains(position)]
        if under:
            starts, ends = [one.range.start for one in under], [one.range.end for one in under]
            text = of_findings(under, document, with_messages=with_messages)
            span = Range(max(starts), min(ends))
        else:
            value = of_value(analysis, position) if tells_values else None
            if value is None:
                return None
            text, span = value
        part, span = document.located(span)
        return text, to_lsp_range(span, part.lines, encoding)

    answer = await ls.ask(uri, explanation, Urgency.LOOKED_AT)
    if answer is None:
        return None
    text, found = answer
    if ls.client.reads_markdown:
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), found)
    return types.Hover(types.MarkupContent(types.MarkupKind.PlainText, plain_text(text)), found)
