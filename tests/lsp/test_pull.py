"""Diagnostics for clients that pull them."""

import asyncio

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from tests.lsp.sessions import (
    LEAK,
    LEAK_LINE,
    URI,
    Session,
    capabilities,
    codes,
    typed,
)

REQUEST_CANCELLED = -32800


def items(
    report: types.RelatedFullDocumentDiagnosticReport
    | types.RelatedUnchangedDocumentDiagnosticReport,
) -> list[types.Diagnostic]:
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    return list(report.items)


async def test_never_pushed_as_well(session: Session) -> None:
    await session.initialize(capabilities(pulls=True))
    session.open(LEAK)
    assert codes(items(await session.pull())) == [("LP001", LEAK_LINE)]
    session.change(2, typed(0, 0, "\n"))
    assert codes(items(await session.pull())) == [("LP001", LEAK_LINE + 1)]
    session.close()
    assert items(await session.pull()) == []
    assert session.published == []


async def test_unchanged_while_nothing_differs(session: Session) -> None:
    await session.initialize(capabilities(pulls=True))
    session.open(LEAK)
    first = await session.pull()
    assert first.result_id is not None
    session.change(2, typed(LEAK_LINE + 1, 0, "print(total)\n"))
    second = await session.pull(previous=first.result_id)
    assert isinstance(second, types.RelatedUnchangedDocumentDiagnosticReport)
    assert second.result_id == first.result_id
    session.change(3, typed(0, 0, "\n"))
    third = await session.pull(previous=first.result_id)
    assert codes(items(third)) == [("LP001", LEAK_LINE + 1)]
    assert third.result_id != first.result_id


async def test_the_answer_is_for_the_newest_version(session: Session) -> None:
    await session.initialize(capabilities(pulls=True))
    session.open(LEAK)
    asked = []
    for version in range(2, 12):
        session.change(version, typed(0, 0, "\n"))
        asked.append(asyncio.ensure_future(session.pull()))
    answers = [items(report) for report in await asyncio.gather(*asked)]
    assert codes(answers[-1]) == [("LP001", LEAK_LINE + 10)]
    for sent, answer in enumerate(answers, start=1):
        (found,) = answer
        assert found.range.start.line - LEAK_LINE >= sent


async def test_a_cancelled_pull_is_answered_as_such(session: Session) -> None:
    await session.initialize(capabilities(pulls=True))
    session.open(LEAK)
    protocol = session.client.protocol
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(URI))
    # Sent before the loop runs again, so the server finds both in its pipe.
    answer = protocol.send_request(types.TEXT_DOCUMENT_DIAGNOSTIC, params, msg_id="mine")
    protocol.notify(types.CANCEL_REQUEST, types.CancelParams("mine"))
    with pytest.raises(JsonRpcException) as cancelled:
        await asyncio.wrap_future(answer)
    assert cancelled.value.code == REQUEST_CANCELLED
    assert codes(items(await session.pull())) == [("LP001", LEAK_LINE)]
