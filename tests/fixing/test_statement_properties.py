"""What holds for changes to arguments, expressions and statements on any code."""

import ast
import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from leakwise.fixing import FixContext
from leakwise.fixing.statements import suites_of
from leakwise.text import Position, Range, apply_edits
from tests.fixing.programs import programs
from tests.fixing.undoing import (
    COMPOUND,
    MARK,
    checked,
    document_of,
    dumped,
    picked,
    picked_statement,
    range_of,
    suites,
    undone,
)


class Unbound(ast.NodeTransformer):
    """Makes the `with` that binds `MARK` the assignment that it was."""

    def visit_With(self, node: ast.With) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        target = node.items[0].optional_vars
        if not isinstance(target, ast.Name) or target.id != MARK:
            return node
        return [ast.Assign([target], node.items[0].context_expr), *node.body]


@settings(max_examples=60, deadline=None)
@given(programs(), st.data())
def test_insert_before_and_after(code: str, data: st.DataObject) -> None:
    document = document_of(code)
    span, node = picked_statement(data, document)
    context = FixContext(document)
    edits = context.insert_before(span, MARK)
    after = document_of(checked(document, edits))
    moved = Position(span.start.line + 1, span.start.column)
    assert FixContext(after).insert_before(Range(moved, moved), MARK) is None
    edits = context.insert_after(span, MARK)
    if isinstance(node, ast.Return):
        assert edits is None
    elif edits is not None:
        after = document_of(checked(document, edits))
        assert FixContext(after).insert_after(span, MARK) is None


@settings(max_examples=40, deadline=None)
@given(programs(), st.data())
def test_append_last(code: str, data: st.DataObject) -> None:
    document = document_of(code)
    node = picked(data, [node for node in ast.walk(ast.parse(code)) if isinstance(node, COMPOUND)])
    span = range_of(document, node)
    edits = FixContext(document).append_last(span, MARK, before_leaving=True)
    if edits is not None:
        after = document_of(checked(document, edits))
        assert FixContext(after).append_last(span, MARK, before_leaving=True) is None
        (suite,) = (suite for suite in suites(ast.parse(after.text)) if MARK in dumps(suite))
        assert isinstance(suite[-1], ast.Return) or suite[-1:] == [
            each for each in suite if MARK in ast.dump(each)
        ]


def dumps(suite: list[ast.stmt]) -> list[str]:
    return [ast.unparse(each) for each in suite]


@settings(max_examples=60, deadline=None)
@given(programs(), st.data())
def test_arguments(code: str, data: st.DataObject) -> None:
    document = document_of(code)
    calls: list[ast.AST] = [
        node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)
    ]
    span = range_of(document, picked(data, calls))
    after = document_of(checked(document, FixContext(document).add_argument(span, f"{MARK}=1")))
    (call,) = (
        node
        for node in ast.walk(ast.parse(after.text))
        if isinstance(node, ast.Call) and any(each.arg == MARK for each in node.keywords)
    )
    context = FixContext(after)
    assert context.add_argument(range_of(after, call), f"{MARK}=1") is None
    assert context.set_argument(range_of(after, call), MARK, "1") is None
    edits = context.remove_argument(range_of(after, call), MARK)
    assert edits is not None
    assert dumped(apply_edits(after, edits)) == dumped(code)
    edits = context.set_argument(range_of(after, call), MARK, "(2, 3)")
    assert edits is not None
    assert undone(apply_edits(after, edits)) == dumped(code)


@settings(max_examples=60, deadline=None)
@given(programs(), st.data())
def test_wrap(code: str, data: st.DataObject) -> None:
    document = document_of(code)
    kinds = (ast.Name, ast.Call, ast.BinOp, ast.UnaryOp, ast.Compare, ast.ListComp, ast.Dict)
    nodes: list[ast.AST] = [
        node
        for statement in ast.walk(ast.parse(code))
        if not isinstance(statement, ast.JoinedStr | ast.FormattedValue | ast.Delete)
        for node in ast.iter_child_nodes(statement)
        if isinstance(node, kinds) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    ]
    spans = [range_of(document, picked(data, nodes)) for _ in range(data.draw(st.integers(1, 3)))]
    for template in (f"{{}}.{MARK}()", f"{MARK}({{}})"):
        edits = FixContext(document).wrap(spans, template)
        after = document_of(checked(document, edits))
        assert after.text.count(MARK) == len(set(spans))


