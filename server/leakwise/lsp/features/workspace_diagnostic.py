"""`workspace/diagnostic`: diagnostics of all files of the workspace's folders."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.features.diagnostic import report_of
from leakwise.lsp.progress import Progress
from leakwise.lsp.protocol import JsonText
from leakwise.lsp.settings_files import is_settings
from leakwise.lsp.workspace_files import scanned
from leakwise.sources import path_to_uri, uri_to_path

if TYPE_CHECKING:
    from leakwise.lsp.scanning import Scanned
    from leakwise.lsp.server import LeakwiseServer

_PORTION = 20


async def workspace_diagnostic(
    ls: "LeakwiseServer", params: types.WorkspaceDiagnosticParams
) -> JsonText:
    """A report for each file that has diagnostics or had some before; that they are unchanged,
    where the client has them already. They are sent in portions where the client takes these."""
    previous = {one.uri: one.value for one in params.previous_result_ids}
    progress = Progress(ls, params.work_done_token)
    token = params.partial_result_token
    reports: list[str] = []
    told: set[str] = set()

    def add(uri: str, report: str) -> None:
        told.add(uri)
        reports.append(report)
        if token is not None and len(reports) >= _PORTION:
            _send(ls, token, reports)

    for document in ls.documents.all():
        if uri_to_path(document.uri) is None or is_settings(document.uri):
            continue
        report = await report_of(ls, document.uri, previous.get(document.uri))
        add(document.uri, _addressed(report, document.uri, document.version))
    async for found in scanned(ls, progress):
        uri = path_to_uri(Path(found.path))
        if uri not in told and (found.count or uri in previous):
            add(uri, _addressed(_report(found, previous.get(uri)), uri, None))
    for uri in previous.keys() - told:
        add(uri, _addressed('{"kind":"full","items":[]}', uri, None))
    if token is not None and reports:
        _send(ls, token, reports)
    return JsonText(f'{{"items":[{",".join(reports)}]}}')


def _report(found: "Scanned", previous: str | None) -> str:
    if found.name == previous:
        return f'{{"kind":"unchanged","resultId":"{found.name}"}}'
    return f'{{"kind":"full","resultId":"{found.name}","items":{found.items}}}'


def _addressed(report: str, uri: str, version: int | None) -> str:
    return f'{{"uri":{json.dumps(uri)},"version":{json.dumps(version)},{report[1:]}'


def _send(ls: "LeakwiseServer", token: types.ProgressToken, reports: list[str]) -> None:
    items = f'{{"items":[{",".join(reports)}]}}'
    params = f'{{"token":{json.dumps(token)},"value":{items}}}'
    ls.protocol.notify_ready(types.PROGRESS, JsonText(params))
    reports.clear()
