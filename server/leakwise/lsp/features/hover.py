"""`textDocument/hover`: the page of the rule that was broken."""

from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.convert import from_lsp_position_in, to_lsp_range
from leakwise.text import Range

if TYPE_CHECKING:
    from leakwise.engine import Analysis
    from leakwise.lsp.server import LeakwiseServer


async def hover(ls: "LeakwiseServer", params: types.HoverParams) -> types.Hover | None:
    """What is to be told of the place; None where there is nothing."""
    encoding = ls.client.encoding
    uri = params.text_document.uri

    def explanation(analysis: "Analysis") -> tuple[str, types.Range] | None:
        document = analysis.document
        position = from_lsp_position_in(document, uri, params.position, encoding)
        if position is None:
            return None
        under = [found for found in analysis.findings() if found.range.contains(position)]
        if not under:
            return None
        from leakwise.pages import page  # It is there once the engine is.

        text = "\n\n---\n\n".join(f"**{found.message}**\n\n{page(found.rule)}" for found in under)
        span = Range(
            max(found.range.start for found in under), min(found.range.end for found in under)
        )
        part, span = document.located(span)
        return text, to_lsp_range(span, part.lines, encoding)

    answer = await ls.ask(uri, explanation)
    if answer is None:
        return None
    text, span = answer
    kind = types.MarkupKind.Markdown if ls.client.reads_markdown else types.MarkupKind.PlainText
    return types.Hover(types.MarkupContent(kind, text), span)
