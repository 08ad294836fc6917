"""What a file binds at its top level, and what its imports of all bring: read from its syntax."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from leakwise.facts.code.names import imported_names
from leakwise.syntax import SyntaxTree


@dataclass(frozen=True, slots=True)
class Star:
    """An import of all. `certain` where it stands by itself, and not in a branch or a `try`."""

    module: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Surface:
    """The names of a file. Relative imports keep their leading dots."""

    bound: dict[str, str | None]
    """What the file binds, with what it imports under that name; None for anything else."""
    stars: tuple[Star, ...] = ()
    """In their order."""
    told: frozenset[str] | None = None
    """What `__all__` lists; None where it says nothing that can be read."""

    def gives(self, name: str) -> bool:
        """Whether an import of all from this file takes a name, if the file has it."""
        return not name.startswith("_") if self.told is None else name in self.told


EMPTY = Surface({})


def surface_of(tree: SyntaxTree) -> Surface:
    """What the statements of a file bind at its top level, branches among them; nothing where it
    does not parse."""
    if tree.problem() is not None:
        return EMPTY
    made = _Making()
    for block in tree.blocks:
        for statement in block.statements:
            made.take(statement, certain=True)
    return Surface(made.bound, tuple(made.stars), made.told())


class _Making:
    def __init__(self) -> None:
        self.bound: dict[str, str | None] = {}
        self.stars: list[Star] = []
        self._listed: set[str] | None = None
        self._readable = True

    def told(self) -> frozenset[str] | None:
        if self._listed is None or not self._readable:
            return None
        return frozenset(self._listed)

    def take(self, statement: ast.stmt, certain: bool) -> None:
        match statement:
            case ast.Import() | ast.ImportFrom():
                for name, qualified in imported_names(statement):
                    if name == "*":
                        self.stars.append(Star(qualified, certain))
                    else:
                        self._bind(name, qualified)
                return
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self.bound[statement.name] = None
                return
            case ast.Assign():
                self._bind_all(statement.targets)
                if any(_is_all(target) for target in statement.targets):
                    self._listed = set()
                    self._list(statement.value)
            case ast.AnnAssign():
                self._bind_all([statement.target])
                if _is_all(statement.target) and statement.value is not None:
                    self._listed = set()
                    self._list(statement.value)
            case ast.AugAssign() if _is_all(statement.target):
                self._list(statement.value)
            case ast.Expr(ast.Call(ast.Attribute(holder, method), arguments)) if _is_all(holder):
                if method in {"append", "extend"} and len(arguments) == 1:
                    self._list(ast.List(arguments) if method == "append" else arguments[0])
                else:
                    self._readable = False
            case ast.For() | ast.AsyncFor():
                self._bind_all([statement.target])
            case ast.With() | ast.AsyncWith():
                self._bind_all(one.optional_vars for one in statement.items)
        for node in ast.iter_child_nodes(statement):
            suite = node.body if isinstance(node, (ast.ExceptHandler, ast.match_case)) else [node]
            for inner in suite:
                if isinstance(inner, ast.stmt):
                    self.take(inner, certain=False)

    def _bind_all(self, targets: Iterable[ast.expr | None]) -> None:
        for target in targets:
            for part in () if target is None else ast.walk(target):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    self.bound[part.id] = None

    def _bind(self, name: str, qualified: str) -> None:
        known = self.bound.setdefault(name, qualified)
        if known != qualified:
            self.bound[name] = None

    def _list(self, value: ast.expr) -> None:
        names = list(_texts(value))
        if self._listed is None or None in names:
            self._readable = False
        else:
            self._listed.update(name for name in names if name is not None)


def _is_all(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "__all__"


def _texts(value: ast.expr) -> Iterator[str | None]:
    """The texts in a literal list; None for what is none."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        yield from _texts(value.left)
        yield from _texts(value.right)
        return
    if not isinstance(value, (ast.List, ast.Tuple)):
        yield None
        return
    for one in value.elts:
        text = one.value if isinstance(one, ast.Constant) else None
        yield text if isinstance(text, str) else None
