"""TCP and WebSocket, from the first message to the exit status."""

import json
import re
import socket
import subprocess
from typing import Any

from websockets.sync.client import connect

from tests.lsp.raw_client import COMMAND, PATIENCE_SECONDS, Conversation
from tests.lsp.sessions import LEAK, LEAK_LINE, URI

COULD_NOT_LISTEN = 2


def listening(*arguments: str) -> tuple[subprocess.Popen[bytes], str, int]:
    """A server process, and the host and port that it said it listens on."""
    process = subprocess.Popen([*COMMAND, *arguments, "--port", "0"], stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.readline().decode()
    found = re.fullmatch(r"Listening on \w+://([\d.]+):(\d+)\n", said)
    assert found, said
    return process, found[1], int(found[2])


def test_tcp() -> None:
    process, host, port = listening("--tcp")
    with process, socket.create_connection((host, port), PATIENCE_SECONDS) as connection:
        client = Conversation(connection.sendall, connection.makefile("rb"))
        assert client.initialize()["result"]["serverInfo"]["name"] == "leakwise"
        client.open(URI, LEAK)
        (found,) = client.published(URI, 1)[-1]["params"]["diagnostics"]
        assert found["range"]["start"]["line"] == LEAK_LINE
        assert client.request("shutdown")["result"] is None
        client.notify("exit")
        assert client.receive() is None
        assert process.wait(PATIENCE_SECONDS) == 0


def test_tcp_client_that_leaves() -> None:
    process, host, port = listening("--tcp")
    with process:
        with socket.create_connection((host, port), PATIENCE_SECONDS) as connection:
            client = Conversation(connection.sendall, connection.makefile("rb"))
            client.initialize()
            connection.shutdown(socket.SHUT_RDWR)
        assert process.wait(PATIENCE_SECONDS) == 1


def test_websocket() -> None:
    process, host, port = listening("--ws")

    def request(number: int, method: str, params: dict[str, Any] | None = None) -> None:
        message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        client.send(json.dumps(message))

    def answer() -> Any:
        text = client.recv(PATIENCE_SECONDS)
        assert isinstance(text, str), "Browsers cannot parse binary frames."
        return json.loads(text)

    with process, connect(f"ws://{host}:{port}") as client:
        request(1, "initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        assert answer()["result"]["serverInfo"]["name"] == "leakwise"
        item = {"uri": URI, "languageId": "python", "version": 1, "text": LEAK}
        client.send(
            json.dumps(
                {
                    "jsonrpc": "2.0",
                    "method": "textDocument/didOpen",
                    "params": {"textDocument": item},
                }
            )
        )
        (found,) = answer()["params"]["diagnostics"]
        assert found["range"]["start"]["line"] == LEAK_LINE
        request(2, "shutdown")
        assert answer() == {"jsonrpc": "2.0", "id": 2, "result": None}
        client.send(json.dumps({"jsonrpc": "2.0", "method": "exit"}))
        assert process.wait(PATIENCE_SECONDS) == 0


def test_websocket_client_that_leaves() -> None:
    process, host, port = listening("--ws")
    with process:
        with connect(f"ws://{host}:{port}"):
            pass
        assert process.wait(PATIENCE_SECONDS) == 1


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for transport in ("--tcp", "--ws"):
            done = subprocess.run(
                [*COMMAND, transport, "--port", port],
                capture_output=True,
                text=True,
                timeout=PATIENCE_SECONDS,
                check=False,
            )
            assert done.returncode == COULD_NOT_LISTEN
            assert done.stderr.startswith(f"leakwise: cannot listen on 127.0.0.1:{port}: ")
            assert done.stderr.count("\n") == 1
