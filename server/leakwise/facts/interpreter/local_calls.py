"""Calls of functions and classes of this file: their summaries tell what they give and do."""

import ast

from leakwise.facts.code.computed_numbers import computes_number
from leakwise.facts.code.decorators import decorators_of
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.members import made_record, record_of
from leakwise.facts.code.names import path_of
from leakwise.facts.code.parameters import (
    Given,
    defaults,
    given_to,
    named_rest_of,
    parameters_in,
    rest_of,
)
from leakwise.facts.code.usage import is_local
from leakwise.facts.interpreter.arithmetic import number
from leakwise.facts.interpreter.carrying import cut
from leakwise.facts.interpreter.constructions import constructed
from leakwise.facts.interpreter.containers import holds_graph
from leakwise.facts.interpreter.kept_by_calls import note_kept_argument
from leakwise.facts.interpreter.run import Run, shown, spread
from leakwise.facts.interpreter.state import deep_sources, root_of
from leakwise.facts.interpreter.summaries import (
    MOST_DEPTH,
    Context,
    Kept,
    Summary,
    abstracted,
    also_for_any,
    is_followed,
    may_tell_more,
)
from leakwise.facts.keeping.caches import GIVING_AGAIN
from leakwise.facts.resources.acquisitions import acquired_through
from leakwise.facts.resources.handing import handed_in, handed_to_constructor
from leakwise.facts.terms.events import (
    GradMode,
    ModuleCall,
    TrainingStep,
    Waiting,
)
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.values import (
    DICT,
    NONE,
    NUMBER,
    OTHER,
    UNKNOWN,
    Kind,
    Source,
    Value,
    container,
    join,
    mapping,
    merge_sources,
)

_Arguments = dict[str, list[Given]]


def local_call(
    run: Run,
    node: ast.Call,
    definition: Definition,
    receiver: Value | None,
    arguments: list[Value],
    keywords: dict[str, Value],
) -> Value:
    """What a call of a function of this file gives."""
    through_class = receiver is not None and receiver.kind is Kind.CLASS
    given, anywhere = given_to(definition, node, arguments, keywords, through_class=through_class)
    given, anywhere = handed_in(run, definition, given, anywhere)
    if _is_early(run, node, definition):
        found = _early_summary(run, definition, given)
    else:
        found = _summary(run, node, definition, given, anywhere)
        if found.flows is None and _is_own(run, node, definition):
            found = _made_summary(run, definition)
    place = run.place(node)
    if found.trains:
        run.outcome.add(TrainingStep(place, run.loops, found.trains))
    if found.waits:
        run.outcome.add(Waiting(place, run.loops))
    _note_forward_passes(run, node, definition, found, given)
    made_from = _take_flows(run, found, given, anywhere)
    for kept in found.keeps:
        _note_kept(run, node, definition, receiver, kept, given)
    result = found.returns
    if result is None:
        return OTHER
    result = run.computed_here(result)
    if result.kind is Kind.UNKNOWN and arguments and computes_number(run.module, definition):
        numbers = (one.kind is Kind.NUMBER for one in (*arguments, *keywords.values()))
        result = NUMBER if all(numbers) else result
    decorators = [one.name for one in decorators_of(run.module, definition)]
    if None not in decorators and GIVING_AGAIN.isdisjoint(decorators):
        # A decorator that is not known may keep what was made, and give it again.
        for part in result.items or ():
            constructed(run, node, part)
        result = constructed(run, node, result)
    if result.kind in {Kind.FUNCTION, Kind.CLASS, Kind.QUALIFIED}:
        return result
    if result.is_tensor or result.kind in {Kind.UNKNOWN, Kind.PENDING, Kind.CONTAINER}:
        made_from = merge_sources(made_from, frozenset({place}))
    if result.kind is Kind.CONTAINER:
        result = result.mapped(lambda part: _made_by(part, place))
    else:
        result = result.but(origin=place)
    return acquired_through(run, node, cut(result.made_from(made_from)), definition)


def _made_by(part: Value, place: Place) -> Value:
    """A part of what a call gives; a TensorFlow tensor or a Keras model comes from the call."""
    return part.but(origin=place) if part.kind in _FROM_CALLS else part


_FROM_CALLS = frozenset({Kind.TF_TENSOR, Kind.KERAS_MODEL})


