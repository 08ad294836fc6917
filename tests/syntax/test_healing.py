"""Texts that do not parse: what stands in, what is half-typed, and how it heals."""

import ast
import subprocess
import sys
import warnings

import pytest

from leakwise.syntax import Block, SyntaxTree, subtree
from leakwise.text import Document, Range
from tests.syntax.outlines import outlines


def opened(text: str) -> SyntaxTree:
    return SyntaxTree(Document.from_text("u", text))


def typed(tree: SyntaxTree, line: int, column: int, text: str) -> None:
    document, change = tree.document.replace(Range.of(line, column, line, column), text)
    tree.update(document, [change])


def half_typed(tree: SyntaxTree) -> list[tuple[int, int]]:
    """Absolute first and last lines of all that is half-typed."""
    return [
        (block.start + low, block.start + high)
        for top in tree.blocks
        for block in subtree(top)
        for low, high in block.half_typed
    ]


def code(block: Block) -> str:
    return "\n".join(ast.unparse(statement) for statement in block.statements)


def module(tree: SyntaxTree) -> str:
    return "\n".join(code(block) for block in tree.blocks if block.statements)


def test_the_last_good_version_stands_in() -> None:
    tree = opened("def f(x):\n    loss = g(x)\n    return loss\n")
    typed(tree, 1, 14, ", (")
    assert half_typed(tree) == [(1, 1)]
    assert module(tree) == "def f(x):\n    loss = g(x)\n    return loss"
    problem = tree.problem()
    assert problem is not None
    assert problem.line == 1
    assert "never closed" in problem.message


def test_a_new_statement_leaves_nothing_behind() -> None:
    tree = opened("def f(x):\n    loss = g(x)\n\n    return loss\n")
    typed(tree, 2, 0, "    y = (")
    assert half_typed(tree) == [(2, 2)]
    assert module(tree) == "def f(x):\n    loss = g(x)\n    return loss"


def test_a_half_typed_header_keeps_its_body() -> None:
    tree = opened("for x in y:\n    a = 1\n    b = 2\n")
    typed(tree, 0, 10, " + (")
    assert half_typed(tree) == [(0, 0)]
    assert module(tree) == "for x in y:\n    a = 1\n    b = 2"


def test_nodes_below_move_while_the_text_does_not_parse() -> None:
    tree = opened("def f(x):\n    a = 1\n    b = 2\n")
    typed(tree, 1, 9, " + (\n\n")
    (block,) = tree.blocks
    (function,) = block.statements
    assert isinstance(function, ast.FunctionDef)
    assert function.body[1].lineno - block.base + block.start == 4


def test_typing_on_in_one_line_is_no_new_revision() -> None:
    tree = opened("def f(x):\n    a = 1\n    b = 2\n")
    typed(tree, 1, 9, " + (")
    revision = tree.blocks[0].revision
    typed(tree, 1, 13, "3")
    assert tree.blocks[0].revision == revision


def test_other_edits_count_while_one_statement_stays_broken() -> None:
    tree = opened("def f(x):\n    a = 1\n    b = 2\n    c = 3\n")
    typed(tree, 1, 9, " + (")
    typed(tree, 3, 9, "0")
    assert module(tree) == "def f(x):\n    a = 1\n    b = 2\n    c = 30"
    typed(tree, 2, 9, "[")
    assert half_typed(tree) == [(1, 1), (2, 2)]
    typed(tree, 1, 13, "4)")
    assert half_typed(tree) == [(2, 2)]
    assert module(tree) == "def f(x):\n    a = 1 + 4\n    b = 2\n    c = 30"
    typed(tree, 2, 10, "]")
    assert tree.problem() is not None


def test_lines_pasted_with_a_broken_one_are_taken_but_for_that() -> None:
    tree = opened("def f(x):\n    a = 1\n")
    typed(tree, 2, 0, "    b = 2\n    c = (\n    d = 4\n")
    assert half_typed(tree) == [(3, 3)]
    assert module(tree) == "def f(x):\n    a = 1\n    b = 2\n    pass\n    d = 4"


def test_a_line_below_a_broken_one_counts_and_the_broken_one_is_stood_in_for() -> None:
    tree = opened("def f(x):\n    a = g(x)\n    return a\n")
    typed(tree, 1, 11, ", (")
    typed(tree, 1, 15, "\n    b = 2")
    assert module(tree) == "def f(x):\n    a = g(x)\n    b = 2\n    return a"


