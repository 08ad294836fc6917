import pytest

from tests.fixing.marked import changed, expected


def before(code: str, text: str = "new()", line_end: str = "\n") -> str | None:
    return changed(code, lambda context, ranges: context.insert_before(ranges[0], text), line_end)


def behind(code: str, text: str = "new()", line_end: str = "\n") -> str | None:
    return changed(code, lambda context, ranges: context.insert_after(ranges[0], text), line_end)


def last(
    code: str, text: str = "new()", line_end: str = "\n", *, before_leaving: bool = False
) -> str | None:
    return changed(
        code,
        lambda context, ranges: context.append_last(ranges[0], text, before_leaving=before_leaving),
        line_end,
    )


BEFORE = {
    "a statement": ("a\n«b»\nc\n", "a\nnew()\nb\nc\n"),
    "behind a comment": (
        "if x:\n\ta\n\t# why\n\t«b»  # b\n",
        "if x:\n\ta\n\t# why\n\tnew()\n\tb  # b\n",
    ),
    "a decorated function": ("«@a\n@b\ndef f(): pass»\n", "new()\n@a\n@b\ndef f(): pass\n"),
    "a loop": ("if x:\n  «for a in b:\n    c»\n", "if x:\n  new()\n  for a in b:\n    c\n"),
    "the second of a line": ("if x:\n  a; «b»; c\n", "if x:\n  a\n  new()\n  b; c\n"),
    "the first of a line": ("if x:\n  «a»; b\n", "if x:\n  new()\n  a; b\n"),
    "on the head's line": (
        "if x:\n  if y: «a»  # why\n",
        "if x:\n  if y:\n    new()\n    a  # why\n",
    ),
    "on the line of else": (
        "if x:\n  if y: a\n  else: «b»; c\n",
        "if x:\n  if y: a\n  else:\n    new()\n    b; c\n",
    ),
    "second on the head's line": ("if y: a; «b»\n", "if y: a; new(); b\n"),
    "behind a docstring": ("def f():\n  'doc'\n  «a»\n", "def f():\n  'doc'\n  new()\n  a\n"),
    "several lines": ("if x:\n    «f(\n  a,\n )»\n", "if x:\n    new()\n    f(\n  a,\n )\n"),
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", BEFORE)
def test_text_stands_in_front(name: str, line_end: str) -> None:
    code, after = BEFORE[name]
    assert before(code, line_end=line_end) == expected(after, line_end)


@pytest.mark.parametrize(
    "code",
    [
        "«'doc'»\na\n",
        "def f():\n  «'doc'»\n",
        "«from __future__ import annotations»\n",
        "new()\n«a»\n",
        "«new()»\n",
        "«a\nb»\n",
        "if x: a\n«elif y: b»\n",
        "«a b»\n",
        "match x:\n  case 1: «a»\n",
    ],
)
def test_nothing_in_front_when_unsure(code: str) -> None:
    assert before(code) is None


BEHIND = {
    "a statement": ("«a»\nb\n", "a\nnew()\nb\n"),
    "a comment": ("if x:\n\t«a»  # why\n\t# b\n\tb\n", "if x:\n\ta  # why\n\tnew()\n\t# b\n\tb\n"),
    "the last of a file": ("if x:\n  «a»", "if x:\n  a\n  new()"),
    "a loop": (
        "«for a in b:\n    c\n    # inside\n\n# outside»\nd\n",
        "for a in b:\n    c\n    # inside\nnew()\n\n# outside\nd\n",
    ),
    "an if with else": (
        "if x:\n  «if a: b\n  else: c»\n",
        "if x:\n  if a: b\n  else: c\n  new()\n",
    ),
    "the first of a line": ("«a»; b\n", "a\nnew()\nb\n"),
    "the second of a line": ("if x:\n  a; «b»  # why\n", "if x:\n  a; b  # why\n  new()\n"),
    "on the head's line": ("if x: «a»  # why\nb\n", "if x:\n    a  # why\n    new()\nb\n"),
    "a docstring": ("def f():\n  «'doc'»\n", "def f():\n  'doc'\n  new()\n"),
    "several lines": ("«x = f(\n  a,\n) + '''\nb'''»\n", "x = f(\n  a,\n) + '''\nb'''\nnew()\n"),
    "half of a branch": ("if x:\n  «if a: return»\n", "if x:\n  if a: return\n  new()\n"),
    "an except": (
        "try: a\nexcept E: «b»\nfinally: c\n",
        "try: a\nexcept E:\n    b\n    new()\nfinally: c\n",
    ),
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", BEHIND)
def test_text_stands_behind(name: str, line_end: str) -> None:
    code, after = BEHIND[name]
    assert behind(code, line_end=line_end) == expected(after, line_end)


@pytest.mark.parametrize(
    "code",
    [
        "def f():\n  «return a»\n",
        "for a in b:\n  «break»\n",
        "def f():\n  «if x: return\n  else: raise E»\n",
        "«a»\nnew()\n",
        "«new()»\n",
        "«a;»\n",
        "«from __future__ import a»\nfrom __future__ import b\n",
        "«'doc'»\n\nfrom __future__ import b\n",
        "if x: a\n«elif y: b»\n",
    ],
)
def test_nothing_behind_when_unsure(code: str) -> None:
    assert behind(code) is None


LAST = {
    "a loop": ("«for a in b»:\n  c\nd\n", "for a in b:\n  c\n  new()\nd\n"),
    "the whole of a loop": (
        "«for a in b:\n  c  # why\n  # more\n\n  # and more\n# outside\nelse:\n  d»\n",
        "for a in b:\n  c  # why\n  # more\n\n  # and more\n  new()\n# outside\nelse:\n  d\n",
    ),
    "behind a deeper block": (
        "«for a in b»:\n  if c:\n    d\n    # deep\ne\n",
        "for a in b:\n  if c:\n    d\n    # deep\n  new()\ne\n",
    ),
    "a body on the head's line": (
        "«for a in b»: c; d  # why\n",
        "for a in b:\n    c; d  # why\n    new()\n",
    ),
    "a function": ("«@a\ndef f()»:\n\t'doc'", "@a\ndef f():\n\t'doc'\n\tnew()"),
    "a try": ("«try»:\n  a\nfinally:\n  b\n", "try:\n  a\n  new()\nfinally:\n  b\n"),
    "what leaves a loop or a function inside": (
        "«while a»:\n  for b in c:\n    break\n  def d():\n    return\n",
        "while a:\n  for b in c:\n    break\n  def d():\n    return\n  new()\n",
    ),
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", LAST)
def test_text_stands_last(name: str, line_end: str) -> None:
    code, after = LAST[name]
    assert last(code, line_end=line_end) == expected(after, line_end)


@pytest.mark.parametrize(
    ("code", "after"),
    [
        ("«def f()»:\n  a\n  return b\n", "def f():\n  a\n  new()\n  return b\n"),
        ("«def f()»: return b\n", "def f():\n    new()\n    return b\n"),
        ("«for a in b»:\n  c; continue\n", "for a in b:\n  c\n  new()\n  continue\n"),
        ("«def f()»:\n  if a: return\n  else: raise b\n", None),
        ("«def f()»:\n  new()\n  return b\n", None),
        ("«def f()»:\n  a\n", "def f():\n  a\n  new()\n"),
    ],
)
def test_in_front_of_leaving(code: str, after: str | None) -> None:
    assert last(code, before_leaving=True) == after
    if "return" in code or "continue" in code:
        assert last(code) is None


@pytest.mark.parametrize(
    "code",
    [
        "«for a in b»:\n  c\n  new()\n",
        "«while a»:\n  if b:\n    break\n",
        "«while a»:\n  if b:\n    continue\n  c\n",
        "«while a»:\n  for b in c:\n    return\n",
        "«a = 1»\n",
        "«for a in»:\n  b\n",
        "«»",
        "«match x»:\n  case 1: a\n",
    ],
)
def test_nothing_last_when_unsure(code: str) -> None:
    assert last(code) is None


SEVERAL = "if h is not None:\n    h = h.detach()\nf(1)"


@pytest.mark.parametrize("unit", ["  ", "\t", "    "])
def test_several_lines_take_the_indentation_of_the_place(unit: str) -> None:
    new = f"{unit}if h is not None:\n{unit}{unit}h = h.detach()\n{unit}f(1)\n"
    code = f"if x:\n{unit}«a»\n"
    assert before(code, SEVERAL) == f"if x:\n{new}{unit}a\n"
    assert behind(code, SEVERAL) == f"if x:\n{unit}a\n{new}"
    assert last(f"«if x»:\n{unit}a\n", SEVERAL) == f"if x:\n{unit}a\n{new}"
    assert before(f"if x: «a»\nif y:\n{unit}b\n", SEVERAL) == (
        f"if x:\n{new}{unit}a\nif y:\n{unit}b\n"
    )
    assert before(f"if x: b; «a»\nif y:\n{unit}b\n", SEVERAL) is None


@pytest.mark.parametrize(
    "text", ["", "a(", "# why", "a\n\nb", "x = '''\na'''", "from __future__ import a", "  a"]
)
def test_text_must_be_statements(text: str) -> None:
    assert before("«a»\n", text) is None
    assert behind("«a»\n", text) is None
    assert last("«if a»:\n  b\n", text) is None


def test_broken_neighbours() -> None:
    code = "x = (\ndef g(:\n    «y»\n    z = = 1\n"
    assert before(code) == "x = (\ndef g(:\n    new()\n    y\n    z = = 1\n"
    assert behind(code) == "x = (\ndef g(:\n    y\n    new()\n    z = = 1\n"
