"""What decorators do to a function: whether autograd records inside it, and whether it gives what
its code gives."""

import ast
import re
from typing import TYPE_CHECKING

from leakwise.facts.apis import Gives, effect_of
from leakwise.facts.apis.torch_classes import GRAD_OFF_HOOKS, LIGHTNING_BASES
from leakwise.facts.apis.torch_functions import SWITCH_WORDS
from leakwise.facts.apis.trainers import LIGHTNING_CALLBACKS
from leakwise.facts.code.definitions import Definition, FunctionNode
from leakwise.facts.code.names import path_of
from leakwise.facts.symbols.questions import FoundFunction
from leakwise.facts.terms.events import GradMode, grad_mode
from leakwise.facts.terms.values import Kind

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_SWITCHING = re.compile("grad|infer|eval")
"""In the name of a decorator whose code is not in sight: it may switch recording off."""
_HARMLESS_DECORATORS = frozenset(
    {"staticmethod", "classmethod", "property", "abstractmethod", "override", "overload", "wraps"}
)
_LIGHTNING = LIGHTNING_BASES | LIGHTNING_CALLBACKS


def entry_grad(module: "ModuleFacts", definition: Definition) -> GradMode:
    """The grad mode that a function's decorators and its framework's conventions give it."""
    node = definition.node
    if not isinstance(node, FunctionNode):
        return GradMode.ON
    for decorator in node.decorator_list:
        mode = _mode_by(module, definition, decorator)
        if mode is not None:
            return mode
    parent = definition.parent
    if (
        parent is not None
        and parent.is_class
        and node.name in GRAD_OFF_HOOKS
        and not _LIGHTNING.isdisjoint(module.ancestors(parent).names)
    ):
        return GradMode.OFF
    return GradMode.ON


def may_switch_unseen(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a decorator of a function may switch recording on or off, and nobody knows which."""
    node = definition.node
    return isinstance(node, FunctionNode) and any(
        _mode_by(module, definition, one) is GradMode.UNKNOWN for one in node.decorator_list
    )


def _mode_by(module: "ModuleFacts", definition: Definition, decorator: ast.expr) -> GradMode | None:
    """The grad mode that a decorator gives a function; None where it changes none."""
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    path = path_of(function) or ""
    found = module.names.resolve(definition, path)
    if found.definition is not None:
        switches = found.definition.mentions(SWITCH_WORDS)
        return GradMode.UNKNOWN if switches else None
    effect = effect_of(found.name or "") if found.kind is Kind.QUALIFIED else None
    if effect is not None:
        if effect.gives is not Gives.GRAD_SWITCH:
            return None
        setting: object = effect.grad
        if isinstance(decorator, ast.Call) and (decorator.args or decorator.keywords):
            given = [*decorator.args, *(keyword.value for keyword in decorator.keywords)][0]
            constant = given.value if isinstance(given, ast.Constant) else None
            setting = constant if effect.grad is None or constant is True else None
        return grad_mode(setting)
    if found.kind is Kind.QUALIFIED:
        answer = module.externals.symbol(found.name or "")
        if answer is None:
            return GradMode.UNKNOWN
        if isinstance(answer.found, FoundFunction):
            return GradMode.UNKNOWN if answer.found.switches else None
    return GradMode.UNKNOWN if _SWITCHING.search(path) else None


def gives_its_own(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether every decorator of a function is known, so that it gives what its code gives."""
    node = definition.node
    if not isinstance(node, FunctionNode):
        return True
    for decorator in node.decorator_list:
        function = decorator.func if isinstance(decorator, ast.Call) else decorator
        path = path_of(function)
        if path is None or path.rpartition(".")[2] in _HARMLESS_DECORATORS:
            continue
        found = module.names.resolve(definition, path)
        known = found.definition is not None or (
            found.kind is Kind.QUALIFIED and effect_of(found.name or "") is not None
        )
        if not known:
            return False
    return True