@settings(max_examples=40, deadline=None)
@given(programs(), st.data())
def test_replace_and_strip(code: str, data: st.DataObject) -> None:
    document = document_of(code)
    calls: list[ast.AST] = [
        node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)
    ]
    node = picked(data, calls)
    span = range_of(document, node)
    edits = FixContext(document).call_method([span], MARK)
    assert edits is not None
    after = document_of(apply_edits(document, edits))
    (call,) = (
        node
        for node in ast.walk(ast.parse(after.text))
        if isinstance(node, ast.Call) and MARK in ast.dump(node.func)
    )
    context = FixContext(after)
    edits = context.strip_suffix_call(range_of(after, call), MARK)
    assert edits is not None
    assert dumped(apply_edits(after, edits)) == dumped(code)
    edits = context.replace(range_of(after, call), ast.unparse(call), ast.unparse(node))
    if edits is not None:
        assert dumped(apply_edits(after, edits)) == dumped(code)


def same_statements(before: str, after: str) -> bool:
    """Whether both hold the same simple statements and heads, in any order; a `pass` more or less
    does not count."""

    def parts(code: str) -> list[str]:
        found = []
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.stmt) and not isinstance(node, ast.Pass):
                for suite in list(suites_of(node)):
                    suite.clear()
                found.append(ast.dump(node))
        return sorted(found)

    return parts(before) == parts(after)


@settings(max_examples=60, deadline=None)
@given(programs(), st.data())
def test_remove_and_replace_statement(code: str, data: st.DataObject) -> None:
    document = document_of(code)
    span, node = picked_statement(data, document)
    context = FixContext(document)
    edits = context.replace_statement(span, MARK)
    if edits is not None:
        after = apply_edits(document, edits)
        assert after.count(MARK) == 1
        start, end = document.slice(Range(Position(0, 0), span.start)), len(document.slice(span))
        assert after == start + MARK + document.text[len(start) + end :]
        assert (
            FixContext(document_of(after)).replace_statement(Range(span.start, span.start), MARK)
            is None
        )
    edits = context.remove_statement(span)
    if edits is not None:
        after = apply_edits(document, edits)
        ast.parse(after)
        assert len(after.replace("pass", "")) < len(code)
        left = list(
            map(
                ast.dump,
                (each for each in ast.walk(ast.parse(after)) if isinstance(each, ast.stmt)),
            )
        )
        assert isinstance(node, ast.Pass) or left.count(ast.dump(node)) < [
            ast.dump(each) for each in ast.walk(ast.parse(code)) if isinstance(each, ast.stmt)
        ].count(ast.dump(node))


@settings(max_examples=40, deadline=None)
@given(programs(), st.data())
def test_remove_decorator(code: str, data: st.DataObject) -> None:
    document = document_of(code)
    node = picked(
        data, [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef)]
    )
    edits = FixContext(document).decorate(range_of(document, node), MARK)
    assert edits is not None
    after = document_of(apply_edits(document, edits))
    moved = Position(node.lineno, range_of(document, node).start.column)
    again = FixContext(after).remove_decorator(Range(moved, moved), MARK)
    assert again is not None
    assert apply_edits(after, again) == code
    assert FixContext(document).remove_decorator(range_of(document, node), MARK) is None


@settings(max_examples=60, deadline=None)
@given(programs(), st.data())
def test_bind_with(code: str, data: st.DataObject) -> None:
    document = document_of(code)
    span, _ = picked_statement(data, document)
    edits = FixContext(document).insert_before(span, f"{MARK} = {MARK}_2()")
    if edits is None:
        return
    after = document_of(apply_edits(document, edits))
    (node,) = (
        each
        for each in ast.walk(ast.parse(after.text))
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == MARK
    )
    span = range_of(after, node)
    bound = FixContext(after).bind_with(span)
    if bound is None:
        return
    text = apply_edits(after, bound)
    unbound = Unbound().visit(ast.parse(text))
    assert ast.dump(unbound) == dumped(after.text)
    assert FixContext(document_of(text)).bind_with(span) is None


@settings(max_examples=60, deadline=None)
@given(programs(), st.data())
def test_move_above(code: str, data: st.DataObject) -> None:
    document = document_of(code)
    loops: list[ast.AST] = [
        node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.For | ast.While)
    ]
    loop = picked(data, loops)
    assert isinstance(loop, ast.For | ast.While)
    span = range_of(document, loop.body[0])
    edits = FixContext(document).insert_before(span, f"{MARK}()")
    if edits is None:
        return
    after = document_of(apply_edits(document, edits))
    (node,) = (
        each
        for each in ast.walk(ast.parse(after.text))
        if isinstance(each, ast.Expr) and ast.unparse(each) == f"{MARK}()"
    )
    start = range_of(document, loop).start
    moved = FixContext(after).move_above(range_of(after, node), Range(start, start))
    if moved is not None:
        text = apply_edits(after, moved)
        assert same_statements(after.text, text)
        assert any(
            [ast.unparse(first), type(second)] == [f"{MARK}()", type(loop)]
            for suite in suites(ast.parse(text))
            for first, second in itertools.pairwise(suite)
        )
