"""What the server offers, and in which units it talks."""

import pytest
from lsprotocol import types

from leakwise import __version__
from tests.lsp.sessions import Session, capabilities


async def test_names_itself(session: Session) -> None:
    info = (await session.initialize()).server_info
    assert info is not None
    assert (info.name, info.version) == ("leakwise", __version__)


@pytest.mark.parametrize(
    ("wanted", "agreed"),
    [
        ([], "utf-16"),
        (["utf-8", "utf-16"], "utf-8"),
        (["utf-16", "utf-8"], "utf-16"),
        (["utf-32", "utf-8", "utf-16"], "utf-32"),
        (["utf-7", "utf-8"], "utf-8"),
        (["utf-7"], "utf-16"),
    ],
)
async def test_the_client_prefers_an_encoding(
    session: Session, wanted: list[str], agreed: str
) -> None:
    declared = capabilities()
    declared.general = types.GeneralClientCapabilities(position_encodings=wanted)
    offered = (await session.initialize(declared)).capabilities
    assert offered.position_encoding == agreed


async def test_offers(session: Session) -> None:
    offered = (await session.initialize()).capabilities
    sync = offered.text_document_sync
    assert isinstance(sync, types.TextDocumentSyncOptions)
    assert sync.open_close
    assert sync.save
    assert sync.change == types.TextDocumentSyncKind.Incremental
    assert offered.hover_provider
    assert offered.code_lens_provider is None
    actions = offered.code_action_provider
    assert isinstance(actions, types.CodeActionOptions)
    assert actions.resolve_provider
    assert list(actions.code_action_kinds or ()) == [
        "quickfix",
        "source.fixAll.leakwise",
        "notebook.source.fixAll.leakwise",
    ]
    assert offered.diagnostic_provider is None
    assert offered.notebook_document_sync is None


async def test_offers_pulling_to_those_who_can(session: Session) -> None:
    offered = (await session.initialize(capabilities(pulls=True))).capabilities
    assert offered.diagnostic_provider is not None
