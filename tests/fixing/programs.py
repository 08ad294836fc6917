"""Random programs, in random layouts, for properties of fixes."""

from hypothesis import strategies as st

_SIMPLE = (
    "total += loss",
    "x = model(a, b=c)",
    "f(\n{m}  a,\n b)",
    "x = a + \\\n  b",
    "s = '''\ntext\n    more\n'''",
    's = f"""{a}\n  {b}\n"""',
    "t = ('a'\n{m}     'b')",
    "d = {'é': x,  # why\n{m}     'ü': -y}",
    "y = [a for a in b if c]",
    "return x",
    "await step(a)",
    "del x",
    "pass",
)
_HEADS = (
    "for a in f(b):",
    "while a < b:",
    "if a:",
    "with a as b, c:",
    "def g(a, b=1):",
    "async def g(a):",
    "class A(B):",
    "@first\n{m}@second(\n{m} 1)\n{m}def g(self):",
    "for a in [\n 1,\n]:",
)
_TWO_PARTS = (
    ("try:", "finally:"),
    ("try:", "except E as e:"),
    ("if a:", "else:"),
    ("for a in b:", "else:"),
)
_FILLERS = ("", "\n", "{m}# note\n", "# left\n", "  \n", "{m}      # right\n", "\n\n")


@st.composite
def programs(draw: st.DrawFn) -> str:
    """A program that parses, with `\\n`, `\\r\\n` or `\\r` at its lines' ends."""
    unit = draw(st.sampled_from(["    ", "  ", "\t", "   "]))
    text = _suite(draw, "", unit, 3)
    text = text if draw(st.booleans()) else text.rstrip("\n")
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n", "\r"])))


def _suite(draw: st.DrawFn, margin: str, unit: str, levels: int) -> str:
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        parts.append(draw(st.sampled_from(_FILLERS)).format_map({"m": margin}))
        parts.append(_statement(draw, margin, unit, levels))
    return "".join(parts)


def _statement(draw: st.DrawFn, margin: str, unit: str, levels: int) -> str:
    shape = draw(st.integers(0, 3)) if levels else 0
    comment = draw(st.sampled_from(["", "  # note"]))
    if shape < 2:
        code = draw(st.sampled_from(_SIMPLE)).replace("{m}", margin)
        return f"{margin}{code}{comment}\n"
    if shape == 2:
        head = draw(st.sampled_from(_HEADS)).replace("{m}", margin)
        return f"{margin}{head}{comment}\n{_suite(draw, margin + unit, unit, levels - 1)}"
    first, second = draw(st.sampled_from(_TWO_PARTS))
    return (
        f"{margin}{first}{comment}\n{_suite(draw, margin + unit, unit, levels - 1)}"
        f"{margin}{second}\n{_suite(draw, margin + unit, unit, levels - 1)}"
    )
