"""How arguments reach the parameters of a function."""

import ast
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from leakwise.facts.code.definitions import Definition, FunctionNode
from leakwise.facts.terms.values import Source, Value


class Given(NamedTuple):
    """An argument of a call, with the code that it stands for."""

    value: Value
    node: ast.expr


def marker(parameter: str) -> Source:
    """The source of what a parameter held where the body began."""
    return f"<{parameter}>"


def parameters_in(sources: Iterable[Source]) -> frozenset[str]:
    """The parameters among some sources."""
    return frozenset(
        source[1:-1] for source in sources if isinstance(source, str) and source[:1] == "<"
    )


def without_parameters(sources: frozenset[Source]) -> frozenset[Source]:
    """The sources that are no parameters."""
    kept = [one for one in sources if not isinstance(one, str) or one[:1] != "<"]
    return sources if len(kept) == len(sources) else frozenset(kept)


def skips_first(definition: Definition, *, through_class: bool) -> bool:
    """Whether Python fills the first parameter: `self` of what a method is called on, or `cls`."""
    if not definition.is_method:
        return False
    if definition.instance_name() is not None:
        return not through_class
    node = definition.node
    return isinstance(node, FunctionNode) and any(
        isinstance(decorator, ast.Name) and decorator.id == "classmethod"
        for decorator in node.decorator_list
    )


def given_to(
    definition: Definition,
    node: ast.Call,
    arguments: Sequence[Value],
    keywords: dict[str, Value],
    *,
    through_class: bool = False,
) -> tuple[dict[str, list[Given]], list[Given]]:
    """What each parameter of a function is given by a call, and what may reach any of them.

    `*args` and `**kwargs` of the function are parameters that may be given several.
    """
    positional = [Given(value, part) for part, value in zip(node.args, arguments, strict=True)]
    named = [Given(keywords[one.arg or "**"], one.value) for one in node.keywords]
    return _handed_out(definition, node, positional, named, through_class=through_class)


def written_for(definition: Definition, node: ast.Call, parameter: str) -> list[ast.expr]:
    """What a call gives one parameter of a function, as it is written."""
    if parameter == definition.instance_name():
        return [node.func.value] if isinstance(node.func, ast.Attribute) else []
    values = [one.value for one in node.keywords]
    given, _ = _handed_out(definition, node, node.args, values, through_class=False)
    return given.get(parameter, [])


_Argument = TypeVar("_Argument")


def _handed_out(
    definition: Definition,
    node: ast.Call,
    positional: Sequence[_Argument],
    named: Sequence[_Argument],
    *,
    through_class: bool,
) -> tuple[dict[str, list[_Argument]], list[_Argument]]:
    """The arguments of a call, by parameter, and those that may reach any of them."""
    function = definition.node
    if not isinstance(function, FunctionNode):
        return {}, []
    given: dict[str, list[_Argument]] = {}
    anywhere: list[_Argument] = []
    signature = function.args
    names = [one.arg for one in (*signature.posonlyargs, *signature.args)]
    if skips_first(definition, through_class=through_class):
        names = names[1:]
    by_name = {*names, *(one.arg for one in signature.kwonlyargs)}
    unpacked = False
    for index, (part, one) in enumerate(zip(node.args, positional, strict=True)):
        unpacked = unpacked or isinstance(part, ast.Starred)
        if unpacked:
            anywhere.append(one)
        elif index < len(names):
            given.setdefault(names[index], []).append(one)
        elif signature.vararg is not None:
            given.setdefault(signature.vararg.arg, []).append(one)
    for keyword, one in zip(node.keywords, named, strict=True):
        if keyword.arg is None and signature.kwarg is not None and not by_name:
            given.setdefault(signature.kwarg.arg, []).append(one)
        elif keyword.arg is None:
            anywhere.append(one)
        elif keyword.arg in by_name:
            given.setdefault(keyword.arg, []).append(one)
        elif signature.kwarg is not None:
            given.setdefault(signature.kwarg.arg, []).append(one)
    return given, anywhere


def rest_of(definition: Definition) -> str | None:
    """What a function calls the arguments that have no parameter of their own: `args`."""
    node = definition.node
    extra = node.args.vararg if isinstance(node, FunctionNode) else None
    return None if extra is None else extra.arg


def named_rest_of(definition: Definition) -> str | None:
    """What a function calls the named arguments that have no parameter of their own: `kwargs`."""
    node = definition.node
    extra = node.args.kwarg if isinstance(node, FunctionNode) else None
    return None if extra is None else extra.arg


def defaults(definition: Definition) -> dict[str, ast.expr]:
    """The default values of a function's parameters."""
    function = definition.node
    if not isinstance(function, FunctionNode):
        return {}
    signature = function.args
    positional = [*signature.posonlyargs, *signature.args]
    found = {
        one.arg: value
        for one, value in zip(
            positional[len(positional) - len(signature.defaults) :], signature.defaults, strict=True
        )
    }
    for one, value in zip(signature.kwonlyargs, signature.kw_defaults, strict=True):
        if value is not None:
            found[one.arg] = value
    return found
