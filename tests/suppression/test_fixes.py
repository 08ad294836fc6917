"""The fixes of comments that say nothing."""

import pytest

from leakwise.engine import analyze, fixes_for
from leakwise.engine.fix_all import fix_all
from leakwise.text import Document

URI = "file:///x.py"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = 1  # leakwise: ignore\n", "x = 1\n"),
        ("x = 1  # leakwise: ignore[LP001] as said\r\ny = 2\n", "x = 1\r\ny = 2\n"),
        ("x = 1  # leakwise: ignore  # noqa\n", "x = 1  # noqa\n"),
        ("x = 1  # noqa # leakwise: ignore\n", "x = 1  # noqa\n"),
        ("# leakwise: ignore[LP001]\nx = 1\n", "x = 1\n"),
        ("x = 1  # leakwise: ignore[LP001, LP002]", "x = 1"),
        ("x = 1  # leakwise: ignore[LP01x, LW001]\n", "x = 1  # leakwise: ignore[LW001]\n"),
        ("x = 1  # leakwise: ignor[LP001]\n", "x = 1\n"),
        ("x = '😀'  # leakwise: ignore\n", "x = '😀'\n"),
    ],
)
def test_they_are_removed(before: str, after: str) -> None:
    head = "import torch\n"
    fixed = fix_all(Document.from_text(URI, head + before))
    assert fixed.text == head + after
    assert analyze(Document.from_text(URI, fixed.text)) == []


@pytest.mark.parametrize(
    ("comment", "title"),
    [
        ("# leakwise: ignore", "Remove the comment"),
        ("# leakwise: ignore[LP001, LP002]", "Remove the comment"),
        ("# leakwise: ignore[LP001, LW001]", "Remove the comment"),
        ("# leakwise: ignore[LP01x, LW001]", "Remove `LP01x` from the comment"),
    ],
)
def test_the_title_says_what_goes(comment: str, title: str) -> None:
    document = Document.from_text(URI, f"import torch\nx = 1  {comment}\n")
    titles = [fix.title for found in analyze(document) for fix in fixes_for(found, document)]
    assert titles == ([title] if "LP001, LW001" not in comment else [])
