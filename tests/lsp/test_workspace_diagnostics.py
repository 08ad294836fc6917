"""Diagnostics of files that are not open."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types

from tests.editors.programs import write_notebook
from tests.lsp.raw_client import Json, RawClient
from tests.lsp.sessions import LEAK, LEAK_LINE, URI, Session, capabilities, codes, typed

NETWORK = """
import torch


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 2)

    def forward(self, x):
        return self.layer(x)
"""
PREDICTION = """
from kit import Net
from torch.utils.data import DataLoader

net = Net()
scores = []
for x in DataLoader(samples):
    scores.append(net(x))
"""
Report = types.WorkspaceFullDocumentDiagnosticReport


def workspace(folder: Path) -> None:
    (folder / "one.py").write_text(LEAK)
    (folder / "two.py").write_text("# 😀\n" + LEAK)
    (folder / "clean.py").write_text("import torch\n")
    (folder / ".venv").mkdir()
    (folder / ".venv" / "not.py").write_text(LEAK)
    # The cells of one that is not open have no addresses.
    write_notebook(folder / "closed.ipynb")
    (folder / "link.py").symlink_to(folder / "one.py")


async def pulled(
    session: Session, previous: Sequence[types.PreviousResultId] = ()
) -> dict[str, types.WorkspaceDocumentDiagnosticReport]:
    answer = await session.client.workspace_diagnostic_async(
        types.WorkspaceDiagnosticParams(list(previous))
    )
    return {Path(report.uri).name: report for report in answer.items}


def ids(
    reports: dict[str, types.WorkspaceDocumentDiagnosticReport],
) -> list[types.PreviousResultId]:
    return [
        types.PreviousResultId(report.uri, report.result_id)
        for report in reports.values()
        if report.result_id is not None
    ]


async def test_of_every_file_and_unchanged_from_then_on(session: Session, tmp_path: Path) -> None:
    workspace(tmp_path)
    answer = await session.initialize(capabilities(pulls=True), roots=[tmp_path])
    provider = answer.capabilities.diagnostic_provider
    assert isinstance(provider, types.DiagnosticOptions)
    assert provider.workspace_diagnostics
    first = await pulled(session)
    found = {name: codes(one.items) for name, one in first.items() if isinstance(one, Report)}
    assert found == {
        "one.py": [("LP001", LEAK_LINE)],
        "two.py": [("LP001", LEAK_LINE + 1)],
        "link.py": [("LP001", LEAK_LINE)],
    }
    (tmp_path / "one.py").write_text("import torch\n")
    (tmp_path / "link.py").unlink()
    second = await pulled(session, ids(first))
    assert {name: report.kind for name, report in second.items()} == {
        "one.py": "full",
        "two.py": "unchanged",
        "link.py": "full",
    }
    for name in ("one.py", "link.py"):
        report = second[name]
        assert isinstance(report, Report)
        assert not report.items


def predicting(folder: Path) -> Path:
    """A folder of a workspace whose settings say where its packages are."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = folder / "away" / "lib" / version / "site-packages"
    packages.mkdir(parents=True)
    (folder / "away" / "pyvenv.cfg").write_text("home = nowhere\n")
    (packages / "kit.py").write_text(NETWORK)
    work = folder / "work"
    work.mkdir()
    (work / "leakwise.toml").write_text('environment = "../away"\n')
    (work / "predict.py").write_text(PREDICTION)
    return work


async def test_packages_are_where_the_settings_say(session: Session, tmp_path: Path) -> None:
    await session.initialize(capabilities(pulls=True), roots=[predicting(tmp_path)])
    report = (await pulled(session))["predict.py"]
    assert isinstance(report, Report)
    assert [code for code, _ in codes(report.items)] == ["LP007"]


