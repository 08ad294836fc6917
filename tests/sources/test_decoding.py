"""Bytes to text by Python's rules."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakwise.sources import UnreadableError, decode


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        ("x = 'é😀'\r\ny\r\x0cz\u2028".encode(), "x = 'é😀'\r\ny\r\x0cz\u2028"),
        (codecs.BOM_UTF8 + b"x\n", "x\n"),
        (codecs.BOM_UTF8 + b"# coding: utf-8\nx\n", "# coding: utf-8\nx\n"),
        (b"# coding: latin-1\n'\xe9'\n", "# coding: latin-1\n'é'\n"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'", None),
        (b"\n\n# coding: latin-1\n", "\n\n# coding: latin-1\n"),
        ("# -*- coding: euc-jp -*-\n日本\n".encode("euc-jp"), "# -*- coding: euc-jp -*-\n日本\n"),
    ],
)
def test_text(data: bytes, text: str | None) -> None:
    assert decode(data) == (data.decode("cp1252") if text is None else text)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"a\0b", "is binary, not text - leave it out"),
        (codecs.BOM_UTF16_BE + b"\0a", "is in UTF-16, which Python cannot read - save it as UTF-8"),
        (b"\xe9", "is not UTF-8 (byte 0xe9 in line 1) - save it as UTF-8 or add a coding line"),
        (b"\n\xe9", "is not UTF-8 (byte 0xe9 in line 2) - save it as UTF-8 or add a coding line"),
        (
            b"\n\n\n'\xff'",
            "is not UTF-8 (byte 0xff in line 4) - save it as UTF-8 or add a coding line",
        ),
        (
            b"# coding: ascii\n'\xff'",
            "is not ascii (byte 0xff in line 2) - correct its coding line",
        ),
        (b"# coding: wrong\n", "names an unknown encoding, 'wrong' - correct its coding line"),
        (b"# coding: hex\n", "names an unknown encoding, 'hex' - correct its coding line"),
        (
            codecs.BOM_UTF8 + b"# coding: latin-1\n",
            "has a UTF-8 byte-order mark and a coding line that says otherwise"
            " - remove one of the two",
        ),
    ],
)
def test_why_not(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        decode(data)
    assert str(caught.value) == why


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")))
def test_utf_8_comes_back(text: str) -> None:
    body = "pass\npass\n" + text
    assert decode(body.encode()) == body


@given(st.binary(max_size=200), st.sampled_from([b"", b"# coding: ", codecs.BOM_UTF8]))
def test_any_bytes_give_text_or_a_reason(data: bytes, head: bytes) -> None:
    try:
        assert isinstance(decode(head + data), str)
    except UnreadableError as error:
        assert " - " in str(error)


@pytest.mark.parametrize(
    "codec", ["idna", "punycode", "rot13", "undefined", "zlib", "unicode_escape", "utf_7", "mbcs"]
)
def test_any_codec_gives_text_or_a_reason(codec: str) -> None:
    try:
        assert isinstance(decode(f"# coding: {codec}\n'\\xe9 \\ud800 +AGE-'\n".encode()), str)
    except UnreadableError as error:
        assert " - " in str(error)
