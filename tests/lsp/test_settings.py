"""Settings of the editor and of files, and what is told of wrong ones."""

import asyncio
from pathlib import Path

from lsprotocol import types

from tests.lsp.sessions import LEAK, LEAK_LINE, Session, capabilities, codes, typed
from tests.lsp.test_pull import items
from tests.settings.test_knowledge import MODEL

FOUND = [("LP001", LEAK_LINE)]
NOTHING: list[tuple[object, int]] = []


def declared(*, pulls: bool = False, configuration: bool = False) -> types.ClientCapabilities:
    """A client that watches files, and answers what its settings are."""
    able = capabilities(pulls=pulls)
    assert able.workspace is not None
    able.workspace.configuration = configuration
    able.workspace.did_change_watched_files = types.DidChangeWatchedFilesClientCapabilities(
        dynamic_registration=True
    )
    return able


def heed_registrations(session: Session) -> None:
    """Has the client accept what the server asks to be told of, and to ask again for hints."""

    def register(params: types.RegistrationParams) -> None:
        pass

    session.client.protocol.fm.features.pop(types.CLIENT_REGISTER_CAPABILITY, None)
    session.client.feature(types.CLIENT_REGISTER_CAPABILITY)(register)

    def refresh(params: None) -> None:
        pass

    session.client.protocol.fm.features.pop(types.WORKSPACE_INLAY_HINT_REFRESH, None)
    session.client.feature(types.WORKSPACE_INLAY_HINT_REFRESH)(refresh)


def changed(session: Session, *paths: Path) -> None:
    """Tells that files changed."""
    session.client.workspace_did_change_watched_files(
        types.DidChangeWatchedFilesParams(
            [types.FileEvent(path.as_uri(), types.FileChangeType.Changed) for path in paths]
        )
    )


async def test_those_that_come_with_initialize(session: Session) -> None:
    options = {"settings": {"severity": {"LP001": "hint"}, "ignore": None, "trace": "off"}}
    await session.initialize(options=options)
    session.open(LEAK)
    (found,) = await session.diagnostics(1)
    assert found.severity == types.DiagnosticSeverity.Hint


async def test_those_that_the_editor_is_asked_for(session: Session, tmp_path: Path) -> None:
    uri = (tmp_path / "one" / "x.py").as_uri()
    other = (tmp_path / "two" / "x.py").as_uri()
    session.client.set_configuration({"leakwise": {"ignore": ["retained-history"]}})
    session.client.set_configuration(
        {"leakwise": {"minimumCertainty": "sure"}}, scope_uri=(tmp_path / "two").as_uri()
    )
    heed_registrations(session)
    await session.initialize(
        declared(configuration=True), roots=[tmp_path / "one", tmp_path / "two"]
    )
    session.open(LEAK, uri)
    session.open(LEAK, other)
    await session.told(uri, NOTHING)
    await session.told(other, FOUND)
    session.client.set_configuration({"leakwise": {"select": ["LP"]}})
    session.client.workspace_did_change_configuration(types.DidChangeConfigurationParams({}))
    await session.told(uri, FOUND)


async def test_those_of_a_folder_that_is_added(session: Session, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    two.mkdir()
    (two / "leakwise.toml").write_text('[knowledge]\nmodels = ["acme.zoo.build"]\n')
    session.client.set_configuration({"leakwise": {}})
    session.client.set_configuration(
        {"leakwise": {"severity": {"LP007": "hint"}}}, scope_uri=two.as_uri()
    )
    heed_registrations(session)
    await session.initialize(declared(configuration=True), roots=[one])
    uri = (two / "x.py").as_uri()
    text = MODEL.format(imports="from acme.zoo import build", build="build")
    session.open(text, uri)
    severities = [one.severity for one in await session.told(uri, [("LP007", 5)])]
    assert severities != [types.DiagnosticSeverity.Hint]
    folder = types.WorkspaceFolder(two.as_uri(), "two")
    event = types.WorkspaceFoldersChangeEvent(added=[folder], removed=[])
    session.client.workspace_did_change_workspace_folders(
        types.DidChangeWorkspaceFoldersParams(event)
    )
    while severities != [types.DiagnosticSeverity.Hint]:
        await asyncio.sleep(0.02)
        severities = [one.severity for one in await session.told(uri, [("LP007", 5)])]


async def test_those_that_the_editor_tells(session: Session) -> None:
    await session.initialize()
    session.open(LEAK)
    assert codes(await session.diagnostics(1)) == FOUND
    for settings, wanted in (({"select": ["LT"]}, NOTHING), ({}, FOUND)):
        session.client.workspace_did_change_configuration(
            types.DidChangeConfigurationParams({"leakwise": settings})
        )
        await session.told("file:///work/train.py", wanted)


async def test_the_nearest_file_counts_and_is_followed(session: Session, tmp_path: Path) -> None:
    near = tmp_path / "near" / "leakwise.toml"
    near.parent.mkdir()
    project = tmp_path / "pyproject.toml"
    project.write_text('[tool.leakwise]\nignore = ["LP"]\n')
    heed_registrations(session)
    await session.initialize(declared(), roots=[tmp_path])
    first, second = (tmp_path / "x.py").as_uri(), (near.parent / "y.py").as_uri()
    session.open(LEAK, first)
    session.open(LEAK, second)
    await session.told(first, NOTHING)
    await session.told(second, NOTHING)
    near.write_text('extend = "../pyproject.toml"\nselect = ["LP001"]\n')
    changed(session, near)
    await session.told(second, FOUND)
    project.write_text('[tool.leakwise]\nexclude = ["near"]\n')
    changed(session, project)
    await session.told(first, FOUND)
    near.unlink()
    changed(session, near)
    await session.told(second, NOTHING)


async def test_files_are_followed_without_being_watched(session: Session, tmp_path: Path) -> None:
    uri = (tmp_path / "x.py").as_uri()
    await session.initialize(roots=[tmp_path])
    session.open(LEAK, uri)
    await session.told(uri, FOUND)
    (tmp_path / "leakwise.toml").write_text('ignore = ["LP"]\n')
    session.client.text_document_did_save(
        types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri))
    )
    await session.told(uri, NOTHING)


