"""What holds for every fix on any code: only what was asked for changes, and nothing raises."""

import ast
import itertools

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from leakwise.fixing import FixContext, parses
from leakwise.fixing.statements import suites_of
from leakwise.text import Document, Edit, Position, Range, apply_edits
from tests.fixing.programs import programs

MARK = "leakwise_mark"
COMPOUND = (
    ast.For,
    ast.While,
    ast.If,
    ast.With,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Try,
)


class Undone(ast.NodeTransformer):
    """Takes out what a fix with `MARK` put in."""

    def visit_With(self, node: ast.With) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        return node.body if ast.unparse(node.items[0]) == f"{MARK}()" else node

    def visit_Try(self, node: ast.Try) -> ast.AST | list[ast.stmt]:
        released = "".join(ast.unparse(each) for each in node.finalbody)
        self.generic_visit(node)
        return node.body if released == f"{MARK}.{MARK}()" else node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        return ast.Expr(node.value) if ast.unparse(node.targets[0]) == MARK else node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        self.generic_visit(node)
        return None if ast.unparse(node) == MARK else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.decorator_list = [each for each in node.decorator_list if ast.unparse(each) != MARK]
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        function = node.func
        node.keywords = [each for each in node.keywords if each.arg != MARK]
        if isinstance(function, ast.Name) and function.id == MARK:
            return node.args[0]
        return (
            function.value
            if isinstance(function, ast.Attribute) and function.attr == MARK
            else node
        )


def dumped(code: str) -> str:
    return ast.dump(ast.parse(code))


def undone(code: str) -> str:
    return ast.dump(Undone().visit(ast.parse(code)))


def document_of(code: str) -> Document:
    return Document.from_text("file:///program.py", code)


def range_of(document: Document, node: ast.stmt | ast.expr) -> Range:
    def position(lineno: int, column: int) -> Position:
        line = document.lines[lineno - 1].encode()
        return Position(lineno - 1, len(line[:column].decode()))

    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return Range(
        position(node.lineno, node.col_offset), position(node.end_lineno, node.end_col_offset)
    )


def picked(data: st.DataObject, nodes: list[ast.AST]) -> ast.stmt | ast.expr:
    assume(nodes)
    node = data.draw(st.sampled_from(nodes))
    assert isinstance(node, ast.stmt | ast.expr)
    return node


def checked(document: Document, edits: tuple[Edit, ...] | None) -> str:
    assert edits is not None
    after = apply_edits(document, edits)
    assert undone(after) == dumped(document.text)
    assert len(after) > len(document.text)
    ends = {line[-1:] if line[-2:] != "\r\n" else "\r\n" for line in document_of(after).lines[:-1]}
    assert len(ends) <= 1 or not document.text.endswith(tuple("\r\n"))
    return after


@settings(max_examples=60, deadline=None)
@given(programs(), st.data())
def test_wrap_in_with(code: str, data: st.DataObject) -> None:
    document = document_of(code)
    tree = ast.parse(code)
    suites = [tree.body, *(suite for node in ast.walk(tree) for suite in suites_of(node))]
    suite = data.draw(st.sampled_from(suites))
    first = data.draw(st.integers(0, len(suite) - 1))
    last = data.draw(st.integers(first, len(suite) - 1))
    span = Range(range_of(document, suite[first]).start, range_of(document, suite[last]).end)
    after = checked(document, FixContext(document).wrap_in_with(span, f"{MARK}()"))
    wrapped = [
        node
        for node in ast.walk(ast.parse(after))
        if isinstance(node, ast.With) and ast.unparse(node.items[0]) == f"{MARK}()"
    ]
    assert [len(node.body) for node in wrapped] == [last - first + 1]


@settings(max_examples=60, deadline=None)
@given(programs(), st.data())
def test_call_method(code: str, data: st.DataObject) -> None:
    document = document_of(code)
    kinds = (ast.Name, ast.Call, ast.BinOp, ast.UnaryOp, ast.Compare, ast.ListComp, ast.Dict)
    nodes: list[ast.AST] = [
        node
        for statement in ast.walk(ast.parse(code))
        if not isinstance(statement, ast.JoinedStr | ast.FormattedValue | ast.Delete)
        for node in ast.iter_child_nodes(statement)
        if isinstance(node, kinds) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
    ]
    chosen = [range_of(document, picked(data, nodes)) for _ in range(data.draw(st.integers(1, 3)))]
    after = checked(document, FixContext(document).call_method(chosen, MARK))
    assert after.count(f".{MARK}()") == len(set(chosen))


