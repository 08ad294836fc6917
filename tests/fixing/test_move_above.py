import pytest

from tests.fixing.marked import changed, expected


def moved(code: str, line_end: str = "\n") -> str | None:
    """The statement marked first or inside, and the loop's head marked `«for`."""
    return changed(
        code,
        lambda context, ranges: context.move_above(
            max(ranges, key=lambda span: span.start), min(ranges, key=lambda span: span.start)
        ),
        line_end,
    )


CASES = {
    "a statement": (
        "a\n# loop\n«for x in y»:\n    b(x)\n    # why\n    «m = f(a)»  # m\n    m(x)\n",
        "a\n# why\nm = f(a)  # m\n# loop\nfor x in y:\n    b(x)\n    m(x)\n",
    ),
    "a call": (
        "if a:\n\t«while y»:\n\t\t«m.compile(\n\t\t\tb,\n\t\t)»\n\t\tm.fit(x)\n",
        "if a:\n\tm.compile(\n\t\tb,\n\t)\n\twhile y:\n\t\tm.fit(x)\n",
    ),
    "a decorated function": (
        """
        «for x in y»:

            «@tf.function
            def step(x):
                '''Doc
            string.'''
                y = x
                return step(y) + a»

            z = step(x)
        """,
        """
        @tf.function
        def step(x):
            '''Doc
            string.'''
            y = x
            return step(y) + a
        for x in y:

            z = step(x)
        """,
    ),
    "the only one": ("«for x in y»:\n  «f = g()»\n", "f = g()\nfor x in y:\n  pass\n"),
    "the last of a file": ("«for x in y»:\n  a(x)\n  «f = g()»", "f = g()\nfor x in y:\n  a(x)\n"),
    "its own part of an object": (
        "«for x in y»:\n  self.a = x\n  «self.b.c(self.d)»\n",
        "self.b.c(self.d)\nfor x in y:\n  self.a = x\n",
    ),
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", CASES)
def test_statement_moves_in_front_of_the_loop(name: str, line_end: str) -> None:
    before, after = CASES[name]
    assert moved(before, line_end) == expected(after, line_end)


@pytest.mark.parametrize(
    "code",
    [
        "«for x in y»:\n  «m = f(x)»\n",
        "«for x in y»:\n  a = 1\n  «m = f(a)»\n",
        "«for x in y»:\n  «m = f(a)»\n  a = 1\n",
        "«for x in y»:\n  «m = f()»\n  m = g(m)\n",
        "«for x in y»:\n  g(m)\n  «m = f()»\n",
        "«for x in y»:\n  «m = f()»\n  del m\n",
        "«for x in m»:\n  «m = f()»\n",
        "«while m»:\n  «m = f()»\n",
        "«for x in y»:\n  «m = f(m)»\n",
        "«for x in y»:\n  if x:\n    «m = f()»\n",
        "«for x in y»:\n  with x:\n    «m = f()»\n",
        "«for x in y»:\n  a; «m = f()»\n",
        "«for x in y»: «m = f()»\n",
        "«for x in y»:\n  self.i += 1\n  «m = f(self.i)»\n",
        "«for x in y»:\n  self.i[0] = 1\n  «m = f(self)»\n",
        "«for x in y»:\n  «m += f()»\n",
        "«for x in y»:\n  «return»\n",
        "«for x in y»:\n  «def f():\n    return x»\n",
        "«for x in y»:\n  for a in b:\n    «m = f()»\n",
        "«if x»:\n  «m = f()»\n",
        "«for x in y»:\n  a(x)\n«m = f()»\n",
        "«for x in y»:\n  «f = g(a for a in b)»\n  a = f(x)\n",
        "«for x in y»:\n  «import a»\n  a = 1\n",
    ],
)
def test_no_fix_when_unsure(code: str) -> None:
    assert moved(code) is None


def test_broken_neighbours() -> None:
    before = "x = = 1\ndef f():\n    «for x in y»:\n        «m = g()»\n        h(x)\ndef i(:\n"
    assert moved(before) == (
        "x = = 1\ndef f():\n    m = g()\n    for x in y:\n        h(x)\ndef i(:\n"
    )
