"""The thread for large documents gives way to what the analysis thread does."""

import queue
from collections.abc import Callable

import pytest

from leakwise.engine import Analysis
from leakwise.lsp.apart import LARGE_CHARACTERS, Apart
from leakwise.lsp.entries import Entry
from leakwise.lsp.limits import Limit
from leakwise.text import Document
from tests.lsp.sessions import LEAK, URI


def test_it_waits_while_others_have_something_to_do() -> None:
    steps = "def step(x):\n    return x.relu()\n" * 20
    text = LEAK + steps + "#" * LARGE_CHARACTERS
    posted: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
    apart = Apart(posted.put)
    entry = Entry(Document.from_text(URI, text), Analysis, Limit(60))
    assert apart.wants(entry)
    apart.give_way()
    apart.lend(entry)
    with pytest.raises(queue.Empty):
        posted.get(timeout=3)
    apart.go_on()
    posted.get(timeout=60)()
    assert not entry.is_apart
    assert not apart.wants(entry)
    assert [one.rule.code for one in entry.analysis.findings()] == ["LP001"]
