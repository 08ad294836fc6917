"""How a session begins and ends, well and badly."""

import subprocess
import sys

import pytest

from tests.lsp.raw_client import COMMAND, PATIENCE_SECONDS, RawClient, frame
from tests.lsp.sessions import LEAK, URI

NOT_INITIALIZED = -32002
INVALID_REQUEST = -32600


@pytest.mark.parametrize("arguments", [(), ("--stdio",)])
def test_shutdown_and_exit(arguments: tuple[str, ...]) -> None:
    with RawClient(*arguments) as client:
        client.initialize()
        # Usual, and no reason to say anything.
        client.notify("$/setTrace", {"value": "off"})
        client.notify("$/cancelRequest", {"id": 99})
        client.notify("workspace/didChangeConfiguration", {"settings": {}})
        assert client.request("shutdown")["result"] is None
        client.notify("exit")
        assert client.receive() is None
        assert client.wait() == 0
        assert client.complaints() == ""


def test_exit_without_shutdown_is_an_error() -> None:
    with RawClient() as client:
        client.initialize()
        client.open(URI, LEAK)
        client.notify("exit")
        assert client.wait() == 1
        assert client.complaints() == ""


def test_exit_before_everything() -> None:
    with RawClient() as client:
        client.notify("exit")
        assert client.wait() == 1


@pytest.mark.parametrize("asked", [False, True])
def test_a_closed_stdin_is_an_exit(asked: bool) -> None:
    with RawClient() as client:
        client.initialize()
        client.open(URI, LEAK)
        client.published(URI, 1)
        if asked:
            client.request("shutdown")
        client.stdin.close()
        assert client.wait() == (0 if asked else 1)
        assert client.complaints() == ""


def test_nobody_left_to_read_is_an_exit() -> None:
    process = subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.close()
        process.stdin.write(frame({"id": 1, "method": "shutdown"}))
        process.stdin.flush()
        assert process.wait(PATIENCE_SECONDS) == 1


def test_the_end_of_the_client_process_is_noticed() -> None:
    """A client that is killed while another process keeps the server's pipes open."""
    owner = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with RawClient() as client:
        client.initialize(owner.pid)
        client.open(URI, LEAK)
        client.published(URI, 1)
        owner.kill()
        owner.wait()
        assert client.wait() == 1
        assert not client.stdin.closed


def test_a_client_process_that_cannot_be_seen_is_not_waited_for() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with RawClient() as client:
        client.initialize(gone.pid)
        client.open(URI, LEAK)
        client.published(URI, 1)
        assert client.request("shutdown")["result"] is None


def test_nothing_is_answered_before_initialize() -> None:
    with RawClient() as client:
        client.open(URI, LEAK)
        answer = client.request("textDocument/hover", {})
        assert answer["error"]["code"] == NOT_INITIALIZED
        assert "result" in client.initialize()


def test_initialize_comes_once() -> None:
    with RawClient() as client:
        client.initialize()
        assert client.initialize()["error"]["code"] == INVALID_REQUEST


def test_nothing_is_answered_after_shutdown() -> None:
    with RawClient() as client:
        client.initialize()
        client.request("shutdown")
        answer = client.request("textDocument/hover", {})
        assert answer["error"]["code"] == INVALID_REQUEST
        client.notify("exit")
        assert client.wait() == 0
