"""`workspace/diagnostic`: diagnostics of all files of the workspace's folders."""

import asyncio
import contextlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from leakwise.lsp.features.diagnostic import report_of
from leakwise.lsp.progress import Progress
from leakwise.lsp.protocol import JsonText
from leakwise.lsp.sent import CALM_SECONDS
from leakwise.lsp.settings_files import is_settings
from leakwise.lsp.workspace_files import scanned
from leakwise.sources import path_to_uri, uri_to_path

if TYPE_CHECKING:
    from leakwise.lsp.scanning import Scanned
    from leakwise.lsp.server import LeakwiseServer

HOLD_SECONDS = 60.0
"""How long an answer waits at most that has nothing new."""
_PORTION = 20


async def workspace_diagnostic(
    ls: "LeakwiseServer", params: types.WorkspaceDiagnosticParams
) -> JsonText:
    """A report for each file that has diagnostics or had some before; that they are unchanged,
    where the client has them already. They are sent in portions where the client takes these.

    Such a client asks again as soon as it is answered: where it watches files, and has everything
    already, the answer waits for something to change.
    """
    token = params.partial_result_token
    waits = token is not None and ls.client.watches_files
    until = time.monotonic() + HOLD_SECONDS
    answer = _Answer(ls, token, {one.uri: one.value for one in params.previous_result_ids})
    progress = Progress(ls, params.work_done_token)
    while True:
        stirred = ls.stirred
        await _look(ls, answer, progress)
        left = until - time.monotonic()
        if answer.has_news or not waits or left <= 0:
            return answer.rest()
        progress = Progress(ls, None)
        answer.send()
        answer.tells_unchanged = False
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stirred.wait(), left)
            # More may come of what happened.
            await asyncio.sleep(CALM_SECONDS)


class _Answer:
    """The reports that are told, in portions to whoever gave a token."""

    def __init__(
        self, ls: "LeakwiseServer", token: types.ProgressToken | None, previous: dict[str, str]
    ) -> None:
        self.previous = previous
        """The results that the client has, by address."""
        self.has_news = False
        """Whether anything is told that the client did not have."""
        self.tells_unchanged = True
        self._ls = ls
        self._token = token
        self._reports: list[str] = []

    def add(self, uri: str, report: str, version: int | None) -> None:
        """Tells a report on a document."""
        unchanged = report.startswith('{"kind":"unchanged"')
        self.has_news = self.has_news or not unchanged
        if unchanged and not self.tells_unchanged:
            return
        about = f'"uri":{json.dumps(uri)},"version":{json.dumps(version)}'
        self._reports.append(f"{{{about},{report[1:]}")
        if len(self._reports) >= _PORTION:
            self.send()

    def rest(self) -> JsonText:
        """What was not sent yet, as the result of the request."""
        self.send()
        return JsonText(f'{{"items":[{",".join(self._reports)}]}}')

    def send(self) -> None:
        """Sends what is there, where the client takes portions."""
        if self._token is None or not self._reports:
            return
        items = f'{{"items":[{",".join(self._reports)}]}}'
        params = f'{{"token":{json.dumps(self._token)},"value":{items}}}'
        self._ls.protocol.notify_ready(types.PROGRESS, JsonText(params))
        self._reports.clear()


async def _look(ls: "LeakwiseServer", answer: _Answer, progress: Progress) -> None:
    previous = answer.previous
    told: set[str] = set()
    for document in ls.documents.all():
        uri = document.uri
        if uri_to_path(uri) is not None and not is_settings(uri):
            told.add(uri)
            answer.add(uri, await report_of(ls, uri, previous.get(uri)), document.version)
    async for found in scanned(ls, progress):
        uri = path_to_uri(Path(found.path))
        if uri not in told and (found.count or uri in previous):
            told.add(uri)
            answer.add(uri, _report(found, previous.get(uri)), None)
    if progress.cancelled:
        return
    for uri in previous.keys() - told:
        answer.add(uri, '{"kind":"full","items":[]}', None)


def _report(found: "Scanned", previous: str | None) -> str:
    if found.name == previous:
        return f'{{"kind":"unchanged","resultId":"{found.name}"}}'
    return f'{{"kind":"full","resultId":"{found.name}","items":{found.items}}}'