def test_an_open_triple_quote_harms_no_other_block() -> None:
    text = 'def f():\n    """Doc."""\n\n\ndef g():\n    """Doc."""\n    return 1\n'
    tree = opened("x = 1\n" + text)
    typed(tree, 0, 5, ' + """')
    assert half_typed(tree) == [(0, 0)]
    assert [block.broken for block in tree.blocks] == [True, False, False]


def test_a_resync_makes_what_quotes_joined_one_statement() -> None:
    tree = opened("x = 1\ny = 2\n" + "z = 3\n" * 200)
    typed(tree, 0, 0, '"""')
    typed(tree, 150, 5, '"""')
    assert tree.problem() is not None
    kept = tree.blocks[-2]
    update = tree.resync()
    assert tree.problem() is None
    assert outlines(tree) == outlines(SyntaxTree(tree.document))
    assert tree.blocks[-2] is kept
    assert kept not in update.touched
    assert len(update.removed) > 100


def test_headers_of_long_blocks_heal_alone() -> None:
    lines = "".join(f"    x{n} = {n}\n" for n in range(70))
    tree = opened("def main(args):\n" + lines)
    (block,) = tree.blocks
    before = [child.revision for child in block.children]
    typed(tree, 0, 13, ", *")
    assert half_typed(tree) == [(0, 0)]
    assert [child.revision for child in block.children] == before
    typed(tree, 0, 16, "rest")
    assert tree.problem() is None
    assert tree.blocks == [block]
    assert [child.revision for child in block.children] == before


BROKEN_FILES = {
    "python 2": ("def f(x):\n    print 'a', x\n    y = 1\n    return y\n", "y = 1"),
    "python 2 except": (
        "try:\n    y = 1\nexcept ValueError, e:\n    z = 2\n",
        "try:\n    y = 1\nexcept Exception:\n    z = 2",
    ),
    "magics": ("%matplotlib inline\n!ls\ny = 1\nx?\n%%time\nz = 2\n", "y = 1"),
    "newer f-string": ('x = 1\nz = f"{d["a"] !}"\ny = 1\n', "y = 1"),
    "type parameters": ("class A[T, 1]:\n    def f(self):\n        y = 1\n", "y = 1"),
    "unfinished def": ("def f(a, b:\n    y = 1\n    return y\n", "def f():\n    y = 1"),
    "case": ("match q:\n    case A(:\n        z = 2\n    case 2:\n        y = 1\n", "y = 1"),
    "brackets at column 0": ("x = (\ny = foo(\n1,\n2,\n)\n", "y = foo(1, 2)"),
    "nul": ("x = 1\0\ny = 1\n", "y = 1"),
    "open string": ("y = 1\nx = '''\n" + "z = 1\n" * 50, "y = 1"),
    "too deep": ("x = " + "(" * 3000 + "\ny = 1\n", "y = 1"),
    "long chain": ("x = " + "+".join(["a"] * 60_000) + "\ny = 1\n", "y = 1"),
    "html": ("<html>\n  <p>it's\n</html>\ny = 1\n", "y = 1"),
    "indented": ("x = 1\n      z = 2\ny = 1\n", "y = 1"),
    "orphans": ("else:\n    x = 1\n", "pass"),
    "decorators": ("@a\n" * 2000, "pass"),
}


@pytest.mark.parametrize("name", BROKEN_FILES)
def test_files_that_open_broken_keep_what_parses(name: str) -> None:
    text, kept = BROKEN_FILES[name]
    tree = opened(text)
    assert tree.problem() is not None
    assert kept.split() == [word for word in kept.split() if word in module(tree).split()]
    assert kept in module(tree) or kept in module(tree).replace("    ", "")


def test_an_edit_elsewhere_counts_in_a_file_that_opened_broken() -> None:
    tree = opened("def f(x):\n    print 'a', x\n    y = 1\n")
    typed(tree, 2, 9, "0")
    assert half_typed(tree) == [(1, 1)]
    assert module(tree) == "def f(x):\n    pass\n    y = 10"
    document, change = tree.document.replace(Range.of(1, 4, 1, 16), "print('a', x)")
    tree.update(document, [change])
    assert tree.problem() is None


def test_warnings_of_the_code_are_neither_shown_nor_errors() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tree = opened("x = '\\d' is 1\n")
        assert tree.problem() is None
        with pytest.raises(SyntaxWarning):
            warnings.warn("others are", SyntaxWarning, stacklevel=1)
    script = "from leakwise.syntax import SyntaxTree\nfrom leakwise.text import Document\n"
    script += "SyntaxTree(Document.from_text('u', \"x = '\\\\d' is 1\\n\"))\n"
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
