"""Makes the index of a block's names, in one walk, again only when the block's code changes."""

import ast
import builtins
from collections.abc import Iterable
from dataclasses import dataclass, field

from leakwise.facts.names import (
    NOTHING,
    Binding,
    NestedScope,
    ScopeIndex,
    header_nodes,
    imported_names,
    path_of,
)

TRAITS: dict[type[ast.AST], str] = {
    ast.For: "loop",
    ast.AsyncFor: "loop",
    ast.While: "loop",
    ast.comprehension: "loop",
    ast.AugAssign: "addition",
    ast.Add: "addition",
    ast.Sub: "addition",
    ast.Yield: "yield",
    ast.YieldFrom: "yield",
}
"""Nodes without which some events cannot be. Further traits: `attribute` where an attribute is
assigned, `keeping` where something is put into a container, `hook` where one is registered."""
_KEEPING_METHODS = frozenset(
    ("append", "appendleft", "add", "put", "put_nowait", "insert", "extend", "extendleft", "update")
)


@dataclass(slots=True)
class _Collected:
    words: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    bound: dict[str, list[Binding]] = field(default_factory=dict)
    assigned: dict[str, list[ast.expr]] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    nested: list[NestedScope] = field(default_factory=list)
    writes: set[str] = field(default_factory=set)
    asked: dict[str, set[str]] = field(default_factory=dict)
    traits: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    call_nodes: dict[str, list[ast.Call]] = field(default_factory=dict)

    def index(self) -> ScopeIndex:
        """What was collected, in its lasting form."""
        return ScopeIndex(
            tuple(self.words),
            tuple(self.names),
            {name: tuple(bindings) for name, bindings in self.bound.items()} or NOTHING,
            {name: tuple(values) for name, values in self.assigned.items()} or NOTHING,
            tuple(self.stars),
            tuple(self.nested),
            tuple(self.writes),
            {path: tuple(methods) for path, methods in self.asked.items()} or NOTHING,
            tuple(self.traits),
            tuple(self.called),
            {name: tuple(nodes) for name, nodes in self.call_nodes.items()} or NOTHING,
        )


_BUILTINS = frozenset(dir(builtins))
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_CHANGING_METHODS = frozenset(
    [
        "clear",
        "detach_",
        "pop",
        "popleft",
        "popitem",
        "zero_",
        "copy_",
        "fill_",
        "reset",
        "resize_",
        "remove",
    ]
)


def index_nodes(nodes: Iterable[ast.AST], own: Binding | None = None) -> ScopeIndex:
    """The index of some statements, or of the header nodes of one that binds `own`."""
    collected = _Collected()
    if own is not None:
        collected.bound[own.qualified] = [own]
        collected.words.add(own.qualified)
    _walk(list(nodes), collected)
    return collected.index()


def _walk(pending: list[ast.AST], index: _Collected) -> None:
    words, bound = index.words, index.bound
    while pending:
        node = pending.pop()
        kind = type(node)
        if kind is ast.Name:
            words.add(node.id)  # type: ignore[attr-defined]
            index.names.add(node.id)  # type: ignore[attr-defined]
            if type(node.ctx) is not ast.Load:  # type: ignore[attr-defined]
                bound.setdefault(node.id, []).append(_ASSIGN)  # type: ignore[attr-defined]
            continue
        if kind is ast.Constant:
            continue
        if isinstance(node, ast.Attribute):
            words.add(node.attr)
            if type(node.ctx) is not ast.Load:
                index.writes.add(node.attr)
                index.traits.add("attribute")
            pending.append(node.value)
            continue
        trait = TRAITS.get(kind)
        if trait is not None:
            index.traits.add(trait)
        if isinstance(node, ast.Call):
            _index_call(node, index)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                _index_assigned(target, node.value, index)
        elif isinstance(node, _SCOPES):
            _index_scope(node, index, pending)
            continue
        elif isinstance(node, ast.Import | ast.ImportFrom):
            _index_import(node, index)
            continue
        elif isinstance(node, ast.Subscript) and type(node.ctx) is not ast.Load:
            index.traits.add("keeping")
            if isinstance(node.value, ast.Attribute):
                index.writes.add(node.value.attr)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.setdefault(node.name, []).append(_ASSIGN)
        elif isinstance(node, ast.arg | ast.keyword):
            words.add(node.arg or "")
        elif isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
            bound.setdefault(node.name, []).append(_ASSIGN)
        for name in node._fields:
            part = getattr(node, name, None)
            if type(part) in _CHILDLESS:
                continue
            if isinstance(part, list):
                pending.extend([one for one in part if isinstance(one, ast.AST)])
            elif isinstance(part, ast.AST):
                pending.append(part)


_CHILDLESS: frozenset[type] = frozenset({ast.Load, ast.Store, ast.Del, type(None), str, int})
"""What most fields hold, and nothing is to be found in."""
_ASSIGN = Binding("assign")


def _index_assigned(target: ast.expr, value: ast.expr, index: _Collected) -> None:
    """Notes what a plain assignment gives a name; an unpacked name gets an element of the value."""
    if isinstance(target, ast.Name):
        index.assigned.setdefault(target.id, []).append(value)
    elif isinstance(target, ast.Tuple | ast.List):
        parts = target.elts
        if any(isinstance(part, ast.Starred) for part in parts):
            return
        for position, part in enumerate(parts):
            if isinstance(part, ast.Name):
                key = ast.copy_location(ast.Constant(position), value)
                element = ast.Subscript(value, key, ast.Load())
                index.assigned.setdefault(part.id, []).append(ast.copy_location(element, value))


def _index_call(node: ast.Call, index: _Collected) -> None:
    function = node.func
    if isinstance(function, ast.Name):
        index.called.add(function.id)
        if function.id not in _BUILTINS:
            index.call_nodes.setdefault(function.id, []).append(node)
        if function.id.startswith("register_"):
            index.traits.add("hook")
    elif isinstance(function, ast.Attribute):
        index.called.add(function.attr)
        if function.attr in _KEEPING_METHODS:
            index.traits.add("keeping")
        elif function.attr.startswith("register_"):
            index.traits.add("hook")
        path = path_of(function.value)
        if path is not None:
            called = f"{path}.{function.attr}"
            index.called.add(called)
            if path == "self":
                index.call_nodes.setdefault(called, []).append(node)
            index.asked.setdefault(path, set()).add(function.attr)
        if function.attr in _CHANGING_METHODS and isinstance(function.value, ast.Attribute):
            index.writes.add(function.value.attr)


def _index_scope(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
    index: _Collected,
    pending: list[ast.AST],
) -> None:
    how = "class" if isinstance(node, ast.ClassDef) else "def"
    index.bound.setdefault(node.name, []).append(Binding(how, node.name))
    index.words.add(node.name)
    pending.extend(header_nodes(node))
    inner = _Collected()
    _walk(list(node.body), inner)
    index.nested.append(NestedScope(node, inner.index()))


def _index_import(node: ast.Import | ast.ImportFrom, index: _Collected) -> None:
    for name, qualified in imported_names(node):
        if name == "*":
            index.stars.append(qualified)
        else:
            index.words.add(name)
            index.bound.setdefault(name, []).append(Binding("import", qualified))
