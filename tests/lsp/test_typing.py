"""Fast typing: only the newest version counts in the end."""

import pytest

from tests.lsp.raw_client import RawClient
from tests.lsp.sessions import LEAK, LEAK_LINE, URI

TYPED = "    total = total + loss  # adds the graph of this step too"


def versions(messages: list[dict[str, object]]) -> list[int]:
    found = []
    for message in messages:
        if message.get("method") == "textDocument/publishDiagnostics":
            params = message["params"]
            assert isinstance(params, dict)
            found.append(params["version"])
    return found


@pytest.mark.parametrize("functions", [0, 400])
def test_versions_only_grow_and_the_newest_comes_last(functions: int) -> None:
    text = "".join(f"def f{n}(x):\n    y = x + {n}\n    return y\n\n" for n in range(functions))
    first = 4 * functions
    line = first + LEAK_LINE + 1
    with RawClient() as client:
        client.initialize()
        client.open(URI, text + LEAK + "\n")
        version = 1
        for character, letter in enumerate(TYPED):
            version += 1
            client.type(URI, version, line, character, letter)
        seen = client.published(URI, version)
        # Answered behind the whole-file parse that follows; nothing older may come with it.
        client.notify("textDocument/didSave", {"textDocument": {"uri": URI}})
        position = {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}}
        client.send({"id": "last", "method": "textDocument/hover", "params": position})
        seen += client.until(lambda message: message.get("id") == "last")
        order = versions(seen)
        assert order == sorted(order)
        assert order[-1] == version
        last = [message for message in seen if versions([message])][-1]
        found = [
            (one["code"], one["range"]["start"]["line"]) for one in last["params"]["diagnostics"]
        ]
        assert found == [("LP001", line - 1), ("LP001", line)]


def test_a_client_that_reads_late_blocks_nothing() -> None:
    """More is written, and to be read, than the pipes hold."""
    with RawClient() as client:
        client.initialize()
        client.open(URI, LEAK)
        for version in range(2, 2002):
            client.type(URI, version, 0, 0, "\n" if version % 2 else "# a comment\n")
        seen = client.published(URI, 2001)
        (found,) = seen[-1]["params"]["diagnostics"]
        assert found["range"]["start"]["line"] == LEAK_LINE + 2000
