"""What rules about values that loops carry on share: which calls are given them."""

from leakwise.facts import BodyFacts, Carried, ModuleCall, Value

_RECURRENT = frozenset(
    f"torch.nn.{name}" for name in ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell")
)


def is_recurrent(module: Value) -> bool:
    """Whether this is one of torch's recurrent layers, which return the state that they are
    given, changed, and never cut its graph."""
    return module.name in _RECURRENT


def given_carried(body: BodyFacts, call: ModuleCall, carried: Carried) -> bool:
    """Whether a network is given what a loop carries on, graph and all."""
    return any(
        holds_carried(argument.value, carried)
        for site in body.call_sites
        if site.place == call.place
        for argument in site.arguments
    )


def holds_carried(value: Value, carried: Carried) -> bool:
    """Whether a value, or a part of it, is made from what a loop carries on, graph and all."""
    parts = (value, *(value.items or ()))
    return any(part.carries_graph and carried.mark in part.sources for part in parts)


def cut(body: BodyFacts, carried: Carried, call: ModuleCall) -> str:
    """The statement that cuts the graph of what a loop carries on into a recurrent `call`: of a
    tensor, or of the pair that an LSTM returns."""
    path = carried.path
    lstm = (call.callee_value.name or "").endswith(("LSTM", "LSTMCell"))
    # `lstm(x, (h, c))` is given the parts of the pair, each of which is a tensor.
    whole = any(
        carried.mark in argument.value.sources
        for site in body.call_sites
        if site.place == call.place
        for argument in site.arguments
    )
    if lstm and whole:
        statement = f"{path} = tuple(s.detach() for s in {path})"
    else:
        statement = f"{path} = {path}.detach()"
    return f"if {path} is not None:\n    {statement}" if carried.starts_as_none else statement
