"""Resources that are handed to functions of the file, and to methods that are its by their name."""

import ast

from leakwise.facts.apis.resources import RESOURCE_KINDS
from leakwise.facts.code.definitions import Definition, FunctionNode
from leakwise.facts.code.names import path_of
from leakwise.facts.code.parameters import Given, given_to, without_parameters
from leakwise.facts.interpreter.run import Run
from leakwise.facts.interpreter.state import deep_sources
from leakwise.facts.resources.acquisitions import reached
from leakwise.facts.terms.resource_events import HandingIn
from leakwise.facts.terms.values import Kind, Source, Value


def handed_in(
    run: Run, definition: Definition, given: dict[str, list[Given]], anywhere: list[Given]
) -> tuple[dict[str, list[Given]], list[Given]]:
    """What a function of this file is given, by parameter and for any of them. What is or may hold
    a resource is noted; resources are left out of what the call may keep: what the function does
    with them is asked later."""
    kept = {
        name: [_noted(run, definition, name, one) for one in several]
        for name, several in given.items()
    }
    return kept, [_noted(run, definition, None, one) for one in anywhere]


def handed_to_constructor(
    run: Run,
    node: ast.Call,
    class_: Definition,
    arguments: list[Value],
    keywords: dict[str, Value],
) -> frozenset[Source]:
    """Notes what an object of a class of this file is made of; gives the sources of the resources
    that it may hold from then on."""
    maker = run.module.method(class_, "__init__")
    everything = [*arguments, *keywords.values()]
    if maker is None or not any(_holds_resource(one) for one in everything):
        for argument in everything:
            # The object may keep what it is made of.
            run.outcome.pass_on(argument)
        return frozenset()
    held = [deep_sources(one) for one in everything if _holds_resource(one)]
    _hand_in(run, node, maker, arguments, keywords, by_name=False)
    return frozenset().union(*held)


def handed_by_name(
    run: Run,
    node: ast.Call,
    function: ast.Attribute,
    arguments: list[Value],
    keywords: dict[str, Value],
) -> bool:
    """Whether an object of which nothing is known is, by the name of its method, one of a class of
    this file, and is handed a resource, which is noted.

    So it is where no other function of the file has that name, the call fits it, and either gives
    it three arguments or more, or calls what it gives as the method does.
    """
    if not any(_holds_resource(one) for one in (*arguments, *keywords.values())):
        return False
    if path_of(function.value) == run.instance:
        return False
    named = [one for one in run.module.scopes.named(function.attr) if one.is_function]
    if len(named) != 1 or not named[0].is_method or not _fits(named[0], node):
        return False
    given = given_to(named[0], node, arguments, keywords)[0]
    called_alike = all(
        (path_of(one.node) or "").rpartition(".")[2] == name
        for name, several in given.items()
        for one in several
        if _holds_resource(one.value)
    )
    if len(arguments) + len(keywords) < _TELLING_COUNT and not called_alike:
        return False
    _hand_in(run, node, named[0], arguments, keywords, by_name=True)
    return True


_TELLING_COUNT = 3


def _fits(definition: Definition, node: ast.Call) -> bool:
    """Whether a call gives a method all that it needs and nothing else."""
    function = definition.node
    if not isinstance(function, FunctionNode) or definition.instance_name() is None:
        return False
    if any(isinstance(one, ast.Starred) for one in node.args):
        return False
    signature = function.args
    names = [one.arg for one in (*signature.posonlyargs, *signature.args)][1:]
    given = {*names[: len(node.args)], *(one.arg for one in node.keywords)}
    needed = names[: len(names) - len(signature.defaults)]
    allowed = {*names, *(one.arg for one in signature.kwonlyargs)}
    return len(node.args) <= len(names) and given <= allowed and given.issuperset(needed)


def _hand_in(
    run: Run,
    node: ast.Call,
    definition: Definition,
    arguments: list[Value],
    keywords: dict[str, Value],
    *,
    by_name: bool,
) -> None:
    given, anywhere = given_to(definition, node, arguments, keywords)
    known = [(name, one) for name, several in given.items() for one in several]
    everything = [*arguments, *keywords.values()]
    if len(known) + len(anywhere) < len(everything):
        # Some arguments have no parameter: it may be another function.
        for value in everything:
            run.outcome.pass_on(value)
        return
    for name, one in known:
        held = _holds_resource(one.value)
        left = _noted(run, definition, name, one, by_name=by_name) if held else one
        run.outcome.pass_on(left.value)
    for one in anywhere:
        run.outcome.pass_on(one.value)


def _noted(
    run: Run, definition: Definition, name: str | None, one: Given, *, by_name: bool = False
) -> Given:
    value = one.value
    holds = _holds_resource(value)
    if not holds and value.kind not in _MAY_HOLD:
        return one
    sources = without_parameters(deep_sources(value))
    if not holds and not sources:
        return one
    paths = reached(run, one.node)
    place = run.place(one.node)
    run.outcome.add(HandingIn(place, run.loops, definition, name, sources, paths, by_name))
    if not holds:
        return one
    left = frozenset(source for source in deep_sources(value) - paths if isinstance(source, str))
    return Given(Value(sources=left), one.node)


_MAY_HOLD = frozenset({Kind.UNKNOWN, Kind.PENDING, Kind.INSTANCE, Kind.CONTAINER})


def _holds_resource(value: Value) -> bool:
    if value.kind in RESOURCE_KINDS:
        return True
    held = [one for _, one in value.fields or ()]
    parts = (*held, *(value.items or ()), *((value.element,) if value.element else ()))
    return any(_holds_resource(part) for part in parts)