async def test_mistakes_are_told_where_they_stand(session: Session, tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text('[project]\nname = "é"\n\n[tool.leakwise]\nignor = []\nselect = ["LP01x"]\n')
    heed_registrations(session)
    await session.initialize(declared(), roots=[tmp_path])
    session.open(LEAK, (tmp_path / "x.py").as_uri())
    told = await session.told(project.as_uri(), [("invalid-setting", 4), ("invalid-setting", 5)])
    assert told[0].message == "ignor: there is no such setting - did you mean `ignore`?"
    assert told[1].range == types.Range(types.Position(5, 10), types.Position(5, 17))
    project.write_text("[tool.leakwise]\nselect = [\n")
    changed(session, project)
    (broken,) = await session.told(project.as_uri(), [("invalid-setting", 2)])
    assert broken.message.startswith("This file is not TOML (")
    project.write_text("[tool.leakwise]\n")
    changed(session, project)
    await session.told(project.as_uri(), NOTHING)
    assert any("ignor" in one.message for one in session.client.log_messages)


async def test_mistakes_of_the_editor_are_logged(session: Session) -> None:
    await session.initialize(options={"selekt": ["LP"], "ignore": 3, "hover": False})
    session.open(LEAK)
    assert codes(await session.diagnostics(1)) == FOUND
    said = " ".join(one.message for one in session.client.log_messages)
    assert "the editor's settings: selekt: there is no such setting" in said
    assert "ignore: expected a list of strings" in said
    assert "hover" not in said


async def test_findings_when_saved(session: Session, tmp_path: Path) -> None:
    uri = (tmp_path / "x.py").as_uri()
    await session.initialize(options={"run": "on-save"}, roots=[tmp_path])
    session.open(LEAK, uri)
    await session.told(uri, FOUND)
    session.change(2, typed(0, 0, "\n"), uri=uri)
    # A question sees the change, so that by now it would have been published.
    assert await session.hover(0, 0, uri) is None
    assert [one.version for one in session.published if one.uri == uri] == [1]
    session.client.text_document_did_save(
        types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri))
    )
    await session.told(uri, [("LP001", LEAK_LINE + 1)])


async def test_findings_when_saved_for_clients_that_pull(session: Session) -> None:
    heed_registrations(session)
    await session.initialize(declared(pulls=True), options={"run": "on-save"})
    session.open(LEAK)
    first = await session.pull()
    assert codes(items(first)) == FOUND
    session.change(2, typed(0, 0, "\n"))
    second = await session.pull(previous=first.result_id)
    assert isinstance(second, types.RelatedUnchangedDocumentDiagnosticReport)
    session.client.text_document_did_save(
        types.DidSaveTextDocumentParams(types.TextDocumentIdentifier("file:///work/train.py"))
    )
    third = await session.pull(previous=first.result_id)
    assert codes(items(third)) == [("LP001", LEAK_LINE + 1)]


async def test_findings_switched_off(session: Session) -> None:
    await session.initialize(options={"run": "off"})
    session.open(LEAK)
    assert await session.diagnostics(1) == []


async def test_what_the_editor_tells_of_libraries(session: Session) -> None:
    told = {"leakwise": {"knowledge": {"models": ["acme.zoo.build"], "kerasModels": None}}}
    await session.initialize()
    session.open(MODEL.format(imports="from acme.zoo import build", build="build"))
    assert await session.diagnostics(1) == []
    session.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(told))
    await session.told("file:///work/train.py", [("LP007", 5)])
