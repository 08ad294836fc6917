"""Columns to units and back, against the encodings themselves."""

from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from leakwise.lsp.convert import from_lsp_position, from_lsp_range, to_lsp_position, to_lsp_range
from leakwise.text import Position, Range

CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}

encodings = st.sampled_from(sorted(CODECS))
lines = st.text(st.sampled_from("a =é\u2028\uffff\U00010000😀\ud800"), max_size=12)


def units(text: str, encoding: str) -> int:
    codec, width = CODECS[encoding]
    return len(text.encode(codec, "surrogatepass")) // width


@given(lines, encodings, st.data())
def test_a_column_is_the_units_before_it(line: str, encoding: str, data: st.DataObject) -> None:
    column = data.draw(st.integers(0, len(line)))
    position = to_lsp_position(Position(1, column), ["\n", line], encoding)
    assert position == types.Position(1, units(line[:column], encoding))
    assert from_lsp_position(position, ["\n", line], encoding) == Position(1, column)


@given(lines, encodings, st.integers(0, 60))
def test_a_unit_inside_a_character_counts_as_before_it(
    line: str, encoding: str, character: int
) -> None:
    found = from_lsp_position(types.Position(0, character), [line], encoding)
    assert found.line == 0
    if character <= units(line, encoding):
        assert units(line[: found.column], encoding) <= character
        assert found.column == len(line) or units(line[: found.column + 1], encoding) > character
    else:
        assert found.column >= len(line)


@given(encodings, st.integers(2, 9), st.integers(0, 9))
def test_lines_that_do_not_exist_are_left_to_the_document(
    encoding: str, line: int, character: int
) -> None:
    position = from_lsp_position(types.Position(line, character), ["é\n", ""], encoding)
    assert position == Position(line, character)


def test_ranges_convert_at_both_ends() -> None:
    text = ["😀a\n", "éb"]
    ours, theirs = Range.of(0, 1, 1, 1), types.Range(types.Position(0, 2), types.Position(1, 1))
    assert to_lsp_range(ours, text, "utf-16") == theirs
    assert from_lsp_range(theirs, text, "utf-16") == ours
