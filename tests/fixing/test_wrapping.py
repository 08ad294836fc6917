import pytest

from tests.fixing.marked import changed, expected


def wrapped(code: str, template: str = "f({})", line_end: str = "\n") -> str | None:
    return changed(code, lambda context, ranges: context.wrap(ranges, template), line_end)


def replaced(code: str, old: str, new: str) -> str | None:
    return changed(code, lambda context, ranges: context.replace(ranges[0], old, new))


def stripped(code: str, line_end: str = "\n") -> str | None:
    return changed(
        code, lambda context, ranges: context.strip_suffix_call(ranges[0], "cuda"), line_end
    )


WRAPPED = {
    "a name": ("x = «a» + b\n", "x = f(a) + b\n"),
    "a sum": ("x = «a + b»\n", "x = f(a + b)\n"),
    "in parentheses": ("x = «(a + b)» * c\n", "x = (f(a + b)) * c\n"),
    "a tuple": ("return «a, b»\n", "return f((a, b))\n"),
    "a tuple in parentheses": ("x = «(a, b)»\n", "x = f((a, b))\n"),
    "an argument": ("g(a, b=«c.d»)\n", "g(a, b=f(c.d))\n"),
    "a generator": ("g(«(a for a in b)»)\n", "g(f((a for a in b)))\n"),
    "a yield": ("def g():\n  x = «yield a»\n", "def g():\n  x = f((yield a))\n"),
    "a lambda": ("x = «lambda: a»\n", "x = f(lambda: a)\n"),
    "an awaited call": ("async def g(): «await a»\n", "async def g(): f(await a)\n"),
    "several lines": (
        "x = [\n    «a  # why\n    .b()»,\n]\n",
        "x = [\n    f(a  # why\n    .b()),\n]\n",
    ),
    "one in another": ("x = «a + «b»»\n", "x = f(a + f(b))\n"),
    "one at the start of another": ("x = ««a» + b»\n", "x = f(f(a) + b)\n"),
    "several": ("g(«a», b, «é + 'ü'», «c»)\n", "g(f(a), b, f(é + 'ü'), f(c))\n"),
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", WRAPPED)
def test_expression_is_wrapped(name: str, line_end: str) -> None:
    before, after = WRAPPED[name]
    assert wrapped(before, line_end=line_end) == expected(after, line_end)


@pytest.mark.parametrize(
    ("template", "before", "after"),
    [
        ("{} * 2", "x = «a + b»\n", "x = (a + b) * 2\n"),
        ("{} + 2", "x = «a * b» * c\n", "x = (a * b + 2) * c\n"),
        ("{} + 2", "x = «a» * c\n", "x = (a + 2) * c\n"),
        ("-{}", "x = «a + b».c\n", None),
        ("-{}", "x = «(a + b)».c\n", "x = (-(a + b)).c\n"),
        ("tuple(s.detach() for s in {})", "g(«h»)\n", "g(tuple(s.detach() for s in h))\n"),
        ("{}[0]", "x = «a if b else c»\n", "x = (a if b else c)[0]\n"),
        ("g({}, {})", "x = «a»\n", None),
        ("{}", "x = «a»\n", None),
        ("g(", "x = «a»\n", None),
        ("g({})\n", "x = «a»\n", None),
        ("g({})  # why", "x = «a»\n", None),
    ],
)
def test_templates(template: str, before: str, after: str | None) -> None:
    assert wrapped(before, template) == after


@pytest.mark.parametrize("code", ["f(«a»)\n", "«a» = 1\n", "x = a «+ b»\n", "del «a»\n", "«»"])
def test_nothing_is_wrapped_when_unsure(code: str) -> None:
    assert wrapped(code) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = «a.b(1)»\n", "x = c\n"),
        ("x = «a.b( 1, )» + 2\n", "x = c + 2\n"),
        ("x = -«(a.b(\n  1\n))»\n", "x = -(c)\n"),
        ("@«a.b(1)»\ndef f():\n    x\n    y = = 1\n", "@c\ndef f():\n    x\n    y = = 1\n"),
        ("x = «a.b(2)»\n", None),
        ("x = «a.b»(1)\n", None),
        ("x = «a.b(  # why\n  1)»\n", None),
    ],
)
def test_expression_is_replaced(before: str, after: str | None) -> None:
    assert replaced(before, "a.b(1)", "c") == after


@pytest.mark.parametrize(
    ("old", "new", "after"),
    [
        ("a", "b + c", "x = (b + c) * 2\n"),
        ("a", "b.c()", "x = b.c() * 2\n"),
        ("a", "a", None),
        ("a", "b; c", None),
        ("a", "*b", None),
        ("b", "c", None),
        ("", "c", None),
    ],
)
def test_what_is_put_in_the_place(old: str, new: str, after: str | None) -> None:
    assert replaced("x = «a» * 2\n", old, new) == after


STRIPPED = {
    "a call": ("x = «a.cuda()»\n", "x = a\n"),
    "with arguments": ("x = «a.b(1).cuda(0, c='.')».d\n", "x = a.b(1).d\n"),
    "of parentheses": ("x = «(a + b).cuda()»\n", "x = (a + b)\n"),
    "over lines": (
        "x = (\n    «a\n    .b()  \n    .cuda(\n    )»  # why\n)\n",
        "x = (\n    a\n    .b()  # why\n)\n",
    ),
    "of an await": ("x = «(await a).cuda()»\n", "x = (await a)\n"),
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", STRIPPED)
def test_last_call_is_taken_off(name: str, line_end: str) -> None:
    before, after = STRIPPED[name]
    assert stripped(before, line_end) == expected(after, line_end)


@pytest.mark.parametrize(
    "code",
    [
        "«a»\n",
        "«a.cuda().b()»\n",
        "«a.cuda»\n",
        "«cuda()»\n",
        "«a.cuda() + b»\n",
        "«a.cuda(  # why\n)»\n",
        "«1 .cuda»()\n",
    ],
)
def test_no_call_is_taken_off_when_unsure(code: str) -> None:
    assert stripped(code) is None
