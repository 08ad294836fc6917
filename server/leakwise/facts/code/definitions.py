"""The functions and classes of a document, which keep their identity over edits."""

import ast
from collections.abc import Collection

from leakwise.facts.code.gathered import GatheredNames
from leakwise.facts.code.names import Binding, ScopeIndex
from leakwise.facts.incremental.queries import Database, Input
from leakwise.facts.terms.places import Place, place_of
from leakwise.syntax import Block

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
ScopeNode = FunctionNode | ast.ClassDef
_WITH_SUITES = (
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.With,
    ast.AsyncWith,
    ast.Try,
    ast.TryStar,
    ast.ExceptHandler,
    ast.Match,
    ast.match_case,
)


class Definition:
    """A function, a class, or the module itself.

    `code` changes whenever its code does. `block` is the one in whose coordinates `node` stands.
    """

    __slots__ = (
        "_assigned",
        "_bound",
        "_decorated",
        "_instance",
        "block",
        "code",
        "index",
        "is_class",
        "is_function",
        "is_method",
        "key",
        "name",
        "node",
        "parent",
    )

    def __init__(
        self,
        database: Database,
        key: tuple[str, int],
        node: FunctionNode | ast.ClassDef | None,
        block: Block | None,
        parent: "Definition | None",
        index: ScopeIndex | GatheredNames,
        code: object,
    ) -> None:
        self.key = key
        self.node = node
        self.block = block
        self.parent = parent
        self.index: ScopeIndex | GatheredNames = index
        self.name = "" if node is None else node.name
        # Other code of the same definition is of the same sort.
        self.is_function = isinstance(node, FunctionNode)
        """Whether this is a function or method."""
        self.is_class = isinstance(node, ast.ClassDef)
        """Whether this is a class."""
        self.is_method = self.is_function and parent is not None and parent.is_class
        """Whether this is a function directly in a class."""
        self.code: Input[object] = Input(database, code)
        self._bound: dict[str, Input[tuple[Binding, ...]]] = {}
        self._assigned: dict[str, Input[tuple[Binding, ...]]] = {}
        self._decorated: Input[bool] | None = None
        self._instance: tuple[object, str | None] = (None, None)

    def change_code(self, code: object) -> None:
        """Takes in that `node` and `index` are those of other code, or of the same as before."""
        self.code.set(code)
        for name, known in self._bound.items():
            known.set(self._bindings(name))
        for name, known in self._assigned.items():
            known.set(tuple(self.index.bindings_of(name)))
        if self._decorated is not None:
            self._decorated.set(self._has_decorators())

    def is_decorated(self) -> bool:
        """Whether decorators stand above this. What reads it depends on that alone."""
        if self._decorated is None:
            self._decorated = Input(self.code.database, self._has_decorators())
        return self._decorated.read()

    def _has_decorators(self) -> bool:
        return self.node is not None and bool(self.node.decorator_list)

    def bindings(self, name: str) -> tuple[Binding, ...]:
        """How a function binds a name, as a parameter or by its code. What reads it depends on
        that alone, and not on all of the code."""
        found = self._bound.get(name)
        if found is None:
            found = Input(self.code.database, self._bindings(name))
            self._bound[name] = found
        return found.read()

    def bindings_in_code(self, name: str) -> tuple[Binding, ...]:
        """How the code of a function binds a name, which may be a parameter's. What reads it
        depends on that alone."""
        found = self._assigned.get(name)
        if found is None:
            found = Input(self.code.database, tuple(self.index.bindings_of(name)))
            self._assigned[name] = found
        return found.read()

    def _bindings(self, name: str) -> tuple[Binding, ...]:
        if any(parameter.arg == name for parameter in self.parameters()):
            return (Binding("parameter"),)
        return tuple(self.index.bindings_of(name))

    def mentions(self, words: Collection[str]) -> bool:
        """Whether an identifier stands in this code or in functions inside it."""
        self.code.read()
        wanted = frozenset(words)
        if self.index.mentions_any(wanted):
            return True
        pending = [*self.index.nested_scopes()]
        while pending:
            inside = pending.pop().names
            if inside.mentions_any(wanted):
                return True
            pending.extend(inside.nested)
        return False

    @property
    def qualified(self) -> str:
        """The dotted name in the module, without the module's own."""
        return self.key[0]

    @property
    def place(self) -> Place:
        """The line of `def` or `class`; the first line of a module."""
        assert self.block is not None
        if self.node is None:
            return Place(self.block, 0, 0, 0, 0)
        whole = place_of(self.node, self.block)
        return Place(whole.block, whole.line, whole.column, whole.line, whole.column + 3)

    def parameters(self) -> tuple[ast.arg, ...]:
        """The parameters of a function, without `*args` and `**kwargs`."""
        if not isinstance(self.node, FunctionNode):
            return ()
        arguments = self.node.args
        return (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)

    def parameter_names(self) -> frozenset[str]:
        """The names of the parameters, without a method's `self`."""
        return frozenset({one.arg for one in self.parameters()} - {self.instance_name()})

    def global_names(self) -> frozenset[str]:
        """The names that a function declares global or nonlocal."""
        if not isinstance(self.node, FunctionNode) or not self.index.has_trait("shared names"):
            return frozenset()
        found: set[str] = set()
        pending: list[ast.AST] = list(self.node.body)
        while pending:
            node = pending.pop()
            if isinstance(node, (ast.Global, ast.Nonlocal)):
                found.update(node.names)
            elif isinstance(node, _WITH_SUITES):
                pending.extend(ast.iter_child_nodes(node))
        return frozenset(found)

    def lies_in(self, outer: "Definition") -> bool:
        """Whether this stands in another function or class, or in the module."""
        parent = self.parent
        while parent is not None and parent is not outer:
            parent = parent.parent
        return parent is outer

    def instance_name(self) -> str | None:
        """The name of a method's `self`; None for functions, static and class methods."""
        if not self.is_method:
            return None
        node, name = self._instance
        if node is not self.node:
            name = self._named_instance()
            self._instance = (self.node, name)
        return name

    def _named_instance(self) -> str | None:
        if not isinstance(self.node, FunctionNode):
            return None
        for decorator in self.node.decorator_list:
            if isinstance(decorator, ast.Name) and decorator.id in {"staticmethod", "classmethod"}:
                return None
        arguments = (*self.node.args.posonlyargs, *self.node.args.args)
        return arguments[0].arg if arguments else None
