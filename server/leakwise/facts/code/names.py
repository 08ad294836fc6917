"""The names of a scope in one block: what it binds, imports, defines and mentions."""

import ast
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from leakwise.facts.terms.making import quickly_made


class Binding(NamedTuple):
    """One way in which a name gets its value: `import`, `def`, `class` or `assign`."""

    how: str
    qualified: str = ""


PUTTING_METHODS = frozenset({"append", "appendleft", "add"})
"""They put their one argument into what they are called on."""
NOTHING: Mapping[str, tuple[Any, ...]] = MappingProxyType({})


@quickly_made
@dataclass(frozen=True, slots=True, eq=False)
class ScopeIndex:
    """The names of one scope in one block, without those of the scopes inside it.

    Kept as tuples: there are many of them, and most are short.
    """

    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """The words that are names themselves, not attributes of something."""
    bound: Mapping[str, tuple[Binding, ...]] = field(default_factory=lambda: NOTHING)
    assigned: Mapping[str, tuple[ast.expr, ...]] = field(default_factory=lambda: NOTHING)
    """By name: the values of assignments `name = value`, `value[0]` for `name, other = value`."""
    stars: tuple[str, ...] = ()
    nested: "tuple[NestedScope, ...]" = ()
    writes: tuple[str, ...] = ()
    """Attributes that are assigned, deleted, or changed by a method such as `clear()`."""
    binds: tuple[str, ...] = ()
    """Those of them that are assigned or deleted."""
    asked: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    """By path: which methods are called on it."""
    traits: tuple[str, ...] = ()
    """What the code has that some events need: see `indexing.TRAITS`."""
    called: tuple[str, ...] = ()
    """Names that are called, with and without the path before them."""
    call_nodes: Mapping[str, tuple[ast.Call, ...]] = field(default_factory=lambda: NOTHING)
    """By name, and by `self.name`: the calls of what may be a function of the file."""
    put_into: tuple[str, ...] = ()
    """The paths into which one value is put, once for each place that does so."""
    shared: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NOTHING)
    """By name: the attributes, as paths, that are assigned what it holds."""
    backpropagated: tuple[str, ...] = ()
    """Names from which backward passes start."""
    given: tuple[tuple[str, str], ...] = ()
    """Pairs of names, `y` and `w` of `y.backward(w)`: from one of them such a pass starts."""
    started: tuple[ast.expr, ...] = ()
    """What else they start from."""
    added: Mapping[str, tuple[ast.expr, ...]] = field(default_factory=lambda: NOTHING)
    """By name: what `name += value` and its like add."""

    @property
    def imports(self) -> bool:
        """Whether something is imported."""
        return any(one.how == "import" for bindings in self.bound.values() for one in bindings)

    def words_now(self) -> Collection[str]:
        """Every identifier in the scope's own code."""
        return self.words

    def called_now(self) -> Collection[str]:
        """Everything that is called, with and without the path before it."""
        return self.called

    def mentions(self, word: str) -> bool:
        """Whether an identifier stands in the scope's own code."""
        return word in self.words

    def mentions_any(self, words: AbstractSet[str]) -> bool:
        """Whether one of some identifiers stands in the scope's own code."""
        return not words.isdisjoint(self.words)

    def calls(self, path: str) -> bool:
        """Whether what is at a path is called."""
        return path in self.called

    def puts(self, path: str) -> int:
        """How many places put a value into what is at a path."""
        return self.put_into.count(path)

    def calls_any(self, paths: AbstractSet[str]) -> bool:
        """Whether what is at one of some paths is called."""
        return not paths.isdisjoint(self.called)

    def calls_named(self, name: str) -> Iterable[ast.Call]:
        """The calls of a name, or of `self.name`."""
        return self.call_nodes.get(name, ())

    def asked_for(self, methods: frozenset[str]) -> dict[str, frozenset[str]]:
        """The paths on which some of these methods are called, with those."""
        found = {path: methods.intersection(called) for path, called in self.asked.items()}
        return {path: frozenset(called) for path, called in found.items() if called}

    def methods_asked(self, path: str) -> Iterable[str]:
        """The methods that are called on what is at a path."""
        return self.asked.get(path, ())

    def bindings_of(self, name: str) -> Sequence[Binding]:
        """How a name is bound, in order."""
        return self.bound.get(name, ())

    def values_of(self, name: str) -> Sequence[ast.expr]:
        """The values that plain assignments give a name."""
        return self.assigned.get(name, ())

    def attributes_given(self, name: str) -> Iterable[str]:
        """The attributes, as paths, that are assigned what a name holds."""
        return self.shared.get(name, ())

    def backpropagated_now(self) -> Iterable[str]:
        """The names from which backward passes start."""
        return self.backpropagated

    def given_now(self) -> Iterable[tuple[str, str]]:
        """Pairs of names from one of which a backward pass starts."""
        return self.given

    def started_now(self) -> Iterable[ast.expr]:
        """What is no name, and a backward pass starts from it."""
        return self.started

    def added_to(self, name: str) -> Iterable[ast.expr]:
        """What augmented assignments add to a name."""
        return self.added.get(name, ())

    def writes_attribute(self, name: str) -> bool:
        """Whether an attribute of this name is written, emptied or cut."""
        return name in self.writes

    def binds_attribute(self, name: str) -> bool:
        """Whether an attribute of this name is assigned."""
        return name in self.binds

    def written_attributes(self) -> Iterable[str]:
        """The attributes that are written, emptied or cut."""
        return self.writes

    def has_trait(self, trait: str) -> bool:
        """Whether the scope's own code has a trait; see `indexing.TRAITS`."""
        return trait in self.traits

    def nested_scopes(self) -> Iterable["NestedScope"]:
        """The functions and classes directly in the scope."""
        return self.nested


