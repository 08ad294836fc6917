"""Who calls a function of the file, how, and with what."""

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from leakwise.facts.apis.conventions import CALL_METHOD
from leakwise.facts.apis.torch_functions import SWITCH_WORDS, SWITCHING_ON
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.parameters import given_to
from leakwise.facts.interpreter.decorated import may_switch_unseen
from leakwise.facts.interpreter.interpretation import evaluated_alone
from leakwise.facts.terms.events import CallSite, GradMode
from leakwise.facts.terms.values import UNKNOWN, Certainty, Graph, Kind, Value, join

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


def call_sites(
    module: "ModuleFacts", definition: Definition
) -> tuple[list[tuple[Definition, CallSite]], bool]:
    """The calls of a function in this file with the bodies that they stand in, and whether every
    mention of its name is one."""
    sites: list[tuple[Definition, CallSite]] = []
    all_seen = True
    for caller in mentioned_by(module, definition):
        found = list(sites_in(module, caller, definition))
        if not found and not _means_another(caller, definition):
            all_seen = all_seen and not _may_switch_off(module, caller)
        sites.extend((caller, site) for site in found)
    return sites, all_seen


def _means_another(caller: Definition, definition: Definition) -> bool:
    """Whether the name of a function stands for something else in a body, as that of a method of
    the same name in its class, or is the function's own."""
    if caller is definition or caller is definition.parent:
        return True
    caller.code.read()
    return not definition.is_method and bool(caller.index.bindings_of(definition.name))


def _may_switch_off(module: "ModuleFacts", caller: Definition) -> bool:
    """Whether a body that mentions a function's name, on something that is not known, may run it
    with recording off."""
    if not caller.is_function:
        # The head of another class that has a method of this name.
        return False
    caller.code.read()
    return caller.index.mentions_any(SWITCH_WORDS) or may_switch_unseen(module, caller)


def calling(module: "ModuleFacts", definition: Definition) -> tuple[Definition, ...]:
    """The bodies of this file that call a function; see `BodyFacts.callers`."""
    if not definition.is_function:
        return ()
    return tuple(
        caller
        for caller in mentioned_by(module, definition)
        if any(True for _ in sites_in(module, caller, definition))
    )


def mentioned_by(module: "ModuleFacts", definition: Definition) -> tuple[Definition, ...]:
    """The bodies that may call a function, by a name that stands in them: its own or, where objects
    are called, that of their class."""
    parent = definition.parent
    if definition.name != CALL_METHOD or parent is None or not parent.is_class:
        return module.scopes.mentioning(definition.name)
    return tuple(one for one in module.scopes.mentioning(parent.name) if not one.is_class)


def sites_in(
    module: "ModuleFacts", caller: Definition, definition: Definition
) -> Iterator[CallSite]:
    """The calls of a function in one body."""
    for event in module.body(caller).events:
        if (
            isinstance(event, CallSite)
            and event.value.definition is definition
            # A call of an object has its class as the definition, and makes none.
            and (not definition.is_class or event.value.kind is Kind.CLASS)
        ):
            yield event


def callers_grad(module: "ModuleFacts", definition: Definition) -> GradMode | None:
    """The grad mode in which a function is run; see `BodyFacts.callers_grad`."""
    if not definition.is_function:
        return None
    if may_switch_unseen(module, definition):
        return GradMode.UNKNOWN
    sites, all_seen = call_sites(module, definition)
    modes = {mode_at(module, caller, site) for caller, site in sites if caller is not definition}
    if GradMode.ON in modes:
        return GradMode.ON
    if not all_seen or GradMode.UNKNOWN in modes:
        return GradMode.UNKNOWN
    here = GradMode.OFF if modes else None
    return _elsewhere(module, definition, here) if _may_be_imported(definition) else here


def mode_at(module: "ModuleFacts", caller: Definition, site: CallSite) -> GradMode:
    """The grad mode at a call of a function: that in which its caller is run, where the caller
    leaves it as it was."""
    if site.grad is not GradMode.ON or caller.name in _CALLED_BY_FRAMEWORKS:
        return site.grad
    if caller.mentions(SWITCHING_ON):
        return site.grad
    return module.callers_grad(caller) or site.grad


def values_given(module: "ModuleFacts", definition: Definition) -> dict[str, Value]:
    """What the calls of a function in this file give its parameters.

    Arguments are evaluated by their names, not by the statements before them: whether they carry a
    graph is not known. Other files may give others: what is found is likely.
    """
    found: dict[str, Value] = {}
    for scope, node in _calls(module, definition):
        keywords = {one.arg or "**": one.value for one in node.keywords}
        values = [UNKNOWN] * len(node.args)
        given, anywhere = given_to(definition, node, values, dict.fromkeys(keywords, UNKNOWN))
        if anywhere:
            return {}
        for name, several in given.items():
            if name in found and found[name].kind in _UNTOLD:
                # Whatever else it is given, nothing will be told of it.
                continue
            value = UNKNOWN
            if len(several) == 1:
                value = _lasting(evaluated_alone(module, scope, several[0].node).portable())
            found[name] = join(found[name], value) if name in found else value
    return {name: value for name, value in found.items() if value.kind not in _UNTOLD}


_UNTOLD = frozenset({Kind.UNKNOWN, Kind.OTHER})


def _lasting(value: Value) -> Value:
    """What stays true of a value wherever it is evaluated."""
    element, items = value.element, value.items
    return value.but(
        graph=Graph.UNKNOWN if value.is_tensor else value.graph,
        certainty=value.certainty.weaker(Certainty.LIKELY),
        constant=None,
        length=None,
        element=None if element is None else _lasting(element),
        items=None if items is None else tuple(_lasting(item) for item in items),
    )


def _calls(module: "ModuleFacts", definition: Definition) -> Iterator[tuple[Definition, ast.Call]]:
    """The calls of a function in this file, with the bodies that they stand in."""
    owner = definition.parent if definition.is_method else None
    makes = owner is not None and definition.name == "__init__"
    word = owner.name if owner is not None and makes else definition.name
    for scope in module.scopes.mentioning(word):
        if scope is definition or scope.is_class:
            continue
        if owner is not None and not makes:
            class_ = scope.parent
            if class_ is None or not class_.is_class:
                continue
            scope.code.read()
            if scope.instance_name() != "self":
                continue
            for node in scope.index.calls_named(f"self.{word}"):
                if module.method(class_, word) is definition:
                    yield scope, node
            continue
        scope.code.read()
        for node in scope.index.calls_named(word):
            called = evaluated_alone(module, scope, node.func)
            if called.definition is (owner if makes else definition):
                yield scope, node


def _may_be_imported(definition: Definition) -> bool:
    """Whether other files may call a function by its name: a public one of the top level, or a
    public method of a class there. `forward` is called through the network."""
    parent = definition.parent
    if definition.name.startswith("_") or definition.name in _CALLED_BY_FRAMEWORKS:
        return False
    if definition.is_method and parent is not None:
        parent = parent.parent
    return parent is not None and parent.node is None


_CALLED_BY_FRAMEWORKS = frozenset({"forward", "call", "training_step"})


def _elsewhere(
    module: "ModuleFacts", definition: Definition, here: GradMode | None
) -> GradMode | None:
    """The grad mode with the callers in other files; unknown until these were looked up."""
    found = module.externals.callers(definition.qualified)
    if found is None:
        return GradMode.UNKNOWN
    return here if found.grad is None else found.grad
