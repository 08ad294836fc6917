"""Hypothesis strategies for programs and for edits of them, which seldom and often parse."""

from hypothesis import strategies as st

from leakwise.text import Document, LineChange, Range

SIMPLE = [
    "x = 1",
    "y = foo(x)",
    "a = 1; b = 2",
    "'''doc\nx\n'''",
    "z = [\n 1,\n2]",
    "s = 'é😀'",
    "q = 1 \\\n  + 2",
    "return 3",
    "# note",
    "",
]
HEADERS = [
    "if x:",
    "def f(a):",
    "class A:",
    "for i in x:",
    "while x:",
    "with a as b:",
    "async def h():",
    "class B(\n    X):",
    "@deco\ndef g():",
]
FRAGMENTS = [
    *SIMPLE,
    *HEADERS,
    "else:",
    "elif y:",
    "else: inline = 3",
    "try:",
    "except X as e:",
    "finally:",
    "match x:",
    "case 1:",
    "pass",
    '"""',
    'x = """',
    "# '''",
    "foo(",
    ")",
    "x = [",
    "]",
    "1,",
    "a = 1 \\",
    "\\",
    "x;",
    "@",
    "@(",
    "@deco",
    "%magic",
    "print 'x'",
    "\f",
    "\fx = 3",
    "\tx",
    "lambda: (",
    "\0",
    "\ud800",
    "\ufeff",
    "class C(A): pass",
    "if 1: pass",
]
TYPED = [
    *"x():;,.=@\\\"'#[]{} \t\n\r\f%",
    "\u2028",
    '"""',
    "\r\n",
    "\n    ",
    "    ",
    "def f",
    "pass",
]


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A text that parses."""
    text = "\n".join(draw(_suites(0))) + draw(st.sampled_from(["\n", "", "\n\n"]))
    return text.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n", "\r"])))


def fragments() -> st.SearchStrategy[str]:
    """A text that mostly does not parse."""
    indents = st.sampled_from(["", "", "    ", "        ", "\t", "  "])
    lines = st.builds(lambda indent, line: indent + line, indents, st.sampled_from(FRAGMENTS))
    return st.lists(lines, max_size=12).map("\n".join)


@st.composite
def edits(draw: st.DrawFn, document: Document) -> tuple[Document, LineChange]:
    """A document after one edit, and the change."""
    line = draw(st.integers(0, len(document.lines) - 1))
    column = draw(st.integers(0, len(document.lines[line])))
    kind = draw(st.sampled_from(["type", "type", "erase", "cut", "insert", "replace", "indent"]))
    behind = min(len(document.lines) - 1, line + draw(st.integers(1, 3)))
    if kind == "type":
        text = draw(st.sampled_from(TYPED))
        return document.replace(Range.of(line, column, line, column), text)
    if kind == "erase":
        return document.replace(Range.of(line, column, line, column + 2), "")
    if kind == "cut":
        return document.replace(Range.of(line, 0, behind, 0), "")
    if kind == "insert":
        return document.replace(Range.of(line, 0, line, 0), draw(fragments()) + "\n")
    if kind == "replace":
        return document.replace(Range.of(line, column, behind, column), draw(fragments()))
    indented = "".join("    " + one for one in document.lines[line:behind])
    return document.replace(Range.of(line, 0, behind, 0), indented)


@st.composite
def _suites(draw: st.DrawFn, depth: int) -> list[str]:
    indent = "    " * depth
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        if depth > 2 or draw(st.booleans()):
            lines.append(indent + draw(st.sampled_from(SIMPLE)))
            continue
        header = draw(st.sampled_from([*HEADERS, "try:", "match q:"]))
        lines.append("\n".join(indent + part for part in header.split("\n")))
        if header == "match q:":
            for case in draw(st.lists(st.sampled_from(["1", "X(a)", "_ if b"]), min_size=1)):
                lines += [f"{indent}    case {case}:", *draw(_suites(depth + 2))]
            continue
        lines += draw(_suites(depth + 1))
        if header == "try:":
            for _ in range(draw(st.integers(0, 2))):
                lines += [indent + "except X as e:", *draw(_suites(depth + 1))]
            lines += [indent + "finally:", *draw(_suites(depth + 1))]
        elif header == "if x:":
            for _ in range(draw(st.integers(0, 2))):
                lines += [indent + "elif y:", *draw(_suites(depth + 1))]
            ending = draw(st.sampled_from(["", "else:", "else: y = 3"]))
            lines += [indent + ending] if ending else []
            lines += draw(_suites(depth + 1)) if ending == "else:" else []
    return [*lines, indent + "pass"]
