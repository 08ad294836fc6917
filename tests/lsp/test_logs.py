"""What the server tells of its own work: logs, traces and information for reports."""

import asyncio
from pathlib import Path

import pytest

from leakwise import __version__
from leakwise.lsp.background import in_background
from tests.lsp.raw_client import Json, RawClient
from tests.lsp.sessions import LEAK, URI
from tests.lsp.test_workspace_diagnostics import opened

SCAN = {"command": "leakwise.scanWorkspace"}


def traced(messages: list[Json]) -> list[Json]:
    return [one["params"] for one in messages if one.get("method") == "$/logTrace"]


@pytest.mark.parametrize("value", ["messages", "verbose"])
def test_messages_are_traced_when_that_is_wanted(value: str) -> None:
    with RawClient() as client:
        client.initialize()
        client.open(URI, LEAK)
        assert traced(client.published(URI, 1)) == []
        client.notify("$/setTrace", {"value": value})
        place = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}}
        client.send({"id": 77, "method": "textDocument/hover", "params": place})
        seen = client.until(lambda one: one.get("id") == 77)
        begun, ended = traced(seen)
        assert begun["message"] == "Received request 'textDocument/hover - (77)'."
        assert ended["message"].startswith("Answered 'textDocument/hover - (77)' in ")
        assert (URI in begun.get("verbose", "")) == (value == "verbose")
        client.notify("$/setTrace", {"value": "off"})
        client.send({"id": 78, "method": "textDocument/hover", "params": place})
        assert traced(client.until(lambda one: one.get("id") == 78)) == []


def test_a_log_file(tmp_path: Path) -> None:
    file = tmp_path / "server.log"
    with RawClient("--log-level", "warning", "--log-file", str(file)) as client:
        client.initialize()
        client.type(URI, 2, 0, 0, "x")
        client.request("shutdown")
        client.notify("exit")
        assert client.wait() == 0
        assert client.complaints() == ""
    assert f"WARNING leakwise.lsp.workspace: A change of {URI}" in file.read_text("utf-8")


def test_a_log_file_that_cannot_be_written(tmp_path: Path) -> None:
    with RawClient("--log-file", str(tmp_path / "none" / "server.log")) as client:
        assert client.wait() == 2
        assert "cannot be written" in client.complaints()


def test_information_for_a_report() -> None:
    with RawClient() as client:
        client.initialize()
        client.open(URI, LEAK)
        command = {"command": "leakwise.printDebugInformation"}
        text = client.request("workspace/executeCommand", command)["result"]
        assert text.startswith(f"Leakwise {__version__}")
        assert f"- {URI}: version 1, 13 lines" in text
        assert "utf-16" in text


async def test_work_that_nobody_waits_for_is_logged_where_it_fails(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fails() -> None:
        raise RuntimeError("no such file")

    async def goes_on() -> None:
        await asyncio.sleep(60)

    stopped = in_background(goes_on())
    stopped.cancel()
    await asyncio.wait({in_background(fails()), stopped})
    (told,) = caplog.records
    assert told.exc_info is not None
    assert str(told.exc_info[1]) == "no such file"


def test_that_a_document_is_too_large_is_told_once(tmp_path: Path) -> None:
    data = f"data = '{'a' * 300_000}'\n"
    (tmp_path / "closed.py").write_text(LEAK + data)

    def told(messages: list[Json]) -> list[str]:
        texts = [one["params"]["message"] for one in messages if "logMessage" in str(one)]
        return [text for text in texts if "too large" in text]

    with RawClient() as client:
        opened(client, tmp_path)
        client.open(URI, LEAK + data)
        seen = client.published(URI, 1)
        assert seen[-1]["params"]["diagnostics"] == []
        client.type(URI, 2, 0, 0, "\n")
        seen += client.published(URI, 2)
        # A question behind it is answered behind what is logged.
        client.send({"id": "scan", "method": "workspace/executeCommand", "params": SCAN})
        seen += client.until(lambda one: one.get("id") == "scan")
        assert len(told(seen)) == 2
        assert URI in told(seen)[0]
        assert "closed.py was not checked" in told(seen)[1]