@settings(max_examples=40, deadline=None)
@given(programs(), st.data())
def test_insert_first(code: str, data: st.DataObject) -> None:
    document = document_of(code)
    node = picked(data, [node for node in ast.walk(ast.parse(code)) if isinstance(node, COMPOUND)])
    span = range_of(document, node)
    after = checked(document, FixContext(document).insert_first(span, MARK))
    again = document_of(after)
    assert FixContext(again).insert_first(Range(span.start, span.start), MARK) is None


@settings(max_examples=40, deadline=None)
@given(programs(), st.data())
def test_decorate(code: str, data: st.DataObject) -> None:
    document = document_of(code)
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    node = picked(data, [node for node in ast.walk(ast.parse(code)) if isinstance(node, functions)])
    span = range_of(document, node)
    edits = FixContext(document).decorate(span, MARK)
    if isinstance(node, ast.AsyncFunctionDef):
        assert edits is None
        return
    again = document_of(checked(document, edits))
    moved = Position(span.start.line + 1, span.start.column)
    assert FixContext(again).decorate(Range(moved, moved), MARK) is None


@settings(max_examples=40, deadline=None)
@given(programs(), st.data())
def test_release_in_finally(code: str, data: st.DataObject) -> None:
    document = document_of(code)
    tree = ast.parse(code)
    suites = [tree.body, *(suite for node in ast.walk(tree) for suite in suites_of(node))]
    nodes: list[ast.AST] = [
        each
        for suite in suites
        for each, _ in itertools.pairwise(suite)
        if isinstance(each, ast.Expr) and isinstance(each.value, ast.Call)
    ]
    span = range_of(document, picked(data, nodes))
    checked(document, FixContext(document).release_in_finally(span, MARK, MARK))


@settings(max_examples=40, deadline=None)
@given(programs())
def test_ensure_import(code: str) -> None:
    document = document_of(code)
    after = document_of(apply_edits(document, FixContext(document).ensure_import(MARK)))
    body = ast.parse(after.text).body
    imports = [each for each in body if isinstance(each, ast.Import)]
    assert len(imports) == 1
    body.remove(imports[0])
    assert "".join(map(ast.dump, body)) == "".join(map(ast.dump, ast.parse(code).body))
    assert FixContext(after).ensure_import(MARK) == ()


def suites(tree: ast.AST) -> list[list[ast.stmt]]:
    return [suite for node in ast.walk(tree) for suite in suites_of(node)]


def statement_spans(document: Document) -> dict[Range, ast.stmt]:
    """The ranges of all statements, decorators included."""
    spans = {}
    for suite in suites(ast.parse(document.text)):
        for node in suite:
            span = range_of(document, node)
            for decorator in getattr(node, "decorator_list", []):
                start = range_of(document, decorator).start
                span = Range(min(span.start, Position(start.line, start.column - 1)), span.end)
            spans[span] = node
    return spans


def picked_statement(data: st.DataObject, document: Document) -> tuple[Range, ast.stmt]:
    return data.draw(st.sampled_from(sorted(statement_spans(document).items(), key=str)))


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


JUNK = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["(", "'''", '"', "\\\n", "\r", "\f", ":", "\t", " ", "\x00", "\ud800", "é"]),
)
POSITIONS = st.builds(Position, st.integers(-2, 30), st.integers(-2, 40))


@settings(max_examples=100, deadline=None)
@given(
    programs(),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 6), JUNK), max_size=3),
    POSITIONS,
    POSITIONS,
)
def test_any_text_and_any_range(
    code: str, changes: list[tuple[int, int, str]], start: Position, end: Position
) -> None:
    for offset, removed, junk in changes:
        code = code[:offset] + junk + code[offset + removed :]
    document = document_of(code)
    context = FixContext(document)
    span = Range(start, end)
    for edits in (
        context.call_method([span], MARK),
        context.wrap_in_with(span, MARK),
        context.decorate(span, MARK),
        context.insert_first(span, MARK),
        context.release_in_finally(span, MARK, MARK),
        context.ensure_import(MARK),
        context.add_argument(span, f"{MARK}=1"),
        context.remove_argument(span, "b"),
        context.set_argument(span, "b", MARK),
        context.wrap([span], f"{MARK}({{}})"),
        context.replace(span, document.slice(span), MARK),
        context.strip_suffix_call(span, "b"),
        context.insert_before(span, f"if x:\n    {MARK}"),
        context.insert_after(span, f"if x:\n    {MARK}"),
        context.append_last(span, f"if x:\n    {MARK}"),
    ):
        after = apply_edits(document, edits or ())
        assert parses(after) or not parses(code)
