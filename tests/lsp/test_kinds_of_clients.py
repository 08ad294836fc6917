"""Each method for clients that can do all, little and nothing, in each of the units in which they
count columns: an emoji stands before whatever is told of."""

from dataclasses import fields
from pathlib import Path

import pytest
from lsprotocol import types

from leakwise.lsp.client import Client
from tests.lsp.kinds_of_clients import (
    CLIENTS,
    UNITS,
    after,
    cut,
    declared,
    edits_by_uri,
    position,
    span_of,
)
from tests.lsp.notebook_client import EditedNotebook, address
from tests.lsp.sessions import LEAK, LEAK_LINE, URI, Session
from tests.lsp.test_rule_page import executed
from tests.lsp.test_settings import heed_registrations

TEXT = LEAK.replace("    loss = ", "    'é😀'; loss = ").replace(
    "    total +=", "    '😀'; total +="
)
HEAD, LOOP = TEXT[: TEXT.index("total =")], TEXT[TEXT.index("total =") :]
ADDED = "+= loss"
RECORDING = "import torch\n'😀'; torch.cuda.memory._record_memory_history()\n"
SETTINGS = "ignore = [\n    'LP002', # 😀\n]\n"

every_client = pytest.mark.parametrize("client_kind", CLIENTS)
every_encoding = pytest.mark.parametrize("encoding", UNITS)


def test_one_can_do_all_that_the_server_asks_for() -> None:
    client = Client.from_capabilities(declared("all", "utf-8"))
    assert [one.name for one in fields(client) if not getattr(client, one.name)] == []
    assert Client.from_capabilities(declared("none")) == Client()


async def begin(session: Session, client: str, encoding: str, *roots: Path) -> None:
    heed_registrations(session)
    session.client.set_configuration({"leakwise": {}})
    answer = await session.initialize(
        declared(client, encoding), roots=roots, options={"inlayHints": True}
    )
    assert answer.capabilities.position_encoding == encoding
    assert (answer.capabilities.diagnostic_provider is not None) == (client == "all")


async def found(
    session: Session, client: str, version: int = 1, uri: str = URI
) -> list[types.Diagnostic]:
    """The diagnostics of a version, pulled by those who can and waited for by others."""
    if client != "all":
        return await session.diagnostics(version, uri)
    report = await session.pull(uri)
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    return list(report.items)


@every_client
@every_encoding
async def test_what_is_told_of_a_document(
    session: Session, client_kind: str, encoding: str
) -> None:
    await begin(session, client_kind, encoding)
    session.open(TEXT)
    (one,) = await found(session, client_kind)
    span = span_of(TEXT, "loss", encoding)
    assert (one.code, one.range) == ("LP001", span)
    related = [cut(TEXT, place.location.range, encoding) for place in one.related_information or ()]
    places = ["criterion(model(x), y)", TEXT.split("\n")[6].rstrip(":")]
    assert related == ([] if client_kind == "none" else places)
    hover = await session.hover(span.start.line, span.start.character + 1)
    assert hover is not None
    assert hover.range == span
    assert isinstance(hover.contents, types.MarkupContent)
    assert hover.contents.kind.value == ("markdown" if client_kind == "all" else "plaintext")
    hints = await session.client.text_document_inlay_hint_async(
        types.InlayHintParams(types.TextDocumentIdentifier(URI), types.Range(span.start, span.end))
    )
    assert [hint.position for hint in hints or ()] == [span_of(TEXT, " +=", encoding).start]

    end = span_of(TEXT, ADDED, encoding).end
    event = types.TextDocumentContentChangePartial(types.Range(end, end), ".item()")
    session.change(2, event)
    assert await found(session, client_kind, 2) == []
    behind = span_of(TEXT.replace(ADDED, f"{ADDED}.item()"), ".item()", encoding)
    session.change(3, types.TextDocumentContentChangePartial(behind, ""))
    (again,) = await found(session, client_kind, 3)
    assert again.range == span


