"""All safe fixes of a file, or of one rule in it, as one edit."""

from pathlib import Path

import pytest
from lsprotocol import types

from tests.lsp.sessions import LEAK, URI, Session, capabilities, codes, edited, fixed

START = types.Range(types.Position(0, 0), types.Position(0, 0))
RECORDING = """\
import torch

# Looked at once, with more than one stop.
torch.cuda.memory._record_memory_history()
for epoch in range(epochs):
    train_epoch(model, loader)
"""
VIEWS = """\

encoder = torch.nn.TransformerEncoderLayer(64, 4)
cls_tokens = []
with torch.no_grad():
    for x in loader:
        tokens = encoder(x)
        cls_tokens.append(tokens[:, 0])

more_tokens = []
with torch.no_grad():
    for x in loader:
        tokens = encoder(x)
        more_tokens.append(tokens[:, 0])
"""
CODE = RECORDING + VIEWS
FIXED_VIEWS = VIEWS.replace("[:, 0])", "[:, 0].clone())")
FIXED = RECORDING.replace("history()", "history(max_entries=100_000)") + FIXED_VIEWS


def place_of(text: str, words: str) -> types.Range:
    before = text[: text.index(words)]
    line = before.count("\n")
    start = types.Position(line, len(before.rpartition("\n")[2]))
    return types.Range(start, start)


@pytest.mark.parametrize("kind", ["source", "source.fixAll", "source.fixAll.leakwise"])
async def test_converges_and_leaves_the_rest_alone(session: Session, kind: str) -> None:
    await session.initialize()
    session.open(CODE)
    assert codes(await session.diagnostics(1)) == [("LP038", 3), ("LP020", 12), ("LP020", 18)]
    (action,) = await session.actions(START, only=[kind])
    assert action.kind == "source.fixAll.leakwise"
    assert action.edit is None
    resolved = await session.resolve(action)
    assert edited(CODE, resolved) == FIXED
    assert resolved.edit is not None
    assert resolved.edit.document_changes is not None
    (change,) = resolved.edit.document_changes
    assert isinstance(change, types.TextDocumentEdit)
    assert change.text_document.version == 1
    touched = {edit.range.start.line for edit in change.edits}
    assert touched == {3, 12, 18}
    session.open(FIXED, version=2)
    # What a fix showed has no safe one.
    assert codes(await session.diagnostics(2)) == [("LP021", 12), ("LP021", 18)]
    (action,) = await session.actions(START, only=[kind])
    again = (await session.resolve(action)).edit
    assert again is not None
    assert again.document_changes == ()


async def test_nothing_that_is_unsafe(session: Session) -> None:
    await session.initialize()
    session.open(LEAK)
    (action,) = await session.actions(START, only=["source.fixAll"])
    edit = (await session.resolve(action)).edit
    assert edit is not None
    assert edit.document_changes == ()


async def test_unsafe_ones_where_the_settings_say_so(session: Session, tmp_path: Path) -> None:
    (tmp_path / "leakwise.toml").write_text("unsafe-fixes = true\n")
    uri = (tmp_path / "train.py").as_uri()
    await session.initialize(roots=[tmp_path])
    session.open(LEAK, uri)
    (action,) = await session.actions(START, only=["source.fixAll"], uri=uri)
    text = edited(LEAK, await session.resolve(action), uri)
    assert text == LEAK.replace("+= loss", "+= loss.item()")


async def test_of_one_rule(session: Session) -> None:
    await session.initialize()
    session.open(CODE)
    action = await session.offered(place_of(CODE, "tokens[:, 0]"), "fix-rule")
    assert action.kind == types.CodeActionKind.QuickFix
    assert "LP020" in action.title
    assert edited(CODE, await session.resolve(action)) == RECORDING + FIXED_VIEWS


async def test_of_one_rule_only_where_others_are(session: Session) -> None:
    await session.initialize()
    session.open(CODE)
    actions = await session.actions(place_of(CODE, "torch.cuda"))
    assert not any("Fix all LP038" in action.title for action in actions)


async def test_for_clients_that_cannot_resolve_when_they_ask(session: Session) -> None:
    await session.initialize(capabilities(bare=True))
    session.open(CODE)
    (action,) = await session.actions(START, only=["source.fixAll.leakwise"])
    assert action.edit is not None
    assert action.edit.changes is not None
    assert fixed(CODE, action.edit.changes[URI]) == FIXED
    assert await session.actions(START) == []


@pytest.mark.parametrize("only", [["source.fixAll.leakwise"], ["source"], None])
async def test_nothing_that_changes_nothing_for_these(
    session: Session, only: list[str] | None
) -> None:
    await session.initialize(capabilities(bare=True))
    session.open(LEAK)
    actions = await session.actions(START, only=only)
    assert actions == []


async def test_a_change_meanwhile_is_not_lost(session: Session) -> None:
    await session.initialize()
    session.open(CODE)
    (action,) = await session.actions(START, only=["source.fixAll"])
    session.open("# more\n" + CODE, version=2)
    assert edited("# more\n" + CODE, await session.resolve(action)) == "# more\n" + FIXED
