"""What the property tests of fixes share: programs picked apart, and fixes with a mark undone."""

import ast

from hypothesis import assume
from hypothesis import strategies as st

from leakwise.fixing.statements import suites_of
from leakwise.text import Document, Edit, Position, Range, apply_edits

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
        if isinstance(function, ast.Name) and function.id == MARK and node.args:
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
