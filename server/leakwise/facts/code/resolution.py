"""What names stand for: in the functions round a body, at the top level, imported, or built in."""

import ast
import builtins
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from leakwise.facts.apis import canonical, effect_of
from leakwise.facts.apis.keras import KERAS_CALLBACKS
from leakwise.facts.apis.other_frameworks import KNOWN_FRAMEWORKS, OTHER_FRAMEWORKS
from leakwise.facts.apis.python import WITHOUT_TORCH
from leakwise.facts.code.definitions import Definition, ScopeNode
from leakwise.facts.code.names import Binding, within
from leakwise.facts.externals import is_outside
from leakwise.facts.interpreter.interpretation import evaluated_alone, parameter_value
from leakwise.facts.tensorflow.keras_backend import runs_on_tensorflow
from leakwise.facts.terms.elsewhere import seen_from_elsewhere
from leakwise.facts.terms.values import NONE, PENDING, UNKNOWN, Kind, Value, join
from leakwise.facts.terms.values import qualified as named

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


class Resolution:
    """Finds what the names of a document stand for; what it reads is recorded."""

    def __init__(self, module: "ModuleFacts") -> None:
        self.module = module
        self._listed: frozenset[tuple[str, str]] = frozenset()
        self._importing: dict[str, list[str]] = {}
        """The names of `_listed` imports, by what they stand for."""
        self._roots: frozenset[str] = frozenset()
        self._words: dict[tuple[str, ...], frozenset[str]] = {}
        """What rules asked about them: the same in each body."""

    def outer_name(self, definition: Definition, name: str, *, alone: bool = False) -> Value:
        """What a name that a body does not bind stands for: in the functions round it, at the top
        level, or a builtin. `alone` as in `scope_value`."""
        scope = definition.parent
        while scope is not None and scope.node is not None:
            if scope.is_function:
                if scope.bindings_in_code(name):
                    return self.scope_value(scope, name, alone=alone)
                if (given := self._parameter(scope, name)) is not None:
                    return given
            scope = scope.parent
        return self.global_name(name, alone=alone)

    def scope_value(self, scope: Definition, name: str, *, alone: bool = False) -> Value:
        """What a name bound in a function or at the top level holds, for code in other bodies.

        Plain assignments are evaluated on their own: the scope may call the body that asks. A name
        that is bound in another way is not known `alone`, without interpreting the scope.
        """

        def compute() -> Value:
            scope.code.read()
            index = scope.index
            values, bindings = index.values_of(name), index.bindings_of(name)
            if values and len(values) == len(bindings):
                return seen_from_elsewhere(self._assigned(scope, name, values))
            known = self._by_binding(scope, name, tuple(bindings))
            if known is not None or alone:
                return known or UNKNOWN
            found = self.module.body(scope).exit_values.get(name, UNKNOWN)
            return seen_from_elsewhere(found)

        cell = self.module.query(
            scope, ("value", name, alone), compute, UNKNOWN, breaks_cycles=True
        )
        return cell.read()  # type: ignore[no-any-return]

    def _assigned(self, scope: Definition, name: str, values: Sequence[ast.expr]) -> Value:
        """What plain assignments give a name; one that mentions the name continues the others."""
        if len(values) == 1:
            return evaluated_alone(self.module, scope, values[0])
        found: Value | None = None
        for value in sorted(values, key=lambda one: _mentions(one, name)):
            known = {name: found} if found is not None and _mentions(value, name) else None
            given = evaluated_alone(self.module, scope, value, known)
            found = given if found is None else join(found, given)
        return found or UNKNOWN

    def _parameter(self, scope: Definition, name: str) -> Value | None:
        """What a parameter of a function holds where it begins; None where it has no such one."""

        def compute() -> Value | None:
            scope.code.read()
            for parameter in scope.parameters():
                if parameter.arg == name:
                    return parameter_value(self.module, scope, parameter).portable()
            return None

        cell = self.module.query(scope, ("parameter", name), compute, UNKNOWN, breaks_cycles=True)
        return cell.read()  # type: ignore[no-any-return]

    def global_name(self, name: str, *, alone: bool = False) -> Value:
        """What a name stands for at the top level. `alone` as in `scope_value`."""
        top = self.module.scopes.module

        def compute() -> Value:
            bindings = self.module.scopes.bindings(name)
            if not bindings:
                return self._unbound(name)
            known = self._by_binding(top, name, bindings)
            if known is not None:
                return known
            if {binding.how for binding in bindings} <= {"assign", "import"}:
                found = self.scope_value(top, name, alone=alone)
                return self._set_by_functions(name) if found == NONE else found
            return UNKNOWN

        cell = self.module.query(top, ("global", name, alone), compute, UNKNOWN, breaks_cycles=True)
        return cell.read()  # type: ignore[no-any-return]

    def _set_by_functions(self, name: str) -> Value:
        """What functions put under a name of the top level where None holds its place: code that
        uses it runs when that is done."""
        found: Value | None = None
        for one in self.module.scopes.mentioning(name):
            one.code.read()
            if name not in one.global_names():
                continue
            values, bindings = one.index.values_of(name), one.index.bindings_of(name)
            if len(values) != len(bindings):
                return UNKNOWN
            for value in values:
                given = evaluated_alone(self.module, one, value)
                if given != NONE:
                    found = given if found is None else join(found, given)
        return NONE if found is None else seen_from_elsewhere(found)

    def _by_binding(
        self, scope: Definition, name: str, bindings: tuple[Binding, ...]
    ) -> Value | None:
        """What a name is that is only imported, or defined once; None for another one."""
        kinds = {binding.how for binding in bindings}
        if kinds == {"import"}:
            qualified = {canonical(binding.qualified) for binding in bindings}
            return self.imported(qualified.pop()) if len(qualified) == 1 else UNKNOWN
        if len(bindings) == 1 and kinds & {"def", "class"}:
            found = self.definition_in(scope, name)
            if found is None:
                return UNKNOWN
            kind = Kind.CLASS if found.is_class else Kind.FUNCTION
            return Value(kind, name=found.qualified, definition=found)
        return None

    def _unbound(self, name: str) -> Value:
        for star in self.module.scopes.stars():
            qualified = canonical(f"{star}.{name}")
            if effect_of(qualified) is not None and not hasattr(builtins, name):
                return named(qualified)
            if is_outside(qualified) and not hasattr(builtins, name):
                answer = self.module.externals.symbol(qualified)
                if answer is None:
                    return PENDING
                if answer.found is not None:
                    return self.imported(qualified)
        if hasattr(builtins, name) and not self.module.scopes.stars():
            return named(f"builtins.{name}")
        return UNKNOWN

    def imported(self, qualified: str) -> Value:
        """What an imported name stands for: what it holds where another file's facts tell."""
        told = self.module.told.name_of(qualified, self.module.document.uri)
        if told is not None:
            return named(told)
        name = canonical(qualified)
        if name.startswith("keras.") and not runs_on_tensorflow(self.module):
            # Its models are those of another framework; callbacks are the same for all.
            return named(name) if f"{name}.".startswith(KERAS_CALLBACKS) else UNKNOWN
        held = self.module.externals.value(name)
        return named(name) if held is None else held

    def words_for(self, qualified: tuple[str, ...]) -> frozenset[str]:
        """The words of which one is called where a function or class of these names is."""
        if not (self.module.database.final and qualified in self._words):
            self._list_imports()
        words = self._words.get(qualified)
        if words is None:
            spelt = (word for one in qualified for word in self._importing.get(one, ()))
            words = frozenset((*(one.rpartition(".")[2] for one in qualified), *spelt))
            self._words[qualified] = words
        return words

    def imported_roots(self) -> frozenset[str]:
        """The packages that something is imported from at the top level."""
        self._list_imports()
        return self._roots

    def _list_imports(self) -> None:
        imports = self.module.scopes.imports()
        if imports is self._listed:
            return
        self._listed, self._importing, self._words = imports, {}, {}
        self._roots = frozenset(target.partition(".")[0] for _, target in imports)
        for name, target in imports:
            self._importing.setdefault(canonical(target), []).append(name)

    def is_of_another_framework(self) -> bool:
        """Whether the file imports a framework with an autograd of its own, and none that the
        tables tell of: what is named as in torch is something else here."""

        def compute() -> bool:
            if self.imported_roots().isdisjoint(OTHER_FRAMEWORKS):
                return False
            return not any(self.module.scopes.mentioning(one) for one in KNOWN_FRAMEWORKS)

        cell = self.module.query(self.module.scopes.module, "other framework", compute, False)
        return cell.read()  # type: ignore[no-any-return]

    def is_foreign(self, qualified: str) -> bool:
        """Whether a qualified name lies in a library that knows nothing of autograd."""
        root = qualified.split(".", 1)[0]
        return root in sys.stdlib_module_names or root in WITHOUT_TORCH

    def defined(self, definition: Definition, node: ScopeNode) -> Value:
        """The value that a `def` or `class` statement of a body binds."""
        found = self.module.scopes.by_node.get(id(node))
        if found is None or getattr(node, "decorator_list", None):
            known = found is not None and self._keeps_function(found)
            if not known:
                return UNKNOWN
        kind = Kind.CLASS if isinstance(node, ast.ClassDef) else Kind.FUNCTION
        return Value(kind, name=found.qualified if found else None, definition=found)

    def _keeps_function(self, definition: Definition) -> bool:
        return definition.is_class or definition.is_function

    def resolve(self, definition: Definition, path: str | None) -> Value:
        """What a dotted path in the header of a definition stands for, by names alone."""
        if path is None or "[" in path:
            return UNKNOWN
        root, *parts = path.split(".")
        value = self.outer_name(definition, root)
        for part in parts:
            if value.kind is not Kind.QUALIFIED:
                return UNKNOWN
            value = self.imported(f"{value.name}.{part}")
        return value

    def definition_in(self, scope: Definition, name: str) -> Definition | None:
        """The function or class of a name that is defined directly in a scope; the last one."""
        found = [one for one in self.module.scopes.named(name) if one.parent is scope]
        return found[-1] if found else None

    def spelling(self, qualified: str) -> str | None:
        """How the file writes a qualified name, the shortest way first."""
        best: str | None = None
        parts = qualified.split(".")
        for length in range(len(parts), 0, -1):
            prefix, rest = ".".join(parts[:length]), parts[length:]
            for name, target in self.module.scopes.imports():
                if canonical(target) == prefix:
                    self.module.scopes.bindings(name)
                    spelled = ".".join([name, *rest])
                    if best is None or len(spelled) < len(best):
                        best = spelled
            if best is not None:
                return best
        return None


def _mentions(node: ast.expr, name: str) -> bool:
    return any(isinstance(part, ast.Name) and part.id == name for part in within(node))
