"""An index of the names in a block: what it binds and imports, what it defines, what it mentions.

Made in one walk, and again only when the block's code changes.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple


class Binding(NamedTuple):
    """One way in which a name gets its value: `import`, `def`, `class` or `assign`."""

    how: str
    qualified: str = ""


TRAITS: dict[type[ast.AST], str] = {
    ast.For: "loop",
    ast.AsyncFor: "loop",
    ast.While: "loop",
    ast.comprehension: "loop",
    ast.AugAssign: "addition",
    ast.Add: "addition",
    ast.Sub: "addition",
}
"""Nodes without which some events cannot be. Further traits: `attribute` where an attribute is
assigned, `keeping` where something is put into a container, `hook` where one is registered."""
_KEEPING_METHODS = frozenset(
    ("append", "appendleft", "add", "put", "put_nowait", "insert", "extend", "extendleft", "update")
)


@dataclass(slots=True)
class ScopeIndex:
    """The names of one scope in one block, without those of the scopes inside it."""

    words: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    """The words that are names themselves, not attributes of something."""
    bound: dict[str, list[Binding]] = field(default_factory=dict)
    assigned: dict[str, list[ast.expr]] = field(default_factory=dict)
    """By name: the values of plain assignments `name = value`."""
    stars: list[str] = field(default_factory=list)
    nested: list["NestedScope"] = field(default_factory=list)
    writes: set[str] = field(default_factory=set)
    """Attributes that are assigned, deleted, or changed by a method such as `clear()`."""
    asked: dict[str, set[str]] = field(default_factory=dict)
    """By path: which methods are called on it."""
    traits: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    """Names that are called, with and without the path before them."""

    @property
    def imports(self) -> bool:
        """Whether something is imported."""
        return any(one.how == "import" for bindings in self.bound.values() for one in bindings)

    def words_now(self) -> Iterable[str]:
        """Every identifier in the scope's own code."""
        return self.words

    def mentions(self, word: str) -> bool:
        """Whether an identifier stands in the scope's own code."""
        return word in self.words

    def calls(self, path: str) -> bool:
        """Whether what is at a path is called."""
        return path in self.called

    def methods_on(self, path: str) -> Iterable[str]:
        """The methods that are called on what is at a path."""
        return self.asked.get(path, ())

    def bindings_of(self, name: str) -> list[Binding]:
        """How a name is bound, in order."""
        return self.bound.get(name, [])

    def values_of(self, name: str) -> list[ast.expr]:
        """The values that plain assignments give a name."""
        return self.assigned.get(name, [])

    def writes_attribute(self, name: str) -> bool:
        """Whether an attribute of this name is written, emptied or cut."""
        return name in self.writes

    def has_trait(self, trait: str) -> bool:
        """Whether the scope's own code has a trait; see `TRAITS`."""
        return trait in self.traits

    def nested_scopes(self) -> Iterable["NestedScope"]:
        """The functions and classes directly in the scope."""
        return self.nested


class NestedScope(NamedTuple):
    """A function or class directly in a scope."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    names: ScopeIndex


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


def index_nodes(nodes: Iterable[ast.AST]) -> ScopeIndex:
    """The index of some statements, or of the header nodes of one."""
    index = ScopeIndex()
    _walk(list(nodes), index)
    return index


def header_nodes(node: ast.stmt) -> list[ast.AST]:
    """The parts of a compound statement that are not in one of its suites."""
    parts: list[ast.AST] = []
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            parts.append(value)
        elif isinstance(value, list) and name not in {"body", "orelse", "finalbody"}:
            for item in value:
                if isinstance(item, ast.ExceptHandler):
                    parts.extend([item.type] if item.type else [])
                elif isinstance(item, ast.match_case):
                    parts.extend([item.pattern, *([item.guard] if item.guard else [])])
                elif isinstance(item, ast.AST):
                    parts.append(item)
    return parts


def path_of(node: ast.expr) -> str | None:
    """A name followed by attributes and constant subscripts, as text; None for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        base = path_of(node.value)
        return None if base is None else f"{base}.{node.attr}"
    if isinstance(node, ast.Subscript):
        key = node.slice
        if isinstance(key, ast.UnaryOp) and isinstance(key.op, ast.USub):
            key = key.operand
        if isinstance(key, ast.Constant) and isinstance(key.value, str | int):
            base = path_of(node.value)
            return None if base is None else f"{base}[{ast.unparse(node.slice)}]"
    return None


def _walk(pending: list[ast.AST], index: ScopeIndex) -> None:
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
                if isinstance(target, ast.Name):
                    index.assigned.setdefault(target.id, []).append(node.value)
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
        pending.extend(ast.iter_child_nodes(node))


_ASSIGN = Binding("assign")


def _index_call(node: ast.Call, index: ScopeIndex) -> None:
    function = node.func
    if isinstance(function, ast.Name):
        index.called.add(function.id)
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
            index.called.add(f"{path}.{function.attr}")
            index.asked.setdefault(path, set()).add(function.attr)
        if function.attr in _CHANGING_METHODS and isinstance(function.value, ast.Attribute):
            index.writes.add(function.value.attr)


def _index_scope(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
    index: ScopeIndex,
    pending: list[ast.AST],
) -> None:
    how = "class" if isinstance(node, ast.ClassDef) else "def"
    index.bound.setdefault(node.name, []).append(Binding(how, node.name))
    index.words.add(node.name)
    pending.extend(header_nodes(node))
    inner = ScopeIndex()
    _walk(list(node.body), inner)
    index.nested.append(NestedScope(node, inner))


def _index_import(node: ast.Import | ast.ImportFrom, index: ScopeIndex) -> None:
    for name, qualified in imported_names(node):
        if name == "*":
            index.stars.append(qualified)
        else:
            index.words.add(name)
            index.bound.setdefault(name, []).append(Binding("import", qualified))


def imported_names(node: ast.Import | ast.ImportFrom) -> list[tuple[str, str]]:
    """The names that an import binds, each with the qualified name that it stands for.

    Relative imports keep their leading dots. A star gives `("*", module)`.
    """
    if isinstance(node, ast.Import):
        return [
            (alias.asname, alias.name)
            if alias.asname
            else (alias.name.split(".", 1)[0], alias.name.split(".", 1)[0])
            for alias in node.names
        ]
    module = "." * node.level + (node.module or "")
    joint = "" if module.endswith(".") or not module else "."
    return [
        ("*", module)
        if alias.name == "*"
        else (alias.asname or alias.name, f"{module}{joint}{alias.name}")
        for alias in node.names
    ]