def construct_local(
    run: Run,
    node: ast.Call,
    definition: Definition,
    arguments: list[Value],
    keywords: dict[str, Value],
) -> Value:
    """An object of a class of this file."""
    held = handed_to_constructor(run, node, definition, arguments, keywords)
    kind = run.module.ancestors(definition).kind
    made = Value(kind, name=definition.qualified, definition=definition, origin=run.place(node))
    record = record_of(run.module, definition)
    if record is not None:
        made = made_record(made, record, spread(run, node, arguments), keywords)
    return constructed(run, node, made.made_from(held))


def _summary(
    run: Run, node: ast.Call, definition: Definition, given: _Arguments, anywhere: list[Given]
) -> Summary:
    """The summary of a function, for these arguments where they may tell more."""
    found = run.module.summary(definition)
    if run.depth >= MOST_DEPTH or not is_followed(definition):
        return found
    known: dict[str, Value] = {}
    extra, named = rest_of(definition), named_rest_of(definition)
    for name, several in given.items():
        if name == extra:
            rest = container(*(one.value for one in several), items=True)
            known[name] = abstracted(rest)
        elif name == named:
            known[name] = _by_keyword(node, several)
        elif len(several) == 1:
            known[name] = abstracted(several[0].value)
    if not anywhere:
        for name, default in defaults(definition).items():
            if name not in given and isinstance(default, ast.Constant):
                if isinstance(default.value, bool):
                    known[name] = number(default.value)
                elif default.value is None:
                    known[name] = NONE
    if not may_tell_more(found, known):
        return found
    arguments = tuple(sorted(known.items(), key=_by_name))
    context = Context(arguments, run.state.grad, run.depth + 1)
    told = run.module.summary_for(definition, context)
    return also_for_any(told, found) if run.state.grad is GradMode.ON else told


def _by_keyword(node: ast.Call, several: list[Given]) -> Value:
    """The dict of named arguments that have no parameter of their own: `fit(**losses)` puts all
    that another one holds into it."""
    names = {id(one.value): one.arg for one in node.keywords}
    fields: list[tuple[object, Value]] = []
    others: Value | None = None
    for one in several:
        name = names.get(id(one.node))
        if name is not None:
            fields.append((name, abstracted(one.value)))
        elif one.value.fields is not None:
            fields.extend((key, abstracted(held)) for key, held in one.value.fields)
        else:
            # What a module returned may be such a dict.
            held = abstracted(one.value if one.value.is_tensor else one.value.element or UNKNOWN)
            others = held if others is None else join(others, held)
    return mapping(tuple(fields), others).but(name=DICT)


def _is_early(run: Run, node: ast.Call, definition: Definition) -> bool:
    """Whether a constructor, or a method that one runs, calls a method of the object that it makes,
    or gives a function its attributes: these are those that the constructor gives it, so that the
    summary for any call would go round in a circle."""
    if not run.early and run.definition.name != "__init__":
        return False
    return _is_own(run, node, definition) or _is_given_attributes(run, node)


def _is_given_attributes(run: Run, node: ast.Call) -> bool:
    start = f"{run.instance}."
    given = (*node.args, *(keyword.value for keyword in node.keywords))
    return any((path_of(one) or "").startswith(start) for one in given)


def _is_own(run: Run, node: ast.Call, definition: Definition) -> bool:
    """Whether a method is called on the object whose method this body is."""
    if not definition.is_method or definition.name == "__init__" or run.instance is None:
        return False
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    return isinstance(owner, ast.Name) and owner.id == run.instance


def _made_summary(run: Run, definition: Definition) -> Summary:
    """The summary of a method of the same object as its constructor makes that, for any arguments:
    methods in a circle are looked into once for each grad mode, and no deeper."""
    if run.depth >= MOST_DEPTH or not is_followed(definition):
        return Summary()
    context = Context((), run.state.grad, MOST_DEPTH, made=True)
    return run.module.summary_for(definition, context)


def _early_summary(run: Run, definition: Definition, given: _Arguments) -> Summary:
    if run.depth >= MOST_DEPTH:
        return Summary()
    known = {name: abstracted(one[0].value) for name, one in given.items() if len(one) == 1}
    known = {name: value for name, value in known.items() if value.kind is not Kind.UNKNOWN}
    arguments = tuple(sorted(known.items(), key=_by_name))
    context = Context(arguments, run.state.grad, run.depth + 1, early=True)
    return run.module.summary_for(definition, context)


def _by_name(pair: tuple[str, Value]) -> str:
    return pair[0]


