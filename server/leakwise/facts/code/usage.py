"""What code does with a name that it was given, as far as its own statements tell."""

import ast
from collections.abc import Iterator
from enum import IntEnum
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import Definition, FunctionNode
from leakwise.facts.code.names import path_of
from leakwise.facts.resources.release_paths import Given, Release, release_of
from leakwise.facts.terms.resource_events import Giving

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

MOST_CALLS_DEEP = 2
"""Through how many functions of the file a name is followed."""
_LOOK_ONLY = frozenset(
    [
        "print",
        "isinstance",
        "len",
        "id",
        "str",
        "repr",
        "type",
        "bool",
        "hasattr",
        "next",
        "enumerate",
        "tqdm",
    ]
)
"""Functions that neither keep nor release what they are called with."""


class Use(IntEnum):
    """What happens to what a name holds, for certain; the last one where that is not known."""

    USED = 0
    """Its methods are called and its attributes are read; it is neither kept nor released."""
    RELEASED = 1
    """It is given back on every path that raises nothing."""
    ESCAPES = 2
    """It may be kept, released or given to others."""


def use_of(module: "ModuleFacts", definition: Definition, name: str, deep: int = 0) -> Use:
    """What a body does with what a name holds where the body begins: a parameter, or a name of a
    scope round it."""
    if deep > MOST_CALLS_DEEP:
        return Use.ESCAPES

    def compute() -> Use:
        definition.code.read()
        given = [
            Given(event.place, event.entered)
            for event in module.body(definition).events
            if isinstance(event, Giving) and name in event.reached
        ]
        if given:
            names = frozenset({name})
            grade = release_of(module, definition, None, given, names, gathered=True)
            return Use.RELEASED if grade >= Release.NORMALLY else Use.ESCAPES
        return _mentioned(_Mentions(module, definition, name, deep))

    cell = module.query(definition, ("use", name, deep), compute, Use.ESCAPES)
    return cell.read()  # type: ignore[no-any-return]


def kept_as(module: "ModuleFacts", definition: Definition, name: str) -> str | None:
    """The attribute of its object that a method puts what a name holds into, where it does nothing
    else with it that could keep or release it; None otherwise."""

    def compute() -> str | None:
        definition.code.read()
        mentions = _Keepings(module, definition, name, MOST_CALLS_DEEP)
        kept = mentions.kept
        return kept.pop() if _mentioned(mentions) is Use.USED and len(kept) == 1 else None

    cell = module.query(definition, ("kept as", name), compute, None)
    return cell.read()  # type: ignore[no-any-return]


def only_looked_at(module: "ModuleFacts", definition: Definition, name: str) -> bool:
    """Whether a body does no more with a name than to call methods that release nothing; found
    without interpreting it."""
    return _mentioned(_Mentions(module, definition, name, None)) is Use.USED


def _mentioned(mentions: "_Mentions") -> Use:
    definition = mentions.definition
    definition.code.read()
    node = definition.node
    if isinstance(node, FunctionNode):
        for statement in node.body:
            mentions.visit(statement)
    elif node is None:
        for block in mentions.module.tree.blocks:
            for statement in block.statements:
                if not isinstance(statement, (FunctionNode, ast.ClassDef)):
                    mentions.visit(statement)
    else:
        return Use.ESCAPES
    return mentions.use


def captors(module: "ModuleFacts", definition: Definition, name: str) -> list[Definition]:
    """The functions inside a body that refer to a name of it without binding it."""
    return [
        one
        for one in module.scopes.mentioning(name)
        if one.is_function and one.lies_in(definition) and not is_local(module, one, name)
    ]


def is_local(module: "ModuleFacts", definition: Definition, name: str) -> bool:
    """Whether a name is a function's own: a parameter, or bound in it and not declared global."""

    def compute() -> bool:
        definition.code.read()
        if any(parameter.arg == name for parameter in definition.parameters()):
            return True
        bound = bool(definition.index.bindings_of(name))
        return bound and name not in definition.global_names()

    if not definition.is_function:
        return False
    cell = module.query(definition, ("local", name), compute, False)
    return cell.read()  # type: ignore[no-any-return]


