"""Edits that lead from one text to another."""

from hypothesis import given, settings
from hypothesis import strategies as st

from leakwise.text import Document, apply_edits
from leakwise.text.differences import edits_to

texts = st.text(st.sampled_from("ab\n\r"), max_size=20)


@settings(max_examples=300)
@given(texts, texts)
def test_they_lead_there(before: str, after: str) -> None:
    document = Document.from_text("file:///a.py", before)
    assert apply_edits(document, edits_to(document, after)) == after


def test_what_is_the_same_is_left_alone() -> None:
    document = Document.from_text("file:///a.py", "a\nb\nc\nd\ne\n")
    edits = edits_to(document, "a\nB\nc\nd\ne\nf\n")
    assert [(edit.range.start.line, edit.range.end.line, edit.text) for edit in edits] == [
        (1, 2, "B\n"),
        (5, 5, "f\n"),
    ]
    assert edits_to(document, document.text) == []