async def test_packages_of_a_folder_that_is_added(session: Session, tmp_path: Path) -> None:
    work = predicting(tmp_path)
    uri = (work / "predict.py").as_uri()
    await session.initialize()
    session.open(PREDICTION, uri)
    assert await session.diagnostics(1, uri) == []
    event = types.WorkspaceFoldersChangeEvent(added=[folder_of(work)], removed=[])
    session.client.workspace_did_change_workspace_folders(
        types.DidChangeWorkspaceFoldersParams(event)
    )
    await session.told(uri, [("LP007", 7)])


async def test_open_documents_count_as_they_are(session: Session, tmp_path: Path) -> None:
    workspace(tmp_path)
    await session.initialize(capabilities(pulls=True), roots=[tmp_path])
    uri = (tmp_path / "one.py").as_uri()
    session.open(LEAK, uri)
    session.change(2, typed(0, 0, "\n\n"), uri=uri)
    report = (await pulled(session))["one.py"]
    assert isinstance(report, Report)
    assert report.version == 2
    assert codes(report.items) == [("LP001", LEAK_LINE + 2)]


async def test_what_rests_on_a_changed_file_is_checked_again(
    session: Session, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").touch()
    steps = tmp_path / "steps.py"
    step = "    loss = criterion(model(x), y)\n    loss.backward()\n    return loss{}\n"
    head = LEAK[: LEAK.index("optimizer =")] + "def step(x, y):\n"
    steps.write_text(head + step.format(".item()"))
    (tmp_path / "train.py").write_text(
        "from steps import step\ntotal = 0.0\nfor x, y in torch.data:\n    total += step(x, y)\n"
    )
    await session.initialize(capabilities(pulls=True), roots=[tmp_path])
    assert await pulled(session) == {}
    steps.write_text(head + step.format(""))
    changed = types.FileEvent(steps.as_uri(), types.FileChangeType.Changed)
    session.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([changed]))
    report = (await pulled(session))["train.py"]
    assert isinstance(report, Report)
    assert codes(report.items) == [("LP001", 3)]


