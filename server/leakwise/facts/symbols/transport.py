"""Messages between the server and its worker: JSON behind its length, over pipes."""

import json
from typing import IO, Any

_LENGTH_BYTES = 4

LARGEST = 64 << 20
"""Bytes of the largest message; a length beyond it is none of ours."""


class TransportError(Exception):
    """The other side has gone, or what came is no message."""


def send(stream: IO[bytes], message: object) -> None:
    """Writes a message that JSON can hold, and sees it off.

    Raises:
        TransportError: nobody reads, or the message is larger than `LARGEST`.
    """
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    if len(body) > LARGEST:
        raise TransportError(f"a message of {len(body)} bytes is too large")
    try:
        stream.write(len(body).to_bytes(_LENGTH_BYTES, "big") + body)
        stream.flush()
    except (OSError, ValueError) as error:
        raise TransportError(str(error)) from None


def receive(stream: IO[bytes]) -> Any:
    """Waits for the next message.

    Raises:
        TransportError: the stream ends, or what it holds is no message.
    """
    length = int.from_bytes(_exactly(stream, _LENGTH_BYTES), "big")
    if length > LARGEST:
        raise TransportError(f"a message of {length} bytes is too large")
    try:
        return json.loads(_exactly(stream, length))
    except (ValueError, RecursionError):
        raise TransportError("a message is not JSON") from None


def _exactly(stream: IO[bytes], count: int) -> bytes:
    try:
        data = stream.read(count)
    except (OSError, ValueError) as error:
        raise TransportError(str(error)) from None
    if len(data) < count:
        raise TransportError("the stream has ended")
    return data
