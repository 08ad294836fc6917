"""What keeps a value: how long it lives, and what keeps it from growing."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakwise.facts.apis.conventions import ONCE_METHODS
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.families import enclosing_method, family
from leakwise.facts.code.parameters import defaults
from leakwise.facts.code.usage import is_local
from leakwise.facts.interpreter.state import root_of
from leakwise.facts.keeping.kept_arguments import Kept
from leakwise.facts.repeating.rhythm import rhythm_of
from leakwise.facts.terms.events import (
    Accumulation,
    Callback,
    Event,
    Keeping,
    Loop,
    Relief,
    Storing,
)
from leakwise.facts.terms.lifetimes import Life, LimitKind, Rhythm
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.resource_events import Acquisition
from leakwise.facts.terms.values import UNKNOWN, Kind, Value

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


@dataclass(frozen=True, slots=True)
class Limit:
    """One such thing. `function` is where it stands, "" for the body that keeps something itself;
    `rhythm` how often that runs; `loops` those round it in that body."""

    how: LimitKind
    place: Place | None = None
    function: str = ""
    rhythm: Rhythm = Rhythm.UNKNOWN
    loops: tuple[Loop, ...] = ()


@dataclass(frozen=True, slots=True)
class Holder:
    """What keeps a value, and for how long."""

    path: str
    life: Life
    """The shortest time after which it surely goes, or is emptied."""
    outlives_call: bool
    """Whether it is there when the body has ended."""
    limits: tuple[Limit, ...] = ()

    @property
    def bounded(self) -> bool:
        """Whether anything is known that keeps it from growing for ever."""
        return bool(self.limits)

    @property
    def bounded_in_one_training(self) -> bool:
        """Whether anything does so again and again: not only where a training begins or ends."""
        return any(not one.function or one.rhythm is not Rhythm.ONCE for one in self.limits)


def holder_of(
    module: "ModuleFacts",
    definition: Definition,
    event: Keeping | Accumulation | Storing | Acquisition,
) -> Holder | None:
    """What keeps the value of an event; None for a resource that nothing keeps."""
    if isinstance(event, Keeping):
        bound = event.holder_value.bound
        return _holder_at(module, definition, event.holder, event, event.fresh_in, bound)
    if isinstance(event, Accumulation):
        return _holder_at(module, definition, event.target, event, event.fresh_in, None)
    if isinstance(event, Storing):
        return _holder_at(module, definition, event.path, event, (), None)
    path = event.kept_at[0] if event.kept_at else event.bound_to
    if path is None:
        return None
    return _holder_at(module, definition, path, event, event.loops, None)


def holder_of_argument(
    module: "ModuleFacts", definition: Definition, callback: Callback, kept: Kept
) -> Holder:
    """What keeps an argument of a function that is handed to something in `definition`."""
    function = callback.function or definition
    method = enclosing_method(function)
    root, _, rest = kept.holder.partition(".")
    if (
        method is not None
        and rest
        and root == method.instance_name()
        and (callback.function is None or function is not method)
    ):
        return _held_by_object(module, method, callback, kept)
    event = callback if function is definition else Event(kept.place, ())
    held = _held_at(module, function, kept.holder)
    if kept.appended and held.kind is not Kind.CONTAINER:
        # What is not known may drop the oldest by itself.
        return Holder(kept.holder, Life.UNKNOWN, True)
    return _holder_at(module, function, kept.holder, event, (), held.bound)


def _held_by_object(
    module: "ModuleFacts", method: Definition, callback: Callback, kept: Kept
) -> Holder:
    """The attribute of `self` into which a function puts something that a method makes and hands
    on: it is called when the method has ended."""
    path, class_ = kept.holder, method.parent
    attribute = path.partition(".")[2].partition(".")[0].partition("[")[0]
    held = UNKNOWN if class_ is None else module.attribute(class_, attribute)
    if class_ is None or (kept.appended and held.kind is not Kind.CONTAINER):
        return Holder(path, Life.UNKNOWN, True)
    limits = (
        *(() if held.bound is None else (Limit(LimitKind.MAXLEN),)),
        *limits_of_attribute(module, class_, attribute),
    )
    shared = is_class_attribute(module, class_, attribute)
    life = Life.PROCESS if shared else Life.OBJECT
    return Holder(path, _shortened(life, limits, callback), True, limits)


def _held_at(module: "ModuleFacts", function: Definition, path: str) -> Value:
    """What is at a path of a function, or of a body round it."""
    root = root_of(path)
    if root != path and root == function.instance_name() and function.parent is not None:
        return module.attribute(function.parent, path[len(root) + 1 :])
    scope: Definition | None = function
    while scope is not None:
        if not scope.is_class and root in (values := module.body(scope).exit_values):
            return values[root]
        scope = scope.parent
    return module.body(module.scopes.module).exit_values.get(root, UNKNOWN)


def _holder_at(
    module: "ModuleFacts",
    definition: Definition,
    path: str,
    event: Event,
    fresh_in: tuple[Loop, ...],
    bound: int | None,
) -> Holder:
    life, limits = _life_and_limits(module, definition, path, event, fresh_in)
    if bound is not None and Limit(LimitKind.MAXLEN) not in limits:
        limits = (Limit(LimitKind.MAXLEN), *limits)
    outlives = life > Life.CALL or life is Life.UNKNOWN
    return Holder(path, _shortened(life, limits, event), outlives, limits)


def _life_and_limits(
    module: "ModuleFacts",
    definition: Definition,
    path: str,
    event: Event,
    fresh_in: tuple[Loop, ...],
) -> tuple[Life, tuple[Limit, ...]]:
    definition.code.read()
    root = root_of(path)
    own = tuple(_limits_in(module, definition, path, ""))
    instance = definition.instance_name()
    if root == instance and root != path and definition.parent is not None:
        attribute = path[len(root) + 1 :].partition(".")[0].partition("[")[0]
        life = Life.OBJECT
        if is_class_attribute(module, definition.parent, attribute):
            life = Life.PROCESS
        others = limits_of_attribute(module, definition.parent, attribute, definition)
        kept = module.attribute(definition.parent, attribute)
        limited = [Limit(LimitKind.MAXLEN)] if kept.bound is not None else []
        return life, (*limited, *own, *others)
    if definition.node is None:
        elsewhere = _limits_of_name(module, definition, path)
        life = _by_loops(event, fresh_in)
        return (Life.PROCESS if life is Life.CALL else life), (*own, *elsewhere)
    if any(parameter.arg == root for parameter in definition.parameters()):
        return (Life.PROCESS if has_mutable_default(definition, root) else Life.UNKNOWN), own
    if is_local(module, definition, root):
        return _by_loops(event, fresh_in), own
    enclosed = _bound_round(module, definition, root)
    if module.scopes.bindings(root) and not enclosed:
        return Life.PROCESS, (*own, *_limits_of_name(module, definition, path))
    if not enclosed:
        return Life.UNKNOWN, own
    # A name of a function round it: it lives as long as the function made here.
    return Life.OBJECT, (*own, *_limits_of_name(module, definition, path))


def _by_loops(event: Event, fresh_in: tuple[Loop, ...]) -> Life:
    """The life of something made in the body itself."""
    fresh = [loop for loop in event.loops if loop in fresh_in]
    if not event.loops or not fresh:
        return Life.CALL
    return Life.ITERATION if fresh[-1] == event.loops[-1] else Life.EPOCH


def _shortened(life: Life, limits: tuple[Limit, ...], event: Event) -> Life:
    """The life of a holder that is emptied now and then."""
    for limit in limits:
        if limit.how is not LimitKind.EMPTIED:
            continue
        if limit.function:
            emptied = _LIVES.get(limit.rhythm, life)
        else:
            shared = [loop for loop in event.loops if loop in limit.loops]
            emptied = Life.CALL
            if shared:
                emptied = Life.ITERATION if shared[-1] == event.loops[-1] else Life.EPOCH
        life = emptied if life is Life.UNKNOWN else min(life, emptied)
    return life


_LIVES = {Rhythm.STEP: Life.ITERATION, Rhythm.EPOCH: Life.EPOCH}


def _limits_in(
    module: "ModuleFacts", definition: Definition, path: str, function: str
) -> Iterator[Limit]:
    """The reliefs of a holder in a body."""
    reliefs = [
        event
        for event in module.body(definition).events
        if isinstance(event, Relief) and event.path == path
    ]
    if not reliefs:
        return
    rhythm = rhythm_of(module, definition) if function else Rhythm.UNKNOWN
    for event in reliefs:
        yield Limit(event.how, event.place, function, rhythm, event.loops)


def limits_of_attribute(
    module: "ModuleFacts", class_: Definition, attribute: str, but: Definition | None = None
) -> Iterator[Limit]:
    """The reliefs of an attribute of a class's objects in bodies of the file, but for one of them:
    of `self.held` in methods, and of `trainer.held` elsewhere."""
    for other in module.scopes.mentioning(attribute):
        if other is but or other.is_class or other.name in ONCE_METHODS:
            continue
        own = other.instance_name() if _is_unrelated(module, class_, other.parent) else None
        for event in module.body(other).events:
            if not isinstance(event, Relief) or event.path.rpartition(".")[2] != attribute:
                continue
            if own is None or event.path != f"{own}.{attribute}":
                rhythm = rhythm_of(module, other)
                yield Limit(event.how, event.place, other.name, rhythm, event.loops)


def _is_unrelated(module: "ModuleFacts", class_: Definition, other: Definition | None) -> bool:
    """Whether a class shares no objects with another: neither derives from the other, and no base
    is out of sight."""
    if other is None or not other.is_class:
        return False
    return (
        module.ancestors(other).complete
        and class_ not in family(module, other)
        and other not in family(module, class_)
    )


def _limits_of_name(module: "ModuleFacts", definition: Definition, path: str) -> Iterator[Limit]:
    """The reliefs, in other bodies, of a path that begins with a name of the file or of a function
    round a body, and of this name."""
    name = root_of(path)
    for other in module.scopes.mentioning(name):
        if other is definition or other.is_class:
            continue
        if is_local(module, other, name) and not definition.lies_in(other):
            continue
        for one in dict.fromkeys((path, name)):
            yield from _limits_in(module, other, one, other.name or "<module>")


def _bound_round(module: "ModuleFacts", definition: Definition, name: str) -> bool:
    """Whether a function round a body binds a name which the body only mentions."""
    scope = definition.parent
    while scope is not None:
        if is_local(module, scope, name):
            return True
        scope = scope.parent
    return False


def is_class_attribute(module: "ModuleFacts", class_: Definition, name: str) -> bool:
    """Whether `self.name` is one mutable value of the class: bound in its body to a container, and
    by no method to one of the object's own."""
    class_.code.read()
    values = class_.index.values_of(name)
    if not values or not all(_is_mutable(value) for value in values):
        return False
    return not any(
        event.path.endswith(f".{name}") and event.how is LimitKind.EMPTIED
        for method in module.scopes.mentioning(name)
        if method.parent is class_ and method.name in ONCE_METHODS
        for event in module.body(method).events
        if isinstance(event, Relief)
    )


def has_mutable_default(definition: Definition, parameter: str) -> bool:
    """Whether a parameter's default is a container, which all calls share."""
    default = defaults(definition).get(parameter)
    return default is not None and _is_mutable(default)


_DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_CONTAINERS = frozenset({"list", "dict", "set", "deque", "defaultdict", "OrderedDict", "Counter"})


def _is_mutable(node: ast.expr) -> bool:
    if isinstance(node, _DISPLAYS):
        return True
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in _CONTAINERS
