import pytest

from tests.fixing.marked import changed, expected


def added(code: str, text: str = "k=1", line_end: str = "\n") -> str | None:
    return changed(code, lambda context, ranges: context.add_argument(ranges[0], text), line_end)


def removed(code: str, line_end: str = "\n") -> str | None:
    return changed(code, lambda context, ranges: context.remove_argument(ranges[0], "k"), line_end)


def given(code: str, value: str = "1", line_end: str = "\n") -> str | None:
    return changed(
        code, lambda context, ranges: context.set_argument(ranges[0], "k", value), line_end
    )


ADDED = {
    "no arguments": ("x = «f()»\n", "x = f(k=1)\n"),
    "space alone": ("x = «f( )»\n", "x = f(k=1)\n"),
    "a comment alone": ("x = «f(  # why\n)»\n", "x = f(k=1  # why\n)\n"),
    "one argument": ("«f(a)».g(b)\n", "f(a, k=1).g(b)\n"),
    "a range in parentheses": ("x = «(f(a))»\n", "x = (f(a, k=1))\n"),
    "behind a trailing comma": ("x = «f(a,)»\n", "x = f(a, k=1,)\n"),
    "behind a parenthesised argument": ("«f((a), ((b)))»\n", "f((a), ((b)), k=1)\n"),
    "behind a string": ("«f('é)', b=')')»\n", "f('é)', b=')', k=1)\n"),
    "a called call": ("«(f)(a)(b)»\n", "(f)(a)(b, k=1)\n"),
    "the inner of two": ("g(«f(a)», b)\n", "g(f(a, k=1), b)\n"),
    "a generator": ("«f(a for a in b)»\n", "f((a for a in b), k=1)\n"),
    "a generator in parentheses": ("«f((a for a in b))»\n", "f((a for a in b), k=1)\n"),
    "a decorator": ("@«f(a)»\ndef g(): pass\n", "@f(a, k=1)\ndef g(): pass\n"),
    "one a line": (
        "x = «f(\n    a,\n    b=2,  # why\n    # more\n)»\n",
        "x = f(\n    a,\n    b=2,  # why\n    k=1,\n    # more\n)\n",
    ),
    "one a line, no last comma": (
        "x = «f(\n\ta,\n\tb=[\n\t\t2,\n\t]  # why\n)»\n",
        "x = f(\n\ta,\n\tb=[\n\t\t2,\n\t],  # why\n\tk=1\n)\n",
    ),
    "one a line, closed behind the last": (
        "x = «f(a,\n      b)»  # why\n",
        "x = f(a,\n      b,\n      k=1)  # why\n",
    ),
    "several a line": ("x = «f(\n    a, b\n)»\n", "x = f(\n    a, b, k=1\n)\n"),
    "a comment behind the last": (
        "x = «f(a,  # why\n)»\n",
        "x = f(a, k=1,  # why\n)\n",
    ),
    "over a backslash": ("x = \\\n  «f(a)»\n", "x = \\\n  f(a, k=1)\n"),
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", ADDED)
def test_argument_is_added(name: str, line_end: str) -> None:
    before, after = ADDED[name]
    assert added(before, line_end=line_end) == expected(after, line_end)


def test_several_arguments_at_once() -> None:
    assert added("«f()»\n", "k=1, l=[2, 3]") == "f(k=1, l=[2, 3])\n"


@pytest.mark.parametrize(
    "code",
    [
        "«f(k=2)»\n",
        "«f(a, **b)»\n",
        "«f(*a)»\n",
        "«f»(a)\n",
        "«f(a) + 1»\n",
        "f(«a»)\n",
        "«f(a»\n",
        "«»",
    ],
)
def test_nothing_is_added_when_unsure(code: str) -> None:
    assert added(code) is None


@pytest.mark.parametrize("text", ["", "k", "k=", "1", "*k", "**k", "k=1,", "k=1)(", "k=1  # why"])
def test_only_keyword_arguments_are_added(text: str) -> None:
    assert added("«f(a)»\n", text) is None


REMOVED = {
    "the only one": ("x = «f(k=1)»\n", "x = f()\n"),
    "the only one with a comma": ("x = «f( k = 1, )»\n", "x = f()\n"),
    "the only one on a line of its own": ("x = «f(\n    k=1,\n)»\n", "x = f()\n"),
    "the only one beside a comment": (
        "x = «f(\n    # why\n    k=1,\n)»\n",
        "x = f(\n    # why\n)\n",
    ),
    "the last": ("«f(a, k=1)»\n", "f(a)\n"),
    "the last behind parentheses": ("«f((a), k=(1))»\n", "f((a))\n"),
    "the last with a comma": ("«f(a, k=1,)»\n", "f(a,)\n"),
    "the first": ("«f(k=1, a=2)»\n", "f(a=2)\n"),
    "the first of two lines": ("«f(k=1,\n  a=2)»\n", "f(a=2)\n"),
    "one between": ("«f(a, k=g(1, 2), b=3)»\n", "f(a, b=3)\n"),
    "in front of an unpacked one": ("«f(a, k=1, **b)»\n", "f(a, **b)\n"),
    "a line": (
        "x = «f(\n    a,  # a\n    k=[\n        1,\n    ],  # k\n    # b\n    b=2,\n)»\n",
        "x = f(\n    a,  # a\n    # b\n    b=2,\n)\n",
    ),
    "the last line": ("x = «f(\n  a,\n  k=1\n)»\n", "x = f(\n  a,\n)\n"),
    "behind a comment": ("«f(a,  # why\n  k=1)»\n", "f(a,  # why\n  )\n"),
    "on the line of another": ("«f(\n    a, k=1,\n)»\n", "f(\n    a,\n)\n"),
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", REMOVED)
def test_argument_is_removed(name: str, line_end: str) -> None:
    before, after = REMOVED[name]
    assert removed(before, line_end) == expected(after, line_end)


@pytest.mark.parametrize("code", ["«f(a)»\n", "«f(k)»\n", "«f(**k)»\n", "«f(g(k=1))»\n", "«k=1»\n"])
def test_nothing_is_removed_when_unsure(code: str) -> None:
    assert removed(code) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("«f(a, k=2)»\n", "f(a, k=1)\n"),
        ("«f(k = (2), **a)»\n", "f(k = 1, **a)\n"),
        ("«f(\n  k=g(\n    2\n  ),  # why\n)»\n", "f(\n  k=1,  # why\n)\n"),
        ("«f(k=lambda k=2: k)»\n", "f(k=1)\n"),
        ("«f(a)»\n", "f(a, k=1)\n"),
        ("«f()»\n", "f(k=1)\n"),
    ],
)
def test_argument_is_given_a_value(before: str, after: str) -> None:
    assert given(before) == after


@pytest.mark.parametrize("code", ["«f(k=1)»\n", "«f(**a)»\n", "«f(k=(  # why\n 2))»\n", "«k»\n"])
def test_no_value_is_given_when_unsure(code: str) -> None:
    assert given(code) is None


@pytest.mark.parametrize("value", ["", "1, 2", "*a", "(", "1\n"])
def test_a_value_is_one_expression(value: str) -> None:
    assert given("«f(k=2)»\n", value) is None


def test_broken_neighbours() -> None:
    before = "x = (\ndef g(:\n    y = «f(a)»\n    z = = 1\n"
    assert added(before) == "x = (\ndef g(:\n    y = f(a, k=1)\n    z = = 1\n"
