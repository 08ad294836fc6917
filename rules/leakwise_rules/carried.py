"""What rules about values that loops carry on share: which calls are given them."""

from leakwise.facts import Argument, BodyFacts, Carried, ModuleCall, Value
from leakwise.facts.interpreter.carrying import CUTS
from leakwise_rules.grad_modes import runs_recorded

_RECURRENT = ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell")
_QUALIFIED = frozenset(f"torch.nn.{name}" for name in _RECURRENT)


def is_recurrent(module: Value) -> bool:
    """Whether this is one of torch's recurrent layers, which return the state that they are
    given, changed, and never cut its graph."""
    return module.name in _QUALIFIED


def recurrent_layer(body: BodyFacts, call: ModuleCall) -> Value | None:
    """The recurrent layer of torch that changes a state which a network is given, and gives back:
    the network itself, or one that the `forward()` of its class in this file gives a parameter of
    its own and whose result it returns, where nothing in there cuts a graph."""
    if is_recurrent(call.callee_value):
        return call.callee_value
    class_ = call.callee_value.definition
    if class_ is None or not class_.is_class or not body.file_mentions(*_RECURRENT):
        return None
    forward = body.module.method(class_, "forward")
    if forward is None or body.module.method(class_, "__call__") is not None:
        return None
    inside = body.module.facts(forward)
    if inside.mentions(*CUTS):
        return None
    for inner in inside.module_calls:
        if not is_recurrent(inner.callee_value) or not inside.returned(frozenset({inner.place})):
            continue
        if any(given.path in inside.parameters for given in _arguments(inside, inner)[1:]):
            return inner.callee_value
    return None


def kept_between_calls(body: BodyFacts) -> dict[ModuleCall, list[str]]:
    """By call of a recurrent network in a method: the paths of `self` that it is given, and that
    hold the states which come out, graph and all, until the method is called again. Only where
    each call trains, or where nobody may go back through what came out."""
    class_ = body.class_
    if class_ is None or not (body.file_mentions(*_RECURRENT) and body.attribute_updates):
        return {}
    if not class_.bases_known:
        return {}
    starts = body.method_calls("backward")
    trains = bool(body.parameters and starts) and not any(site.loops for site in starts)
    if not trains and (body.trains() or not body.may_be_asked_again):
        return {}
    found: dict[ModuleCall, list[str]] = {}
    for update, call in body.carried_over:
        if recurrent_layer(body, call) and (trains or not _is_wanted(body, call)):
            found.setdefault(call, []).append(f"{body.instance_name}.{update.attribute}")
    if found and not runs_recorded(body):
        return {}
    return found


def _is_wanted(body: BodyFacts, call: ModuleCall) -> bool:
    """Whether who calls the method, or another one, may yet go back through what a network gave."""
    sources = frozenset({call.place})
    return body.returned(sources) or body.backpropagated(sources) or body.passed_on(sources)


def carried_inside(body: BodyFacts, carried: Carried) -> bool:
    """Whether a loop inside the one that carries something on does so too, which is the one to
    tell of."""
    depth = len(carried.loops)
    return any(
        other.path == carried.path
        and len(other.loops) > depth
        and other.loops[:depth] == carried.loops
        for other in body.carried
    )


def given_carried(body: BodyFacts, call: ModuleCall, carried: Carried) -> bool:
    """Whether a network is given what a loop carries on, graph and all: no part of it is cut in
    place."""
    if not any(holds_carried(given.value, carried) for given in _arguments(body, call)):
        return False
    return not any(
        carried.loops[-1] in site.loops and carried.mark in site.receiver_value.sources
        for site in body.method_calls("detach_")
    )


def holds_carried(value: Value, carried: Carried) -> bool:
    """Whether a value, or a part of it, is made from what a loop carries on, graph and all."""
    parts = (value, *(value.items or ()))
    return any(part.carries_graph and carried.mark in part.sources for part in parts)


def cut(body: BodyFacts, carried: Carried, call: ModuleCall, layer: Value) -> str:
    """The statement that cuts the graph of what a loop carries on into a `call` that runs a
    recurrent layer: of a tensor, or of the pair that an LSTM returns."""
    # `lstm(x, (h, c))` is given the parts of the pair, each of which is a tensor.
    whole = any(carried.mark in given.value.sources for given in _arguments(body, call))
    return _cut(carried.path, layer, whole=whole, guarded=carried.starts_as_none)


def cut_kept(body: BodyFacts, path: str, call: ModuleCall, layer: Value) -> str:
    """The same of what an object carries on at a path, where None may be before the first call."""
    whole = any(given.path == path for given in _arguments(body, call))
    return _cut(path, layer, whole=whole, guarded=True)


def _arguments(body: BodyFacts, call: ModuleCall) -> tuple[Argument, ...]:
    site = body.call_at(call.place)
    return () if site is None else site.arguments


def _cut(path: str, layer: Value, *, whole: bool, guarded: bool) -> str:
    if whole and (layer.name or "").endswith(("LSTM", "LSTMCell")):
        statement = f"{path} = tuple(s.detach() for s in {path})"
    else:
        statement = f"{path} = {path}.detach()"
    return f"if {path} is not None:\n    {statement}" if guarded else statement
