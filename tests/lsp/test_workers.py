"""Processes of the server that are killed and stopped from outside, and those that lose it."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.lsp.processes import (
    SCAN,
    SYMBOLS,
    all_gone,
    begun,
    descendants,
    emptied,
    send,
    started,
)
from tests.lsp.raw_client import PATIENCE_SECONDS, Json, RawClient
from tests.lsp.sessions import LEAK
from tests.lsp.test_neighbours import FILES
from tests.lsp.test_rules_that_fail import RULE, environment, logged
from tests.lsp.test_workspace_diagnostics import opened
from tests.symbols.inside import written

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")

HARMS = [signal.SIGKILL, signal.SIGSTOP]

IMPATIENT = """\
from leakwise.facts.symbols import worker_process
from leakwise.lsp import scanning

scanning.SILENCE_SECONDS = 8.0
real = worker_process.Limits
worker_process.Limits = lambda: real(silence=8.0, start=20.0)
"""
MANY = 30


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return written(tmp_path / "work", FILES)


@pytest.fixture
def around(tmp_path: Path) -> dict[str, str]:
    """An environment in which processes that keep silent are ended soon, with a folder of its own
    for what is temporary."""
    (tmp_path / "packages").mkdir()
    (tmp_path / "temporary").mkdir()
    return {
        **environment(tmp_path / "packages", IMPATIENT),
        "TMPDIR": str(tmp_path / "temporary"),
    }


def begin(client: RawClient, work: Path, pulls: bool = False) -> str:
    """Opens a session on a folder, and its file `train.py`; gives the file's URI once it has the
    finding that rests on another file."""
    client.request(
        "initialize",
        {
            "processId": None,
            "capabilities": {"textDocument": {"diagnostic": {}}} if pulls else {},
            "workspaceFolders": [{"uri": work.as_uri(), "name": "work"}],
        },
    )
    client.notify("initialized", {})
    train = work / "train.py"
    client.open(train.as_uri(), train.read_text())
    (pulled if pulls else published)(client, train.as_uri(), ["LP002"])
    return train.as_uri()


def published(client: RawClient, uri: str, codes: list[str]) -> None:
    """Waits until a document has diagnostics with these codes."""
    client.until(
        lambda one: (
            one.get("method") == "textDocument/publishDiagnostics"
            and one["params"]["uri"] == uri
            and [found["code"] for found in one["params"]["diagnostics"]] == codes
        )
    )


def pulled(client: RawClient, uri: str, codes: list[str]) -> None:
    """Asks for the diagnostics of a document until they have these codes."""
    asked = {"textDocument": {"uri": uri}}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = client.request("textDocument/diagnostic", asked)["result"]["items"]
        if [one["code"] for one in found] == codes:
            return
        time.sleep(0.05)
    raise AssertionError("The diagnostics stay as they were.")


def hover(uri: str) -> Json:
    """What a hover over the finding of `train.py` is asked with."""
    return {"textDocument": {"uri": uri}, "position": {"line": 9, "character": 21}}


def scan(client: RawClient) -> None:
    """Begins a scan of the workspace, and waits until it has told of a first file."""
    command = {"command": "leakwise.scanWorkspace"}
    client.send({"id": "scan", "method": "workspace/executeCommand", "params": command})
    client.until(lambda one: one.get("method") == "textDocument/publishDiagnostics")


def many(work: Path) -> None:
    """Writes files whose findings rest on another one."""
    for number in range(MANY):
        (work / f"train{number}.py").write_text((work / "train.py").read_text())


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("pulls", [False, True])
def test_the_process_that_knows_other_files(
    work: Path, around: dict[str, str], harm: signal.Signals, pulls: bool
) -> None:
    tells = pulled if pulls else published
    with RawClient(environment=around) as client:
        uri = begin(client, work, pulls=pulls)
        workers = started(client.process.pid, SYMBOLS)
        send(harm, workers)
        assert "LP002" in str(client.request("textDocument/hover", hover(uri))["result"])
        nets = work / "nets.py"
        text = nets.read_text()
        nets.write_text(text.replace("    def forward", "    @torch.no_grad()\n    def forward"))
        changes = [{"uri": nets.as_uri(), "type": 2}]
        client.notify("workspace/didChangeWatchedFiles", {"changes": changes})
        assert client.request("textDocument/hover", hover(uri))["result"]
        tells(client, uri, [])
        assert started(client.process.pid, SYMBOLS, other_than=workers)
        assert all_gone(workers)


@pytest.mark.parametrize("harm", HARMS)
def test_processes_that_scan(work: Path, around: dict[str, str], harm: signal.Signals) -> None:
    many(work)
    with RawClient(environment=around) as client:
        uri = begin(client, work)
        scan(client)
        workers = started(client.process.pid, SCAN)
        send(harm, workers)
        client.send({"id": "hover", "method": "textDocument/hover", "params": hover(uri)})
        seen = client.until(lambda one: "id" in one)
        assert seen[-1]["id"] == "hover"
        seen += client.until(lambda one: one.get("id") == "scan")
        assert seen[-1]["result"] == {"files": MANY + 1, "findings": MANY}
        assert logged([one for one in seen if "method" in one]) == []
        assert all_gone([*workers, *descendants(client.process.pid, SCAN)])


@pytest.mark.parametrize("harm", HARMS)
def test_processes_that_know_other_files_for_those_that_scan(
    work: Path, around: dict[str, str], harm: signal.Signals
) -> None:
    many(work)
    with RawClient(environment=around) as client:
        begin(client, work)
        scan(client)
        for process in descendants(client.process.pid, SCAN):
            send(harm, descendants(process, SYMBOLS))
        seen = client.until(lambda one: one.get("id") == "scan")
        assert seen[-1]["result"] == {"files": MANY + 1, "findings": MANY}


DEADLY = """
        import os, sys
        if "leakwise.lsp.scan_worker" in sys.orig_argv and "deadly" in body.module.document.uri:
            os._exit(3)
        return
