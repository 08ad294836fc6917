"""Open documents follow any changes, in any units."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from leakwise.lsp.workspace import OpenDocuments

URI = "file:///work/a.py"
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}

texts = st.text(st.sampled_from("ab é😀\n\r\f\u2028"), max_size=20)


def starts(text: str) -> list[int]:
    """Where each line of `text` starts, by the protocol's rule."""
    return [0, *(end.end() for end in re.finditer("\r\n|\r|\n", text))]


def position(text: str, offset: int, encoding: str) -> types.Position:
    """The position of an offset into `text`, which is not between `\\r` and `\\n`."""
    line = max(n for n, start in enumerate(starts(text)) if start <= offset)
    codec, width = CODECS[encoding]
    before = text[starts(text)[line] : offset].encode(codec)
    return types.Position(line, len(before) // width)


def offsets(text: str) -> st.SearchStrategy[int]:
    inside = {end.start() + 1 for end in re.finditer("\r\n", text)}
    return st.sampled_from(sorted(set(range(len(text) + 1)) - inside))


@settings(max_examples=150)
@given(texts, st.sampled_from(sorted(CODECS)), st.data())
def test_changes_in_one_notification_apply_in_order(
    text: str, encoding: str, data: st.DataObject
) -> None:
    documents = OpenDocuments()
    documents.open(types.TextDocumentItem(URI, "python", 1, text))
    events: list[types.TextDocumentContentChangeEvent] = []
    for _ in range(data.draw(st.integers(0, 4))):
        new = data.draw(texts)
        if data.draw(st.integers(0, 5)) == 0:
            events.append(types.TextDocumentContentChangeWholeDocument(new))
            text = new
            continue
        start, end = sorted((data.draw(offsets(text)), data.draw(offsets(text))))
        span = types.Range(position(text, start, encoding), position(text, end, encoding))
        events.append(types.TextDocumentContentChangePartial(span, new))
        text = text[:start] + new + text[end:]
    changed = documents.change(URI, 2, events, encoding)
    assert changed is not None
    document, changes = changed
    assert (document.text, document.version) == (text, 2)
    assert documents.get(URI) is document
    assert len(changes) == len(events)


def test_what_is_not_open_is_not_known() -> None:
    documents = OpenDocuments()
    assert documents.get(URI) is None
    assert documents.close(URI) is None
    assert documents.change(URI, 2, [], "utf-16") is None
