"""The page of a rule, shown in whichever way the client can."""

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from leakwise.sources import uri_to_path
from tests.lsp.raw_client import RawClient
from tests.lsp.sessions import LEAK, LEAK_LINE, URI, Session, capabilities

COMMAND = "leakwise.showRulePage"


async def executed(session: Session, *arguments: types.LSPAny, command: str = COMMAND) -> object:
    return await session.client.workspace_execute_command_async(
        types.ExecuteCommandParams(command, list(arguments))
    )


def test_offered_with_each_finding() -> None:
    with RawClient() as client:
        offered = client.initialize()["result"]["capabilities"]["executeCommandProvider"]
        assert COMMAND in offered["commands"]
        client.open(URI, LEAK)
        place = {"line": LEAK_LINE, "character": 15}
        answer = client.request(
            "textDocument/codeAction",
            {
                "textDocument": {"uri": URI},
                "range": {"start": place, "end": place},
                "context": {"diagnostics": [], "only": ["quickfix"]},
            },
        )
        (action,) = [one for one in answer["result"] if "command" in one]
        assert action["kind"] == "quickfix"
        assert action["command"]["command"] == COMMAND
        assert action["command"]["arguments"] == ["LP001"]
        assert client.request("codeAction/resolve", action)["result"] == action
        command = {name: action["command"][name] for name in ("command", "arguments")}
        page = client.request("workspace/executeCommand", command)["result"]
        assert page["markdown"].startswith("# LP001 accumulate-loss-with-graph")


def test_as_a_document_that_goes_with_the_server() -> None:
    with RawClient() as client:
        client.initialize(window={"showDocument": {"support": True}})
        command = {"command": COMMAND, "arguments": ["accumulate-loss-with-graph"]}
        client.send({"id": "page", "method": "workspace/executeCommand", "params": command})
        (*_, shown) = client.until(lambda one: one.get("method") == "window/showDocument")
        path = uri_to_path(shown["params"]["uri"])
        assert path is not None
        assert path.name == "LP001-accumulate-loss-with-graph.md"
        assert path.read_text("utf-8").startswith("# LP001 accumulate-loss-with-graph")
        client.request("shutdown")
        client.notify("exit")
        assert client.wait() == 0
        assert not path.exists()


async def test_as_a_message_for_those_who_open_nothing(session: Session) -> None:
    await session.initialize(capabilities(bare=True))
    await executed(session, "LP001")
    (message,) = session.client.messages
    assert "accumulate-loss-with-graph" in message.message
    assert "https://" in message.message


async def test_as_the_answer_for_those_who_show_it(session: Session) -> None:
    declared = capabilities(bare=True)
    declared.experimental = {"showsRulePages": True}
    await session.initialize(declared)
    answer = await executed(session, "lp001")
    page = answer if isinstance(answer, dict) else vars(answer)
    assert page["code"] == "LP001"
    assert page["markdown"].startswith("# LP001")
    assert session.client.messages == []


@pytest.mark.parametrize("arguments", [["LP999"], [], ["LP001", "LP002"]])
async def test_a_wrong_rule_is_refused(session: Session, arguments: list[types.LSPAny]) -> None:
    await session.initialize()
    with pytest.raises(JsonRpcException) as refused:
        await executed(session, *arguments)
    assert refused.value.code == -32602


async def test_an_unknown_command_is_refused(session: Session) -> None:
    await session.initialize()
    with pytest.raises(JsonRpcException) as refused:
        await executed(session, command="leakwise.fly")
    assert refused.value.code == -32602
    assert COMMAND in str(refused.value)
