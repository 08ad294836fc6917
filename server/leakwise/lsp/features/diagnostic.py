"""`textDocument/diagnostic`: diagnostics pulled by the client."""

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from leakwise.lsp.convert import to_lsp_diagnostic
from leakwise.lsp.features.questions import findings_of

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


async def diagnostic(
    ls: "LeakwiseServer", params: types.DocumentDiagnosticParams
) -> dict[str, Any]:
    """The newest version's diagnostics, or that they are what the client has already."""
    answer = await ls.ask(params.text_document.uri, findings_of)
    if answer is None:
        return {"kind": "full", "items": []}
    document, findings = answer
    items = [to_lsp_diagnostic(finding, document, ls.client) for finding in findings]
    result_id = _result_id(items)
    if result_id == params.previous_result_id:
        return {"kind": "unchanged", "resultId": result_id}
    return {"kind": "full", "resultId": result_id, "items": items}


def _result_id(items: list[dict[str, Any]]) -> str:
    """A name for the diagnostics, the same in every version that has the same ones."""
    shown = [
        [item["range"], item["code"], item["message"], item.get("relatedInformation")]
        for item in items
    ]
    return blake2b(json.dumps(shown).encode(), digest_size=8).hexdigest()
