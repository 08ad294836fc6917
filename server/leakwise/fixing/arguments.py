"""Keyword arguments of a call: added, taken out, given another value."""

import ast
from dataclasses import dataclass

from leakwise.fixing.expressions import expression_at
from leakwise.fixing.gaps import Sign, holds_comment, rest_of_line, signs, skipped
from leakwise.fixing.layout import indentation, insertion, newline, trimmed
from leakwise.fixing.windows import Extent, Window, parse, windows
from leakwise.text import Document, Edit, Position, Range
from leakwise.text.document import line_width


@dataclass(frozen=True, slots=True)
class _Argument:
    """One argument as it is written, parentheses around it included."""

    node: ast.expr | ast.keyword
    range: Range
    comma: Position | None
    """Where the comma behind it stands."""

    @property
    def end(self) -> Position:
        """Right behind the argument and its comma."""
        if self.comma is None:
            return self.range.end
        return Position(self.comma.line, self.comma.column + 1)


@dataclass(frozen=True, slots=True)
class _Call:
    window: Window
    node: ast.Call
    opening: Position
    """Right behind the opening parenthesis."""
    closing: Position
    """In front of the closing one."""
    arguments: tuple[_Argument, ...]
    shared: bool = False
    """Whether the only argument is a generator that has no parentheses but the call's."""

    def keyword(self, name: str) -> _Argument | None:
        """The argument that gives `name`."""
        for argument in self.arguments:
            if isinstance(argument.node, ast.keyword) and argument.node.arg == name:
                return argument
        return None

    @property
    def known(self) -> bool:
        """Whether no argument is unpacked, so that what is not written is not given."""
        return not any(
            isinstance(each.node, ast.Starred)
            or (isinstance(each.node, ast.keyword) and each.node.arg is None)
            for each in self.arguments
        )

    def checked(self, edits: tuple[Edit, ...]) -> tuple[Edit, ...] | None:
        """The edits, when they make of the code exactly what its tree has become."""
        return edits if self.window.becomes(edits, self.window.body) else None


def argument_added(document: Document, span: Range, text: str) -> tuple[Edit, ...] | None:
    """Edits that add the keyword arguments `text` behind the others of the call at `span`."""
    added = _keywords(text)
    call = _call_at(document, span)
    if not added or call is None or not call.known:
        return None
    if any(each.arg and call.keyword(each.arg) for each in added):
        return None
    call.node.keywords.extend(added)
    return call.checked(_added(call, text))


def argument_removed(document: Document, span: Range, keyword: str) -> tuple[Edit, ...] | None:
    """Edits that take the argument `keyword` out of the call at `span`, with its comma."""
    call = _call_at(document, span)
    argument = call and call.keyword(keyword)
    if not call or not argument:
        return None
    call.node.keywords = [each for each in call.node.keywords if each is not argument.node]
    return call.checked((Edit(_removed(call, argument), ""),))


def argument_set(
    document: Document, span: Range, keyword: str, value: str
) -> tuple[Edit, ...] | None:
    """Edits that give the argument `keyword` of the call at `span` the value `value`."""
    given = _keywords(f"{keyword}={value}")
    call = _call_at(document, span)
    if call is None or len(given) != 1:
        return None
    argument = call.keyword(keyword)
    if argument is None:
        return argument_added(document, span, f"{keyword}={value}")
    node = argument.node
    if not isinstance(node, ast.keyword) or ast.dump(node.value) == ast.dump(given[0].value):
        return None
    name_end = Position(argument.range.start.line, argument.range.start.column + len(keyword))
    between = signs(document, name_end, argument.range.end)
    equals = next((sign for sign in between if sign.text == "="), None)
    if equals is None:
        return None
    old = Range(skipped(document, equals.end, argument.range.end), argument.range.end)
    if holds_comment(document, old):
        return None
    node.value = given[0].value
    return call.checked((Edit(old, value),))


def _keywords(text: str) -> list[ast.keyword]:
    """The keyword arguments in `text`; none where it holds anything else."""
    if "\n" in text or "\r" in text or text.rstrip().endswith(","):
        return []
    tree = parse(f"_({text})")
    match tree.body if tree else []:
        case [ast.Expr(value=ast.Call(func=ast.Name(), args=[], keywords=keywords))]:
            return keywords if all(each.arg for each in keywords) else []
    return []


