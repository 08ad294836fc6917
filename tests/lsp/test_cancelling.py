"""Requests that the client takes back, and those that do not wait for long ones."""

import os
import sys
import time
from pathlib import Path

import pytest

from tests.lsp.raw_client import Json, RawClient
from tests.lsp.sessions import LEAK, LEAK_LINE, URI
from tests.lsp.test_rules_that_fail import RULE, SLOW_FIX, environment
from tests.lsp.test_workspace_diagnostics import opened

CANCELLED = -32800
HERE = {"line": LEAK_LINE, "character": 15}
DOCUMENT: Json = {"textDocument": {"uri": URI}}
HOVER: Json = {**DOCUMENT, "position": HERE}
ACTIONS = {**DOCUMENT, "range": {"start": HERE, "end": HERE}, "context": {"diagnostics": []}}
WISH = {"uri": URI, "version": 1, "range": [LEAK_LINE, 13, LEAK_LINE, 17]}
FIX: Json = {"title": "Fix", "data": {**WISH, "do": "fix", "code": "LP001", "title": "none"}}
ENDLESS = """
        import os
        while not os.path.exists({gate!r}):
            pass
        return
"""
FILES = 40

REQUESTS: dict[str, Json] = {
    "textDocument/hover": HOVER,
    "textDocument/codeAction": ACTIONS,
    "codeAction/resolve": FIX,
    "textDocument/diagnostic": DOCUMENT,
    "textDocument/inlayHint": {**DOCUMENT, "range": {"start": HERE, "end": HERE}},
    "workspace/diagnostic": {"previousResultIds": []},
}


def cancel(client: RawClient, number: str) -> list[Json]:
    """Takes a request back; gives what comes until it is answered."""
    client.notify("$/cancelRequest", {"id": number})
    seen = client.until(lambda one: one.get("id") == number)
    assert seen[-1]["error"]["code"] == CANCELLED
    return seen


@pytest.mark.parametrize("method", REQUESTS)
def test_a_request_that_waits_for_an_analysis(tmp_path: Path, method: str) -> None:
    gate, work = tmp_path / "gate", tmp_path / "work"
    work.mkdir()
    rule = RULE.format(does=ENDLESS.format(gate=str(gate)))
    with RawClient(environment=environment(tmp_path, rule, "60")) as client:
        opened(client, work, textDocument={"diagnostic": {}})
        client.open(URI, LEAK)
        client.send({"id": "kept", "method": "textDocument/hover", "params": HOVER})
        client.send({"id": "taken back", "method": method, "params": REQUESTS[method]})
        seen = cancel(client, "taken back")
        assert [one["id"] for one in seen if "id" in one] == ["taken back"]
        gate.touch()
        kept = client.until(lambda one: one.get("id") == "kept")[-1]
        assert "LP001" in str(kept["result"])
        # What was answered, or never asked, is taken back without a word.
        for number in ("kept", "taken back", "nothing"):
            client.notify("$/cancelRequest", {"id": number})
        answer = client.request(method, REQUESTS[method])
        assert ("error" in answer) == (method == "codeAction/resolve")
        assert answer.get("error", {}).get("code") != CANCELLED


@pytest.mark.skipif(sys.platform != "linux", reason="what a process does is read in /proc")
@pytest.mark.parametrize("method", ["textDocument/codeAction", "codeAction/resolve"])
def test_a_request_that_makes_fixes(tmp_path: Path, method: str) -> None:
    begun = tmp_path / "begun"
    slow = SLOW_FIX.replace(
        "        while", f"        open({str(begun)!r}, 'w').close()\n        while"
    )
    with RawClient(environment=environment(tmp_path, slow)) as client:
        client.initialize()
        client.open(URI, LEAK)
        wish = {**FIX, "data": {**FIX["data"], "code": "XX002"}}
        params = ACTIONS if method == "textDocument/codeAction" else wish
        client.send({"id": "fixes", "method": method, "params": params})
        while not begun.exists():
            time.sleep(0.02)
        assert "LP001" in str(client.request("textDocument/hover", HOVER)["result"])
        cancel(client, "fixes")
        assert rests(client.process.pid)
        assert client.request("shutdown")["result"] is None
        client.notify("exit")
        assert client.wait() == 0


def rests(process: int) -> bool:
    """Waits until a process does next to nothing for a second; whether that comes to pass."""
    return any(_seconds_used_in_one(process) < 0.1 for _ in range(20))


def _seconds_used_in_one(process: int) -> float:
    used = []
    for pause in (1.0, 0.0):
        numbers = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        used.append((int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK"))
        time.sleep(pause)
    return used[1] - used[0]


def workspace(folder: Path) -> None:
    for number in range(FILES):
        (folder / f"train{number}.py").write_text(LEAK)


def scan(client: RawClient) -> None:
    command = {"command": "leakwise.scanWorkspace"}
    client.send({"id": "scan", "method": "workspace/executeCommand", "params": command})


def test_a_scan_at_a_command(tmp_path: Path) -> None:
    workspace(tmp_path)
    with RawClient() as client:
        opened(client, tmp_path, window={"workDoneProgress": True})
        scan(client)
        (create,) = client.until(lambda one: one.get("method") == "window/workDoneProgress/create")
        client.send({"id": create["id"], "result": None})
        client.until(lambda one: one.get("method") == "textDocument/publishDiagnostics")
        seen = cancel(client, "scan")
        told = [one["params"]["value"] for one in seen if one.get("method") == "$/progress"]
        if not told or told[-1]["kind"] != "end":
            client.until(lambda one: one.get("params", {}).get("value", {}).get("kind") == "end")
        scan(client)
        create = client.until(lambda one: one.get("method") == "window/workDoneProgress/create")[-1]
        client.send({"id": create["id"], "result": None})
        client.until(lambda one: one.get("params", {}).get("value", {}).get("kind") == "report")
        client.notify("window/workDoneProgress/cancel", {"token": create["params"]["token"]})
        assert client.until(lambda one: one.get("id") == "scan")[-1]["result"]["files"] < FILES


@pytest.mark.parametrize("pulls", [False, True])
def test_hover_while_a_scan_runs(tmp_path: Path, pulls: bool) -> None:
    workspace(tmp_path)
    with RawClient() as client:
        opened(client, tmp_path, **({"textDocument": {"diagnostic": {}}} if pulls else {}))
        client.open(URI, LEAK)
        for number in ("first", "second"):
            if pulls:
                method = "workspace/diagnostic"
                client.send({"id": "scan", "method": method, "params": REQUESTS[method]})
            else:
                scan(client)
            client.send({"id": number, "method": "textDocument/hover", "params": HOVER})
            seen = client.until(lambda one: one.get("id") == "scan")
            assert [one["id"] for one in seen if "id" in one] == [number, "scan"]
            for path in tmp_path.iterdir():
                path.write_text(LEAK + "\n")
