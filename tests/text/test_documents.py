"""Documents under edits, against a model that knows only one string."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakwise.text import (
    Document,
    Edit,
    LineChange,
    OverlappingEditsError,
    Position,
    Range,
    apply_edits,
    code_point_column,
    split_lines,
)

ALPHABET = ["a", "bc", "\n", "\r", "\r\n", "\f", "\v", "\x1c", "\u2028", "\u0085", "😀", "é", "\0"]
texts = st.lists(st.sampled_from(ALPHABET), max_size=24).map("".join)
numbers = st.integers(min_value=-2, max_value=30)
ranges = st.builds(Range.of, numbers, numbers, numbers, numbers)


def model_offset(text: str, position: Position) -> int:
    """Where a position is in a text, worked out anew from the text alone."""
    ends = [match.end() for match in re.finditer("\r\n|\r|\n", text)]
    widths = [match.start() for match in re.finditer("\r\n|\r|\n", text)]
    starts, stops = [0, *ends], [*widths, len(text)]
    if position.line < 0:
        return 0
    if position.line >= len(starts):
        return len(text)
    start, stop = starts[position.line], stops[position.line]
    return min(max(start + position.column, start), stop)


def model_replace(text: str, span: Range, new: str) -> str:
    low, high = sorted((model_offset(text, span.start), model_offset(text, span.end)))
    return text[:low] + new + text[high:]


@settings(deadline=None)
@given(texts, st.lists(st.tuples(ranges, texts), max_size=5))
def test_edits_give_what_a_string_gives(text: str, edits: list[tuple[Range, str]]) -> None:
    document = Document.from_text("u", text)
    for span, new in edits:
        text = model_replace(text, span, new)
        before = document
        document, change = document.replace(span, new)
        assert document.text == text
        assert document.lines == split_lines(text)
        assert_leads(before, document, change)


@settings(deadline=None)
@given(texts, texts)
def test_a_whole_new_text_changes_only_lines_that_differ(old: str, new: str) -> None:
    before = Document.from_text("u", old, 1)
    after, change = before.with_text(new, 2)
    assert after.text == new
    assert (after.uri, after.version) == ("u", 2)
    assert_leads(before, after, change)
    if change.removed and change.added:
        assert before.lines[change.first] != after.lines[change.first]


@settings(deadline=None)
@given(texts)
def test_lines_hold_the_whole_text_and_end_as_the_protocol_says(text: str) -> None:
    lines = split_lines(text)
    assert "".join(lines) == text
    assert [re.sub("[\r\n]+$", "", line) for line in lines] == re.split("\r\n|\r|\n", text)


@settings(deadline=None)
@given(texts, ranges)
def test_a_slice_is_what_lies_between_clamped_positions(text: str, span: Range) -> None:
    document = Document.from_text("u", text)
    low, high = model_offset(text, span.start), model_offset(text, span.end)
    assert document.slice(span) == text[low:high]


@settings(deadline=None)
@given(texts, st.lists(st.tuples(ranges, texts), max_size=3))
def test_several_edits_at_once_leave_what_is_between_them(
    text: str, parts: list[tuple[Range, str]]
) -> None:
    document = Document.from_text("u", text)
    clamped = [
        Edit(Range(*sorted((document.clamp(span.start), document.clamp(span.end)))), new)
        for span, new in parts
    ]
    ordered = sorted(dict.fromkeys(clamped), key=lambda edit: (edit.range.start, edit.range.end))
    pairs = pairwise(ordered)
    if any(after.range.start < before.range.end for before, after in pairs):
        with pytest.raises(OverlappingEditsError):
            apply_edits(document, clamped)
        return
    expected = text
    for edit in reversed(ordered):
        low = model_offset(text, edit.range.start)
        high = model_offset(text, edit.range.end)
        expected = expected[:low] + edit.text + expected[high:]
    assert apply_edits(document, clamped) == expected


def test_a_line_feed_typed_behind_a_lone_return_makes_one_terminator_of_the_two() -> None:
    document = Document.from_text("u", "a\rb")
    document, change = document.replace(Range.of(1, 0, 1, 0), "\n")
    assert document.lines == ["a\r\n", "b"]
    assert change == LineChange(0, 2, 2)


def test_a_huge_document_is_split_and_edited() -> None:
    document = Document.from_text("u", "x = 1\n" * 100_000)
    assert len(document.lines) == 100_001
    document, change = document.replace(Range.of(50_000, 0, 50_001, 0), "")
    assert change == LineChange(50_000, 2, 1)
    assert len(document.lines) == 100_000


@settings(deadline=None)
@given(st.text(max_size=12), st.integers(0, 12))
def test_byte_columns_are_counted_in_code_points(line: str, column: int) -> None:
    column = min(column, len(line))
    width = len(line[:column].encode("utf-8", "surrogatepass"))
    assert code_point_column(line, width) == column


@settings(deadline=None)
@given(st.text(max_size=12), st.integers(0, 60))
def test_byte_columns_behind_the_line_are_at_its_end(line: str, beyond: int) -> None:
    width = len(line.encode("utf-8", "surrogatepass"))
    assert code_point_column(line, width + beyond) == len(line)


def assert_leads(before: Document, after: Document, change: LineChange) -> None:
    """The change's lines are the only ones that differ."""
    tail = change.first + change.removed
    assert before.lines[: change.first] == after.lines[: change.first]
    assert before.lines[tail:] == after.lines[change.first + change.added :]
    assert len(before.lines) - change.removed + change.added == len(after.lines)
