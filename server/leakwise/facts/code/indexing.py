"""Makes the index of a block's names, in one walk, again only when the block's code changes."""

import ast
import builtins
from collections.abc import Callable, Iterable
from typing import Any

from leakwise.facts.apis.keras import TRAINING_ARGUMENTS, TRAINING_METHODS, training_word
from leakwise.facts.apis.torch_functions import DIFFERENTIATING
from leakwise.facts.apis.torch_methods import BACKWARD_METHODS
from leakwise.facts.by_use.graph_origins import backward_operand
from leakwise.facts.code.collected_names import CollectedNames
from leakwise.facts.code.gathering import (
    ADDING,
    GATHERING_LAMBDA,
    GATHERS,
    gathers_by_form,
    keeps_something,
)
from leakwise.facts.code.names import (
    PUTTING_METHODS,
    Binding,
    NestedScope,
    ScopeIndex,
    header_nodes,
    imported_names,
    path_of,
)
from leakwise.facts.tensorflow.keras_backend import SETTERS, VARIABLE, backend_word

TRAITS: dict[type[ast.AST], str] = {
    ast.For: "loop",
    ast.AsyncFor: "loop",
    ast.While: "loop",
    ast.comprehension: "loop",
    ast.AugAssign: "addition",
    **dict.fromkeys((ast.Add, ast.Sub), "addition"),
    **dict.fromkeys((ast.Yield, ast.YieldFrom), "yield"),
    ast.ExceptHandler: "handler",
    **dict.fromkeys((ast.Global, ast.Nonlocal), "shared names"),
}
"""Nodes without which some events cannot be. Further traits: `attribute` where one is assigned,
`slot` where an element is, or a list takes in another one, `handing` where a call is given
something, `hook`: one is registered, `scope`: functions or classes, `freezing`: parameters are."""


_BUILTINS = frozenset(dir(builtins))
_CHANGING_METHODS = frozenset(
    [
        "clear",
        "detach_",
        "pop",
        "popleft",
        "popitem",
        "zero_",
        "copy_",
        "fill_",
        "reset",
        "resize_",
        "remove",
    ]
)


def index_statements(statements: Iterable[ast.stmt]) -> ScopeIndex:
    """The index of some statements."""
    collected = CollectedNames()
    _walk(list(statements), collected)
    return collected.index()


def index_header(node: ast.stmt) -> ScopeIndex:
    """The index of a compound statement without its suites."""
    collected = CollectedNames()
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        how = "class" if isinstance(node, ast.ClassDef) else "def"
        collected.bound[node.name] = [Binding(how, node.name)]
        collected.words.add(node.name)
        collected.traits.add("scope")
    pending = header_nodes(node)
    for part in (node, *getattr(node, "handlers", ())):
        trait = TRAITS.get(type(part))
        if trait is not None:
            collected.traits.add(trait)
        if isinstance(part, ast.ExceptHandler):
            _index_bound(part, collected, pending)
    _walk(pending, collected)
    return collected.index()


def _walk(pending: list[ast.AST], index: CollectedNames) -> None:
    words, names, bound, traits = index.words, index.names, index.bound, index.traits
    while pending:
        node = pending.pop()
        kind = type(node)
        if kind is ast.Name:
            name: str = node.id  # type: ignore[attr-defined]
            words.add(name)
            names.add(name)
            if type(node.ctx) is ast.Store:  # type: ignore[attr-defined]
                bound.setdefault(name, []).append(_ASSIGN)
            continue
        if kind is ast.Constant:
            continue
        if kind is ast.Attribute:
            words.add(node.attr)  # type: ignore[attr-defined]
            if type(node.ctx) is not ast.Load:  # type: ignore[attr-defined]
                index.writes.add(node.attr)  # type: ignore[attr-defined]
                index.binds.add(node.attr)  # type: ignore[attr-defined]
                traits.add("attribute")
            elif node.attr in _TELLING_ATTRIBUTES:  # type: ignore[attr-defined]
                owner = path_of(node.value)  # type: ignore[attr-defined]
                if owner is not None:
                    index.asked.setdefault(owner, set()).add(node.attr)  # type: ignore[attr-defined]
            pending.append(node.value)  # type: ignore[attr-defined]
            continue
        trait, indexer, children = _PLANS.get(kind) or _plan_of(kind)
        if trait is not None:
            traits.add(trait)
        if indexer is not None and not indexer(node, index, pending):
            continue
        for field_name in children:
            value = getattr(node, field_name, None)
            if type(value) is list:
                # Without a look at each: what is no node has no fields.
                pending += value
            elif isinstance(value, ast.AST):
                pending.append(value)


