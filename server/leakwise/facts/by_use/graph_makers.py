"""Which function of a body must have made the graph of what it backpropagates.

Where `loss = F.mse_loss(out, y)` is backpropagated and `out = model(x)`, nothing but `model` can
have made the graph. Where several functions may have, such as `model` and `collate` of
`model(collate(x))`, none is known to.
"""

import ast
from typing import TYPE_CHECKING

from leakwise.facts.apis.torch_methods import CUT_GRAPH, GIVE_WHOLE, LEAVE_TORCH
from leakwise.facts.by_use.criteria import output_given
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
        may only some; each name and each value is looked at once. With `behind_criteria` no
        criterion has."""
        found: set[str] = set()
        names: set[str] = set()
        pending = [ast.Name(loss, ast.Load()) if isinstance(loss, str) else loss]
        while pending and len(found) < _SEVERAL:
            node = unwrapped(pending.pop())
            if isinstance(node, ast.Name):
                if node.id not in names:
                    names.add(node.id)
                    pending += self.definition.index.values_of(node.id)
                    pending += self.definition.index.added_to(node.id)
            elif isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
                pending.append(node.value)
            elif isinstance(node, ast.Call):
                output = behind_criteria and output_given(self.module, self.definition, node)
                if output:
                    self.criteria += 1
                    pending.append(output)
                    continue
                pending += self._given(node)
                path = path_of(node.func)
                if path is not None and not _cuts(node) and self._may_make(path):
                    found.add(path)
            elif not isinstance(node, (ast.Lambda, ast.Constant)):
                pending += [one for one in children(node) if isinstance(one, ast.expr)]
        return frozenset(found)

    def _given(self, node: ast.Call) -> list[ast.expr]:
        """What may bring a graph into a call: its arguments, and what its method is called on."""
        if _cuts(node):
            return []
        given = [*node.args, *[one.value for one in node.keywords]]
        return [*given, node.func.value] if isinstance(node.func, ast.Attribute) else given

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


def _cuts(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Attribute) and node.func.attr in _WITHOUT_GRAPH
