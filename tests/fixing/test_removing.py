import pytest

from tests.fixing.marked import changed, expected


def removed(code: str, line_end: str = "\n") -> str | None:
    return changed(code, lambda context, ranges: context.remove_statement(ranges[0]), line_end)


def replaced(code: str, text: str = "new()", line_end: str = "\n") -> str | None:
    return changed(
        code, lambda context, ranges: context.replace_statement(ranges[0], text), line_end
    )


def plain(code: str, line_end: str = "\n") -> str | None:
    return changed(
        code, lambda context, ranges: context.remove_decorator(ranges[0], "f(1)"), line_end
    )


REMOVED = {
    "a line": ("a\n# b\n«b»  # why\nc\n", "a\n# b\nc\n"),
    "lines": ("if x:\n\ta\n\t«b(\n 1,\n\t)»\nc\n", "if x:\n\ta\nc\n"),
    "the first of a block": ("if x:\n  «a»\n  b\n", "if x:\n  b\n"),
    "the last of a file": ("if x:\n  a\n  «b»", "if x:\n  a\n"),
    "the only one of a file": ("# why\n«a»\n", "# why\n"),
    "the only one of a block": ("if x:\n  «a»  # why\nb\n", "if x:\n  pass  # why\nb\n"),
    "the only one of a branch": (
        "if x:\n  a\nelse:\n  «b(\n  1)»\n",
        "if x:\n  a\nelse:\n  pass\n",
    ),
    "the only one on the head's line": ("if x: «a»\nb\n", "if x: pass\nb\n"),
    "the first of a line": ("if x: «a»; b  # why\n", "if x: b  # why\n"),
    "the second of a line": ("a; «b»; c\n", "a; c\n"),
    "the last of a line": ("a; «b»  # why\nc\n", "a  # why\nc\n"),
    "a decorated function": ("a\n«@b\ndef f():\n  c\n  # c»\nd\n", "a\nd\n"),
    "a docstring": ("def f():\n  «'doc'»\n  a\n", "def f():\n  a\n"),
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", REMOVED)
def test_statement_is_taken_out(name: str, line_end: str) -> None:
    before, after = REMOVED[name]
    assert removed(before, line_end) == expected(after, line_end)


@pytest.mark.parametrize(
    "code",
    [
        "«a\nb»\n",
        "«a;»\n",
        "if x: a\n«elif y: b»\n",
        "if x: «pass»\n",
        "def f():\n  «a»\n  'text'\n",
        "f(\n  «a»\n",
        "«»",
    ],
)
def test_no_statement_is_taken_out_when_unsure(code: str) -> None:
    assert removed(code) is None


REPLACED = {
    "a line": ("a\n«b»  # why\nc\n", "a\nnew()  # why\nc\n"),
    "lines": ("if x:\n\t«b(\n 1,\n\t)»\nc\n", "if x:\n\tnew()\nc\n"),
    "one of a line": ("if x: a; «b»; c\n", "if x: a; new(); c\n"),
    "on the head's line": ("if x: «a»\n", "if x: new()\n"),
    "a loop": ("«for a in b:\n  c»\nd\n", "new()\nd\n"),
    "a decorated function": ("  \n«@a\ndef f(): pass»\n", "  \nnew()\n"),
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", REPLACED)
def test_statement_is_replaced(name: str, line_end: str) -> None:
    before, after = REPLACED[name]
    assert replaced(before, line_end=line_end) == expected(after, line_end)


def test_several_lines_in_the_place_of_one() -> None:
    assert replaced("if x:\n\t«a»\n", "with b:\n    a") == "if x:\n\twith b:\n\t\ta\n"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("«a»\n", "a"),
        ("«a»\n", ""),
        ("«a»\n", "b("),
        ("«f(  # why\n)»\n", "b"),
        ("if x: «a»\n", "for a in b: c"),
        ("if x: a\n«elif y: b»\n", "c"),
    ],
)
def test_nothing_is_replaced_when_unsure(code: str, text: str) -> None:
    assert replaced(code, text) is None


DECORATORS = {
    "the only one": ("a\n@f(1)\n«def g()»:\n  b\n", "a\ndef g():\n  b\n"),
    "one of several": (
        "class A:\n\t@b\n\t@f(\n\t\t1\n\t)  # why\n\t# g\n\t@c\n\t«def g()»:\n\t\tb\n",
        "class A:\n\t@b\n\t# g\n\t@c\n\tdef g():\n\t\tb\n",
    ),
    "of a class": ("@f(1)\n«class A»: pass\n", "class A: pass\n"),
    "of an async function": ("@f( 1 )\n«async def g()»: pass\n", "async def g(): pass\n"),
    "a range at the decorator": ("@«f(1)»\ndef g(): pass\n", "def g(): pass\n"),
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", DECORATORS)
def test_decorator_is_taken_off(name: str, line_end: str) -> None:
    before, after = DECORATORS[name]
    assert plain(before, line_end) == expected(after, line_end)


@pytest.mark.parametrize(
    "code",
    [
        "«def g()»: pass\n",
        "@f(2)\n«def g()»: pass\n",
        "@f(1)\n@f(1)\n«def g()»: pass\n",
        "@f(1)\ndef g():\n  «a»\n",
        "@(f(1))\n«def g()»: pass\n",
    ],
)
def test_no_decorator_is_taken_off_when_unsure(code: str) -> None:
    assert plain(code) is None