class NestedScope(NamedTuple):
    """A function or class directly in a scope."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    names: ScopeIndex


def path_of(node: ast.expr) -> str | None:
    """A name followed by attributes and constant subscripts, as text; None for anything else."""
    # By type, and with the usual `name.attribute` in one step: it is asked for all the time.
    kind = type(node)
    if kind is ast.Name:
        return node.id  # type: ignore[attr-defined,no-any-return]
    if kind is ast.Attribute:
        owner = node.value  # type: ignore[attr-defined]
        base = owner.id if type(owner) is ast.Name else path_of(owner)
        return None if base is None else f"{base}.{node.attr}"  # type: ignore[attr-defined]
    if kind is ast.Subscript:
        key = node.slice  # type: ignore[attr-defined]
        sign = ""
        if isinstance(key, ast.UnaryOp) and isinstance(key.op, ast.USub):
            key, sign = key.operand, "-"
        if isinstance(key, ast.Constant) and isinstance(key.value, (str, int)):
            base = path_of(node.value)  # type: ignore[attr-defined]
            # As `ast.unparse` writes it, which takes fifty times as long.
            return None if base is None else f"{base}[{sign}{key.kind or ''}{key.value!r}]"
    return None


def written(node: ast.expr) -> str | None:
    """The text of a path, or of what is called with nothing but paths on the way to it, as in
    `super().forward` or `loaders[name](data).items`; None for anything else. `ast.unparse` writes
    the same, and takes many times as long."""
    kind = type(node)
    if kind is ast.Name:
        return node.id  # type: ignore[attr-defined,no-any-return]
    if kind is ast.Attribute:
        owner = written(node.value)  # type: ignore[attr-defined]
        return None if owner is None else f"{owner}.{node.attr}"  # type: ignore[attr-defined]
    if kind is ast.Subscript:
        owner, key = written(node.value), written(node.slice)  # type: ignore[attr-defined]
        return (owner and key and f"{owner}[{key}]") or path_of(node)
    if not isinstance(node, ast.Call) or node.keywords:
        return None
    parts = [written(part) for part in (node.func, *node.args)]
    if None in parts:
        return None
    called, *given = parts
    return f"{called}({', '.join(map(str, given))})"


def paths_in(node: ast.AST) -> frozenset[str]:
    """The paths that stand in some code, with the paths that they begin with; of an attribute of
    `self`, not `self` alone."""
    if type(node) is ast.Name:
        return frozenset((node.id,))
    found: set[str] = set()
    pending = [node]
    while pending:
        one = pending.pop()
        path = path_of(one) if isinstance(one, _PATHS) else None
        if path is None:
            pending.extend(children(one))
            continue
        while isinstance(one, (ast.Attribute, ast.Subscript)):
            found.add(path)
            one = one.value
            path = path_of(one) or ""
        if path != "self" or not found:
            found.add(path)
    return frozenset(found)


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes directly in another one, in their order."""
    # Without the generators of `ast.iter_child_nodes`: expressions are gone through all the time.
    found: list[ast.AST] = []
    for name in node._fields:
        part = getattr(node, name, None)
        if isinstance(part, ast.AST):
            found.append(part)
        elif type(part) is list:
            found += [one for one in part if isinstance(one, ast.AST)]
    return found


def within(node: ast.AST) -> list[ast.AST]:
    """A node and all in it, in the order of `ast.walk`, which takes several times as long; without
    operators and contexts."""
    found = [node]
    for one in found:
        for name in _inner_fields(type(one)):
            part = getattr(one, name, None)
            if isinstance(part, ast.AST):
                found.append(part)
            elif type(part) is list:
                found += [each for each in part if isinstance(each, ast.AST)]
    return found


_LEAVES = frozenset({"ctx", "op", "ops", "id", "attr", "type_comment"})
"""Fields of operators, contexts and texts."""
_INNER: dict[type[ast.AST], tuple[str, ...]] = {ast.Constant: (), ast.Name: ()}


def _inner_fields(kind: type[ast.AST]) -> tuple[str, ...]:
    """The fields of a kind of nodes that may hold other nodes."""
    known = _INNER.get(kind)
    if known is None:
        known = _INNER[kind] = tuple(name for name in kind._fields if name not in _LEAVES)
    return known


_PATHS = (ast.Name, ast.Attribute, ast.Subscript)


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
