"""Networks whose parameters were told to require no gradients: what they give carries a graph only
where what they are given does.

`for p in net.parameters(): p.requires_grad = False` in a body tells of its `net`; in a constructor,
or in a method that one calls, of the attributes of every such object. It may stand under a
condition, or do so by a flag: then what the network gives is not known.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leakwise.facts.apis.conventions import ONCE_METHODS
from leakwise.facts.apis.torch_methods import EACH_PARAMETER, MODULE_ITSELF, MODULE_LISTED
from leakwise.facts.code.collected_names import tells_of_freezing
from leakwise.facts.code.definitions import Definition, FunctionNode, ScopeNode
from leakwise.facts.code.families import enclosing_method, family
from leakwise.facts.code.name_flow import header
from leakwise.facts.code.names import path_of
from leakwise.facts.code.parameters import written_for
from leakwise.facts.code.written import statements_of
from leakwise.facts.interpreter.run import Run
from leakwise.facts.interpreter.state import lies_in
from leakwise.facts.terms.values import Value

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_FLAG, _SETTER = "requires_grad", "requires_grad_"
_FLAGS = frozenset({_FLAG, _SETTER})
_MOST_METHODS = 12
"""How many methods are looked into that a constructor runs."""
_Paths = frozenset[str]
_NONE: _Paths = frozenset()


def may_be_frozen(run: Run, path: str | None, network: Value) -> bool:
    """Whether the parameters of a network that is called here may require no gradients."""
    module, definition = run.module, run.definition
    if network.definition is not None and "" in frozen_attributes(module, network.definition):
        return True
    paths = {one for one in network.sources if isinstance(one, str)}
    if path is not None:
        paths.add(path)
    known = set(frozen_in(module, definition))
    method = enclosing_method(definition)
    if method is not None and method.parent is not None:
        start = method.instance_name() or ""
        attributes = frozen_attributes(module, method.parent)
        if "" in attributes:
            # All that it runs is a part of it, but for what it is given.
            return path is None or path.partition(".")[0] not in definition.parameter_names()
        known.update(f"{start}.{one}" for one in attributes)
    outer = module.scopes.module
    if definition is not outer:
        shared = frozen_in(module, outer)
        known.update(one for one in shared if not definition.bindings(one.partition(".")[0]))
    return bool(known) and any(lies_in(one, above) for one in paths for above in known)


def frozen_attributes(module: "ModuleFacts", class_: Definition) -> _Paths:
    """The attributes of a class whose parameters its constructor may freeze, or a method that it
    runs; the empty one stands for all of them."""

    def compute() -> _Paths:
        members = family(module, class_)
        found: set[str] = set()
        pending = [
            one for one in module.scopes.all() if one.parent in members and one.name in ONCE_METHODS
        ]
        for method in pending:
            start = method.instance_name()
            if start is None:
                continue
            for path in frozen_in(module, method):
                root, _, rest = path.partition(".")
                if root == start:
                    found.add(rest)
            if len(pending) < _MOST_METHODS:
                method.code.read()
                for called in _own_calls(method, start):
                    other = module.method(class_, called)
                    if other is not None and other not in pending:
                        pending.append(other)
        return frozenset(found)

    cell = module.query(class_, "frozen attributes", compute, _NONE, breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def frozen_in(module: "ModuleFacts", definition: Definition) -> _Paths:
    """The paths of networks that a body may freeze, by its own statements or by a function of the
    file, and does not free again, or in part."""

    def compute() -> _Paths:
        definition.code.read()
        index = definition.index
        if not index.has_trait("freezing") and not index.mentions_any(_freezers(module)):
            return _NONE
        search = _Search(module, definition)
        for statement, _ in statements_of(module, definition):
            search.look(statement)
        return search.found()

    return module.query(definition, "frozen", compute, _NONE, breaks_cycles=True).read()  # type: ignore[no-any-return]


def _freezers(module: "ModuleFacts") -> frozenset[str]:
    """The names of the functions of the file that set the flag of some parameters."""

    def compute() -> frozenset[str]:
        return frozenset(
            one.name
            for word in sorted(_FLAGS)
            for one in module.scopes.mentioning(word)
            if one.is_function
        )

    cell = module.query(module.scopes.module, "freezing functions", compute, frozenset())
    return cell.read()  # type: ignore[no-any-return]


def _own_calls(method: Definition, instance: str) -> Iterator[str]:
    """The methods that a method calls on its own object."""
    assert isinstance(method.node, FunctionNode)
    for node in ast.walk(method.node):
        if isinstance(node, ast.Call):
            root, _, rest = (path_of(node.func) or "").partition(".")
            if root == instance and rest.isidentifier():
                yield rest


@dataclass(slots=True)
class _Search:
    module: "ModuleFacts"
    definition: Definition
    frozen: dict[str, int] = field(default_factory=dict)
    """By path: when it was noted, of all that was."""
    freed: list[tuple[str, int]] = field(default_factory=list)
    """What is set free, or bound to something else, and when."""
    noted: int = 0
    stands_for: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By the name of a loop's target: the paths that it goes over."""

    def look(self, statement: ast.stmt) -> None:
        """Looks at a statement, but not at those in it."""
        if isinstance(statement, ScopeNode):
            return
        if isinstance(statement, (ast.For, ast.AsyncFor)):
            self._loop(statement)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            targets = statement.targets if isinstance(statement, ast.Assign) else ()
            self._bound([*targets, *_annotated(statement)], statement.value)
        for node in header(statement):
            if isinstance(node, ast.Call):
                self._call(node)

    def found(self) -> _Paths:
        """The paths that are frozen, and in no part freed later."""
        paths = dict(self.frozen)
        for path, when in self.frozen.items():
            for given in self.definition.index.attributes_given(path) if "." not in path else ():
                paths.setdefault(given, when)
        return frozenset(
            path
            for path, when in paths.items()
            if not any(later > when and lies_in(one, path) for one, later in self.freed)
        )

    def _loop(self, loop: ast.For | ast.AsyncFor) -> None:
        target = loop.target
        if isinstance(target, ast.Tuple) and target.elts:
            target = target.elts[-1]
        if not isinstance(target, ast.Name):
            return
        owners = [path for owner in _each_parameter_of(loop.iter) for path in self._paths(owner)]
        if not owners:
            self.stands_for[target.id] = tuple(self._gone_over(loop.iter))
            return
        for statement in loop.body:
            setting = _set_flag(statement, target.id)
            if setting is not None:
                self._note(owners, setting)

    def _gone_over(self, over: ast.expr) -> Iterator[str]:
        """What a loop goes over: networks in a display or a list, or the layers of one."""
        if isinstance(over, (ast.Tuple, ast.List)):
            for one in over.elts:
                yield from self._paths(one)
        elif isinstance(over, ast.Call):
            function = over.func
            if isinstance(function, ast.Attribute) and function.attr in MODULE_LISTED:
                yield from self._paths(function.value)
        else:
            yield from self._paths(over)

    def _paths(self, node: ast.expr) -> tuple[str, ...]:
        path = path_of(node)
        if path is None:
            return ()
        return self.stands_for.get(path, (path,))

    def _bound(self, targets: Iterable[ast.expr], value: ast.expr) -> None:
        setting = _set_in_chain(value)
        source = value
        while isinstance(source, (ast.Attribute, ast.Subscript)):
            source = source.value
        of_frozen = isinstance(source, ast.Name) and source.id in self.frozen
        for target in targets:
            path = path_of(target)
            if path is None or path.endswith(f".{_FLAG}"):
                continue
            if setting or of_frozen:
                self._note((path,), True)
            elif _makes(value):
                self._note((path,), False)

    def _call(self, call: ast.Call) -> None:
        function = call.func
        path = path_of(function)
        owner = function.value if isinstance(function, ast.Attribute) else None
        if isinstance(function, ast.Attribute) and function.attr == _SETTER:
            self._note(self._paths(_chained_on(function.value)), _frozen_by(call))
            return
        if path is None:
            return
        name = path.rpartition(".")[2]
        callee = self._callee(path)
        if callee is not None:
            for parameter in frozen_in(self.module, callee):
                for given in written_for(callee, call, parameter):
                    self._note(self._paths(given), True)
        elif tells_of_freezing(name):
            # Its code is not in sight: it may freeze what it is called on, or given.
            self._note(() if owner is None else self._paths(owner), True)
            for given in call.args:
                self._note(self._paths(given), True)

    def _callee(self, path: str) -> Definition | None:
        """A function of the file that sets flags, by names alone."""
        root, _, rest = path.partition(".")
        name = rest or root
        if name not in _freezers(self.module):
            return None
        method = enclosing_method(self.definition)
        if rest:
            own = method is not None and root == method.instance_name()
            class_ = method.parent if method is not None and own else None
            return None if class_ is None else self.module.method(class_, rest)
        found = self.module.names.resolve(self.definition, root).definition
        return found if found is not None and found.is_function else None

    def _note(self, paths: Iterable[str], frozen: bool) -> None:
        self.noted += 1
        for path in paths:
            if frozen:
                self.frozen[path] = self.noted
            else:
                self.freed.append((path, self.noted))