async def test_folders_come_and_go(session: Session, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        workspace(folder)
    (two / "leakwise.toml").write_text('ignore = ["LP001"]\n')
    uri = (two / "one.py").as_uri()
    await session.initialize(capabilities(pulls=True), roots=[one, two])
    assert all(report.uri.startswith(one.as_uri()) for report in (await pulled(session)).values())
    session.open(LEAK, uri)
    (two / "leakwise.toml").unlink()
    event = types.WorkspaceFoldersChangeEvent(added=[], removed=[folder_of(one), folder_of(two)])
    session.client.workspace_did_change_workspace_folders(
        types.DidChangeWorkspaceFoldersParams(event)
    )
    assert list(await pulled(session)) == ["one.py"]
    event = types.WorkspaceFoldersChangeEvent(added=[folder_of(two)], removed=[])
    session.client.workspace_did_change_workspace_folders(
        types.DidChangeWorkspaceFoldersParams(event)
    )
    assert sorted(await pulled(session)) == ["link.py", "one.py", "two.py"]


def folder_of(path: Path) -> types.WorkspaceFolder:
    return types.WorkspaceFolder(path.as_uri(), path.name)


async def test_files_outside_and_untitled_documents(session: Session, tmp_path: Path) -> None:
    await session.initialize(roots=[tmp_path])
    for uri in ("untitled:Untitled-1", URI, "git:/work/train.py?HEAD"):
        session.open(LEAK, uri)
        assert codes(await session.diagnostics(1, uri)) == [("LP001", LEAK_LINE)]


def opened(client: RawClient, folder: Path, **declared: Json) -> None:
    client.request(
        "initialize",
        {
            "processId": None,
            "capabilities": declared,
            "workspaceFolders": [{"uri": folder.as_uri(), "name": "mine"}],
        },
    )
    client.notify("initialized", {})


def test_in_portions_with_progress(tmp_path: Path) -> None:
    for number in range(45):
        (tmp_path / f"train{number}.py").write_text(LEAK)
    with RawClient() as client:
        opened(client, tmp_path, textDocument={"diagnostic": {}})
        params = {"previousResultIds": [], "partialResultToken": "part", "workDoneToken": "work"}
        client.send({"id": "all", "method": "workspace/diagnostic", "params": params})
        seen = client.until(lambda one: one.get("id") == "all")
        assert seen[-1]["result"] == {"items": []}
        told = [one["params"] for one in seen if one.get("method") == "$/progress"]
        portions = [one["value"]["items"] for one in told if one["token"] == "part"]
        assert len(portions) == 3
        assert len({report["uri"] for portion in portions for report in portion}) == 45
        work = [one["value"] for one in told if one["token"] == "work"]
        assert [work[0]["kind"], work[-1]["kind"]] == ["begin", "end"]
        assert work[-2]["percentage"] == 100
        assert "45 findings" in work[-1]["message"]


def test_a_scan_can_be_cancelled(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"train{number}.py").write_text(LEAK * 8)
    with RawClient() as client:
        opened(client, tmp_path, textDocument={"diagnostic": {}})
        params: Json = {"previousResultIds": [], "workDoneToken": "work"}
        client.send({"id": "all", "method": "workspace/diagnostic", "params": params})
        client.until(lambda one: one.get("params", {}).get("value", {}).get("kind") == "report")
        client.notify("$/cancelRequest", {"id": "all"})
        assert client.until(lambda one: one.get("id") == "all")[-1]["error"]["code"] == -32800
        # What the client has of files that are not reached stays.
        uris = [(tmp_path / f"train{number}.py").as_uri() for number in range(60)]
        params["previousResultIds"] = [{"uri": uri, "value": "old"} for uri in uris]
        client.send({"id": "again", "method": "workspace/diagnostic", "params": params})
        client.until(lambda one: one.get("params", {}).get("value", {}).get("kind") == "report")
        client.notify("window/workDoneProgress/cancel", {"token": "work"})
        ended = client.until(lambda one: one.get("id") == "again")
        assert "of 60 files" in json.dumps(ended)
        assert len(ended[-1]["result"]["items"]) < 60
        assert all(one["items"] for one in ended[-1]["result"]["items"])


def test_who_asks_again_and_again_is_answered_when_something_changes(tmp_path: Path) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text(LEAK)
    two.write_text(LEAK)
    with RawClient() as client:
        watches = {"didChangeWatchedFiles": {"dynamicRegistration": True}}
        opened(client, tmp_path, textDocument={"diagnostic": {}}, workspace=watches)
        known: dict[str, str] = {}

        def asked(name: str) -> None:
            previous = [{"uri": uri, "value": value} for uri, value in known.items()]
            params = {"previousResultIds": previous, "partialResultToken": name}
            client.send({"id": name, "method": "workspace/diagnostic", "params": params})

        def reports(name: str) -> dict[str, str]:
            """The kinds of the reports of an answer, by the names of files."""
            seen = client.until(lambda message: message.get("id") == name)
            told = [sent["params"] for sent in seen if sent.get("method") == "$/progress"]
            items: list[Json] = []
            for portion in told:
                items += portion["value"]["items"] if portion["token"] == name else []
            known.update({item["uri"]: item["resultId"] for item in items})
            return {Path(item["uri"]).name: item["kind"] for item in items}

        def changed(path: Path, text: str) -> None:
            path.write_text(text)
            event = {"uri": path.as_uri(), "type": 2}
            client.notify("workspace/didChangeWatchedFiles", {"changes": [event]})

        asked("first")
        assert reports("first") == {"one.py": "full", "two.py": "full"}
        asked("second")
        # That both files are as they were changes nothing; what changed is told at once.
        client.until(lambda message: message.get("method") == "$/progress")
        changed(two, LEAK)
        changed(one, "import torch\n")
        assert reports("second") == {"one.py": "full"}
        asked("third")
        client.notify("$/cancelRequest", {"id": "third"})
        seen = client.until(lambda message: message.get("id") == "third")
        assert seen[-1]["error"]["code"] == -32800
        asked("fourth")
        client.request("shutdown")
        client.notify("exit")
        assert client.wait() == 0
