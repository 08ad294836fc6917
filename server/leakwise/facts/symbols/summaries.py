"""What a file's own facts tell others of one of its names, as plain data."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from leakwise.facts.apis.resources import RESOURCE_KINDS
from leakwise.facts.apis.torch_functions import SWITCH_WORDS
from leakwise.facts.code.annotations import annotated
from leakwise.facts.code.definitions import Definition, FunctionNode
from leakwise.facts.code.gathered import GatheredNames
from leakwise.facts.code.names import ScopeIndex, path_of
from leakwise.facts.externals import FRAMEWORKS, is_outside
from leakwise.facts.interpreter.decorated import gives_its_own
from leakwise.facts.module import ModuleFacts
from leakwise.facts.resources.acquisitions import handed_on
from leakwise.facts.symbols.keeping import kept_by_method
from leakwise.facts.symbols.questions import (
    Found,
    FoundClass,
    FoundCode,
    FoundFunction,
    FoundModule,
    FoundValue,
    Location,
    address,
    is_address,
    is_plain,
)
from leakwise.facts.terms.values import UNKNOWN, Kind, Value

Addresses = Callable[[str], str | None]
"""The address of a name as the file imports it; None where it leads nowhere."""

_PROPERTIES = frozenset({"property", "cached_property"})
_MOST_NESTED = 4
"""How deep containers in containers are described."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The file has a name from another one: as it imports it, or an address."""

    name: str


def found_in(
    facts: ModuleFacts, location: Location, addresses: Addresses, *, only_value: bool = False
) -> Found | Elsewhere | None:
    """What `location` names in the file that `facts` are of; None where the file has it not. Where
    it is asked for as a value, nothing is found out of a function or class."""
    if not location.qualified:
        return FoundModule()
    teller = _Teller(facts, location.path, addresses, only_value)
    return teller.found(location.qualified.split("."))


def passed_on(facts: ModuleFacts, qualified: str) -> str | None:
    """The name under which a file imports what it has as `qualified` from other user code; None
    for what it does not import."""
    first, dot, rest = qualified.partition(".")
    if not first or facts.names.definition_in(facts.scopes.module, first) is not None:
        return None
    value = facts.names.global_name(first)
    name = f"{value.name}{dot}{rest}"
    return name if value.kind is Kind.QUALIFIED and is_outside(name) else None


