"""Diagnostics for clients that cannot pull them."""

import pytest
from lsprotocol import types

from tests.lsp.sessions import (
    LEAK,
    LEAK_LINE,
    LEAK_RANGE,
    URI,
    Session,
    capabilities,
    codes,
    leaking,
    replaced,
    typed,
)


async def test_a_finding_in_full(session: Session) -> None:
    await session.initialize()
    session.open(LEAK)
    (found,) = await session.diagnostics(1)
    assert found.range == LEAK_RANGE
    assert found.code == "LP001"
    assert found.source == "leakwise"
    assert found.severity == types.DiagnosticSeverity.Warning
    assert "`total`" in found.message
    assert found.code_description is not None
    assert found.code_description.href.startswith("https://")
    assert found.data == {"code": "LP001", "version": 1, "range": [11, 13, 11, 17]}
    assert found.related_information
    assert {related.location.uri for related in found.related_information} == {URI}
    lines = {related.location.range.start.line for related in found.related_information}
    assert lines == {6, 8}


async def test_only_what_the_client_understands(session: Session) -> None:
    await session.initialize(capabilities(bare=True))
    session.open(LEAK)
    (found,) = await session.diagnostics(1)
    assert found.related_information is None


@pytest.mark.parametrize("bare", [False, True])
async def test_what_can_go_is_tagged_for_those_who_show_that(session: Session, bare: bool) -> None:
    declared = capabilities(bare=bare)
    if declared.text_document is not None and declared.text_document.publish_diagnostics:
        tags = types.ClientDiagnosticsTagOptions([types.DiagnosticTag.Unnecessary])
        declared.text_document.publish_diagnostics.tag_support = tags
    await session.initialize(declared)
    session.open(f"{LEAK}total = 0  # leakwise: ignore[LP001]\n")
    leak, unused = await session.diagnostics(1)
    assert (leak.code, leak.tags) == ("LP001", None)
    assert unused.code == "LW001"
    assert list(unused.tags or ()) == ([] if bare else [types.DiagnosticTag.Unnecessary])


async def test_edits_remove_and_bring_back(session: Session) -> None:
    await session.initialize()
    session.open(LEAK)
    assert codes(await session.diagnostics(1)) == [("LP001", LEAK_LINE)]
    session.change(2, typed(LEAK_LINE, 17, ".item()"))
    assert codes(await session.diagnostics(2)) == []
    session.change(3, replaced(LEAK_LINE, 17, LEAK_LINE, 24, ""))
    assert codes(await session.diagnostics(3)) == [("LP001", LEAK_LINE)]
    session.change(4, typed(0, 0, "# one more line\n"))
    assert codes(await session.diagnostics(4)) == [("LP001", LEAK_LINE + 1)]


async def test_several_changes_in_one_notification(session: Session) -> None:
    await session.initialize()
    session.open("")
    session.change(
        2,
        types.TextDocumentContentChangeWholeDocument(text=LEAK),
        typed(0, 0, "\n\n"),
        replaced(LEAK_LINE + 2, 4, LEAK_LINE + 2, 9, "totals"),
        replaced(7, 0, 7, 5, "totals"),
    )
    (found,) = await session.diagnostics(2)
    assert codes([found]) == [("LP001", LEAK_LINE + 2)]
    assert "`totals`" in found.message


async def test_positions_outside_of_the_text_are_clamped(session: Session) -> None:
    await session.initialize()
    session.open("import os\n")
    session.change(2, replaced(0, 0, 99, 99, LEAK))
    session.change(3, typed(LEAK_LINE, 999, ".item()"))
    assert codes(await session.diagnostics(3)) == []
    session.change(4, replaced(LEAK_LINE, 17, LEAK_LINE, 999, ""))
    assert codes(await session.diagnostics(4)) == [("LP001", LEAK_LINE)]


async def test_a_finding_that_stays_has_the_new_version(session: Session) -> None:
    await session.initialize()
    session.open(LEAK + "\n\ndef other():\n    pass\n")
    (before,) = await session.diagnostics(1)
    session.change(2, typed(LEAK_LINE + 4, 8, "  # more"))
    (after,) = await session.diagnostics(2)
    assert after.data == {"code": "LP001", "version": 2, "range": [11, 13, 11, 17]}
    after.data = before.data
    assert after == before


async def test_a_change_of_nothing_is_a_version(session: Session) -> None:
    await session.initialize()
    session.open(LEAK)
    session.change(2)
    assert codes(await session.diagnostics(2)) == [("LP001", LEAK_LINE)]


async def test_half_typed_code_keeps_the_other_findings(session: Session) -> None:
    await session.initialize()
    session.open(LEAK + "\n")
    version = 1
    for column, character in enumerate("print(f'{total}', [x"):
        version += 1
        session.change(version, typed(LEAK_LINE + 1, column, character))
        assert codes(await session.diagnostics(version)) == [("LP001", LEAK_LINE)], column


async def test_documents_do_not_mix(session: Session) -> None:
    await session.initialize()
    other = "file:///work/other.py"
    session.open(LEAK)
    session.open("\n" + leaking("sum_of_losses"), other)
    assert codes(await session.diagnostics(1)) == [("LP001", LEAK_LINE)]
    assert codes(await session.diagnostics(1, other)) == [("LP001", LEAK_LINE + 1)]
    session.change(2, typed(LEAK_LINE + 1, 25, ".item()"), uri=other)
    assert codes(await session.diagnostics(2, other)) == []
    session.change(2, typed(0, 0, "\n"))
    assert codes(await session.diagnostics(2)) == [("LP001", LEAK_LINE + 1)]


async def test_closing_clears(session: Session) -> None:
    await session.initialize()
    session.open(LEAK, version=7)
    assert await session.diagnostics(7)
    session.close()
    session.open(LEAK, version=8)
    assert await session.diagnostics(8)
    assert [(one.version, len(one.diagnostics)) for one in session.published] == [
        (7, 1),
        (7, 0),
        (8, 1),
    ]


async def test_nothing_comes_after_closing(session: Session) -> None:
    await session.initialize()
    other = "file:///work/other.py"
    session.open(LEAK, other)
    session.close(other)
    session.open(LEAK)
    # Analysed behind the other one.
    assert codes(await session.diagnostics(1)) == [("LP001", LEAK_LINE)]
    assert [len(one.diagnostics) for one in session.published if one.uri == other] == [0]


async def test_changes_and_closes_of_unknown_documents_are_ignored(session: Session) -> None:
    await session.initialize()
    session.change(2, typed(0, 0, "x"), uri="file:///nowhere.py")
    session.close("file:///nowhere.py")
    session.open(LEAK)
    assert codes(await session.diagnostics(1)) == [("LP001", LEAK_LINE)]
    assert [one.uri for one in session.published] == [URI]


async def test_saving_and_resting_publish_only_what_changed(session: Session) -> None:
    await session.initialize()
    session.open(LEAK)
    await session.diagnostics(1)
    session.client.text_document_did_save(
        types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(URI))
    )
    session.change(2, typed(0, 0, "\n"))
    await session.diagnostics(2)
    # Answered behind the whole-file parse that saving asked for.
    await session.hover(0, 0)
    assert [one.version for one in session.published] == [1, 2]
