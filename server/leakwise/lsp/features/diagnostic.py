"""`textDocument/diagnostic`: diagnostics pulled by the client."""

from hashlib import blake2b
from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.diagnostics import joined
from leakwise.lsp.features.questions import findings_of
from leakwise.lsp.protocol import JsonText

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


async def diagnostic(ls: "LeakwiseServer", params: types.DocumentDiagnosticParams) -> JsonText:
    """The newest version's diagnostics, or that they are what the client has already."""
    known, open_ = params.previous_result_id, ls.documents.get(params.text_document.uri)
    if known is not None and open_ is not None and await ls.scheduler.holds_back(open_.uri):
        return JsonText(f'{{"kind":"unchanged","resultId":"{known}"}}')
    answer = await ls.ask(params.text_document.uri, findings_of)
    if answer is None:
        return JsonText('{"kind":"full","items":[]}')
    document, findings = answer
    uri = params.text_document.uri
    texts = ls.diagnostics(document).texts(findings, document, ls.client).get(uri, [])
    # Without the version: a name for diagnostics is the same in every version that has them.
    name = blake2b("".join(texts).encode(), digest_size=8).hexdigest()
    if name == params.previous_result_id:
        return JsonText(f'{{"kind":"unchanged","resultId":"{name}"}}')
    found = document.part(uri)
    items = joined(texts, found[0].version if found else None)
    return JsonText(f'{{"kind":"full","resultId":"{name}","items":{items}}}')