def _take_flows(
    run: Run, found: Summary, given: _Arguments, anywhere: list[Given]
) -> frozenset[Source]:
    """Notes where a function lets its arguments go; gives what its result may be made from."""
    outcome, flows = run.outcome, found.flows
    made_from: frozenset[Source] = frozenset()
    for name, several in given.items():
        for one in several:
            if flows is None or name in flows.passed:
                outcome.pass_on(one.value)
            if flows is None or name in found.returned:
                made_from = merge_sources(made_from, deep_sources(one.value))
            if flows is None:
                continue
            if name in flows.stored:
                outcome.store(one.value)
            if name in flows.backward:
                outcome.backpropagate(_with_path(one))
    for one in anywhere:
        outcome.pass_on(one.value)
        made_from = merge_sources(made_from, deep_sources(one.value))
    return made_from


def _with_path(given: Given) -> Value:
    path = path_of(given.node)
    return given.value if path is None else given.value.made_from(frozenset({path}))


_MOST_PARTS = 3
"""How long a network's path may become on the way to callers: of functions that call each other in
a circle, on another object each time, it would have no end."""


def _note_forward_passes(
    run: Run, node: ast.Call, definition: Definition, found: Summary, given: _Arguments
) -> None:
    """Notes that a network is run here, by the function that is called."""
    for one in found.forward_passes:
        root = root_of(one.callee)
        outer = root == definition.instance_name() or root in given
        if not outer and is_local(run.module, definition, root):
            # A network that the function makes for itself.
            continue
        path = _holder(node, definition, one.callee, given)
        if path is None or path.count(".") > _MOST_PARTS:
            continue
        place, owner = run.place(node), path
        while owner not in run.state.evaluating and "." in owner:
            owner = owner.rpartition(".")[0]
        mode = run.state.evaluating.get(owner)
        run.outcome.add(
            ModuleCall(
                place,
                run.loops,
                path,
                one.callee_value,
                run.recorded(one.result).made_from(frozenset({place} if one.leaves else ())),
                run.state.grad,
                None if mode is None else mode.origin,
                run.statement_place(),
                False,
                shown(node.func),
            )
        )
        return


def _note_kept(
    run: Run,
    node: ast.Call,
    definition: Definition,
    receiver: Value | None,
    kept: Kept,
    given: _Arguments,
) -> None:
    """Notes what a function keeps of its arguments, at this call of it."""
    several = [one for name in sorted(kept.parameters) for one in given.get(name, ())]
    if len(several) > 1:
        # `total += value * n`: what carries a graph brings it in.
        several = [one for one in several if holds_graph(one.value)]
        if kept.parameters <= {rest_of(definition), named_rest_of(definition)}:
            # All of them go in together.
            del several[1:]
    if len(several) != 1:
        return
    argument = several[0]
    stored = kept.stored
    if stored.kind in _NOTHING_KEPT:
        handed_on = bool(parameters_in(deep_sources(argument.value)))
        if not (handed_on and stored.kind is Kind.UNKNOWN):
            return
    if stored.carries_graph and not holds_graph(argument.value):
        # The graph is made in the function: it is not the argument that brings it in.
        return
    holder = _holder(node, definition, kept.holder, given)
    if holder is None:
        return
    held = _held(run, definition, receiver, kept.holder, holder)
    note_kept_argument(run, node, argument, holder, held, kept.how, stored)


_NOTHING_KEPT = frozenset({Kind.UNKNOWN, Kind.OTHER, Kind.NUMBER})


def _held(
    run: Run, definition: Definition, receiver: Value | None, path: str, holder: str
) -> Value:
    """What is known of the holder at `path` of a function, which its caller calls `holder`."""
    known = run.read(holder)
    root, _, attribute = path.partition(".")
    if known.kind is not Kind.UNKNOWN or root != definition.instance_name() or receiver is None:
        return known
    if receiver.definition is None or not attribute.isidentifier():
        return known
    return run.attribute(receiver.definition, attribute)


def _holder(node: ast.Call, definition: Definition, path: str, given: _Arguments) -> str | None:
    """What the caller calls the holder at a path of a function; None where it has no name."""
    root = path.split(".", 1)[0].split("[", 1)[0]
    rest = path[len(root) :]
    if root == definition.instance_name():
        if not isinstance(node.func, ast.Attribute):
            return None
        owner = path_of(node.func.value)
        if owner is None and isinstance(node.func.value, ast.Subscript):
            # `meters[name].update(loss)`: some element of the container keeps it.
            return path_of(node.func.value.value)
        return None if owner is None else owner + rest
    if root in given:
        several = given[root]
        owner = path_of(several[0].node) if len(several) == 1 else None
        return None if owner is None else owner + rest
    if any(one.arg == root for one in definition.parameters()):
        return None
    return path
