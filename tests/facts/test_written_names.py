"""The texts of paths and calls, and the nodes of some code, beside those that `ast` gives."""

import ast

import pytest

from leakwise.facts.code.names import path_of, within, written


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    "text",
    [
        "net",
        "self.net.layers",
        "super().forward",
        "super().forward(x, self.mask)",
        "loaders[name](data).items",
        "state['a'].b[-1]",
        "state[u'a'][True]",
        'state["it\'s"]',
    ],
)
def test_paths_and_calls_are_written_as_ast_writes_them(text: str) -> None:
    node = expression(text)
    assert written(node) == ast.unparse(node)
    assert path_of(node) in (None, ast.unparse(node))


@pytest.mark.parametrize("text", ["a + b", "f(x=1)", "f(*a)", "f(1)", "a[1:2]", "(a or b).c"])
def test_of_other_expressions_no_text_is_known(text: str) -> None:
    assert written(expression(text)) is None


def test_all_nodes_in_some_code_are_gone_through_in_the_order_of_ast() -> None:
    code = "for i, a in f(x)[1:]:\n    try:\n        y += lambda z=1: -z\n    except E as e: pass\n"
    tree = ast.parse(code)
    left_out = (ast.expr_context, ast.operator, ast.unaryop)
    assert within(tree) == [one for one in ast.walk(tree) if not isinstance(one, left_out)]
