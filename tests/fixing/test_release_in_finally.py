import pytest

from leakwise.fixing import FixContext
from tests.fixing.marked import changed, expected, unmarked


def released(code: str, line_end: str = "\n") -> str | None:
    return changed(
        code,
        lambda context, ranges: context.release_in_finally(ranges[0], "handle", "remove"),
        line_end,
    )


CASES = {
    "a call": (
        """
        def f():
            «m.register_forward_hook(g)»  # why
            # run
            m(x)

            return 1
            # last
        def g(): pass
        """,
        """
        def f():
            handle = m.register_forward_hook(g)  # why
            # run
            try:
                m(x)

                return 1
            finally:
                handle.remove()
            # last
        def g(): pass
        """,
    ),
    "already bound": (
        "«h = m.register_forward_hook(g)»\nm(x)",
        "h = m.register_forward_hook(g)\ntry:\n    m(x)\nfinally:\n    h.remove()",
    ),
    "the call of an assignment": (
        "h: Any = «m.register_forward_hook(g)»\nm(x)\n",
        "h: Any = m.register_forward_hook(g)\ntry:\n    m(x)\nfinally:\n    h.remove()\n",
    ),
    "a name in use": (
        """
        def f(handle):
            def g():
                handle_2 = 1
                «m.register_forward_hook(
                    g)»
                for x in y:
                    m(x)
                    # inner
            z = 'handle_3'
        """,
        """
        def f(handle):
            def g():
                handle_2 = 1
                handle_3 = m.register_forward_hook(
                    g)
                try:
                    for x in y:
                        m(x)
                        # inner
                finally:
                    handle_3.remove()
            z = 'handle_3'
        """,
    ),
    "a name in use elsewhere only": (
        "def a():\n\thandle = 1\ndef b():\n\t«m.hook()»\n\tm(x.handle)\n",
        """def a():
\thandle = 1
def b():
\thandle = m.hook()
\ttry:
\t\tm(x.handle)
\tfinally:
\t\thandle.remove()
""",
    ),
    "a function whose head ends on a line of its own": (
        "handle = 1\ndef b(\n    m,\n):\n    «m.hook()»\n    m(x)\n",
        (
            "handle = 1\ndef b(\n    m,\n):\n    handle = m.hook()\n    try:\n        m(x)\n"
            "    finally:\n        handle.remove()\n"
        ),
    ),
    "text of strings": (
        "«m.hook()»\nx = '''\na\n'''\n",
        "handle = m.hook()\ntry:\n    x = '''\na\n'''\nfinally:\n    handle.remove()\n",
    ),
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", CASES)
def test_statements_behind_move_into_try(name: str, line_end: str) -> None:
    before, after = CASES[name]
    assert released(before, line_end) == expected(after, line_end)


@pytest.mark.parametrize(
    "code",
    [
        "«m.hook()»\n",
        "def f():\n    «m.hook()»\nm(x)\n",
        "m(x); «m.hook()»\nm(x)\n",
        "«m.hook()»; m(x)\n",
        "if x: «m.hook()»\nm(x)\n",
        "«self.h = m.hook()»\nm(x)\n",
        "«a, b = m.hook()»\nm(x)\n",
        "«a = b = m.hook()»\nm(x)\n",
        "«h = m.hook()»\nh = 2\n",
        "«h = m.hook()»\nfor h in x: pass\n",
        "«h = m.hook()»\nimport h\n",
        "«h = m.hook()»\ndel h\n",
        "«await m.hook()»\nm(x)\n",
        "«m»\nm(x)\n",
        "«m.hook()\nm(x)»\nm(y)\n",
        "def f():\n    «m.hook()»\n    m(x\n",
        "# «m.hook()»\nm(x)\n",
    ],
)
def test_no_fix_when_unsure(code: str) -> None:
    assert released(code) is None


def test_broken_code_outside_of_the_block() -> None:
    code = "def f():\n    x y\n    if a:\n        «m.hook()»\n        m(handle)\n    b = = 1\n"
    assert released(code) == (
        "def f():\n    x y\n    if a:\n        handle_2 = m.hook()\n        try:\n"
        "            m(handle)\n        finally:\n            handle_2.remove()\n    b = = 1\n"
    )


def test_names_must_be_names() -> None:
    document, ranges = unmarked("«m.hook()»\nm(x)\n")
    assert FixContext(document).release_in_finally(ranges[0], "a.b", "remove") is None
    assert FixContext(document).release_in_finally(ranges[0], "a", "remove()") is None