_TELLING_ATTRIBUTES = frozenset({"trainable_variables", "trainable_weights"})
"""Attributes that tell what they are read from, as a method does: a model of Keras."""
_PLAIN_FIELDS = frozenset({"ctx", "ops", "type_comment", "kind", "type_ignores"})
"""Fields without nodes, or with nodes that have no names, such as `Load` and `Eq`."""
_Indexer = Callable[[Any, CollectedNames, list[ast.AST]], bool]
_Plan = tuple[str | None, _Indexer | None, tuple[str, ...]]
_PLANS: dict[type, _Plan] = dict.fromkeys((type(None), str), (None, None, ()))


def _plan_of(kind: type[ast.AST]) -> _Plan:
    """What a kind of nodes adds, and its fields that may hold other nodes with names or traits."""
    fields = tuple(name for name in kind._fields if name not in _PLAIN_FIELDS)
    plan = _PLANS[kind] = TRAITS.get(kind), _INDEXERS.get(kind), fields
    return plan


_ASSIGN = Binding("assign")


def _index_target(target: ast.expr, value: ast.expr, index: CollectedNames) -> None:
    if isinstance(target, ast.Name):
        index.assigned.setdefault(target.id, []).append(value)
    elif isinstance(target, ast.Attribute):
        if isinstance(value, ast.Name) and (path := path_of(target)) is not None:
            index.shared.setdefault(value.id, []).append(path)
    elif isinstance(target, (ast.Tuple, ast.List)) and not any(
        isinstance(part, ast.Starred) for part in target.elts
    ):
        for position, part in enumerate(target.elts):
            # What the name gets, written as an expression of its own.
            number = ast.copy_location(ast.Constant(position), value)
            taken = ast.Subscript(value, number, ast.Load())
            _index_target(part, ast.copy_location(taken, value), index)


def _index_evaluated(target: ast.expr, value: ast.expr, index: CollectedNames) -> None:
    """Notes `net = load(path).eval().cuda()`: only networks give themselves back so."""
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        if value.func.attr == "eval" and not value.args and not value.keywords:
            path = path_of(target)
            if path is not None:
                index.asked.setdefault(path, set()).add("eval")
            return
        value = value.func.value


def _index_assign(node: ast.Assign, index: CollectedNames, pending: list[ast.AST]) -> bool:
    for target in node.targets:
        _index_target(target, node.value, index)
        _index_evaluated(target, node.value, index)
        if type(target) is ast.Subscript:
            _index_backend(target.slice, node.value, index)
    if gathers_by_form(node.targets, node.value):
        index.words.add(GATHERS)
    return True


def _index_backend(name: ast.expr, value: ast.expr, index: CollectedNames) -> None:
    """Notes `os.environ["KERAS_BACKEND"] = "jax"`: it changes what a whole library is."""
    if isinstance(name, ast.Constant) and name.value == VARIABLE:
        index.words.add(backend_word(str(getattr(value, "value", ""))))


def _index_augmented(node: ast.AugAssign, index: CollectedNames, pending: list[ast.AST]) -> bool:
    if isinstance(node.target, ast.Name):
        index.added.setdefault(node.target.id, []).append(node.value)
    if isinstance(node.op, ADDING):
        index.words.add(GATHERS)
    return True


def _index_annotated(node: ast.AnnAssign, index: CollectedNames, pending: list[ast.AST]) -> bool:
    if node.value is not None:
        _index_target(node.target, node.value, index)
        if gathers_by_form([node.target], node.value):
            index.words.add(GATHERS)
    return True


def _index_lambda(node: ast.Lambda, index: CollectedNames, pending: list[ast.AST]) -> bool:
    index.words.update([GATHERING_LAMBDA] if keeps_something(node) else ())
    return True


def _index_subscript(node: ast.Subscript, index: CollectedNames, pending: list[ast.AST]) -> bool:
    if type(node.ctx) is not ast.Load:
        index.traits.add("slot")
        index.words.add(GATHERS)
        if isinstance(node.value, ast.Attribute):
            index.writes.add(node.value.attr)
        if type(node.ctx) is ast.Store and (path := path_of(node.value)) is not None:
            index.puts.append(path)
    return True


def _index_display(node: ast.List, index: CollectedNames, pending: list[ast.AST]) -> bool:
    if any(type(one) is ast.Starred for one in node.elts):
        # `kept = [*kept, x]`
        index.traits.add("slot")
        index.words.add(GATHERS)
    return True


