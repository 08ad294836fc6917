import pytest

from leakwise.fixing import FixContext
from leakwise.text import Range
from tests.fixing.marked import changed, expected, unmarked


def cleared(code: str, line_end: str = "\n") -> str | None:
    return changed(
        code, lambda context, ranges: context.insert_first(ranges[0], "clear()"), line_end
    )


CASES = {
    "a loop": (
        "«for x in y»:\n    f(x)\n",
        "for x in y:\n    clear()\n    f(x)\n",
    ),
    "the whole of a loop": (
        "if z:\n  «while x:\n    # first\n    f(x)»\n  g()\n",
        "if z:\n  while x:\n    # first\n    clear()\n    f(x)\n  g()\n",
    ),
    "a range inside of the head": (
        "for x in «range(3)»:\n\tf(x)\n",
        "for x in range(3):\n\tclear()\n\tf(x)\n",
    ),
    "behind a docstring": (
        "«def f()»:\n    '''Doc\n  string.'''  # why\n\n    return 1\n",
        "def f():\n    '''Doc\n  string.'''  # why\n\n    clear()\n    return 1\n",
    ),
    "only a docstring": (
        "«def f()»:\n    '''Doc.'''  # why\n\nx = 1\n",
        "def f():\n    '''Doc.'''  # why\n    clear()\n\nx = 1\n",
    ),
    "a docstring at the end of the file": (
        "«def f()»:\n    '''Doc.'''",
        "def f():\n    '''Doc.'''\n    clear()",
    ),
    "a string is no docstring of a loop": (
        "«for x in y»:\n    'text'\n",
        "for x in y:\n    clear()\n    'text'\n",
    ),
    "decorated first statement": (
        "«for x in y»:\n    @a\n    def f(): pass\n",
        "for x in y:\n    clear()\n    @a\n    def f(): pass\n",
    ),
    "a body on the head's line": (
        "if z:\n  «for x in y»:   f(x); g(x)  # why\n",
        "if z:\n  for x in y:\n    clear()\n    f(x); g(x)  # why\n",
    ),
    "an async loop": (
        "async def f():\n    «async for x in y»:\n        g(x)\n",
        "async def f():\n    async for x in y:\n        clear()\n        g(x)\n",
    ),
    "a try": (
        "«try»:\n    f()\nfinally:\n    g()\n",
        "try:\n    clear()\n    f()\nfinally:\n    g()\n",
    ),
    "a decorated function": (
        "«@a\ndef f()»:\n    g()\n",
        "@a\ndef f():\n    clear()\n    g()\n",
    ),
    "a head over several lines": (
        "«for x in [\n    1,\n]»:\n    f(x)\n",
        "for x in [\n    1,\n]:\n    clear()\n    f(x)\n",
    ),
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", CASES)
def test_statement_comes_first(name: str, line_end: str) -> None:
    before, after = CASES[name]
    assert cleared(before, line_end) == expected(after, line_end)


@pytest.mark.parametrize(
    "code",
    [
        "«for x in y»:\n    clear()\n    f(x)\n",
        "«def f()»:\n    '''Doc.'''\n    clear()\n",
        "«def f()»: '''Doc.'''\n",
        "«def f()»: '''Doc.'''; return 1\n",
        "if z: «x = 1»\n",
        "«x = 1»\n",
        "«match x»:\n    case 1: pass\n",
        "«for x in»:\n    f(x)\n",
        "«»",
    ],
)
def test_no_fix_when_unsure(code: str) -> None:
    assert cleared(code) is None


def test_broken_body_and_neighbours() -> None:
    before = "def f(:\n«for x in y»:\n    f(x)\n    g(\nx = = 1\n"
    after = "def f(:\nfor x in y:\n    clear()\n    f(x)\n    g(\nx = = 1\n"
    assert cleared(before) == after


@pytest.mark.parametrize("statement", ["clear(", "a\nb", "", "a; b", "for x in y: pass\n\n"])
def test_a_statement_must_be_one_line(statement: str) -> None:
    document, ranges = unmarked("«for x in y»:\n    f(x)\n")
    assert FixContext(document).insert_first(ranges[0], statement) is None


def test_nonsense_range() -> None:
    document, _ = unmarked("for x in y:\n    f(x)\n")
    assert FixContext(document).insert_first(Range.of(9, 9, 99, 99), "clear()") is None


def test_a_long_try_first() -> None:
    body = "".join(f"        a{number}\n" for number in range(300))
    before = f"«def f()»:\n    try:\n{body}    except E:\n        b\n"
    after = f"def f():\n    clear()\n    try:\n{body}    except E:\n        b\n"
    assert cleared(before) == after
