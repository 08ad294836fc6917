"""What lists, dicts and sequences of layers hold, as they are made and as more is put in.

Source: https://docs.pytorch.org/docs/stable/nn.html#containers.
"""

from collections.abc import Iterable, Iterator

from leakwise.facts.apis.torch_classes import has_no_parameters
from leakwise.facts.interpreter.run import Run, known_module
from leakwise.facts.terms.values import MODULES_OF_MODULES, Certainty, Graph, Kind, Value, join

MODULES_BY_NAME = "torch.nn.ModuleDict"
_OF_MODULES = MODULES_OF_MODULES | {MODULES_BY_NAME}
_PUTTING = frozenset({"append", "add_module", "register_module"})
_PUTTING_ALL = frozenset({"extend", "update"})


def holding(made: Value, arguments: Iterable[Value]) -> Value:
    """A list of layers that is made of these arguments; other modules as they are."""
    if made.name not in _OF_MODULES:
        return made
    arguments = list(arguments)
    if len(arguments) == 1 and arguments[0].fields is not None:
        # Each stands in an attribute of its own, too.
        named = ((name, one) for name, one in arguments[0].fields if known_module(one))
        made = made.but(fields=tuple((name, one.portable()) for name, one in named))
    return _with(made, [one for argument in arguments for one in _layers_in(argument)])


def held_by(module: Value) -> Value:
    """One of the layers that a module holds: any, where nothing is known of them."""
    known = module.element if module.name in _OF_MODULES else None
    if known is None:
        known = Value(Kind.MODULE, certainty=module.certainty.weaker(Certainty.LIKELY))
    return known.made_from(module.sources)


def note_put(run: Run, path: str | None, name: str, module: Value, arguments: list[Value]) -> None:
    """Notes what a method puts into a list of layers."""
    if module.name not in _OF_MODULES or not arguments:
        return
    if name in _PUTTING or name == "insert":
        put_in(run, path, module, arguments[-1:])
    elif name in _PUTTING_ALL:
        put_in(run, path, module, list(_layers_in(arguments[0])))


def put_in(run: Run, path: str | None, module: Value, layers: list[Value]) -> None:
    """Notes that layers are put into what is at a path."""
    if path is not None and path in run.state.values and module.name in _OF_MODULES:
        run.state.change(path, _with(module, layers))


def _with(module: Value, layers: list[Value]) -> Value:
    """A list of layers with some more. It has no parameters where none of them has."""
    element, plain = module.element, module.element is None or module.graph is Graph.DETACHED
    for layer in layers:
        known = layer.portable() if known_module(layer) else _ANY
        element = known if element is None else join(element, known)
        if element.name is None:
            # Of several classes: one of them may have no parameters.
            element = element.but(certainty=element.certainty.weaker(Certainty.LIKELY))
        plain = plain and _is_plain(layer)
    return module.but(
        element=element, graph=Graph.DETACHED if plain and element is not None else Graph.UNKNOWN
    )


_ANY = Value(Kind.MODULE, certainty=Certainty.LIKELY)


def _is_plain(layer: Value) -> bool:
    if layer.kind is Kind.MODULE and layer.name in _OF_MODULES:
        return layer.graph is Graph.DETACHED
    return layer.definition is None and has_no_parameters(layer.name or "")


def _layers_in(argument: Value) -> Iterator[Value]:
    """The layers in a list, or in a dict or pairs by name; a layer itself."""
    if argument.kind is not Kind.CONTAINER:
        yield argument
        return
    if argument.fields is not None:
        held = [one for _, one in argument.fields]
    elif argument.items is not None:
        held = list(argument.items)
    else:
        held = [] if argument.element is None else [argument.element]
    for one in held:
        pair = one.items if one.kind is Kind.CONTAINER else None
        yield pair[1] if pair is not None and len(pair) == len(_PAIR) else one


_PAIR = ("name", "layer")
