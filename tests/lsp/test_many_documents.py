"""More documents than the server keeps the facts of: all go on as if it did."""

from pathlib import Path

from leakwise.lsp.loaded import MOST_LOADED
from leakwise.sources import path_to_uri
from tests.lsp.sessions import LEAK, Session, replaced
from tests.lsp.test_neighbours import DETACHED, FILES, KEPT, begin, declared, open_file, published
from tests.symbols.inside import written

OTHERS = MOST_LOADED + 12
AGAIN = "    total += loss\n"


async def test_documents_that_were_not_looked_at_for_long(session: Session, tmp_path: Path) -> None:
    work = written(tmp_path / "work", FILES)
    await begin(session, work, declared())
    first = path_to_uri(work / "first.py")
    session.open(LEAK, first)
    train = open_file(session, work / "train.py")
    await published(session, first, [("LP001", 11)])
    await published(session, train, KEPT)
    for number in range(OTHERS):
        uri = path_to_uri(work / f"other{number}.py")
        session.open(LEAK + f"print({number})\n", uri)
        await published(session, uri, [("LP001", 11)])
    # The facts of both are gone by now: an edit, and what another file tells, still count.
    session.change(2, replaced(12, 0, 12, 0, AGAIN), uri=first)
    await published(session, first, [("LP001", 11), ("LP001", 12)])
    nets = open_file(session, work / "nets.py")
    session.change(2, replaced(8, 0, 10, 0, DETACHED), uri=nets)
    await published(session, train, [])
