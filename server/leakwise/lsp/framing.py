"""Finding the messages in a stream of bytes."""

import re
from collections.abc import Iterator

# Searched for, not matched: so the message behind a broken one is found again.
_CONTENT_LENGTH = re.compile(rb"Content-Length:[ \t]*(\d{1,12})[ \t]*\r\n", re.IGNORECASE)

_END_OF_HEADERS = b"\r\n\r\n"

# What goes on for longer without their end is not headers; it is not kept.
_LONGEST_HEADERS = 1 << 16


class Framing:
    """Cuts a stream of messages with HTTP-like headers, in chunks of any size, into messages."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._length: int | None = None

    def bodies(self, chunk: bytes) -> Iterator[bytes]:
        """The bodies of the messages that `chunk` completes; headers of no length are skipped."""
        received = self._received
        received += chunk
        while True:
            if self._length is None:
                end = received.find(_END_OF_HEADERS)
                if end < 0:
                    del received[:-_LONGEST_HEADERS]
                    return
                end += len(_END_OF_HEADERS)
                found = _CONTENT_LENGTH.search(bytes(received[:end]))
                del received[:end]
                if found is None:
                    continue
                self._length = int(found[1])
            if len(received) < self._length:
                return
            body = bytes(received[: self._length])
            del received[: self._length]
            self._length = None
            yield body
