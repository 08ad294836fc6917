"""Which function of a body must have made the graph of what it backpropagates.

Where `loss = F.mse_loss(out, y)` is backpropagated and `out = model(x)`, nothing but `model` can
have made the graph. Where several functions may have, such as `model` and `collate` of
`model(collate(x))`, none is known to.
"""

import ast
import functools
from typing import TYPE_CHECKING, NamedTuple

from leakwise.facts.apis.torch_methods import CUT_GRAPH, GIVE_WHOLE, LEAVE_TORCH
from leakwise.facts.by_use.criteria import is_criterion, output_given
from leakwise.facts.by_use.graph_origins import unwrapped
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.families import enclosing_method
from leakwise.facts.code.names import children, path_of

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

Paths = frozenset[str]
_NONE: Paths = frozenset()
_SEVERAL = 2
_MAY_MAKE = "assign"
"""How names are bound that may stand for networks."""
_WITHOUT_GRAPH = CUT_GRAPH | LEAVE_TORCH | GIVE_WHOLE


def made_by(module: "ModuleFacts", definition: Definition, loss: str) -> Paths:
    """The path of the only function that may have made the graph of `loss`; none where several
    may, or where it may be a method of a base that is out of sight."""
    search = _Search(module, definition)
    return search.only_one(search.makers(loss))


def compared_by(module: "ModuleFacts", definition: Definition, loss: str | ast.expr) -> Paths:
    """The path of the only function that may have made what a criterion compares for `loss`, a name
    or what it is made by: a network, rather than the criterion; none where no criterion is
    known."""
    search = _Search(module, definition)
    found = search.makers(loss, behind_criteria=True)
    return search.only_one(found) if search.criteria else _NONE


class _Written(NamedTuple):
    """What an expression's text tells of what may have made its graph: names that may hold it, and
    calls that may give it."""

    names: tuple[str, ...]
    calls: "tuple[_WrittenCall, ...]"


class _WrittenCall(NamedTuple):
    path: str | None
    cuts: bool
    output: _Written | None
    """What it compares with a target, if it is a criterion."""
    given: _Written
    """What may bring a graph into it: its arguments, and what its method is called on."""


@functools.lru_cache(maxsize=512)
def _as_written(node: ast.expr) -> _Written:
    """What an expression's text tells. An edit leaves most expressions of a long body as they are,
    and many of them are written alike."""
    return _written([node])


def _written(pending: list[ast.expr]) -> _Written:
    names: dict[str, None] = {}
    calls: list[_WrittenCall] = []
    while pending:
        node = unwrapped(pending.pop())
        if isinstance(node, ast.Name):
            names[node.id] = None
        elif isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
            pending.append(node.value)
        elif isinstance(node, ast.Call):
            output = output_given(node)
            cuts = isinstance(node.func, ast.Attribute) and node.func.attr in _WITHOUT_GRAPH
            calls.append(
                _WrittenCall(
                    path_of(node.func),
                    cuts,
                    None if output is None else _written([output]),
                    _NOTHING if cuts else _written(_given(node)),
                )
            )
        elif not isinstance(node, (ast.Lambda, ast.Constant)):
            pending += [one for one in children(node) if isinstance(one, ast.expr)]
    return _Written(tuple(names), tuple(calls))


_NOTHING = _Written((), ())


def _given(node: ast.Call) -> list[ast.expr]:
    given = [*node.args, *[one.value for one in node.keywords]]
    return [*given, node.func.value] if isinstance(node.func, ast.Attribute) else given


class _Search:
    def __init__(self, module: "ModuleFacts", definition: Definition) -> None:
        self.module = module
        self.definition = definition
        self.parameters = {one.arg for one in definition.parameters()}
        method = enclosing_method(definition)
        self.class_ = None if method is None else method.parent
        self.instance = None if method is None else method.instance_name()
        self.criteria = 0
        """How many calls of criteria were met."""
        self._criteria: dict[str, bool] = {}
        """By path: whether it is one of a criterion."""

    def only_one(self, found: Paths) -> Paths:
        """What was found where it is one, and bound in this file."""
        return found if len(found) == 1 and all(map(self.is_seen, found)) else _NONE

    def is_seen(self, path: str) -> bool:
        """Whether what is at a path is bound in this file."""
        root, _, rest = path.partition(".")
        if not rest or self.class_ is None:
            return True
        return root == self.instance and bool(self.module.attribute_writers(self.class_, rest))

    def makers(self, loss: str | ast.expr, *, behind_criteria: bool = False) -> Paths:
        """What may have made the graph of what a name holds, or an expression gives, where several
        may only some; each name, and what is written alike, is looked at once. With
        `behind_criteria` no criterion has."""
        found: set[str] = set()
        names: set[str] = set()
        seen: set[_Written] = set()
        pending = [_as_written(ast.Name(loss, ast.Load()) if isinstance(loss, str) else loss)]
        while pending and len(found) < _SEVERAL:
            written = pending.pop()
            if written in seen:
                continue
            seen.add(written)
            for name in written.names:
                if name not in names:
                    names.add(name)
                    pending += map(_as_written, self.definition.index.values_of(name))
                    pending += map(_as_written, self.definition.index.added_to(name))
            for path, cuts, output, given in written.calls:
                if behind_criteria and output is not None and path and self._is_criterion(path):
                    self.criteria += 1
                    pending.append(output)
                    continue
                pending.append(given)
                if path is not None and not cuts and self._may_make(path):
                    found.add(path)
        return frozenset(found)

    def _is_criterion(self, path: str) -> bool:
        known = self._criteria.get(path)
        if known is None:
            known = self._criteria[path] = is_criterion(self.module, self.definition, path)
        return known

    def _may_make(self, path: str) -> bool:
        """Whether a path may stand for a network: a parameter, a name that is assigned, or what is
        read from `self`, which may be a method of a base out of sight."""
        root, _, rest = path.partition(".")
        if rest:
            own = root == self.instance and rest.isidentifier() and self.class_ is not None
            return own and self.module.method(self.class_, rest) is None  # type: ignore[arg-type]
        if root in self.parameters:
            return True
        bound = self.definition.bindings(root) or self.module.scopes.bindings(root)
        return bool(bound) and all(one.how == _MAY_MAKE for one in bound)