def _index_bound(
    node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar,
    index: CollectedNames,
    pending: list[ast.AST],
) -> bool:
    if node.name:
        index.bound.setdefault(node.name, []).append(_ASSIGN)
    return True


def _index_parameter(node: ast.arg, index: CollectedNames, pending: list[ast.AST]) -> bool:
    index.words.add(node.arg)
    return True


def _index_keyword(node: ast.keyword, index: CollectedNames, pending: list[ast.AST]) -> bool:
    value = node.value
    refused = isinstance(value, ast.Constant) and value.value is False
    if node.arg is not None and not (refused and node.arg in DIFFERENTIATING):
        # `requires_grad=False` asks for no gradients.
        index.words.add(node.arg)
    return True


def _index_call(node: ast.Call, index: CollectedNames, pending: list[ast.AST]) -> bool:
    function = node.func
    if node.args or node.keywords:
        index.traits.add("handing")
    if isinstance(function, ast.Name):
        index.called.add(function.id)
        if function.id not in _BUILTINS:
            index.call_nodes.setdefault(function.id, []).append(node)
        if function.id.startswith("register_"):
            index.traits.add("hook")
    elif isinstance(function, ast.Attribute):
        index.called.add(function.attr)
        if function.attr.startswith("register_"):
            index.traits.add("hook")
        path = path_of(function.value)
        if path is not None:
            called = f"{path}.{function.attr}"
            index.called.add(called)
            if path == "self":
                index.call_nodes.setdefault(called, []).append(node)
            index.asked.setdefault(path, set()).add(function.attr)
            telling = TRAINING_ARGUMENTS.get(function.attr, frozenset[str]())
            if function.attr in TRAINING_METHODS or any(
                one.arg in telling for one in (node.keywords if telling else ())
            ):
                index.asked[path].add(training_word(function.attr))
                index.words.add(training_word(function.attr))
            if function.attr in PUTTING_METHODS and len(node.args) == 1:
                index.puts.append(path)
        if function.attr in BACKWARD_METHODS:
            loss = backward_operand(node)
            if isinstance(loss, ast.Name):
                receiver = function.value
                named = loss is receiver or "loss" in loss.id
                if named or not isinstance(receiver, ast.Name):
                    index.backpropagated.append(loss.id)
                else:
                    index.given.append((receiver.id, loss.id))
            elif loss is not None:
                index.started.append(loss)
        if function.attr in SETTERS and node.args:
            name = node.args[0] if len(node.args) > 1 else ast.Constant(VARIABLE)
            _index_backend(name, node.args[-1], index)
        if function.attr in _CHANGING_METHODS and isinstance(function.value, ast.Attribute):
            index.writes.add(function.value.attr)
    return True


def _index_scope(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
    index: CollectedNames,
    pending: list[ast.AST],
) -> bool:
    how = "class" if isinstance(node, ast.ClassDef) else "def"
    index.bound.setdefault(node.name, []).append(Binding(how, node.name))
    index.words.add(node.name)
    pending.extend(header_nodes(node))
    inner = CollectedNames()
    _walk(list(node.body), inner)
    index.nested.append(NestedScope(node, inner.index()))
    index.traits.add("scope")
    return False


def _index_import(
    node: ast.Import | ast.ImportFrom, index: CollectedNames, pending: list[ast.AST]
) -> bool:
    for name, qualified in imported_names(node):
        index.words.add(qualified.partition(".")[0])
        if name == "*":
            index.stars.append(qualified)
        else:
            index.words.add(name)
            index.bound.setdefault(name, []).append(Binding("import", qualified))
    return False


_INDEXERS: dict[type[ast.AST], _Indexer] = {
    ast.Call: _index_call,
    ast.Assign: _index_assign,
    ast.AnnAssign: _index_annotated,
    ast.AugAssign: _index_augmented,
    ast.FunctionDef: _index_scope,
    ast.AsyncFunctionDef: _index_scope,
    ast.ClassDef: _index_scope,
    ast.Import: _index_import,
    ast.ImportFrom: _index_import,
    ast.Subscript: _index_subscript,
    ast.Lambda: _index_lambda,
    ast.List: _index_display,
    ast.ExceptHandler: _index_bound,
    ast.MatchAs: _index_bound,
    ast.MatchStar: _index_bound,
    ast.arg: _index_parameter,
    ast.keyword: _index_keyword,
}
"""What each kind of nodes adds; the answer is whether to go on into it."""
