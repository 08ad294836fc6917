"""Scans at a command for clients that do not pull: what they tell is kept true."""

import sys
from collections.abc import Callable
from pathlib import Path

from lsprotocol import types

from tests.lsp.processes import all_gone, descendants
from tests.lsp.raw_client import Json, RawClient
from tests.lsp.sessions import LEAK, LEAK_LINE, Session
from tests.lsp.test_workspace_diagnostics import folder_of, opened, workspace

NAMES = ("one.py", "clean.py")
FOUND = [("LP001", LEAK_LINE)]


def test_scanned_at_a_command_for_those_who_do_not_pull(tmp_path: Path) -> None:
    workspace(tmp_path)
    with RawClient() as client:
        opened(client, tmp_path)
        command = {"command": "leakwise.scanWorkspace"}
        client.send({"id": "scan", "method": "workspace/executeCommand", "params": command})
        seen = client.until(lambda one: one.get("id") == "scan")
        assert seen[-1]["result"] == {"files": 4, "findings": 3}
        told = [one["params"] for one in seen if "publishDiagnostics" in one.get("method", "")]
        assert {Path(one["uri"]).name for one in told} == {"one.py", "two.py", "link.py"}
        uri = (tmp_path / "two.py").as_uri()
        (tmp_path / "two.py").unlink()
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": uri, "type": 3}]})
        (gone,) = client.until(lambda one: "publishDiagnostics" in one.get("method", ""))
        assert gone["params"] == {"uri": uri, "diagnostics": []}


async def test_what_a_scan_told_is_kept_true(session: Session, tmp_path: Path) -> None:
    work, other = tmp_path / "work (1)", tmp_path / "other"
    for folder in (work, other):
        folder.mkdir()
    (work / "one.py").write_text(LEAK)
    (work / "clean.py").write_text("import torch\n")
    (other / "two.py").write_text(LEAK)
    # Editors differ in what of a path they quote.
    one = (work / "one.py").as_uri().replace("%28", "(").replace("%29", ")")
    ours, clean, two = ((path).as_uri() for path in (*map(work.joinpath, NAMES), other / "two.py"))
    await session.initialize(roots=[work, other])
    session.open("import torch\n", one)
    await session.told(one, [])
    await scanned(session)
    await session.told(two, FOUND)
    # What is open is told of as it is in the editor.
    assert not any(report.uri == ours for report in session.published)
    session.close(one)
    await scanned(session)
    await session.told(ours, FOUND)
    session.open(LEAK, ours)
    await session.told(ours, FOUND)
    session.close(ours)
    await session.told(ours, [])
    await session.told(ours, FOUND)
    # What changes on the disk is checked again, and so is what had nothing before.
    (work / "one.py").write_text("import torch\n")
    (work / "clean.py").write_text(LEAK)
    files_changed(session, ours, clean)
    await session.told(ours, [])
    await session.told(clean, FOUND)
    event = types.WorkspaceFoldersChangeEvent(added=[], removed=[folder_of(other)])
    session.client.workspace_did_change_workspace_folders(
        types.DidChangeWorkspaceFoldersParams(event)
    )
    await session.told(two, [])
    settings = types.DidChangeConfigurationParams({"leakwise": {"ignore": ["LP001"]}})
    session.client.workspace_did_change_configuration(settings)
    await session.told(clean, [])


async def scanned(session: Session) -> None:
    command = types.ExecuteCommandParams("leakwise.scanWorkspace")
    await session.client.workspace_execute_command_async(command)


def files_changed(session: Session, *uris: str) -> None:
    events = [types.FileEvent(uri, types.FileChangeType.Changed) for uri in uris]
    session.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(events))


def test_nothing_is_lost_while_no_process_can_be_started(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    one, two = work / "one.py", work / "two.py"
    one.write_text("import torch\n")
    two.write_text("import torch\n")
    python = environment_like_ours(tmp_path / "environment")

    def told(path: Path) -> Callable[[Json], bool]:
        return lambda sent: (
            sent.get("method") == "textDocument/publishDiagnostics"
            and sent["params"]["uri"] == path.as_uri()
            and len(sent["params"]["diagnostics"]) == 1
        )

    with RawClient(python=str(python)) as client:
        opened(client, work)
        scan = {"command": "leakwise.scanWorkspace"}
        assert client.request("workspace/executeCommand", scan)["result"]["files"] == 2
        target = python.readlink()
        python.unlink()
        one.write_text(LEAK)
        event = {"uri": one.as_uri(), "type": 2}
        client.notify("workspace/didChangeWatchedFiles", {"changes": [event]})
        client.until(lambda sent: "background failed" in sent.get("params", {}).get("message", ""))
        assert "error" in client.request("workspace/executeCommand", scan)
        python.symlink_to(target)
        two.write_text(LEAK)
        event = {"uri": two.as_uri(), "type": 2}
        client.notify("workspace/didChangeWatchedFiles", {"changes": [event]})
        seen = client.until(told(two))
        if not any(map(told(one), seen)):
            client.until(told(one))


def environment_like_ours(folder: Path) -> Path:
    """The interpreter of an environment of its own with our packages."""
    folder.mkdir()
    (folder / "lib").symlink_to(Path(sys.prefix) / "lib")
    (folder / "pyvenv.cfg").write_text((Path(sys.prefix) / "pyvenv.cfg").read_text())
    (folder / "bin").mkdir()
    python = folder / "bin" / "python"
    python.symlink_to(sys.executable)
    return python


def test_no_process_is_left_behind(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"train{number}.py").write_text(LEAK * 8)
    with RawClient() as client:
        opened(client, tmp_path)
        command = {"command": "leakwise.scanWorkspace"}
        client.send({"id": "scan", "method": "workspace/executeCommand", "params": command})
        client.until(lambda one: "publishDiagnostics" in one.get("method", ""))
        children = descendants(client.process.pid)
        assert children
        client.process.kill()
        client.wait()
        assert all_gone(children)
