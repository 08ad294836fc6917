"""`textDocument/codeAction`: what can be done about the findings at a range."""

from typing import TYPE_CHECKING, Any

from lsprotocol import types

from leakwise.lsp.actions.kinds import FIX_ALL, NOTEBOOK_FIX_ALL, QUICK_FIX, wanted
from leakwise.lsp.actions.offering import offered
from leakwise.lsp.convert import from_lsp_range_in
from leakwise.lsp.urgency import Urgency
from leakwise.lsp.views import view_of

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


async def code_action(
    ls: "LeakwiseServer", params: types.CodeActionParams
) -> list[dict[str, Any]] | None:
    """The actions of the kinds that are asked for; None where there are none."""
    only = params.context.only
    if not any(wanted(kind, only) for kind in (QUICK_FIX, FIX_ALL, NOTEBOOK_FIX_ALL)):
        return None
    view = await ls.ask(params.text_document.uri, view_of, Urgency.CHOSEN)
    if view is None:
        return None
    uri, encoding = params.text_document.uri, ls.client.encoding
    span = from_lsp_range_in(view.document, uri, params.range, encoding)
    if span is None:
        return None
    return await offered(ls, view, span, only) or None
