"""What settings tell of libraries counts in other files of the project, also as these change."""

from pathlib import Path

import pytest

from tests.cli.running import write
from tests.lsp.sessions import Session, capabilities
from tests.lsp.test_file_events import removed
from tests.lsp.test_neighbours import open_file, published
from tests.lsp.test_rule_page import executed
from tests.lsp.test_settings import changed, declared, heed_registrations
from tests.settings.test_knowledge_elsewhere import MAKER, TELLS, USER

FOUND = [("LP007", 5)]
NOTHING: list[tuple[str, int]] = []


@pytest.mark.parametrize("watches", [False, True])
async def test_in_the_server(session: Session, tmp_path: Path, watches: bool) -> None:
    work = write(tmp_path, {"x.py": USER, "nets.py": MAKER, "leakwise.toml": ""})
    heed_registrations(session)
    await session.initialize(declared() if watches else capabilities(), roots=[work])
    uri = open_file(session, work / "x.py")
    await published(session, uri, [])
    for text, wanted in ((TELLS, FOUND), ("", NOTHING)):
        (work / "leakwise.toml").write_text(text)
        changed(session, work / "leakwise.toml")
        await published(session, uri, wanted)
        session.close(uri)
        told = await executed(session, command="leakwise.scanWorkspace")
        assert told == {"files": 2, "findings": len(wanted)}
        session.open(USER, uri)
        await published(session, uri, wanted)


async def test_in_the_server_of_the_nearest_settings(session: Session, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "x.py": USER.replace("from nets", "from part.nets"),
        "part/nets.py": MAKER,
        "part/leakwise.toml": TELLS,
    }
    work = write(tmp_path, files)
    heed_registrations(session)
    await session.initialize(declared(), roots=[work])
    uri = open_file(session, work / "x.py")
    await published(session, uri, FOUND)
    (work / "part" / "leakwise.toml").unlink()
    removed(session, work / "part" / "leakwise.toml")
    await published(session, uri, [])
    (work / "part" / "leakwise.toml").write_text(TELLS)
    changed(session, work / "part" / "leakwise.toml")
    await published(session, uri, FOUND)
