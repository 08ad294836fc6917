"""Large documents are analysed apart: whoever asks about others does not wait, and they go on as if
nothing were."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from leakwise.lsp.apart import LARGE_CHARACTERS
from tests.lsp.raw_client import Json, RawClient
from tests.lsp.sessions import LEAK, LEAK_LINE, URI, Session, replaced
from tests.lsp.test_neighbours import DETACHED, FILES, KEPT, begin, declared, open_file, published
from tests.lsp.test_rules_that_fail import RULE, environment
from tests.symbols.inside import written

LARGE = "file:///work/large.py"
_STEP = "def step{}(model, x):\n    return model(x).relu()\n\n\n"
_STEPS = "".join(map(_STEP.format, range(LARGE_CHARACTERS // len(_STEP) + 1)))
TEXT = LEAK + _STEPS
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
def raw(tmp_path: Path, gate: Path) -> Iterator[RawClient]:
    """A client whose server looks at the large document, and is not done before the gate is
    there."""
    does = AT_THE_GATE.format(gate=str(gate), begun=str(tmp_path / "begun"))
    around = environment(tmp_path, RULE.format(does=does), "60")
    with RawClient(environment=around) as raw:
        raw.initialize()
        raw.open(LARGE, TEXT)
        raw.open(URI, LEAK)
        raw.published(URI, 1)
        yield raw


def hover(uri: str, line: int = LEAK_LINE) -> Json:
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": 15}}


def found(raw: RawClient, version: int) -> list[tuple[str, int]]:
    """What is published of a version of the large document."""
    diagnostics = raw.published(LARGE, version)[-1]["params"]["diagnostics"]
    return [(one["code"], one["range"]["start"]["line"]) for one in diagnostics]


def test_who_asks_about_others_does_not_wait(raw: RawClient, gate: Path) -> None:
    raw.send({"id": "large", "method": "textDocument/hover", "params": hover(LARGE)})
    answer = raw.request("textDocument/hover", hover(URI))
    assert "LP001" in str(answer["result"])
    raw.type(URI, 2, 0, 0, "\n")
    seen = raw.published(URI, 2)
    assert not any(one.get("id") == "large" for one in seen)
    gate.touch()
    asked = raw.until(lambda one: one.get("id") == "large")
    assert "LP001" in str(asked[-1]["result"])


def test_edits_meanwhile_count(raw: RawClient, gate: Path) -> None:
    raw.type(LARGE, 2, LEAK_LINE, 17, ".item()")
    raw.type(LARGE, 3, 0, 0, "\n")
    gate.touch()
    assert found(raw, 3) == []
    raw.type(LARGE, 4, LEAK_LINE + 1, 0, "    total += loss\n")
    assert found(raw, 4) == [("LP001", LEAK_LINE + 1)]


def test_closed_and_opened_anew_meanwhile(raw: RawClient, gate: Path, tmp_path: Path) -> None:
    raw.type(LARGE, 2, LEAK_LINE, 17, ".item()")
    raw.send({"id": "large", "method": "textDocument/hover", "params": hover(LARGE)})
    raw.notify("textDocument/didClose", {"textDocument": {"uri": LARGE}})
    # It is broken off: nobody opens the gate.
    assert raw.until(lambda one: one.get("id") == "large")[-1]["result"] is None
    (tmp_path / "begun").unlink(missing_ok=True)
    raw.open(LARGE, "\n" + TEXT)
    gate.touch()
    assert found(raw, 1) == [("LP001", LEAK_LINE + 1)]


def test_other_settings_meanwhile(raw: RawClient, gate: Path) -> None:
    settings = {"settings": {"leakwise": {"ignore": ["LP001", "XX001"]}}}
    raw.notify("workspace/didChangeConfiguration", settings)
    assert found(raw, 1) == []
    settings = {"settings": {"leakwise": {"ignore": ["XX001"]}}}
    raw.notify("workspace/didChangeConfiguration", settings)
    assert found(raw, 1) == [("LP001", LEAK_LINE)]
    assert not gate.exists()


def test_one_that_is_taken_back_meanwhile(raw: RawClient, gate: Path) -> None:
    raw.send({"id": "large", "method": "textDocument/hover", "params": hover(LARGE)})
    raw.notify("$/cancelRequest", {"id": "large"})
    answer = raw.until(lambda one: one.get("id") == "large")[-1]
    assert answer["error"]["code"] == -32800
    gate.touch()
    assert found(raw, 1) == [("LP001", LEAK_LINE)]


async def test_what_other_files_tell_counts(session: Session, tmp_path: Path) -> None:
    work = written(tmp_path / "work", FILES)
    with (work / "train.py").open("a") as train_file:
        train_file.write(f"\n\n{_STEPS}")
    await begin(session, work, declared())
    train = open_file(session, work / "train.py")
    await published(session, train, KEPT)
    nets = open_file(session, work / "nets.py")
    session.change(2, replaced(8, 0, 10, 0, DETACHED), uri=nets)
    await published(session, train, [])