"""


def test_a_file_that_kills_whoever_checks_it_is_left_out(tmp_path: Path, work: Path) -> None:
    many(work)
    (work / "deadly.py").write_text("import torch\n\ndef train():\n    pass\n")
    (tmp_path / "packages").mkdir()
    rule = RULE.format(does=DEADLY)
    with RawClient(environment=environment(tmp_path / "packages", rule)) as client:
        begin(client, work)
        command = {"command": "leakwise.scanWorkspace"}
        client.send({"id": "scan", "method": "workspace/executeCommand", "params": command})
        seen = client.until(lambda one: one.get("id") == "scan")
        assert seen[-1]["result"] == {"files": MANY + 2, "findings": MANY}
        (complaint,) = logged([one for one in seen if "method" in one])
        assert "deadly.py was not checked" in complaint


GROWN = """
        import os, sys
        from leakwise.facts.symbols import memory
        scan = sys.modules["__main__"]
        if hasattr(scan, "MOST_MEMORY"):
            {makes_it}
            open(os.path.join({folder!r}, str(os.getpid())), "w").close()
        return
"""


@pytest.mark.parametrize(
    "makes_it", ["scan.MOST_MEMORY = 0", "memory.memory_in_use = int; scan.MOST_FILES = 1"]
)
def test_a_process_that_has_grown_gives_way_to_a_fresh_one(tmp_path: Path, makes_it: str) -> None:
    for name in ("work", "packages", "processes"):
        (tmp_path / name).mkdir()
    for number in range(3):
        (tmp_path / "work" / f"train{number}.py").write_text(LEAK)
    rule = RULE.format(does=GROWN.format(folder=str(tmp_path / "processes"), makes_it=makes_it))
    with RawClient(environment=environment(tmp_path / "packages", rule)) as client:
        opened(client, tmp_path / "work")
        command = {"command": "leakwise.scanWorkspace"}
        answer = client.request("workspace/executeCommand", command)
        assert answer["result"] == {"files": 3, "findings": 3}
        assert len(list((tmp_path / "processes").iterdir())) == 3


@pytest.mark.parametrize("stopped", ["", SYMBOLS, SCAN])
def test_a_closed_stdin_while_a_scan_runs(
    tmp_path: Path, work: Path, around: dict[str, str], stopped: str
) -> None:
    many(work)
    with RawClient(environment=around) as client:
        begin(client, work)
        scan(client)
        processes = descendants(client.process.pid)
        if stopped:
            below = descendants(client.process.pid, SCAN)
            others = [other for one in below for other in descendants(one)]
            found = descendants(client.process.pid, stopped)
            send(signal.SIGSTOP, [one for one in found if one not in others])
        client.stdin.close()
        assert client.wait() == 1
        assert client.complaints() == ""
        assert all_gone(processes)
        assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("stopped", ["", SYMBOLS, SCAN])
def test_a_server_that_is_killed(
    tmp_path: Path, work: Path, around: dict[str, str], stopped: str
) -> None:
    many(work)
    with RawClient(environment=around) as client:
        begin(client, work)
        scan(client)
        assert started(client.process.pid, SYMBOLS)
        processes = descendants(client.process.pid)
        if stopped:
            workers = descendants(client.process.pid, stopped)
            assert begun(workers)
            send(signal.SIGSTOP, workers)
        client.process.kill()
        client.wait()
        assert all_gone(processes)
        assert emptied(tmp_path / "temporary")


CLIENT = """
import sys
from pathlib import Path
from tests.lsp.raw_client import RawClient
from tests.lsp.test_workers import begin, scan

with RawClient() as client:
    begin(client, Path(sys.argv[1]))
    if sys.argv[2] == "scans":
        scan(client)
    print(client.process.pid, flush=True)
    input()
"""


@pytest.mark.parametrize("doing", ["nothing", "scans"])
def test_a_client_that_is_killed(
    tmp_path: Path, work: Path, around: dict[str, str], doing: str
) -> None:
    many(work)
    with subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(work), doing],
        cwd=Path(__file__).parents[2],
        env=around,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as owner:
        assert owner.stdout is not None
        server = int(owner.stdout.readline())
        assert bool(descendants(server, SCAN)) == (doing == "scans")
        assert descendants(server, SYMBOLS)
        processes = [server, *descendants(server)]
        owner.kill()
        owner.wait(PATIENCE_SECONDS)
        assert all_gone(processes)
        assert list((tmp_path / "temporary").iterdir()) == []
