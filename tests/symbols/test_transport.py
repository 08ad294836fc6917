"""Messages over pipes."""

import contextlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakwise.facts.symbols import transport
from leakwise.facts.symbols.transport import TransportError, receive, send

texts = st.text(st.characters(codec=None))
messages = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
)


@given(st.lists(messages, max_size=5))
def test_what_is_sent_is_received(sent: list[object]) -> None:
    stream = io.BytesIO()
    for message in sent:
        send(stream, message)
    stream.seek(0)
    assert [receive(stream) for _ in sent] == sent
    with pytest.raises(TransportError):
        receive(stream)


@given(messages, st.integers(0, 99), st.binary(min_size=1, max_size=4))
def test_damage_is_noticed_or_gives_some_message(sent: object, at: int, noise: bytes) -> None:
    stream = io.BytesIO()
    send(stream, sent)
    data = stream.getvalue()
    with pytest.raises(TransportError):
        receive(io.BytesIO(data[: at % len(data)]))
    with contextlib.suppress(TransportError):
        json.dumps(receive(io.BytesIO(data[:at] + noise + data[at:])))


def test_messages_that_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LARGEST", 100)
    with pytest.raises(TransportError):
        send(io.BytesIO(), "x" * 101)
    with pytest.raises(TransportError):
        receive(io.BytesIO(b"\0\0\0\xff" + b"1" * 255))


def test_streams_that_are_closed() -> None:
    stream = io.BytesIO()
    stream.close()
    with pytest.raises(TransportError):
        send(stream, 1)
    with pytest.raises(TransportError):
        receive(stream)
