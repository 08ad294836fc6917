"""Messages in streams that come in pieces."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from leakwise.lsp.framing import Framing

bodies = st.lists(st.binary(max_size=40), max_size=6)


def framed(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


@given(bodies, st.data())
def test_any_cutting_gives_the_same_messages(sent: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(map(framed, sent))
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=8)) | {0, len(stream)})
    framing = Framing()
    received: list[bytes] = []
    for start, end in pairwise(cuts):
        received.extend(framing.bodies(stream[start:end]))
    assert received == sent


def test_the_message_behind_a_broken_one_is_found() -> None:
    stream = b"Content-Length: many\r\n\r\nbroken" + framed(b"whole")
    assert list(Framing().bodies(stream)) == [b"whole"]


def test_endless_input_without_headers_is_not_kept() -> None:
    framing = Framing()
    for _ in range(64):
        assert list(framing.bodies(b"x" * (1 << 16))) == []
    assert list(framing.bodies(b"\r\n\r\n" + framed(b"whole"))) == [b"whole"]
