import pytest

from leakwise.fixing import FixContext
from leakwise.text import Range, apply_edits
from tests.fixing.marked import changed, expected, unmarked

LINE_ENDS = pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])


def wrapped(code: str, line_end: str = "\n") -> str | None:
    return changed(
        code,
        lambda context, ranges: context.wrap_in_with(ranges[0], "torch.no_grad()"),
        line_end,
    )


CASES = {
    "one statement": (
        "x = 1\n«y = 2»\nz = 3\n",
        "x = 1\nwith torch.no_grad():\n    y = 2\nz = 3\n",
    ),
    "a range inside of a statement": (
        "y = «model»(x)\n",
        "with torch.no_grad():\n    y = model(x)\n",
    ),
    "several statements with blanks and comments between": (
        """
        def f():
            «a = 1

            # why
        # far left
            b = 2»  # last
            c = 3
        """,
        """
        def f():
            with torch.no_grad():
                a = 1

                # why
            # far left
                b = 2  # last
            c = 3
        """,
    ),
    "a loop by its head": (
        """
        model.eval()
        «for x in loader»:
            y = model(x)
            # trailing
        # outside
        done()
        """,
        """
        model.eval()
        with torch.no_grad():
            for x in loader:
                y = model(x)
                # trailing
        # outside
        done()
        """,
    ),
    "the last line without an end": (
        "if x:\n  «y = 1»",
        "if x:\n  with torch.no_grad():\n    y = 1",
    ),
    "tabs": (
        "for a in b:\n\tif a:\n\t\t«y = 1\n\t\tz = 2»\n",
        "for a in b:\n\tif a:\n\t\twith torch.no_grad():\n\t\t\ty = 1\n\t\t\tz = 2\n",
    ),
    "a unit found below": (
        "«y = 1»\nfor a in b:\n  pass\n",
        "with torch.no_grad():\n  y = 1\nfor a in b:\n  pass\n",
    ),
    "brackets and backslashes": (
        """
        def f():
            «x = foo(1,
                    2,
          3)
            y = a + \\
                b»
        """,
        """
        def f():
            with torch.no_grad():
                x = foo(1,
                        2,
              3)
                y = a + \\
                    b
        """,
    ),
    "an else branch": (
        """
        if a:
            pass
        else:
            «y = 1»
        """,
        """
        if a:
            pass
        else:
            with torch.no_grad():
                y = 1
        """,
    ),
    "a whole if with its else": (
        """
        «if a»:
            pass
        elif b:
            pass
        else:
            y = 1
        """,
        """
        with torch.no_grad():
            if a:
                pass
            elif b:
                pass
            else:
                y = 1
        """,
    ),
    "a decorated function by its def": (
        """
        x = 1
        @first(
            1,
        )
        @second
        «def f():
            return 1»
        """,
        """
        x = 1
        with torch.no_grad():
            @first(
                1,
            )
            @second
            def f():
                return 1
        """,
    ),
    "from one block into the next statement": (
        """
        for x in y:
            a = «1
        b» = 2
        """,
        """
        with torch.no_grad():
            for x in y:
                a = 1
            b = 2
        """,
    ),
    "non-ASCII code": ("é = '🙂'\n«ü = ö»\n", "é = '🙂'\nwith torch.no_grad():\n    ü = ö\n"),
}


@LINE_ENDS
@pytest.mark.parametrize("name", CASES)
def test_statements_move_into_the_with(name: str, line_end: str) -> None:
    before, after = CASES[name]
    assert wrapped(before, line_end) == expected(after, line_end)


@LINE_ENDS
def test_text_of_strings_does_not_move(line_end: str) -> None:
    before = '''
        def f():
            «sql = """
        select
              a
        """
            t = f"""{
        x}
            """
            u = ("a"
                 "b")
            v = "one \\
        two"
            w = R\'\'\'
        \'\'\'»
        '''
    after = '''
        def f():
            with torch.no_grad():
                sql = """
        select
              a
        """
                t = f"""{
        x}
            """
                u = ("a"
                     "b")
                v = "one \\
        two"
                w = R\'\'\'
        \'\'\'
        '''
    assert wrapped(before, line_end) == expected(after, line_end)


@pytest.mark.parametrize(
    "code",
    [
        "if x: «y = 1»\n",
        "for x in y: «f(x)»\n",
        "a = 1; «b = 2»\n",
        "«a = 1»; b = 2\n",
        "«a = 1»;\n",
        'def f():\n    «"""Docstring."""»\n    return 1\n',
        '«"""Docstring."""»\n',
        "«from __future__ import annotations»\n",
        "«# comment»\n",
        "«»\n",
        "«x = (»\n",
        "def f():\n    «for x in y:\n        a b»\n    c = 1\n",
        "x = '''\n«loss»\n'''\n",
    ],
)
def test_no_fix_when_unsure(code: str) -> None:
    assert wrapped(code) is None


@pytest.mark.parametrize("tail", ["def half(:\n", "x = (1,\n", "for\n", "x = '''\n"])
def test_broken_code_below(tail: str) -> None:
    before = "def f():\n    «for x in y:\n        g(x)»\n"
    after = "def f():\n    with torch.no_grad():\n        for x in y:\n            g(x)\n"
    assert wrapped(before + tail) == after + tail


def test_broken_code_in_the_same_block() -> None:
    before = "def f():\n    x = foo(1 2)\n    «y = 1»\n    z = = 2\n"
    after = "def f():\n    x = foo(1 2)\n    with torch.no_grad():\n        y = 1\n    z = = 2\n"
    assert wrapped(before) == after


def test_a_range_at_the_end_of_a_string_takes_its_whole_statement() -> None:
    before = "try:\n    s = '''\ntext\n«'''»\nfinally:\n    f('''\n''')\n"
    after = (
        "try:\n    with torch.no_grad():\n        s = '''\ntext\n'''\nfinally:\n    f('''\n''')\n"
    )
    assert wrapped(before) in (None, after)


def test_a_bad_manager_gives_no_fix() -> None:
    document, ranges = unmarked("«x = 1»\n")
    assert FixContext(document).wrap_in_with(ranges[0], "torch.no_grad(") is None
    assert FixContext(document).wrap_in_with(ranges[0], "a: pass\nwith b") is None


def test_lines_that_do_not_change_are_not_touched() -> None:
    document, ranges = unmarked("a = 1\n«for x in y:\n    '''\n  s\n'''\n\n    b = 2»\nc = 3\n")
    edits = FixContext(document).wrap_in_with(ranges[0], "m()")
    assert edits is not None
    assert all(edit.range.start == edit.range.end for edit in edits)
    assert sorted(edit.range.start.line for edit in edits) == [1, 2, 6]


def test_composes_with_a_call_inside() -> None:
    document, ranges = unmarked("for x in y:\n    total += «a + b»\n")
    context = FixContext(document)
    wrap = context.wrap_in_with(Range.of(0, 0, 1, 18), "m()")
    call = context.call_method(ranges, "item")
    assert wrap
    assert call
    assert apply_edits(document, [*call, *wrap]) == expected("""
        with m():
            for x in y:
                total += (a + b).item()
        """)
