"""The server of one client: its open documents, their analyses, and what is told about them."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from lsprotocol import types
from pygls.exceptions import (
    FeatureRequestError,
    JsonRpcException,
    JsonRpcInternalError,
    PyglsError,
)
from pygls.lsp.server import LanguageServer

from leakwise import __version__
from leakwise.lsp import features
from leakwise.lsp.client import Client
from leakwise.lsp.diagnostics import Diagnostics
from leakwise.lsp.page_files import PageFiles
from leakwise.lsp.preferences import Preferences
from leakwise.lsp.protocol import JsonText, LeakwiseProtocol
from leakwise.lsp.scanning import Scans
from leakwise.lsp.scheduler import Scheduler
from leakwise.lsp.sent import SentDiagnostics
from leakwise.lsp.settings_files import is_settings
from leakwise.lsp.settings_problems import SettingsProblems
from leakwise.lsp.urgency import Urgency
from leakwise.lsp.workspace import OpenDocuments
from leakwise.text import Document

if TYPE_CHECKING:
    from leakwise.engine import Analysis
    from leakwise.engine.settings import SettingsProblem
    from leakwise.rule import Finding

T = TypeVar("T")

logger = logging.getLogger(__name__)

_TOGETHER_SECONDS = 0.05
"""What changes within such a time is asked to be pulled once."""


class LeakwiseServer(LanguageServer):
    """What the features share. Everything here belongs to the event loop's thread."""

    protocol: LeakwiseProtocol

    def __init__(self) -> None:
        super().__init__(
            "leakwise",
            __version__,
            notebook_document_sync=features.NOTEBOOKS,
            protocol_cls=LeakwiseProtocol,
        )
        self.client = Client()
        self.client_name = ""
        self.documents = OpenDocuments()
        self._diagnostics: dict[str, Diagnostics] = {}
        self.scheduler = Scheduler(
            self.publish, self.refresh, self._refresh_soon, self._tell_problems
        )
        self.initial_options: object = None
        """The settings that came with `initialize`."""
        self.options: Mapping[str, object] = {}
        """What the editor says now, by the address of a folder; "" for all others."""
        self.preferences = Preferences()
        self._settings_problems = SettingsProblems()
        self.pages = PageFiles()
        self.scans = Scans()
        self.sent = SentDiagnostics(self)
        self.outdated: set[str] = set()
        """The open documents whose diagnostics changed since they were pulled."""
        self.roots: Sequence[Path] = ()
        """The workspace's folders that are on this machine's disk."""
        self.stirred = asyncio.Event()
        """Is set, and another one put in its place, when findings in files may have become others
        that are not open."""
        self._findings_changed = False
        """Whether that is to be told to a client that pulls."""
        self._refreshing: asyncio.TimerHandle | None = None
        self.stopped = asyncio.Event()
        self.exit_code = 1
        self.asking: asyncio.Task[None] | None = None
        """Waits for the editor's settings."""
        self.watching: asyncio.Task[None] | None = None
        """Waits for the end of the client's process; the loop itself keeps no task alive."""
        features.register(self)

    async def ask(
        self,
        uri: str,
        question: "Callable[[Analysis], T]",
        urgency: Urgency = Urgency.SHOWN,
    ) -> T | None:
        """What `question` gives for the newest version of a document, None when it is not open.
        For a cell it is asked of its notebook.

        It runs on the analysis thread, again when the text changed meanwhile.
        """
        while (document := self.documents.get(uri)) is not None:
            answer = await self.scheduler.ask(document.uri, question, urgency)
            if self.documents.get(uri) is document:
                return answer
        return None

    def publish(self, document: Document, findings: "list[Finding]") -> None:
        """Sends the findings of a version as diagnostics, unless there is a newer version."""
        if self.documents.get(document.uri) is not document:
            return
        news = self.diagnostics(document).news(findings, document, self.client)
        for uri, version, diagnostics in news:
            self.publish_ready(uri, version, diagnostics)

    def publish_ready(self, uri: str, version: int | None, diagnostics: str) -> None:
        """Sends a JSON array as the diagnostics of a version."""
        known = "" if version is None else f'"version":{json.dumps(version)},'
        self.protocol.notify_ready(
            types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS,
            JsonText(f'{{"uri":{json.dumps(uri)},{known}"diagnostics":{diagnostics}}}'),
        )

    def diagnostics(self, document: Document) -> Diagnostics:
        """What was made of an open document's findings before."""
        return self._diagnostics.setdefault(document.uri, Diagnostics())

    def close(self, uri: str) -> Document | None:
        """Forgets all of a document or notebook, and takes back what was published about it; gives
        its last version, None when it was not open."""
        document = self.documents.close(uri)
        if document is None:
            return None
        self._diagnostics.pop(uri, None)
        self.outdated.discard(uri)
        self.scheduler.close(uri)
        self.stir()
        if self.scheduler.analysed.pushes and not is_settings(document.uri):
            for part in document.parts():
                self.publish_ready(part.uri, part.version, "[]")
            self.sent.closed(document.uri)
        return document

    def _tell_problems(self, problems: "Sequence[SettingsProblem]") -> None:
        self._settings_problems.tell(self, problems)

    def refresh(self, uri: str | None = None) -> None:
        """Asks the client soon to pull diagnostics and inlay hints again, where it knows these
        requests: those of a document changed, although its text did not."""
        if self.client.pulls_diagnostics:
            self.stir()
            self._findings_changed = True
            if uri is not None:
                self.outdated.add(uri)
        self._refresh_soon()

    def refresh_hints(self) -> None:
        """Asks the client to ask for inlay hints again, where it knows that request."""
        if self.client.refreshes_hints:
            self.workspace_inlay_hint_refresh(None)

    def _refresh_soon(self) -> None:
        if self._refreshing is None:
            loop = asyncio.get_running_loop()
            self._refreshing = loop.call_later(_TOGETHER_SECONDS, self._refresh_now)

    def _refresh_now(self) -> None:
        self._refreshing = None
        if self.stopped.is_set():
            return
        changed, self._findings_changed = self._findings_changed, False
        if changed and self.client.refreshes_diagnostics:
            self.workspace_diagnostic_refresh(None)
        if self.preferences.inlay_hints:
            self.refresh_hints()

    def stir(self) -> None:
        """Wakes who waits for the findings in files that are not open to become others."""
        self.stirred.set()
        self.stirred = asyncio.Event()

    def set_roots(self, roots: "Sequence[Path]") -> None:
        """Goes by these folders of the workspace from now on."""
        self.roots = roots
        self.scans.forget()
        self.sent.look_again()
        self.stir()
        self.scheduler.roots_changed(roots)

    def stop(self) -> None:
        """Ends the conversation; the exit status is good only after a `shutdown` request."""
        self.exit_code = 0 if self.protocol.shut_down else 1
        self.scheduler.stop()
        self.pages.remove()
        self.stopped.set()

    def report_server_error(
        self, error: Exception, source: type[PyglsError] | type[JsonRpcException]
    ) -> None:
        """Logs an error of a handler. A request that failed was answered with it too."""
        if source is not FeatureRequestError:
            logger.error("A message failed: %s", error, exc_info=True)
        elif isinstance(error, JsonRpcInternalError):
            where = error.data.get("traceback", ()) if isinstance(error.data, dict) else ()
            logger.error("A request failed: %s\n%s", error, "".join(where))
