import pytest

from tests.fixing.marked import changed, expected


def bound(code: str, manager: str | None = None, line_end: str = "\n") -> str | None:
    return changed(code, lambda context, ranges: context.bind_with(ranges[0], manager), line_end)


def bound_to_last_use(code: str) -> str | None:
    return changed(code, lambda context, ranges: context.bind_with(ranges[0], to_last_use=True))


CASES = {
    "the rest of a function": (
        """
        def f(p):
            # open
            «x = open(p)»  # why
            # read
            a = x.read()

            return a  # a
        """,
        """
        def f(p):
            # open
            with open(p) as x:  # why
                # read
                a = x.read()

                return a  # a
        """,
    ),
    "the rest of a file": ("«x=open(p)»\ng(x)\n", "with open(p) as x:\n    g(x)\n"),
    "a call over lines": (
        "for p in ps:\n\t«x = (open(\n\t\tp,\n\t))»\n\ts = '''\na\n'''\n\tg(x, s)\nh()\n",
        "for p in ps:\n\twith (open(\n\t\tp,\n\t)) as x:\n\t\ts = '''\na\n'''\n\t\tg(x, s)\nh()\n",
    ),
    "another function's name": (
        "def f():\n  «x = g()»\n  h(x)\ndef i(x):\n  return x\n",
        "def f():\n  with g() as x:\n    h(x)\ndef i(x):\n  return x\n",
    ),
    "an attribute and a keyword of that name": (
        "def f():\n  x = a.x\n".replace("x = a.x", "b(a.x, x=1)") + "  «x = g()»\n  h(x)\n",
        "def f():\n  b(a.x, x=1)\n  with g() as x:\n    h(x)\n",
    ),
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", CASES)
def test_assignment_becomes_a_with(name: str, line_end: str) -> None:
    before, after = CASES[name]
    assert bound(before, line_end=line_end) == expected(after, line_end)


@pytest.mark.parametrize(
    ("manager", "after"),
    [
        ("closing({})", "with closing(g(1)) as x:\n    h(x)\n"),
        ("g(2)", "with g(2) as x:\n    h(x)\n"),
        ("{}.a()", "with g(1).a() as x:\n    h(x)\n"),
        ("a({}, {})", None),
        ("a(", None),
    ],
)
def test_manager(manager: str, after: str | None) -> None:
    assert bound("«x = g(1)»\nh(x)\n", manager) == after


@pytest.mark.parametrize(
    "code",
    [
        "«x = g()»\n",
        "if a:\n  «x = g()»\n  h(x)\ni(x)\n",
        "x = None\n«x = g()»\nh(x)\n",
        "«x = g()»\nx = h(x)\n",
        "«x = g()»\ndel x\n",
        "«x = y = g()»\nh(x)\n",
        "«x: A = g()»\nh(x)\n",
        "«self.x = g()»\nh(x)\n",
        "«x = g»\nh(x)\n",
        "«x = g()»; h(x)\n",
        "a; «x = g()»\nh(x)\n",
        "def f(x):\n  «x = g()»\n  h(x)\n",
        "def f():\n  global x\n  «x = g()»\n  h(x)\n",
        "for a in b:\n  c(x)\n  «x = g()»\n  h(x)\n",
        "def f():\n  if a:\n    «x = g()»\n    h(x)\n  i(\n  x = = 1\n",
        "«x = g(»\n",
    ],
)
def test_no_fix_when_unsure(code: str) -> None:
    assert bound(code) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("«x = g()»\nh(x)\ni()\n", "with g() as x:\n    h(x)\ni()\n"),
        (
            "«x = g()»\nr = h(x)\nfor a in r:\n  b(a)\ni()\n",
            "with g() as x:\n  r = h(x)\n  for a in r:\n    b(a)\ni()\n",
        ),
        (
            "«x = g()»\ny.r = h(x)\ni()\nb(y)\nc()\n",
            "with g() as x:\n    y.r = h(x)\n    i()\n    b(y)\nc()\n",
        ),
        ("«x = g()»\nh()\n", None),
    ],
)
def test_down_to_the_last_use(before: str, after: str | None) -> None:
    assert bound_to_last_use(before) == after


def test_broken_neighbours() -> None:
    before = "x = = 1\ndef f():\n    «y = g()»\n    h(y)\ndef i(:\n"
    assert bound(before) == ("x = = 1\ndef f():\n    with g() as y:\n        h(y)\ndef i(:\n")
