"""Files and folders that are moved and removed, settings files in the editor, links and files that
are left out."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.sessions import LEAK, LEAK_LINE, Session, capabilities, codes, replaced, typed
from tests.lsp.test_ignoring import PROJECT
from tests.lsp.test_neighbours import DETACHED, FILES, KEPT, open_file, published
from tests.lsp.test_pull import items
from tests.lsp.test_rule_page import executed
from tests.lsp.test_settings import changed, declared, heed_registrations
from tests.lsp.test_workspace_diagnostics import Report, pulled
from tests.symbols.inside import written

FOUND = [("LP001", LEAK_LINE)]
MANY = 25
FOLDERS = ("one", "two", "three", "four")
NOTHING: list[tuple[str, int]] = []
CREATED, CHANGED, DELETED = (
    types.FileChangeType.Created,
    types.FileChangeType.Changed,
    types.FileChangeType.Deleted,
)
PACKAGE = {
    "inner/__init__.py": "",
    "inner/nets.py": FILES["nets.py"],
    "facade.py": "from inner.nets import Net\n",
    "train.py": FILES["train.py"].replace("from nets", "from facade"),
}


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return written(tmp_path / "work", PACKAGE)


def detached(code: str) -> str:
    """A network whose answers have no graph."""
    return code.replace("    def forward", "    @torch.no_grad()\n    def forward")


def tell(session: Session, *events: tuple[types.FileChangeType, Sequence[Path]]) -> None:
    """Tells at once of all that happened to files."""
    changes = [types.FileEvent(path.as_uri(), kind) for kind, paths in events for path in paths]
    params = types.DidChangeWatchedFilesParams(changes)
    session.client.workspace_did_change_watched_files(params)


def removed(session: Session, *paths: Path) -> None:
    files = [types.FileDelete(path.as_uri()) for path in paths]
    session.client.workspace_did_delete_files(types.DeleteFilesParams(files))


def moved(session: Session, old: Path, new: Path) -> None:
    old.rename(new)
    file = types.FileRename(old.as_uri(), new.as_uri())
    session.client.workspace_did_rename_files(types.RenameFilesParams([file]))


async def test_asked_to_be_told_of_files_and_folders(session: Session) -> None:
    able = capabilities()
    assert able.workspace is not None
    able.workspace.file_operations = types.FileOperationClientCapabilities(
        did_create=True, did_rename=True, did_delete=True
    )
    workspace = (await session.initialize(able)).capabilities.workspace
    assert workspace is not None
    told = workspace.file_operations
    assert told is not None
    for options in (told.did_create, told.did_rename, told.did_delete):
        assert options is not None
        kinds = {one.pattern.matches for one in options.filters}
        assert kinds == {types.FileOperationPatternKind.File, types.FileOperationPatternKind.Folder}


async def test_a_folder_that_others_rest_on_comes_and_goes(session: Session, work: Path) -> None:
    away = work.parent / "away"
    await session.initialize(roots=[work])
    uri = open_file(session, work / "train.py")
    await published(session, uri, KEPT)
    moved(session, work / "inner", away)
    await published(session, uri, NOTHING)
    moved(session, away, work / "inner")
    await published(session, uri, KEPT)
    shutil.rmtree(work / "inner")
    removed(session, work / "inner")
    await published(session, uri, NOTHING)
    written(work, PACKAGE)
    made = types.FileCreate((work / "inner").as_uri())
    session.client.workspace_did_create_files(types.CreateFilesParams([made]))
    await published(session, uri, KEPT)


async def test_another_folder_in_its_place(session: Session, work: Path) -> None:
    nets = detached((work / "inner" / "nets.py").read_text())
    written(work / "other", {"__init__.py": "", "nets.py": nets})
    await session.initialize(roots=[work])
    uri = open_file(session, work / "train.py")
    await published(session, uri, KEPT)
    (work / "inner").rename(work / "old")
    moved(session, work / "other", work / "inner")
    await published(session, uri, NOTHING)


async def test_an_open_file_that_is_moved(session: Session, work: Path) -> None:
    await session.initialize(roots=[work])
    uri = open_file(session, work / "train.py")
    await published(session, uri, KEPT)
    (work / "train.py").rename(work / "inner" / "learn.py")
    session.close(uri)
    new = open_file(session, work / "inner" / "learn.py")
    file = types.FileRename(uri, new)
    session.client.workspace_did_rename_files(types.RenameFilesParams([file]))
    await published(session, new, KEPT)
    await published(session, uri, NOTHING)
    nets = open_file(session, work / "inner" / "nets.py")
    session.change(2, replaced(8, 0, 10, 0, DETACHED), uri=nets)
    await published(session, new, NOTHING)


async def test_what_was_told_of_the_files_of_a_folder(session: Session, tmp_path: Path) -> None:
    for name in FOLDERS[:3]:
        written(tmp_path / name, {"train.py": LEAK})
    uris = {name: (tmp_path / name / "train.py").as_uri() for name in FOLDERS}
    await session.initialize(roots=[tmp_path])
    await executed(session, command="leakwise.scanWorkspace")
    for name in FOLDERS[:3]:
        await session.told(uris[name], FOUND)
    shutil.rmtree(tmp_path / "one")
    removed(session, tmp_path / "one")
    await session.told(uris["one"], NOTHING)
    moved(session, tmp_path / "two", tmp_path / "four")
    await session.told(uris["two"], NOTHING)
    await session.told(uris["four"], FOUND)
    assert not any(not one.diagnostics for one in session.published if one.uri == uris["three"])


async def test_another_branch_is_checked_out_and_this_one_again(
    session: Session, tmp_path: Path
) -> None:
    other = LEAK.replace("+= loss", "+= loss.item()")
    paths = [tmp_path / f"train{number}.py" for number in range(MANY)]
    only, *rest = paths
    for path in rest:
        path.write_text(other)
    await session.initialize(roots=[tmp_path])
    assert await executed(session, command="leakwise.scanWorkspace") == {
        "files": MANY - 1,
        "findings": 0,
    }
    for _ in range(2):
        for path in paths:
            path.write_text(LEAK)
        tell(session, (DELETED, rest), (CREATED, paths))
        for path in paths:
            await session.told(path.as_uri(), FOUND)
        only.unlink()
        for path in rest:
            path.write_text(other)
        tell(session, (CREATED, [only]), (CHANGED, rest), (DELETED, [only]))
        for path in paths:
            await session.told(path.as_uri(), NOTHING)
        session.published.clear()


async def test_what_a_file_became_while_it_was_open(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text("import torch\n")
    await session.initialize(roots=[tmp_path])
    await executed(session, command="leakwise.scanWorkspace")
    session.open("import torch\n", path.as_uri())
    session.change(2, types.TextDocumentContentChangeWholeDocument(LEAK), uri=path.as_uri())
    path.write_text(LEAK)
    tell(session, (CHANGED, [path]))
    await session.told(path.as_uri(), FOUND)
    session.close(path.as_uri())
    await session.told(path.as_uri(), NOTHING)
    await session.told(path.as_uri(), FOUND)


async def test_what_is_not_open_follows_too(session: Session, work: Path) -> None:
    await session.initialize(capabilities(pulls=True), roots=[work])

    async def found() -> dict[str, Sequence[tuple[str, int]]]:
        reports = await pulled(session)
        return {name: codes(one.items) for name, one in reports.items() if isinstance(one, Report)}

    assert await found() == {"train.py": KEPT}
    # What `facade.py` passes on was asked about by another name.
    nets = work / "inner" / "nets.py"
    text = nets.read_text()
    nets.write_text(detached(text))
    changed(session, nets)
    assert await found() == {}
    nets.write_text(text)
    changed(session, nets)
    assert await found() == {"train.py": KEPT}
    moved(session, work / "inner", work / "moved")
    assert await found() == {}


async def test_a_file_that_changes_while_a_scan_runs(session: Session, work: Path) -> None:
    for number in range(MANY):
        (work / f"train{number}.py").write_text((work / "train.py").read_text())
    await session.initialize(roots=[work])
    scan = asyncio.ensure_future(executed(session, command="leakwise.scanWorkspace"))
    while not session.published:
        await asyncio.sleep(0.01)
    nets = work / "inner" / "nets.py"
    nets.write_text(detached(nets.read_text()))
    changed(session, nets)
    await scan
    told = await executed(session, command="leakwise.scanWorkspace")
    assert told == {"files": MANY + len(PACKAGE), "findings": 0}


async def test_settings_go_with_their_folder(session: Session, tmp_path: Path) -> None:
    written(tmp_path, {"part/leakwise.toml": 'ignore = ["LP"]\n', "part/deep/train.py": LEAK})
    heed_registrations(session)
    await session.initialize(declared(), roots=[tmp_path])
    uri = open_file(session, tmp_path / "part" / "deep" / "train.py")
    await published(session, uri, NOTHING)
    (tmp_path / "part" / "leakwise.toml").rename(tmp_path / "old.toml")
    moved(session, tmp_path / "old.toml", tmp_path / "older.toml")
    await published(session, uri, FOUND)


@pytest.mark.parametrize("watches", [False, True])
async def test_a_settings_file_counts_as_it_is_saved(
    session: Session, tmp_path: Path, watches: bool
) -> None:
    file = tmp_path / "leakwise.toml"
    file.write_text('ignore = ["LP"]\n')
    heed_registrations(session)
    await session.initialize(declared() if watches else capabilities(), roots=[tmp_path])
    uri = (tmp_path / "train.py").as_uri()
    session.open(LEAK, uri)
    await published(session, uri, NOTHING)
    item = types.TextDocumentItem(file.as_uri(), "toml", 1, file.read_text())
    session.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    session.change(2, replaced(0, 0, 1, 0, "ignor = []\n"), uri=file.as_uri())
    session.change(2, typed(0, 0, "\n"), uri=uri)
    assert await session.diagnostics(2, uri) == []
    assert not any(one.uri == file.as_uri() for one in session.published)
    file.write_text("ignor = []\n")
    saved = types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(file.as_uri()))
    session.client.text_document_did_save(saved)
    await published(session, uri, [("LP001", LEAK_LINE + 1)])
    await session.told(file.as_uri(), [("invalid-setting", 0)])
    session.close(file.as_uri())
    assert await session.hover(0, 0, uri) is None
    assert [len(one.diagnostics) for one in session.published if one.uri == file.as_uri()] == [1]


async def test_a_rule_is_turned_off_in_what_the_editor_has(
    session: Session, tmp_path: Path
) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text(PROJECT)
    await session.initialize(roots=[tmp_path])
    uri = (tmp_path / "train.py").as_uri()
    session.open(LEAK, uri)
    item = types.TextDocumentItem(file.as_uri(), "toml", 7, "# new\n" + PROJECT)
    session.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    span = types.Range(types.Position(LEAK_LINE, 15), types.Position(LEAK_LINE, 15))
    action = await session.resolve(await session.offered(span, "turn-off", uri=uri))
    assert action.edit is not None
    (change,) = action.edit.document_changes or ()
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.version == 7
    (edit,) = change.edits
    assert edit.range.start.line == PROJECT[: PROJECT.index("]\n\n[tool.other")].count("\n") + 1


@pytest.mark.parametrize("pulls", [False, True])
async def test_a_workspace_behind_a_link(session: Session, tmp_path: Path, pulls: bool) -> None:
    real = written(tmp_path / "real", {**PACKAGE, "one.py": LEAK, "left/out.py": LEAK})
    (real / "leakwise.toml").write_text('exclude = ["left"]\n')
    link = tmp_path / "link"
    link.symlink_to(real)
    await session.initialize(capabilities(pulls=pulls), roots=[link])
    uri = open_file(session, link / "train.py")
    if pulls:
        while codes(items(await session.pull(uri))) != KEPT:
            pass
        reports = await pulled(session)
        assert {name: one.uri for name, one in reports.items()} == {
            name: (link / name).as_uri() for name in ("train.py", "one.py")
        }
        return
    await published(session, uri, KEPT)
    nets = open_file(session, link / "inner" / "nets.py")
    session.change(2, replaced(8, 0, 10, 0, DETACHED), uri=nets)
    await published(session, uri, NOTHING)
    session.close(nets)
    await published(session, uri, KEPT)
    await executed(session, command="leakwise.scanWorkspace")
    assert {one.uri for one in session.published} == {
        (link / name).as_uri() for name in ("train.py", "inner/nets.py", "one.py")
    }


async def test_a_file_that_is_left_out_and_pulled(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "leakwise.toml"
    file.write_text('exclude = ["generated"]\n')
    written(tmp_path, {"generated/train.py": LEAK, "train.py": LEAK})
    heed_registrations(session)
    await session.initialize(declared(pulls=True), roots=[tmp_path])
    uri = open_file(session, tmp_path / "generated" / "train.py")
    first = await session.pull(uri)
    assert items(first) == []
    again = await session.pull(uri, first.result_id)
    assert isinstance(again, types.RelatedUnchangedDocumentDiagnosticReport)
    reports = await session.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams([]))
    found = {one.uri: codes(one.items) for one in reports.items if isinstance(one, Report)}
    assert found == {uri: NOTHING, (tmp_path / "train.py").as_uri(): FOUND}
    file.write_text("")
    changed(session, file)
    assert codes(items(await session.pull(uri, first.result_id))) == FOUND
