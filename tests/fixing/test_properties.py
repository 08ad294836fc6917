"""What holds for every fix on any code: only what was asked for changes, and nothing raises."""

import ast
import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leakwise.fixing import FixContext, parses
from leakwise.fixing.statements import suites_of
from leakwise.text import Position, Range, apply_edits
from tests.fixing.programs import programs
from tests.fixing.undoing import COMPOUND, MARK, checked, document_of, picked, range_of


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


# Many random programs have no call with a statement behind it.
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
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
        context.remove_statement(span),
        context.replace_statement(span, MARK),
        context.remove_decorator(span, "first"),
        context.bind_with(span),
        context.bind_with(span, to_last_use=True),
        context.move_above(span, Range(start, start)),
        context.move_above(Range(end, end), span),
        context.append_last(span, f"if x:\n    {MARK}"),
    ):
        after = apply_edits(document, edits or ())
        assert parses(after) or not parses(code)