def _call_at(document: Document, span: Range) -> _Call | None:
    span = trimmed(document, span)
    for window in windows(document, span, Extent.HEAD):
        found = expression_at(window, span)
        if found is not None:
            return _call(window, found) if isinstance(found, ast.Call) else None
    return None


def _call(window: Window, node: ast.Call) -> _Call | None:
    document = window.document
    end = window.end_of(node)
    closing = Position(end.line, end.column - 1)
    between = signs(document, window.end_of(node.func), end)
    opening = next((sign for sign in between if sign.text == "("), None)
    if opening is None or document.slice(Range(closing, end)) != ")":
        return None
    nodes: list[ast.expr | ast.keyword] = [*node.args, *node.keywords]
    nodes.sort(key=window.start_of)
    if (
        len(nodes) == 1
        and isinstance(nodes[0], ast.GeneratorExp)
        and window.end_of(nodes[0]) == end
    ):
        own = _Argument(nodes[0], Range(opening.start, end), None)
        return _Call(window, node, opening.start, end, (own,), shared=True)
    arguments = []
    start = opening.end
    for number, each in enumerate(nodes):
        last = number + 1 == len(nodes)
        stop = closing if last else window.start_of(nodes[number + 1])
        behind = list(signs(document, window.end_of(each), stop))
        comma = next((sign.start for sign in behind if sign.text == ","), None)
        argument_end = _parenthesis_end(behind, comma) or window.end_of(each)
        first = next(
            (
                sign.start
                for sign in signs(document, start, window.start_of(each))
                if sign.text == "("
            ),
            window.start_of(each),
        )
        arguments.append(_Argument(each, Range(first, argument_end), comma))
        start = arguments[-1].end
    return _Call(window, node, opening.end, closing, tuple(arguments))


def _parenthesis_end(behind: list[Sign], comma: Position | None) -> Position | None:
    """The end of the last parenthesis that closes in front of the comma."""
    closed = [
        sign.end for sign in behind if sign.text == ")" and (comma is None or sign.start < comma)
    ]
    return closed[-1] if closed else None


def _added(call: _Call, text: str) -> tuple[Edit, ...]:
    document = call.window.document
    if not call.arguments:
        gap = Range(call.opening, call.closing)
        if not document.slice(gap).strip() and gap.start.line == gap.end.line:
            return (Edit(gap, text),)
        return (insertion(call.opening.line, call.opening.column, text),)
    last = call.arguments[-1]
    start, end = last.range.start, last.range.end
    if call.shared:
        return (
            insertion(start.line, start.column, "("),
            insertion(end.line, end.column, f", {text})"),
        )
    margin = document.lines[start.line][: start.column]
    if margin.strip():
        if last.comma is None:
            return (insertion(end.line, end.column, f", {text}"),)
        return (insertion(last.end.line, last.end.column, f" {text},"),)
    tail = "" if last.comma is None else ","
    own_line = f"{newline(document, end.line)}{indentation(margin)}{text}{tail}"
    behind = rest_of_line(document, last.end)
    if behind and not behind.startswith("#"):
        lead = "," if last.comma is None else ""
        return (insertion(last.end.line, last.end.column, f"{lead}{own_line}"),)
    line_end = insertion(last.end.line, line_width(document.lines[last.end.line]), own_line)
    if last.comma is None:
        return (insertion(end.line, end.column, ","), line_end)
    return (line_end,)


def _removed(call: _Call, argument: _Argument) -> Range:
    """What goes with the argument: its lines where it has them alone, else the space and the
    comma between it and its neighbour. Comments on other lines stay."""
    document = call.window.document
    place = call.arguments.index(argument)
    start, end = argument.range.start, argument.end
    if len(call.arguments) == 1:
        around = Range(call.opening, call.closing)
        others = (*signs(document, call.opening, start), *signs(document, end, call.closing))
        if not others:
            return around
    behind = rest_of_line(document, end)
    if not document.lines[start.line][: start.column].strip() and (
        not behind or behind.startswith("#")
    ):
        return Range(Position(start.line, 0), Position(end.line + 1, 0))
    if place == 0:
        following = skipped(document, end, call.closing)
        if document.slice(Range(following, call.closing)).startswith("#"):
            return Range(start, end)
        return Range(start, following if len(call.arguments) > 1 else end)
    before = call.arguments[place - 1]
    if any(sign.text.startswith("#") for sign in signs(document, before.range.end, start)):
        return Range(start, end)
    if argument.comma is None:
        return Range(before.range.end, end)
    return Range(before.end, end)