@every_client
@every_encoding
async def test_what_can_be_done_in_a_document(
    session: Session, tmp_path: Path, client_kind: str, encoding: str
) -> None:
    settings = tmp_path / "leakwise.toml"
    settings.write_text(SETTINGS, "utf-8")
    uri = (tmp_path / "train.py").as_uri()
    await begin(session, client_kind, encoding, tmp_path)
    session.open(TEXT, uri)
    span = span_of(TEXT, "loss", encoding)
    before = {uri: TEXT, settings.as_uri(): SETTINGS}
    texts = []
    for action in await session.actions(span, only=["quickfix"], uri=uri):
        assert (action.edit is None) == (client_kind == "all")
        edit = (await session.resolve(action)).edit if client_kind == "all" else action.edit
        assert edit is not None
        assert (edit.changes is not None) == (client_kind == "none")
        ((changed, edits),) = edits_by_uri(edit).items()
        texts.append(after(before[changed], edits, encoding))
    assert texts == [
        TEXT.replace(ADDED, f"{ADDED}.item()"),
        TEXT.replace(ADDED, f"{ADDED}.detach()"),
        TEXT.replace(ADDED, f"{ADDED}  # leakwise: ignore[accumulate-loss-with-graph]"),
        SETTINGS.replace("# 😀\n", '# 😀\n    "LP001",\n'),
        f"# leakwise: skip-file\n{TEXT}",
    ]
    session.open(RECORDING)
    (all_,) = await session.actions(span_of(RECORDING, "t", encoding), only=["source.fixAll"])
    if client_kind == "all":
        all_ = await session.resolve(all_)
    text = after(RECORDING, edits_by_uri(all_.edit)[URI], encoding)
    assert text == RECORDING.replace("()", "(max_entries=100_000)")


@every_client
@every_encoding
async def test_what_is_told_and_done_in_a_notebook(
    session: Session, client_kind: str, encoding: str
) -> None:
    await begin(session, client_kind, encoding)
    EditedNotebook(session).open({"head": HEAD, "loop": LOOP})
    uri = address("loop")
    (one,) = await found(session, client_kind, uri=uri)
    span = span_of(LOOP, "loss", encoding)
    assert (one.code, one.range) == ("LP001", span)
    hover = await session.hover(span.start.line, span.start.character, uri)
    assert hover is not None
    assert hover.range == span
    first, *_ = await session.actions(span, only=["quickfix"], uri=uri)
    if client_kind == "all":
        first = await session.resolve(first)
    edits = edits_by_uri(first.edit)
    assert list(edits) == [uri]
    assert after(LOOP, edits[uri], encoding) == LOOP.replace(ADDED, f"{ADDED}.item()")
    hints = await session.client.text_document_inlay_hint_async(
        types.InlayHintParams(types.TextDocumentIdentifier(uri), types.Range(span.start, span.end))
    )
    assert [hint.position for hint in hints or ()] == [span_of(LOOP, " +=", encoding).start]
    end = position(LOOP, len(LOOP.rstrip()), encoding)
    event = types.TextDocumentContentChangePartial(types.Range(end, end), ".item()")
    session.client.notebook_document_did_change(
        types.DidChangeNotebookDocumentParams(
            types.VersionedNotebookDocumentIdentifier(2, "file:///work/training.ipynb"),
            types.NotebookDocumentChangeEvent(
                cells=types.NotebookDocumentCellChanges(
                    text_content=[
                        types.NotebookDocumentCellContentChanges(
                            types.VersionedTextDocumentIdentifier(2, uri), [event]
                        )
                    ]
                )
            ),
        )
    )
    assert await found(session, client_kind, 2, uri) == []


@every_client
@every_encoding
async def test_what_is_told_of_files_that_are_not_open(
    session: Session, tmp_path: Path, client_kind: str, encoding: str
) -> None:
    (tmp_path / "train.py").write_text(TEXT, "utf-8")
    await begin(session, client_kind, encoding, tmp_path)
    uri = (tmp_path / "train.py").as_uri()
    told = await executed(session, command="leakwise.scanWorkspace")
    assert told == {"files": 1, "findings": 1}
    if client_kind == "all":
        answer = await session.client.workspace_diagnostic_async(
            types.WorkspaceDiagnosticParams([])
        )
        (report,) = answer.items
        assert isinstance(report, types.WorkspaceFullDocumentDiagnosticReport)
        assert report.uri == uri
        (one,) = report.items
    else:
        (one,) = await session.told(uri, [("LP001", LEAK_LINE)])
    assert one.range == span_of(TEXT, "loss", encoding)
    assert bool(one.related_information) == (client_kind != "none")
    session.open(TEXT, uri)
    (opened,) = await found(session, client_kind, uri=uri)
    assert opened.range == one.range


@every_client
async def test_what_is_told_of_the_server_and_its_rules(session: Session, client_kind: str) -> None:
    await begin(session, client_kind, "utf-16")
    session.open(TEXT)
    text = await executed(session, command="leakwise.printDebugInformation")
    assert isinstance(text, str)
    assert "Columns in utf-16" in text
    page = await executed(session, "LP001")
    assert isinstance(page, dict)
    assert page["markdown"].startswith("# LP001")
    assert len(session.client.messages) == (client_kind != "all")
