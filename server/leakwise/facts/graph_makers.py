"""Which function of a body must have made the graph of what it backpropagates.

Where `loss = F.mse_loss(out, y)` is backpropagated and `out = model(x)`, nothing but `model` can
have made the graph. Where several functions may have, such as `model` and `collate` of
`model(collate(x))`, none is known to.
"""

import ast
from typing import TYPE_CHECKING

from leakwise.facts.class_use import enclosing_method
from leakwise.facts.definitions import Definition
from leakwise.facts.graph_origins import unwrapped
from leakwise.facts.names import path_of

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

Paths = frozenset[str]
_NONE: Paths = frozenset()
_MOST_NAMES_DEEP = 5
_MAY_MAKE = "assign"
"""How names are bound that may stand for networks."""
_WITHOUT_GRAPH = frozenset({"detach", "item", "tolist", "numpy"})


def made_by(module: "ModuleFacts", definition: Definition, loss: str) -> Paths:
    """The path of the only function that may have made the graph of `loss`; none where several
    may, or where it may be a method of a base that is out of sight."""
    search = _Search(module, definition)
    found = search.name(loss, ())
    return found if len(found) == 1 and all(map(search.is_seen, found)) else _NONE


class _Search:
    def __init__(self, module: "ModuleFacts", definition: Definition) -> None:
        self.module = module
        self.definition = definition
        self.parameters = {one.arg for one in definition.parameters()}
        method = enclosing_method(definition)
        self.class_ = None if method is None else method.parent
        self.instance = None if method is None else method.instance_name()

    def is_seen(self, path: str) -> bool:
        """Whether what is at a path is bound in this file."""
        root, _, rest = path.partition(".")
        if not rest or self.class_ is None:
            return True
        return root == self.instance and bool(self.module.attribute_writers(self.class_, rest))

    def name(self, name: str, names: tuple[str, ...]) -> Paths:
        """What may have made the graph of what a name holds; `names` lead to it."""
        if name in names or len(names) >= _MOST_NAMES_DEEP:
            return _NONE
        values = self.definition.index.values_of(name)
        return _NONE.union(*(self.node(value, (*names, name)) for value in values))

    def node(self, node: ast.expr, names: tuple[str, ...]) -> Paths:
        """What may have made the graph of what an expression gives."""
        node = unwrapped(node)
        if isinstance(node, ast.Name):
            return self.name(node.id, names)
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            return self.node(node.value, names)
        if isinstance(node, ast.Call):
            return self._call(node, names)
        if isinstance(node, ast.Lambda | ast.Constant):
            return _NONE
        parts = (one for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr))
        return _NONE.union(*(self.node(one, names) for one in parts))

    def _call(self, node: ast.Call, names: tuple[str, ...]) -> Paths:
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in _WITHOUT_GRAPH:
            return _NONE
        given = [*node.args, *(one.value for one in node.keywords)]
        if isinstance(function, ast.Attribute):
            given.append(function.value)
        found = _NONE.union(*(self.node(one, names) for one in given))
        path = path_of(function)
        return found | {path} if path is not None and self._may_make(path) else found

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
