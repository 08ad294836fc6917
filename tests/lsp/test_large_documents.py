"""Large documents are analysed apart: whoever asks about others does not wait, and they go on as if
nothing were."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leakwise.lsp.apart import LARGE_CHARACTERS
from tests.lsp.raw_client import Json, RawClient
from tests.lsp.sessions import LEAK, LEAK_LINE, URI
from tests.lsp.test_rules_that_fail import RULE, environment

LARGE = "file:///work/large.py"
_STEP = "def step{}(model, x):\n    return model(x).relu()\n\n\n"
TEXT = LEAK + "".join(map(_STEP.format, range(LARGE_CHARACTERS // len(_STEP) + 1)))
AT_THE_GATE = """
        import os
        name = os.path.basename(body.module.document.uri)
        if name == "large.py":
            open({begun!r}, "a").close()
            while not os.path.exists({gate!r}):
                pass
        return
"""


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    return tmp_path / "gate"


@pytest.fixture
def client(tmp_path: Path, gate: Path) -> Iterator[RawClient]:
    """A client whose server looks at the large document, and is not done before the gate is
    there."""
    does = AT_THE_GATE.format(gate=str(gate), begun=str(tmp_path / "begun"))
    around = environment(tmp_path, RULE.format(does=does), "60")
    with RawClient(environment=around) as client:
        client.initialize()
        client.open(LARGE, TEXT)
        client.open(URI, LEAK)
        client.published(URI, 1)
        yield client


def hover(uri: str, line: int = LEAK_LINE) -> Json:
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": 15}}


def found(client: RawClient, version: int) -> list[tuple[str, int]]:
    """What is published of a version of the large document."""
    diagnostics = client.published(LARGE, version)[-1]["params"]["diagnostics"]
    return [(one["code"], one["range"]["start"]["line"]) for one in diagnostics]


def test_who_asks_about_others_does_not_wait(client: RawClient, gate: Path) -> None:
    client.send({"id": "large", "method": "textDocument/hover", "params": hover(LARGE)})
    answer = client.request("textDocument/hover", hover(URI))
    assert "LP001" in str(answer["result"])
    client.type(URI, 2, 0, 0, "\n")
    seen = client.published(URI, 2)
    assert not any(one.get("id") == "large" for one in seen)
    gate.touch()
    asked = client.until(lambda one: one.get("id") == "large")
    assert "LP001" in str(asked[-1]["result"])


def test_edits_meanwhile_count(client: RawClient, gate: Path) -> None:
    client.type(LARGE, 2, LEAK_LINE, 17, ".item()")
    client.type(LARGE, 3, 0, 0, "\n")
    gate.touch()
    assert found(client, 3) == []
    client.type(LARGE, 4, LEAK_LINE + 1, 0, "    total += loss\n")
    assert found(client, 4) == [("LP001", LEAK_LINE + 1)]


def test_closed_and_opened_anew_meanwhile(client: RawClient, gate: Path, tmp_path: Path) -> None:
    client.type(LARGE, 2, LEAK_LINE, 17, ".item()")
    client.send({"id": "large", "method": "textDocument/hover", "params": hover(LARGE)})
    client.notify("textDocument/didClose", {"textDocument": {"uri": LARGE}})
    # It is broken off: nobody opens the gate.
    assert client.until(lambda one: one.get("id") == "large")[-1]["result"] is None
    (tmp_path / "begun").unlink(missing_ok=True)
    client.open(LARGE, "\n" + TEXT)
    gate.touch()
    assert found(client, 1) == [("LP001", LEAK_LINE + 1)]


def test_other_settings_meanwhile(client: RawClient, gate: Path) -> None:
    settings = {"settings": {"leakwise": {"ignore": ["LP001", "XX001"]}}}
    client.notify("workspace/didChangeConfiguration", settings)
    assert found(client, 1) == []
    settings = {"settings": {"leakwise": {"ignore": ["XX001"]}}}
    client.notify("workspace/didChangeConfiguration", settings)
    assert found(client, 1) == [("LP001", LEAK_LINE)]
    assert not gate.exists()


def test_one_that_is_taken_back_meanwhile(client: RawClient, gate: Path) -> None:
    client.send({"id": "large", "method": "textDocument/hover", "params": hover(LARGE)})
    client.notify("$/cancelRequest", {"id": "large"})
    answer = client.until(lambda one: one.get("id") == "large")[-1]
    assert answer["error"]["code"] == -32800
    gate.touch()
    assert found(client, 1) == [("LP001", LEAK_LINE)]
