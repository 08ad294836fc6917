"""Diagnostics that rest on other files of the workspace."""

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types

from leakwise.sources import path_to_uri
from tests.lsp.sessions import Session, capabilities, codes, replaced
from tests.symbols.inside import written

FILES = {
    "nets.py": """
        import torch
        from torch import nn

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.body = nn.Linear(2, 2)

            def forward(self, x):
                return self.body(x)
    """,
    "train.py": """
        import torch
        from nets import Net

        def embed(loader, weight):
            net = Net()
            kept = []
            for x in loader:
                y = net(x)
                (weight * x).sum().backward()
                kept.append(y)
            return kept
    """,
}
KEPT = [("LP002", 9)]
DETACHED = "    @torch.no_grad()\n    def forward(self, x):\n        return self.body(x)\n"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return written(tmp_path / "work", FILES)


def declared(*, pulls: bool = False, watches: bool = False) -> types.ClientCapabilities:
    found = capabilities(pulls=pulls)
    assert found.workspace is not None
    if watches:
        found.workspace.did_change_watched_files = types.DidChangeWatchedFilesClientCapabilities(
            dynamic_registration=True
        )
    return found


async def begin(session: Session, work: Path, capabilities: types.ClientCapabilities) -> None:
    folder = types.WorkspaceFolder(path_to_uri(work), "work")
    await session.client.initialize_session(
        types.InitializeParams(capabilities=capabilities, workspace_folders=[folder])
    )


def open_file(session: Session, path: Path) -> str:
    uri = path_to_uri(path)
    session.open(path.read_text("utf-8"), uri)
    return uri


async def published(session: Session, uri: str, wanted: list[tuple[str, int]]) -> None:
    """Waits until the newest diagnostics of a document are these."""
    while True:
        newest = [one for one in session.published if one.uri == uri][-1:]
        if newest and codes(newest[0].diagnostics) == wanted:
            return
        await asyncio.sleep(0.02)


async def test_findings_follow_when_another_file_has_told(session: Session, work: Path) -> None:
    await begin(session, work, declared())
    uri = open_file(session, work / "train.py")
    await published(session, uri, KEPT)
    first = next(one for one in session.published if one.uri == uri)
    assert not first.diagnostics, "the first diagnostics do not wait"
    assert {one.version for one in session.published if one.uri == uri} == {1}


async def test_unsaved_text_of_another_file_counts(session: Session, work: Path) -> None:
    await begin(session, work, declared())
    uri = open_file(session, work / "train.py")
    await published(session, uri, KEPT)
    other = open_file(session, work / "nets.py")
    session.change(2, replaced(8, 0, 10, 0, DETACHED), uri=other)
    await published(session, uri, [])
    session.close(other)
    await published(session, uri, KEPT)


async def test_files_that_change_on_the_disk_are_read_again(session: Session, work: Path) -> None:
    registered: list[types.Registration] = []

    def register(params: types.RegistrationParams) -> None:
        registered.extend(params.registrations)

    session.client.protocol.fm.features.pop(types.CLIENT_REGISTER_CAPABILITY, None)
    session.client.feature(types.CLIENT_REGISTER_CAPABILITY)(register)
    await begin(session, work, declared(watches=True))
    uri = open_file(session, work / "train.py")
    await published(session, uri, KEPT)
    (registration,) = registered
    assert registration.method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES
    nets = work / "nets.py"
    text = nets.read_text("utf-8")
    for code, wanted in (
        (text.replace("    def forward", "    @torch.no_grad()\n    def forward"), []),
        (text, KEPT),
        (None, []),
    ):
        kind = types.FileChangeType.Changed
        if code is None:
            nets.unlink()
            kind = types.FileChangeType.Deleted
        else:
            nets.write_text(code, "utf-8")
        session.client.workspace_did_change_watched_files(
            types.DidChangeWatchedFilesParams([types.FileEvent(path_to_uri(nets), kind)])
        )
        await published(session, uri, wanted)


async def test_who_pulls_is_asked_to_pull_again(session: Session, work: Path) -> None:
    refreshed = asyncio.Event()

    def refresh(params: None) -> None:
        refreshed.set()

    session.client.protocol.fm.features.pop(types.WORKSPACE_DIAGNOSTIC_REFRESH, None)
    session.client.feature(types.WORKSPACE_DIAGNOSTIC_REFRESH)(refresh)
    await begin(session, work, declared(pulls=True))
    uri = open_file(session, work / "train.py")
    report = await session.pull(uri)
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    await refreshed.wait()
    while codes(report.items) != KEPT:
        report = await session.pull(uri)
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)


async def test_a_public_evaluation_is_blamed_once_its_callers_are_known(
    session: Session, work: Path
) -> None:
    files = {
        "evaluation.py": """
            import torch

            def evaluate(model: torch.nn.Module, loader):
                model.eval()
                right = 0
                for x, y in loader:
                    right += (model(x).argmax(1) == y).sum().item()
                return right
        """,
        "main.py": """
            import torch
            from evaluation import evaluate

            def main(model, loader):
                with torch.no_grad():
                    return evaluate(model, loader)
        """,
    }
    written(work, files)
    await begin(session, work, declared())
    uri = open_file(session, work / "evaluation.py")
    main = open_file(session, work / "main.py")
    await published(session, uri, [])
    session.change(2, replaced(4, 0, 5, 0, "    if model:\n"), uri=main)
    await published(session, uri, [("LP008", 6)])
