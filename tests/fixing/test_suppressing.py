"""Where comments that suppress findings go. `^` marks the finding's start in the line above it."""

import inspect

import pytest

from leakwise.fixing.suppressing import file_skipped, ignored_on_line
from leakwise.text import Document, Range, apply_edits


def marked(code: str) -> tuple[Document, Range]:
    lines = inspect.cleandoc(code).split("\n")
    (number,) = [n for n, line in enumerate(lines) if line.strip() == "^"]
    column = lines.pop(number).index("^")
    place = Range.of(number - 1, column, number - 1, column + 1)
    return Document.from_text("file:///a.py", "\n".join(lines) + "\n"), place


CASES = {
    "a plain line": (
        """
        x = 1
        total += loss
                 ^
        y = 2
        """,
        """
        x = 1
        total += loss  # leakwise: ignore[smell]
        y = 2
        """,
    ),
    "behind another comment": (
        """
        total += loss  # noqa: E501
                 ^
        """,
        """
        total += loss  # noqa: E501  # leakwise: ignore[smell]
        """,
    ),
    "into the comment that is there": (
        """
        total += loss  # leakwise: ignore[LP002] because
                 ^
        """,
        """
        total += loss  # leakwise: ignore[LP002, smell] because
        """,
    ),
    "into an empty one": (
        """
        total += loss  # leakwise: ignore[]
                 ^
        """,
        """
        total += loss  # leakwise: ignore[smell]
        """,
    ),
    "not into a string": (
        """
        log("# leakwise: ignore[other]", loss)
                                         ^
        """,
        """
        log("# leakwise: ignore[other]", loss)  # leakwise: ignore[smell]
        """,
    ),
    "inside brackets": (
        """
        totals.append(
            loss,
            ^
        )
        """,
        """
        totals.append(
            loss,  # leakwise: ignore[smell]
        )
        """,
    ),
    "into the comment on the statement's first line": (
        """
        totals.append(  # leakwise: ignore[other]
            loss,
            ^
        )
        """,
        """
        totals.append(  # leakwise: ignore[other, smell]
            loss,
        )
        """,
    ),
    "above a backslash": (
        """
        if True:
            totals.append(1,
                f(loss) + \\
                  ^
                1)
        """,
        """
        if True:
            totals.append(1,  # leakwise: ignore[smell]
                f(loss) + \\
                1)
        """,
    ),
    "above a string that goes on": (
        """
        log(
            f(loss), '''
              ^
            # nothing
            ''')
        """,
        """
        log(  # leakwise: ignore[smell]
            f(loss), '''
            # nothing
            ''')
        """,
    ),
    "on the head of a block": (
        """
        def f():
            for x in y:
            ^
                pass
        """,
        """
        def f():
            for x in y:  # leakwise: ignore[smell]
                pass
        """,
    ),
    "in a file that is broken elsewhere": (
        """
        def f(:
            total += loss
                     ^
        """,
        """
        def f(:
            total += loss  # leakwise: ignore[smell]
        """,
    ),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_on_a_line(case: str, newline: str) -> None:
    before, after = CASES[case]
    document, place = marked(before)
    document = Document.from_text(document.uri, document.text.replace("\n", newline))
    edit = ignored_on_line(document, place, "smell")
    assert edit is not None
    expected = (inspect.cleandoc(after) + "\n").replace("\n", newline)
    text = apply_edits(document, [edit])
    assert text == expected
    assert ignored_on_line(Document.from_text(document.uri, text), place, "smell") is None


@pytest.mark.parametrize(
    "code",
    [
        """
        total += loss  # leakwise: ignore
                 ^
        """,
        """
        total += f(loss) + '''
                   ^
        '''
        """,
    ],
)
def test_not_where_it_cannot_stand_or_is_not_needed(code: str) -> None:
    document, place = marked(code)
    assert ignored_on_line(document, place, "smell") is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import a\n", "# leakwise: skip-file\nimport a\n"),
        ("#!/bin/python\r\nimport a\r\n", "#!/bin/python\r\n# leakwise: skip-file\r\nimport a\r\n"),
        ("# -*- coding: latin-1 -*-\nx\n", "# -*- coding: latin-1 -*-\n# leakwise: skip-file\nx\n"),
        ("#!/bin/python\n# coding=utf-8", "#!/bin/python\n# coding=utf-8\n# leakwise: skip-file"),
        ("\ufeffimport a\n", "\ufeff# leakwise: skip-file\nimport a\n"),
        ("", "# leakwise: skip-file\n"),
    ],
)
def test_a_whole_file(before: str, after: str) -> None:
    document = Document.from_text("file:///a.py", before)
    assert apply_edits(document, [file_skipped(document)]) == after