def _each_parameter_of(over: ast.expr) -> Iterator[ast.expr]:
    """The networks over whose parameters a loop goes, each of them."""
    if not isinstance(over, ast.Call):
        return
    if isinstance(over.func, ast.Attribute) and over.func.attr in EACH_PARAMETER:
        yield over.func.value
        return
    for one in over.args:
        yield from _each_parameter_of(one)


def _set_flag(statement: ast.stmt, name: str) -> bool | None:
    """Whether a statement may freeze the parameter of this name; None where it does not set its
    flag."""
    if isinstance(statement, ast.Assign):
        if any(path_of(target) == f"{name}.{_FLAG}" for target in statement.targets):
            return _is_off(statement.value)
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        if path_of(call.func) == f"{name}.{_SETTER}":
            return _frozen_by(call)
    return None


def _frozen_by(call: ast.Call) -> bool:
    """Whether `requires_grad_(...)` may freeze."""
    given = [*call.args, *(one.value for one in call.keywords)]
    return bool(given) and _is_off(given[0])


def _is_off(value: ast.expr) -> bool:
    """Whether a flag may be off."""
    return not (isinstance(value, ast.Constant) and value.value is True)


def _annotated(statement: ast.stmt) -> tuple[ast.expr, ...]:
    return (statement.target,) if isinstance(statement, ast.AnnAssign) else ()


def _makes(value: ast.expr) -> bool:
    """Whether a value is a new object, by the name of what is called for it."""
    name = (path_of(value.func) or "").rpartition(".")[2] if isinstance(value, ast.Call) else ""
    return name[:1].isupper()


def _chained_on(node: ast.expr) -> ast.expr:
    """What the methods of a chain are called on that give it again: `net` of `net.eval()`."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr not in MODULE_ITSELF:
            break
        node = node.func.value
    return node


def _set_in_chain(value: ast.expr) -> bool:
    """Whether a value is frozen where it is made: `make().requires_grad_(False).eval()`."""
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        if value.func.attr == _SETTER:
            return _frozen_by(value)
        value = value.func.value
    return False
