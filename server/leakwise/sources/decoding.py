"""Bytes of a Python file to text, by Python's own rules."""

import codecs
import io
import tokenize


class UnreadableError(Exception):
    """A file that cannot be taken as Python text.

    Its text says why, and behind a dash what to do about it; it does not name the file.
    """


def decode(data: bytes) -> str:
    """The text of a Python file: UTF-8, or what its byte-order mark or coding line (PEP 263) says.

    Line terminators stay as they are; the byte-order mark goes.

    Raises:
        UnreadableError: binary data, an unknown encoding, or bytes that are not in the encoding.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableError("is in UTF-16, which Python cannot read - save it as UTF-8")
    if b"\0" in data:
        raise UnreadableError("is binary, not text - leave it out")
    encoding = _encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(_misfit(encoding, line, data[error.start])) from None
    except (LookupError, UnicodeError):
        raise UnreadableError(_unknown(encoding)) from None
    # A codec such as `hex` in a coding line is none for text.
    return text


def encode(text: str, like: bytes) -> bytes:
    """The bytes of `text` in the encoding of a file that held `like`, with its byte-order mark.

    Raises:
        UnreadableError: the encoding lacks a character of the text.
    """
    encoding = _encoding(like)
    try:
        return text.encode(encoding)
    except UnicodeError:
        raise UnreadableError(f"has no room for new characters in {encoding}") from None


def _encoding(data: bytes) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError:
        return _encoding_in_spite_of(data)
    return encoding


def _encoding_in_spite_of(data: bytes) -> str:
    """What `data` may be decoded with where Python's own detection gives up.

    It gives up on bytes outside UTF-8 in the first two lines, which decoding then reports with
    their place, and on coding lines that are wrong.
    """
    head = b"\n".join(data.split(b"\n", 2)[:2])
    try:
        head.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "utf-8-sig"
    if data.startswith(codecs.BOM_UTF8):
        raise UnreadableError(
            "has a UTF-8 byte-order mark and a coding line that says otherwise"
            " - remove one of the two"
        )
    raise UnreadableError(_unknown(_declared(head)))


def _declared(head: bytes) -> str:
    for line in head.decode("utf-8").splitlines():
        _, mark, rest = line.partition("coding")
        words = rest.lstrip(":= \t").split()
        if mark and words:
            return words[0]
    return "?"


def _unknown(encoding: str) -> str:
    return f"names an unknown encoding, {encoding!r} - correct its coding line"


def _misfit(encoding: str, line: int, byte: int) -> str:
    name = "UTF-8" if encoding in ("utf-8", "utf-8-sig") else encoding
    advice = (
        "save it as UTF-8 or add a coding line" if name == "UTF-8" else "correct its coding line"
    )
    return f"is not {name} (byte 0x{byte:02x} in line {line}) - {advice}"
