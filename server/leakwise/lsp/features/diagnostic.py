"""`textDocument/diagnostic`: diagnostics pulled by the client."""

import json
from hashlib import blake2b
from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.diagnostics import joined
from leakwise.lsp.protocol import JsonText
from leakwise.lsp.views import findings_of

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer

_NOTHING = '{"kind":"full","items":[]}'


async def diagnostic(ls: "LeakwiseServer", params: types.DocumentDiagnosticParams) -> JsonText:
    """The newest version's diagnostics, or that they are what the client has already; with those of
    other open documents that changed since they were told, where the client takes these."""
    uri = params.text_document.uri
    report = await report_of(ls, uri, params.previous_result_id)
    ls.outdated.discard(uri)
    if not ls.client.takes_related_documents or not ls.outdated:
        return JsonText(report)
    others, ls.outdated = ls.outdated, set()
    related = [f"{json.dumps(one)}:{await report_of(ls, one, None)}" for one in others]
    return JsonText(f'{report[:-1]},"relatedDocuments":{{{",".join(related)}}}}}')


async def report_of(ls: "LeakwiseServer", uri: str, known: str | None) -> str:
    """The report on a document or cell, as JSON; `known` is the result that the client has."""
    opened = ls.documents.get(uri)
    if known is not None and opened is not None and await ls.scheduler.holds_back(opened.uri):
        return f'{{"kind":"unchanged","resultId":"{known}"}}'
    answer = await ls.ask(uri, findings_of)
    if answer is None:
        return _NOTHING
    document, findings = answer
    texts = ls.diagnostics(document).texts(findings, document, ls.client).get(uri, [])
    # Without the version: a name for diagnostics is the same in every version that has them.
    name = blake2b("".join(texts).encode(), digest_size=8).hexdigest()
    if name == known:
        return f'{{"kind":"unchanged","resultId":"{name}"}}'
    found = document.part(uri)
    items = joined(texts, found[0].version if found else None)
    return f'{{"kind":"full","resultId":"{name}","items":{items}}}'
