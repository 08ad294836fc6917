"""Actions that suppress a finding, and those that tell of it."""

from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.lsp.sessions import (
    LEAK,
    LEAK_LINE,
    LEAK_RANGE,
    URI,
    Session,
    capabilities,
    edited,
)

NAME = "accumulate-loss-with-graph"
COMMENT = f"  # leakwise: ignore[{NAME}]"


async def test_on_this_line(session: Session) -> None:
    await session.initialize()
    session.open(LEAK)
    action = await session.offered(LEAK_RANGE, "ignore-line")
    assert action.kind == types.CodeActionKind.QuickFix
    assert not action.is_preferred
    text = edited(LEAK, await session.resolve(action))
    assert text == LEAK.removesuffix("\n") + COMMENT + "\n"


async def test_in_this_file(session: Session) -> None:
    await session.initialize()
    session.open("#!/usr/bin/env python\n" + LEAK)
    span = types.Range(types.Position(LEAK_LINE + 1, 15), types.Position(LEAK_LINE + 1, 15))
    action = await session.offered(span, "ignore-file")
    text = edited("#!/usr/bin/env python\n" + LEAK, await session.resolve(action))
    assert text == "#!/usr/bin/env python\n# leakwise: skip-file\n" + LEAK


PROJECT = """\
[project]
name = "mine"  # it is

[tool.leakwise]
# Not now.
ignore = [
    "LP002",  # because
]

[tool.other]
x = 1
"""


async def test_turned_off_in_the_settings(session: Session, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    uri = (tmp_path / "src" / "train.py").as_uri()
    await session.initialize(roots=[tmp_path])
    session.open(LEAK, uri)
    action = await session.offered(LEAK_RANGE, "turn-off", uri=uri)
    assert action.title == "Turn off LP001 in pyproject.toml"
    settings = (tmp_path / "pyproject.toml").as_uri()
    text = edited(PROJECT, await session.resolve(action), settings)
    assert text == PROJECT.replace("# because\n", '# because\n    "LP001",\n')


async def test_turned_off_in_the_nearest_settings(session: Session, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    part = tmp_path / "part"
    part.mkdir()
    (part / "pyproject.toml").write_text('[project]\nname = "leakwise-part"\n')
    own = part / "leakwise.toml"
    own.write_bytes(b'# mine\r\nselect = ["LP"]\r\n\r\n[severity]\r\nLP002 = "hint"\r\n')
    uri = (part / "train.py").as_uri()
    await session.initialize(roots=[tmp_path])
    session.open(LEAK, uri)
    action = await session.resolve(await session.offered(LEAK_RANGE, "turn-off", uri=uri))
    text = edited(own.read_bytes().decode(), action, own.as_uri())
    assert text.startswith('# mine\r\nselect = ["LP"]\r\nignore = ["LP001"]\r\n')
    hidden = own.rename(part / ".leakwise.toml")
    action = await session.offered(LEAK_RANGE, "turn-off", uri=uri)
    assert action.title == "Turn off LP001 in .leakwise.toml"
    hidden.unlink()
    action = await session.resolve(await session.offered(LEAK_RANGE, "turn-off", uri=uri))
    assert '"LP001"' in edited(PROJECT, action, (tmp_path / "pyproject.toml").as_uri())


async def test_a_settings_file_is_made_where_there_is_none(
    session: Session, tmp_path: Path
) -> None:
    uri = (tmp_path / "train.py").as_uri()
    await session.initialize(roots=[tmp_path])
    session.open(LEAK, uri)
    action = await session.offered(LEAK_RANGE, "turn-off", uri=uri)
    assert action.title == "Turn off LP001 in a new leakwise.toml"
    edit = (await session.resolve(action)).edit
    assert edit is not None
    made, filled = edit.document_changes or ()
    assert isinstance(made, types.CreateFile)
    assert isinstance(filled, types.TextDocumentEdit)
    assert made.uri == filled.text_document.uri == (tmp_path / "leakwise.toml").as_uri()
    assert made.options is not None
    assert made.options.ignore_if_exists
    (text,) = filled.edits
    assert isinstance(text, types.TextEdit)
    assert text.new_text == 'ignore = ["LP001"]\n'
    assert list(tmp_path.iterdir()) == []


async def test_what_cannot_be_done_says_why(session: Session, tmp_path: Path) -> None:
    (tmp_path / "leakwise.toml").write_text("ignore = \n")
    uri = (tmp_path / "train.py").as_uri()
    await session.initialize(roots=[tmp_path])
    session.open(LEAK, uri)
    with pytest.raises(JsonRpcException) as refused:
        await session.resolve(await session.offered(LEAK_RANGE, "turn-off", uri=uri))
    assert refused.value.code == types.LSPErrorCodes.RequestFailed
    assert "leakwise.toml" in str(refused.value)
    assert "line 1" in str(refused.value)


UNFIXABLE = """\
from torch.utils.tensorboard import SummaryWriter

class Logger:
    def __init__(self, folder):
        self.writer = SummaryWriter(folder)

    def log(self, step, **values):
        for name, value in values.items():
            self.writer.add_scalar(name, value, step)
"""


@pytest.mark.parametrize("shows", [True, False])
async def test_no_fix_and_why(session: Session, shows: bool) -> None:
    declared = capabilities()
    assert declared.text_document is not None
    assert declared.text_document.code_action is not None
    declared.text_document.code_action.disabled_support = shows
    await session.initialize(declared)
    session.open(UNFIXABLE)
    (found,) = await session.diagnostics(1)
    disabled = [one for one in await session.actions(found.range) if one.disabled is not None]
    assert [one.title for one in disabled] == ["Fix LP031"] * shows
    for one in disabled:
        assert one.disabled is not None
        assert one.disabled.reason.endswith(".")
        assert one.edit is None


async def test_everything_at_once_for_those_who_know_little(session: Session) -> None:
    await session.initialize(capabilities(bare=True))
    session.open(LEAK)
    actions = await session.actions(LEAK_RANGE)
    assert all(one.data is None for one in actions)
    texts = [
        edit.new_text
        for one in actions
        if one.edit is not None
        for edit in (one.edit.changes or {})[URI]
    ]
    assert texts == [".item()", ".detach()", COMMENT, "# leakwise: skip-file\n"]