@dataclass(frozen=True, slots=True)
class _Teller:
    facts: ModuleFacts
    path: str
    addresses: Addresses
    only_value: bool = False

    def found(self, parts: list[str]) -> Found | Elsewhere | None:
        """What a qualified name of the file stands for."""
        scope = self.facts.scopes.module
        for count, part in enumerate(parts):
            within = self.facts.names.definition_in(scope, part)
            if within is None:
                rest = parts[count:]
                if count == 0:
                    return self._top_level(rest)
                return self._member(scope, rest) if scope.is_class else FoundValue(UNKNOWN)
            scope = within
        return self._class(scope) if scope.is_class else self._function(scope)

    def _top_level(self, parts: list[str]) -> Found | Elsewhere | None:
        value = self.facts.names.global_name(parts[0])
        if not self.facts.scopes.bindings(parts[0]) and (
            value.kind is Kind.UNKNOWN or (value.name or "").startswith("builtins.")
        ):
            return None
        if value.kind is Kind.QUALIFIED and value.name is not None:
            name = ".".join([value.name, *parts[1:]])
            if is_outside(name):
                return Elsewhere(name)
            return FoundValue(Value(Kind.QUALIFIED, name=name))
        if value.definition is not None and len(parts) > 1:
            return self._member(value.definition, parts[1:])
        return FoundValue(UNKNOWN if len(parts) > 1 else self._told(value))

    def _member(self, class_: Definition, parts: list[str]) -> Found | Elsewhere:
        if len(parts) > 1 or not class_.is_class:
            return FoundValue(UNKNOWN)
        method = self.facts.method(class_, parts[0])
        if method is not None:
            # A class may stand inside a class, too.
            return self._class(method) if method.is_class else self._function(method)
        held = self.facts.attribute(class_, parts[0])
        if held.kind is Kind.QUALIFIED and is_address(held.name):
            return Elsewhere(held.name or "")
        return FoundValue(self._told(held))

    def _function(self, definition: Definition) -> Found:
        node = definition.node
        assert isinstance(node, FunctionNode)
        if self.only_value and not _names(node.decorator_list) & _PROPERTIES:
            return FoundCode()
        summary = self.facts.summary(definition)
        returns = summary.returns
        if _says_nothing(node):
            hint = node.returns
            returns = UNKNOWN if hint is None else annotated(self.facts, definition, hint)
        if _names(node.decorator_list) & _PROPERTIES:
            return FoundValue(UNKNOWN if returns is None else self._told(returns))
        if not gives_its_own(self.facts, definition):
            returns = UNKNOWN
        if returns is not None:
            returns = returns.mapped(partial(self._for_caller, definition))
        return FoundFunction(
            None if returns is None else self._told(returns),
            summary.trains,
            frozenset(
                name
                for name in self.facts.calls_below(definition)
                if name.partition(".")[0] in FRAMEWORKS
            ),
            tuple(kept_by_method(self.facts, definition)),
            definition.mentions(SWITCH_WORDS),
        )

    def _for_caller(self, definition: Definition, given: Value) -> Value:
        """A part of what a function gives, but for a resource that somebody else has too."""
        if given.kind in RESOURCE_KINDS and handed_on(self.facts, definition, given.kind):
            return UNKNOWN
        return given

    def _class(self, definition: Definition) -> Found:
        if self.only_value:
            return FoundCode()
        above = self.facts.ancestors(definition)
        methods: set[str] = set()
        writes: set[str] = set()
        for class_ in self._classes(definition):
            for one in self.facts.scopes.all():
                if one.parent is class_ and one.is_function:
                    methods.add(one.name)
                    writes.update(_written(one.index))
            writes.update(name for part in _parts(class_.index) for name in part.bound)
        for base in above.outside:
            found = self.facts.externals.class_(base)
            if found is not None:
                methods |= found.methods
                writes |= found.writes
        return FoundClass(
            address(self.path, definition.qualified),
            frozenset(name for name in above.names if is_address(name) or not is_outside(name)),
            above.complete,
            above.kind,
            frozenset(methods),
            frozenset(writes - methods),
        )

    def _classes(self, definition: Definition) -> Iterator[Definition]:
        """A class and its bases in the file."""
        seen = {definition}
        pending = [definition]
        while pending:
            class_ = pending.pop()
            yield class_
            node = class_.node
            for base in node.bases if isinstance(node, ast.ClassDef) else ():
                found = self.facts.names.resolve(class_, path_of(base)).definition
                if found is not None and found not in seen:
                    seen.add(found)
                    pending.append(found)

    def _told(self, value: Value, depth: int = 0) -> Value:
        """A value as others see it: of what the file defines or imports it has the address."""
        name, kind = value.name, value.kind
        if value.definition is not None:
            name = address(self.path, value.definition.qualified)
            if kind in {Kind.FUNCTION, Kind.CLASS}:
                kind = Kind.QUALIFIED
        elif kind is Kind.FUNCTION:
            return UNKNOWN
        elif kind is Kind.QUALIFIED and name is not None and is_outside(name):
            name = name if is_address(name) else self.addresses(name)
            if name is None:
                return UNKNOWN
        deeper = depth < _MOST_NESTED
        element = value.element if deeper else None
        items = value.items if deeper else None
        fields = value.fields if deeper else None
        constant = value.constant
        return Value(
            kind,
            name=name,
            graph=value.graph,
            scalar=value.scalar,
            certainty=value.certainty,
            element=None if element is None else self._told(element, depth + 1),
            items=None if items is None else tuple(self._told(one, depth + 1) for one in items),
            fields=None
            if fields is None
            else tuple((key, self._told(one, depth + 1)) for key, one in fields if is_plain(key)),
            bound=value.bound,
            length=value.length,
            constant=constant if is_plain(constant) else None,
            storage=value.storage,
        )


def _parts(index: ScopeIndex | GatheredNames) -> Iterable[ScopeIndex]:
    return index.parts() if isinstance(index, GatheredNames) else (index,)


def _written(index: ScopeIndex | GatheredNames) -> set[str]:
    """The attributes that a body and the functions inside it write, empty or cut."""
    written: set[str] = set()
    for part in _parts(index):
        written.update(part.writes)
        for nested in part.nested:
            written |= _written(nested.names)
    return written


def _says_nothing(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function's body only stands for one: in a stub, or of an abstract method."""
    return all(
        isinstance(statement, (ast.Pass, ast.Raise))
        or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        for statement in node.body
    )


def _names(decorators: list[ast.expr]) -> set[str]:
    """The last names of decorators."""
    return {
        one.attr if isinstance(one, ast.Attribute) else one.id
        for one in decorators
        if isinstance(one, (ast.Attribute, ast.Name))
    }
