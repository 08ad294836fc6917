"""Marks on assignments whose values carry a graph."""

import asyncio
from pathlib import Path

from lsprotocol import types

from tests.lsp.sessions import LEAK, URI, Session, capabilities, typed
from tests.symbols.inside import written


async def hints(session: Session, first: int, last: int, uri: str = URI) -> list[tuple[int, int]]:
    answer = await session.client.text_document_inlay_hint_async(
        types.InlayHintParams(
            types.TextDocumentIdentifier(uri),
            types.Range(types.Position(first, 0), types.Position(last, 0)),
        )
    )
    assert all(one.label == ": graph" for one in answer or ())
    return [(one.position.line, one.position.character) for one in answer or ()]


async def test_none_unless_they_are_wanted(session: Session) -> None:
    answer = await session.initialize()
    assert answer.capabilities.inlay_hint_provider
    session.open(LEAK)
    assert await hints(session, 0, 99) == []


async def test_where_a_graph_is_held(session: Session) -> None:
    await session.initialize(options={"inlayHints": True})
    session.open(LEAK)
    assert await hints(session, 0, 99) == [(8, 8), (11, 9)]
    assert await hints(session, 0, 8) == [(8, 8)]
    assert await hints(session, 0, 7) == []
    session.change(2, typed(8, 33, ".detach()"))
    session.change(3, typed(0, 0, "\n"))
    assert await hints(session, 0, 99) == []
    assert await hints(session, 0, 99, "file:///nowhere.py") == []


async def test_behind_wide_characters(session: Session) -> None:
    await session.initialize(capabilities(encodings=["utf-16"]), options={"inlayHints": True})
    session.open(LEAK.replace("    loss = ", '    text = "😀"; loss = '))
    assert (8, 21) in await hints(session, 8, 9)


FILES = {
    "nets.py": """
        import torch


        class Net(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.layer = torch.nn.Linear(2, 2)

            def forward(self, x):
                return self.layer(x)
    """,
    "predict.py": """
        import torch
        from nets import Net

        net = Net()
        out = net(torch.ones(2))
    """,
}


async def test_asked_for_again_when_more_is_known(session: Session, tmp_path: Path) -> None:
    work = written(tmp_path, FILES)
    again = asyncio.Event()

    def refresh(params: None) -> None:
        again.set()

    session.client.feature(types.WORKSPACE_INLAY_HINT_REFRESH)(refresh)
    declared = capabilities()
    assert declared.workspace is not None
    declared.workspace.inlay_hint = types.InlayHintWorkspaceClientCapabilities(refresh_support=True)
    await session.initialize(declared, roots=[work], options={"inlayHints": True})
    uri = (work / "predict.py").as_uri()
    session.open((work / "predict.py").read_text(), uri)
    known = [(4, 3)]
    while await hints(session, 0, 9, uri) != known:
        await again.wait()
        again.clear()
    for wanted in (False, True):
        again.clear()
        session.client.workspace_did_change_configuration(
            types.DidChangeConfigurationParams({"leakwise": {"inlayHints": wanted}})
        )
        await again.wait()
        assert await hints(session, 0, 9, uri) == (known if wanted else [])
