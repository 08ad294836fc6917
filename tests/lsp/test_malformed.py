"""Messages that no client should send, each followed by one that must be answered."""

import pytest

from tests.lsp.raw_client import RawClient, frame
from tests.lsp.sessions import LEAK, URI

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
SAVED = {"textDocument": {"uri": URI}}


def raw(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (raw(b"{"), PARSE_ERROR),
        (raw(b"\xff\xfe"), PARSE_ERROR),
        (raw(b"[" * 100_000), PARSE_ERROR),
        (raw(b"[]"), INVALID_REQUEST),
        (raw(b"7"), INVALID_REQUEST),
        (raw(b'{"id": 1, "method": "shutdown"}'), INVALID_REQUEST),
        (frame({"id": 1, "method": "no/such"}), METHOD_NOT_FOUND),
        (frame({"id": 1, "method": "textDocument/didSave", "params": SAVED}), INVALID_REQUEST),
        (frame({"id": 1, "method": 7}), INVALID_REQUEST),
        (frame({"id": 1, "method": "textDocument/hover", "params": {}}), INVALID_PARAMS),
        (frame({"id": 1, "method": "textDocument/hover", "params": 7}), INVALID_PARAMS),
        (frame({"id": 1, "method": "textDocument/codeAction"}), INVALID_PARAMS),
    ],
)
def test_refused_with_a_code(data: bytes, code: int) -> None:
    with RawClient() as client:
        client.initialize()
        client.write(data)
        answer = client.until(lambda message: "error" in message)[-1]
        assert answer["error"]["code"] == code
        assert answer["id"] in (1, None)
        client.open(URI, LEAK)
        client.published(URI, 1)


def test_ignored_without_an_answer() -> None:
    with RawClient() as client:
        client.initialize()
        client.write(b"Content-Length: x\r\n\r\n{}")
        client.write(b"Hello\r\n\r\n")
        client.notify("no/such", {})
        client.notify("$/no/such", {})
        client.notify("textDocument/didChange", {})
        client.notify("textDocument/didOpen", {"textDocument": {"uri": 7}})
        client.notify("$/cancelRequest", {"id": 99})
        client.notify("window/workDoneProgress/cancel", {"token": ["none"]})
        client.send({"id": 99, "result": None})
        client.send({"id": 98, "error": {"code": 1, "message": "no"}})
        client.open(URI, LEAK)
        seen = client.published(URI, 1)
        assert {message["method"] for message in seen[:-1]} <= {"window/logMessage"}
        assert not any("Traceback" in message["params"]["message"] for message in seen[:-1])
        assert len(seen[-1]["params"]["diagnostics"]) == 1


def test_headers_of_another_style() -> None:
    with RawClient() as client:
        client.initialize()
        body = b'{"jsonrpc": "2.0", "id": 5, "method": "shutdown"}'
        client.write(
            b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n"
            b"content-length:%d\r\n\r\n%s" % (len(body), body)
        )
        assert client.until(lambda message: message.get("id") == 5)[-1]["result"] is None


def test_lone_surrogates_are_text_as_well() -> None:
    with RawClient() as client:
        client.initialize()
        client.open(URI, f"'\ud83d'\n{LEAK}")
        client.type(URI, 2, 0, 2, "\ude00\ud83d")
        seen = client.published(URI, 2)
        (found,) = seen[-1]["params"]["diagnostics"]
        assert found["range"]["start"]["line"] == 12