class _Mentions(ast.NodeVisitor):
    """Goes through a body and notes the strongest thing that is done with a name.

    `deep` counts the calls that were followed so far; None where none is to be.
    """

    def __init__(
        self, module: "ModuleFacts", definition: Definition, name: str, deep: int | None
    ) -> None:
        self.module = module
        self.definition = definition
        self.name = name
        self.deep = deep
        self.use = Use.USED

    def visit_Name(self, node: ast.Name) -> None:
        """A bare mention: wherever it goes, it is not followed."""
        if node.id == self.name and isinstance(node.ctx, ast.Load):
            self.use = Use.ESCAPES

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """An attribute is looked at; a method that releases may be called by others."""
        if self._is_it(node.value):
            if node.attr in self.module.release_methods:
                self.use = Use.ESCAPES
            return
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """A call of one of its methods, or of a function that it is handed to."""
        function = node.func
        if not (isinstance(function, ast.Attribute) and self._is_it(function.value)):
            self.visit(function)
        elif function.attr in self.module.release_methods:
            self.use = max(self.use, Use.RELEASED)
        for name, part in _handed(node):
            if not self._is_it(part):
                self.visit(part)
                continue
            self.use = max(self.use, self._use_in(function, name))

    def visit_Compare(self, node: ast.Compare) -> None:
        """A comparison looks only."""
        for part in (node.left, *node.comparators):
            if not self._is_it(part):
                self.visit(part)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        """`not name` looks only."""
        if not self._is_it(node.operand):
            self.visit(node.operand)

    def visit_If(self, node: ast.If) -> None:
        """A condition looks only."""
        if not self._is_it(node.test):
            self.visit(node.test)
        for statement in (*node.body, *node.orelse):
            self.visit(statement)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> None:
        """What is shown is only looked at."""
        if not self._is_it(node.value):
            self.visit(node.value)

    def _is_it(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id == self.name

    def _use_in(self, function: ast.expr, place: int | str | None) -> Use:
        """What a called function does with an argument at a position or of a name."""
        path = path_of(function)
        if path in _LOOK_ONLY:
            return Use.USED
        if self.deep is None:
            return Use.ESCAPES
        called = _local_function(self.module, self.definition, path)
        if called is None or place is None:
            return Use.ESCAPES
        parameters = [one.arg for one in called.parameters()]
        if called.instance_name() is not None:
            parameters = parameters[1:]
        if isinstance(place, int):
            if place >= len(parameters):
                return Use.ESCAPES
            place = parameters[place]
        if place not in parameters:
            return Use.ESCAPES
        return use_of(self.module, called, place, self.deep + 1)


class _Keepings(_Mentions):
    """Leaves out, and notes, that the name is put into an attribute of the method's object."""

    kept: set[str]

    def __init__(
        self, module: "ModuleFacts", definition: Definition, name: str, deep: int | None
    ) -> None:
        super().__init__(module, definition, name, deep)
        self.kept = set()

    def visit_Assign(self, node: ast.Assign) -> None:
        """`self.writer = writer`."""
        owner, instance = node.targets[0], self.definition.instance_name()
        if not self._is_it(node.value) or len(node.targets) > 1:
            self.generic_visit(node)
        elif isinstance(owner, ast.Attribute) and path_of(owner.value) == instance:
            self.kept.add(owner.attr)
        else:
            self.use = Use.ESCAPES


def _handed(node: ast.Call) -> Iterator[tuple[int | str | None, ast.expr]]:
    for position, argument in enumerate(node.args):
        if isinstance(argument, ast.Starred):
            yield None, argument.value
        else:
            yield position, argument
    for keyword in node.keywords:
        yield keyword.arg, keyword.value


def _local_function(
    module: "ModuleFacts", definition: Definition, path: str | None
) -> Definition | None:
    """The function or method of this file that a path leads to, by names alone."""
    if path is None:
        return None
    instance, _, method = path.partition(".")
    if method and instance == definition.instance_name() and definition.parent is not None:
        return module.method(definition.parent, method) if "." not in method else None
    found = module.names.resolve(definition, path).definition
    return found if found is not None and found.is_function else None
