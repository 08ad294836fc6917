"""A pytest-lsp client's side of a session with the real server."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lsprotocol import types
from pytest_lsp import LanguageClient

from leakwise.text import Document, Edit, Range, apply_edits

SERVER = [sys.executable, "-m", "leakwise", "server", "--stdio"]

URI = "file:///work/train.py"


def leaking(total: str = "total") -> str:
    """A script with one leak, LP001, at the `loss` that its last line adds to `total`."""
    return f"""\
import torch
from torch import nn
model = nn.Linear(4, 1)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
{total} = 0.0
for x, y in torch.utils.data.DataLoader([(torch.ones(4), torch.ones(1))]):
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
    {total} += loss
"""


LEAK = leaking()
LEAK_LINE = 11
LEAK_RANGE = types.Range(types.Position(LEAK_LINE, 13), types.Position(LEAK_LINE, 17))


def capabilities(
    *, encodings: Sequence[str] = (), pulls: bool = False, bare: bool = False
) -> types.ClientCapabilities:
    """What a client declares; a bare one knows nothing beyond the protocol's first version."""
    if bare:
        return types.ClientCapabilities()
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(
            position_encodings=[types.PositionEncodingKind(name) for name in encodings] or None
        ),
        workspace=types.WorkspaceClientCapabilities(
            workspace_edit=types.WorkspaceEditClientCapabilities(
                document_changes=True, resource_operations=[types.ResourceOperationKind.Create]
            ),
            diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True),
        ),
        text_document=types.TextDocumentClientCapabilities(
            hover=types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown]),
            publish_diagnostics=types.PublishDiagnosticsClientCapabilities(
                related_information=True, version_support=True
            ),
            code_action=types.CodeActionClientCapabilities(
                data_support=True,
                disabled_support=True,
                resolve_support=types.ClientCodeActionResolveOptions(properties=["edit"]),
            ),
            diagnostic=types.DiagnosticClientCapabilities() if pulls else None,
        ),
    )


@dataclass(slots=True)
class Session:
    """A client with one server, and what the server published."""

    client: LanguageClient
    published: list[types.PublishDiagnosticsParams] = field(default_factory=list)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        del self.client.protocol.fm.features[types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS]

        def take(params: types.PublishDiagnosticsParams) -> None:
            self.published.append(params)
            self._arrived.set()

        self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(take)

    async def initialize(
        self,
        declared: types.ClientCapabilities | None = None,
        *,
        roots: Sequence[Path] = (),
        options: types.LSPAny | None = None,
    ) -> types.InitializeResult:
        """Opens the session, with folders of the workspace; gives the server's answer."""
        folders = [types.WorkspaceFolder(root.as_uri(), root.name) for root in roots]
        return await self.client.initialize_session(
            types.InitializeParams(
                capabilities=declared or capabilities(),
                workspace_folders=folders or None,
                initialization_options=options,
            )
        )

    def open(self, text: str, uri: str = URI, version: int = 1) -> None:
        """Opens a document."""
        item = types.TextDocumentItem(uri, "python", version, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(
        self, version: int, *events: types.TextDocumentContentChangeEvent, uri: str = URI
    ) -> None:
        """Changes a document."""
        identifier = types.VersionedTextDocumentIdentifier(version, uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, events))

    def close(self, uri: str = URI) -> None:
        """Closes a document."""
        self.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri))
        )

    async def diagnostics(self, version: int, uri: str = URI) -> list[types.Diagnostic]:
        """The diagnostics published for a version, once they are."""
        while True:
            for params in reversed(self.published):
                if (params.uri, params.version) == (uri, version):
                    return list(params.diagnostics)
            self._arrived.clear()
            await self._arrived.wait()

    async def told(self, uri: str, wanted: Sequence[tuple[object, int]]) -> list[types.Diagnostic]:
        """The newest diagnostics of a document, once they have these codes and lines."""
        while True:
            newest = next((one for one in reversed(self.published) if one.uri == uri), None)
            if newest is not None and codes(newest.diagnostics) == list(wanted):
                return list(newest.diagnostics)
            self._arrived.clear()
            await self._arrived.wait()

    async def pull(
        self, uri: str = URI, previous: str | None = None
    ) -> types.RelatedFullDocumentDiagnosticReport | types.RelatedUnchangedDocumentDiagnosticReport:
        """The answer to a pull of diagnostics."""
        report = await self.client.text_document_diagnostic_async(
            types.DocumentDiagnosticParams(
                types.TextDocumentIdentifier(uri), previous_result_id=previous
            )
        )
        return report

    async def hover(self, line: int, character: int, uri: str = URI) -> types.Hover | None:
        """The answer to a hover."""
        return await self.client.text_document_hover_async(
            types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, character))
        )

    async def actions(
        self,
        span: types.Range,
        *,
        only: Sequence[types.CodeActionKind | str] | None = None,
        uri: str = URI,
    ) -> list[types.CodeAction]:
        """The code actions at a range that edit, asked for as ALE does: without diagnostics."""
        answer = await self.client.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(uri),
                span,
                types.CodeActionContext(diagnostics=[], only=only),
            )
        )
        # lsprotocol 2025.0 takes a code action that holds a command for that command.
        return [action for action in answer or () if isinstance(action, types.CodeAction)]

    async def resolve(self, action: types.CodeAction) -> types.CodeAction:
        """The action with its edit."""
        return await self.client.code_action_resolve_async(action)

    async def fixes(self, span: types.Range, *, uri: str = URI) -> list[types.CodeAction]:
        """The code actions at a range that repair a finding."""
        return [one for one in await self.actions(span, uri=uri) if deed(one) == "fix"]

    async def offered(self, span: types.Range, wanted: str, *, uri: str = URI) -> types.CodeAction:
        """The first code action at a range that does what is wanted: `fix-all`, `ignore-line`..."""
        return next(one for one in await self.actions(span, uri=uri) if deed(one) == wanted)


def deed(action: types.CodeAction) -> str:
    """What an action does, as its data says; empty for one without."""
    return str(action.data["do"]) if isinstance(action.data, dict) else ""


def fixed(text: str, edits: Sequence[object]) -> str:
    """`text` after `edits`, all of which count in ASCII."""
    converted = []
    for edit in edits:
        assert isinstance(edit, types.TextEdit)
        start, end = edit.range.start, edit.range.end
        span = Range.of(start.line, start.character, end.line, end.character)
        converted.append(Edit(span, edit.new_text))
    return apply_edits(Document.from_text(URI, text), converted)


def edited(text: str, action: types.CodeAction, uri: str = URI) -> str:
    """`text` after the one versioned edit of an action, which must be one of `uri`."""
    assert action.edit is not None
    assert action.edit.changes is None
    assert action.edit.document_changes is not None
    (change,) = action.edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.uri == uri
    return fixed(text, change.edits)


def typed(line: int, character: int, text: str) -> types.TextDocumentContentChangePartial:
    """An insertion."""
    return replaced(line, character, line, character, text)


def replaced(
    first: int, start: int, last: int, end: int, text: str
) -> types.TextDocumentContentChangePartial:
    """A replacement of the text between two (line, character) pairs."""
    span = types.Range(types.Position(first, start), types.Position(last, end))
    return types.TextDocumentContentChangePartial(range=span, text=text)


def codes(diagnostics: Sequence[types.Diagnostic]) -> list[tuple[str, int]]:
    """The code and line of each diagnostic."""
    return [(str(one.code), one.range.start.line) for one in diagnostics]
