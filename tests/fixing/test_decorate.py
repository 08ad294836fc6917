import pytest

from tests.fixing.marked import changed, expected


def decorated(code: str, line_end: str = "\n") -> str | None:
    return changed(
        code, lambda context, ranges: context.decorate(ranges[0], "torch.no_grad()"), line_end
    )


CASES = {
    "a function": (
        "x = 1\n«def f()»:\n    return 1\n",
        "x = 1\n@torch.no_grad()\ndef f():\n    return 1\n",
    ),
    "the whole of a function": (
        "«def f():\n    return 1»\n",
        "@torch.no_grad()\ndef f():\n    return 1\n",
    ),
    "a method below its decorators": (
        """
        class A:
            x = 1

            @staticmethod
            # why
            «def f(
                a,
            )» -> None:
                '''Doc.'''
        """,
        """
        class A:
            x = 1

            @staticmethod
            # why
            @torch.no_grad()
            def f(
                a,
            ) -> None:
                '''Doc.'''
        """,
    ),
    "a range that starts at the decorators": (
        "«@first\ndef f():\n    return 1»\n",
        "@first\n@torch.no_grad()\ndef f():\n    return 1\n",
    ),
    "a generator": (
        "class A:\n\t«def f(self)»:\n\t\tyield 1\n",
        "class A:\n\t@torch.no_grad()\n\tdef f(self):\n\t\tyield 1\n",
    ),
    "a function on one line": (
        "«def f(): return 1»\n",
        "@torch.no_grad()\ndef f(): return 1\n",
    ),
}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", CASES)
def test_decorator_stands_right_above_the_def(name: str, line_end: str) -> None:
    before, after = CASES[name]
    assert decorated(before, line_end) == expected(after, line_end)


@pytest.mark.parametrize(
    "code",
    [
        "«async def f()»:\n    return 1\n",
        "«@torch.no_grad()\ndef f()»:\n    return 1\n",
        "@torch.no_grad()\n«def f()»:\n    return 1\n",
        "class A:\n    @torch.no_grad()\n    @staticmethod\n    «def f()»:\n        return 1\n",
        "«f = 1»\n",
        "def f(«a»): pass\n",
        "«class A»: pass\n",
        "if x: «def f(»): pass\n",
        "«def f(»:\n    pass\n",
    ],
)
def test_no_fix_when_unsure(code: str) -> None:
    assert decorated(code) is None


@pytest.mark.parametrize("line", ["foo(", "x = '''", "a b", "return ="])
def test_broken_body(line: str) -> None:
    code = f"class A:\n    x y\n    «def f(self)»:\n        a = 1\n        {line}\n"
    after = decorated(code)
    assert after is not None
    assert "    @torch.no_grad()\n    def f(self):\n" in after
