"""The cells of a notebook as one document, and the way back to each of them."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakwise.syntax.notebook_cells import Cell, NotebookDocument
from leakwise.text import Document, Edit, MisplacedEditError, Position, Range, edited

URI = "file:///work/a.ipynb"


def cell(text: str, number: int = 1, *, is_python: bool = True) -> Cell:
    return Cell.of(Document.from_text(f"{URI}#{number}", text), number, is_python=is_python)


def notebook(*texts: str) -> NotebookDocument:
    return NotebookDocument.of(URI, [cell(text, number) for number, text in enumerate(texts, 1)])


def texts(document: Document) -> list[str]:
    assert isinstance(document, NotebookDocument)
    return [one.document.text for one in document.cells]


def test_cells_are_joined_by_blank_lines() -> None:
    assert notebook("a\nb", "", "c\r\n").text == "a\nb\n\n\n\nc\r\n\n\n"
    assert notebook().lines == [""]
    text = NotebookDocument.of(URI, [cell("# T", is_python=False), cell("a", 2)])
    assert text.text == "a\n\n"


def test_places_are_told_by_cell() -> None:
    document = notebook("a\nb", "c\nd")
    part, span = document.located(Range.of(4, 0, 4, 1))
    assert (part.uri, span) == (f"{URI}#2", Range.of(1, 0, 1, 1))
    assert document.number_of(part) == 2
    part, span = document.located(Range.of(1, 0, 3, 1))
    assert (part.uri, span) == (f"{URI}#1", Range.of(1, 0, 1, 1))
    assert document.part(f"{URI}#2") == (document.cells[1].document, 3)
    assert document.part(URI) is None


def test_cells_without_lines_have_no_places() -> None:
    cells = [cell("# T", 1, is_python=False), cell("a", 2), cell("# U", 3, is_python=False)]
    document = NotebookDocument.of(URI, cells)
    numbers = [document.cell_at(line)[0].number for line in range(3)]
    assert numbers == [2, 2, 2]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (Edit(Range.of(0, 1, 0, 1), "x"), ["ax\nb", "c\nd\n"]),
        (Edit(Range.of(2, 0, 2, 0), "x\n"), ["a\nb\nx", "c\nd\n"]),
        (Edit(Range.of(3, 0, 3, 0), "x\n"), ["a\nb", "x\nc\nd\n"]),
        (Edit(Range.of(1, 0, 2, 0), ""), ["a", "c\nd\n"]),
        (Edit(Range.of(1, 0, 3, 0), ""), ["a", "c\nd\n"]),
        (Edit(Range.of(0, 0, 2, 0), ""), ["", "c\nd\n"]),
        (Edit(Range.of(0, 0, 2, 0), "x\ny\n"), ["x\ny", "c\nd\n"]),
        (Edit(Range.of(4, 0, 5, 0), ""), ["a\nb", "c\n"]),
        (Edit(Range.of(5, 0, 5, 0), "x\n"), ["a\nb", "c\nd\nx\n"]),
        (Edit(Range.of(6, 0, 6, 0), "x\n"), ["a\nb", "c\nd\nx"]),
    ],
)
def test_edits_are_made_in_their_cell(edit: Edit, expected: list[str]) -> None:
    document = notebook("a\nb", "c\nd\n")
    changed = edited(document, [edit])
    assert texts(changed) == expected
    assert changed.lines == notebook(*expected).lines


@pytest.mark.parametrize("span", [Range.of(1, 0, 4, 0), Range.of(0, 0, 3, 1), Range.of(2, 0, 5, 0)])
def test_edits_over_two_cells_are_refused(span: Range) -> None:
    with pytest.raises(MisplacedEditError):
        edited(notebook("a\nb", "c\nd\n"), [Edit(span, "")])


def test_what_stands_for_a_magic_cannot_be_changed() -> None:
    document = notebook("!pip \\\n torch\n%time x = 1\ny", "%%time\nz", "%%time")
    assert document.text == "pass\n\n0;    x = 1\ny\n\n\nz\n\n\n\n"
    for span in (Range.of(0, 0, 0, 4), Range.of(1, 0, 1, 0), Range.of(2, 0, 3, 0)):
        with pytest.raises(MisplacedEditError):
            edited(document, [Edit(span, "x")])
    with pytest.raises(MisplacedEditError):
        edited(document, [Edit(Range.of(8, 0, 8, 0), "x\n")])
    for edit, number, expected in [
        (Edit(Range.of(0, 0, 0, 0), "import a\n"), 0, "import a\n!pip \\\n torch\n%time x = 1\ny"),
        (Edit(Range.of(2, 10, 2, 11), "2"), 0, "!pip \\\n torch\n%time x = 2\ny"),
        (Edit(Range.of(5, 0, 5, 0), "import a\n"), 1, "%%time\nimport a\nz"),
    ]:
        assert texts(edited(document, [edit]))[number] == expected


def test_what_a_magic_runs_can_be_changed_in_its_line() -> None:
    document = notebook("%time x += y")
    changed = edited(document, [Edit(Range.of(0, 12, 0, 12), "  # why")])
    assert texts(changed) == ["%time x += y  # why"]
    for edit in (Edit(Range.of(0, 2, 0, 2), "z"), Edit(Range.of(0, 12, 0, 12), "\nz")):
        with pytest.raises(MisplacedEditError):
            edited(document, [edit])
    with pytest.raises(MisplacedEditError):
        edited(notebook("%pwd"), [Edit(Range.of(0, 4, 0, 4), "  # why")])


def test_cells_of_other_programs_are_left_alone() -> None:
    document = notebook("%%bash\nls", "# Text", "%%time\nx")
    line = Edit(Range.of(0, 0, 0, 0), "# a comment\n")
    assert texts(edited(document, [line])) == ["%%bash\nls", "# a comment\n# Text", "%%time\nx"]
    for place in (Range.of(1, 0, 1, 0), Range.of(1, 0, 1, 1)):
        with pytest.raises(MisplacedEditError):
            edited(document, [Edit(place, "x\n")])
    with pytest.raises(MisplacedEditError):
        edited(notebook("%%bash\nls"), [line])


_TEXTS = st.lists(st.sampled_from(["a\n", "b", "\n", "%%time\n", "!x\n", "\r\n", "é"])).map("".join)


@given(st.lists(_TEXTS, max_size=5), st.lists(_TEXTS, max_size=5), st.randoms())
def test_a_change_of_cells_is_one_change_of_lines(
    before: list[str], after: list[str], chance: Random
) -> None:
    old = [cell(text, number) for number, text in enumerate(before, 1)]
    new = [chance.choice(old) if old and chance.random() < 0.5 else cell(text) for text in after]
    document = NotebookDocument.of(URI, old)
    changed, changes = document.with_cells(new, 2)
    assert changed.lines == NotebookDocument.of(URI, new).lines
    lines = list(document.lines)
    for one in changes:
        fresh = changed.lines[one.first : one.first + one.added]
        lines[one.first : one.first + one.removed] = fresh
    assert lines == changed.lines


@given(st.lists(_TEXTS, min_size=1, max_size=3), st.data())
def test_insertions_of_lines_stand_where_they_were_put(
    cells: list[str], data: st.DataObject
) -> None:
    document = notebook(*cells)
    line = data.draw(st.integers(0, len(document.lines) - 2))
    at = Position(line, 0)
    try:
        changed = edited(document, [Edit(Range(at, at), "inserted = 1\n")])
    except MisplacedEditError:
        return
    assert [one for one in changed.lines if one != "inserted = 1\n"].count("") == 1
    whole = "".join(document.lines[:line]) + "inserted = 1\n" + "".join(document.lines[line:])
    assert changed.text.split() == whole.split()
