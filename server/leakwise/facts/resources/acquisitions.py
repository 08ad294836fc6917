"""Resources that a body takes, gives back, and hands to functions of its file."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from leakwise.facts.apis.held import Resource
from leakwise.facts.apis.resources import (
    HOOK,
    RELEASE_METHODS,
    RELEASES_LATEST,
    RESOURCE_KINDS,
    RESOURCES,
    TENSOR_HOOK,
)
from leakwise.facts.apis.told import told_resource
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.names import path_of, paths_in
from leakwise.facts.interpreter.binding import outlives_body
from leakwise.facts.interpreter.run import Run, shown, unknown_call
from leakwise.facts.interpreter.state import deep_sources, root_of
from leakwise.facts.keeping.renewal import renewing
from leakwise.facts.terms.events import Flows, Keeping
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.resource_events import Acquisition, Giving, Handed, Starting
from leakwise.facts.terms.values import (
    OTHER,
    UNKNOWN,
    Certainty,
    Kind,
    Source,
    Value,
    container,
    merge_sources,
    overlap,
)

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


def acquire(
    run: Run, node: ast.Call, resource: Resource, receiver: Value, certainty: Certainty
) -> Value:
    """The resource that a method gives, such as a hook's handle, which someone must release."""
    owner = node.func.value if isinstance(node.func, ast.Attribute) else node.func
    path = path_of(owner)
    root = "" if path is None else root_of(path)
    parameters = {parameter.arg for parameter in run.definition.parameters()}
    lasting = bool(root) and (root in parameters or root not in run.state.values)
    taken = _taken(run, node, resource, None, certainty)
    run.outcome.add(
        Acquisition(
            run.place(node),
            run.loops,
            taken,
            shown(node.func),
            path or shown(owner),
            receiver.portable(),
            run.state.fresh_in.get(root, ()),
            lasting,
            _bound_path(run, node),
            run.statement_place(),
            resource,
            renewing(run, paths_in(owner), run.loops),
        )
    )
    return taken


def acquire_by_call(
    run: Run, node: ast.Call, name: str, resource: Resource, arguments: list[Value]
) -> Value:
    """The resource that a known class or function makes."""
    for argument in arguments:
        # An object may keep what it is made of.
        run.outcome.pass_on(argument)
    taken = _taken(run, node, resource, name, Certainty.SURE)
    _made(run, node, resource, taken)
    if resource.of_process:
        return OTHER
    if resource.part is None:
        return taken
    other = Value(sources=frozenset({beside(taken.origin or run.place(node))}))
    parts = [other, other]
    parts[resource.part] = taken
    return container(*parts, items=True)


_BY_PATH = frozenset({"builtins.open", "io.open", "codecs.open"})


def opened_on(run: Run, node: ast.Call, name: str, arguments: list[Value]) -> Value | None:
    """What a call that opens a file gives where it opens no file of its own: one that is open
    already, or, as what an unknown function gave may be a buffer in memory, something unknown."""
    for argument in arguments:
        if argument.kind is Kind.FILE:
            return argument
    if name in _BY_PATH or not node.args or arguments[0].kind is not Kind.UNKNOWN:
        return None
    given = node.args[0]
    if isinstance(given, ast.Name):
        made: Sequence[ast.expr] = run.definition.index.values_of(given.id)
    else:
        made = (given,)
    calls = [one for one in made if isinstance(one, ast.Call)]
    return UNKNOWN if any(_is_unknown_function(run, one.func) for one in calls) else None


def _is_unknown_function(run: Run, node: ast.expr) -> bool:
    """Whether a function is neither Python's own nor a method of a value."""
    path = path_of(node)
    if path is None or root_of(path) in run.state.values:
        return False
    callee = run.evaluate(node)
    if callee.kind is Kind.QUALIFIED:
        return not run.module.names.is_foreign(callee.name or "")
    return callee.kind is Kind.UNKNOWN


def beside(place: Place) -> Place:
    """The source of what comes with a resource, such as a figure's axes: who is given these back
    may reach the resource, who is called with them will not release it."""
    return place._replace(end_line=place.line, end_column=place.column)


def acquired_through(run: Run, node: ast.Call, given: Value, maker: Definition) -> Value:
    """What a function of this file, the `maker`, gives; where that is a resource that it took, so
    has its caller."""
    taken = _acquired(run, node, given, lambda kind: handed_on(run.module, maker, kind))
    return given if taken is None else taken


def acquired_elsewhere(run: Run, node: ast.Call, given: Value) -> Value | None:
    """As `acquired_through`, of a function of another file, which hands it to nobody else; None
    where it gives no resource."""
    return _acquired(run, node, given, lambda kind: frozenset())


def _acquired(
    run: Run, node: ast.Call, given: Value, handed_of: Callable[[Kind], frozenset[Handed]]
) -> Value | None:
    place = frozenset({run.place(node)})
    for part in (given, given.element, *(given.items or ())):
        resource = None if part is None or part.kind not in RESOURCE_KINDS else _row(part)
        if part is None or resource is None:
            continue
        gathered = part is not given and part is given.element and not given.items
        handed = handed_of(resource.kind)
        _made(run, node, resource, part.made_from(place), gathered=gathered, handed=handed)
        items = None
        if given.items is not None:
            items = tuple(one.made_from(place) if one is part else one for one in given.items)
        return given.but(items=items).made_from(place)
    return None


def handed_on(module: "ModuleFacts", maker: Definition, kind: Kind) -> frozenset[Handed]:
    """To whom a function hands the resources of a kind that it takes and gives back to its caller,
    such as a finalizer."""
    handed: frozenset[Handed] = frozenset()
    for event in module.body(maker).events:
        if isinstance(event, Acquisition) and event.resource.kind is kind:
            handed |= event.handed - {Handed.RETURNED}
    return handed


def _row(value: Value) -> Resource | None:
    if value.kind is Kind.HOOK_HANDLE:
        return TENSOR_HOOK if value.name == TENSOR_HOOK.noun else HOOK
    return RESOURCES.get(value.name or "") or told_resource(value.name or "")


def _taken(
    run: Run, node: ast.Call, resource: Resource, name: str | None, certainty: Certainty
) -> Value:
    place = run.place(node)
    return Value(
        resource.kind,
        name=name or resource.noun,
        certainty=certainty,
        origin=place,
        sources=frozenset({place}),
    )


def _made(
    run: Run,
    node: ast.Call,
    resource: Resource,
    taken: Value,
    *,
    gathered: bool = False,
    handed: frozenset[Handed] = frozenset(),
) -> None:
    run.outcome.add(
        Acquisition(
            run.place(node),
            run.loops,
            taken,
            shown(node.func),
            "",
            UNKNOWN,
            (),
            False,
            _bound_path(run, node),
            run.statement_place(),
            resource,
            (),
            handed=handed,
            gathered=gathered,
        )
    )


def _bound_path(run: Run, node: ast.Call) -> str | None:
    """The path that the current statement binds what `node` gives to."""
    statement = run.statement
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        value = statement.value
        if isinstance(target, (ast.Tuple, ast.List)) and target.elts:
            if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
                for one, part in zip(target.elts, value.elts, strict=True):
                    if _is_or_holds(part, node):
                        return path_of(one)
                return None
            target = target.elts[0]
        return path_of(target) if value is not None and _is_or_holds(value, node) else None
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        for item in statement.items:
            if item.optional_vars is not None and _is_or_holds(item.context_expr, node):
                return path_of(item.optional_vars)
    return None


_THROUGH = (
    ast.Await,
    ast.IfExp,
    ast.BoolOp,
    ast.Tuple,
    ast.List,
    ast.Set,
    ast.Dict,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.NamedExpr,
    ast.Starred,
)


def _is_or_holds(whole: ast.expr, node: ast.Call) -> bool:
    """Whether an expression gives what a call in it gives, or a container that holds it."""
    if whole is node:
        return True
    return isinstance(whole, _THROUGH) and any(
        isinstance(part, ast.expr) and _is_or_holds(part, node)
        for part in ast.iter_child_nodes(whole)
    )


def resource_method(
    run: Run, node: ast.Call, function: ast.Attribute, receiver: Value, arguments: list[Value]
) -> Value:
    """What a method of a resource gives: as a rule nothing that could release it."""
    row = _row(receiver)
    name = function.attr
    if name in RELEASE_METHODS if row is None else name in row.release | row.consumed_by:
        note_giving(run, node, function.value, receiver)
    if row is not None and name in row.started_by:
        _note_start(run, node, receiver)
    if name == "__enter__":
        return receiver
    return unknown_call(run, arguments)


def is_lent(argument: Value, method: str) -> bool:
    """Whether an argument is a resource that a method with this name uses and does not keep."""
    row = _row(argument) if argument.kind in RESOURCE_KINDS else None
    return row is not None and method in row.lent_to


def attribute_of_resource(owner: Value, name: str) -> Value:
    """An attribute of a resource. Only a method that releases it stands for it."""
    row = _row(owner)
    releases = RELEASE_METHODS if row is None else row.release
    return Value(sources=owner.sources) if name in releases else UNKNOWN


def with_held(run: Run, name: str, value: Value) -> Value:
    """What a name holds, with the resources that hang on it: where it goes, these go along."""
    parts = run.state.parts.get(name)
    if not parts or value.kind not in _HOLDERS:
        return value
    sources: frozenset[Source] = frozenset()
    for path in parts:
        part = run.state.values.get(path)
        if part is not None and part.kind in RESOURCE_KINDS:
            sources = merge_sources(sources, part.sources)
    return value.made_from(sources)


_HOLDERS = frozenset({Kind.CONTAINER, Kind.INSTANCE, Kind.UNKNOWN})


def note_giving(run: Run, node: ast.Call, owner: ast.expr, receiver: Value) -> None:
    """Notes that what `owner` gives is given back."""
    sources = deep_sources(receiver)
    run.outcome.add(Giving(run.place(node), run.loops, sources, reached(run, owner)))


def note_entered(run: Run, manager: ast.expr, value: Value, *, by_stack: bool = False) -> None:
    """Notes what a `with` gives back when it is left, or an `ExitStack` that has taken it over."""
    row = _row(value) if value.kind in RESOURCE_KINDS else None
    if row is not None and row.started_by:
        _note_start(run, manager, value)
    if row is not None and not row.with_releases:
        return
    if not value.sources and path_of(manager) is None:
        return
    sources = deep_sources(value)
    run.outcome.add(
        Giving(run.place(manager), run.loops, sources, reached(run, manager), entered=not by_stack)
    )


def _note_start(run: Run, node: ast.expr, receiver: Value) -> None:
    run.outcome.add(Starting(run.place(node), run.loops, deep_sources(receiver)))


def release_by_call(run: Run, node: ast.Call, name: str, arguments: list[Value]) -> Value:
    """What a function gives that gives resources back: all of them, or those it is called with."""
    sources: frozenset[Source] = frozenset()
    for argument in arguments:
        sources = merge_sources(sources, deep_sources(argument))
    named = isinstance(arguments[0].constant, str) if arguments else False
    whole = name if not arguments or named else None
    paths = reached(run, node.args[0]) if node.args else frozenset[str]()
    latest = not arguments and name in RELEASES_LATEST
    run.outcome.add(Giving(run.place(node), run.loops, sources, paths, whole, of_latest=latest))
    return OTHER


def reached(run: Run, node: ast.expr) -> frozenset[str]:
    """The paths that lead to what an expression gives, through the loops that bind its names."""
    paths = paths_in(node)
    if isinstance(node, ast.Attribute) and path_of(node) is None:
        # `make().writer.close()`: of an object that has no name, by its attribute alone.
        paths |= {f"*.{node.attr}"}
    for loop in reversed(run.loops):
        if not paths.isdisjoint(loop.names):
            paths |= loop.over_paths
    return paths


def followed(
    run: Run, event: Acquisition, flows: Flows, captured: frozenset[Source]
) -> Acquisition:
    """An acquisition with what became of it by the end of the body."""
    own = event.what.sources
    handed = set(event.handed)
    if overlap(own | {beside(event.place)}, flows.returned):
        handed.add(Handed.RETURNED)
    if overlap(own, flows.stored):
        handed.add(Handed.STORED)
    if overlap(own, captured):
        handed.add(Handed.CAPTURED)
    elif overlap(own, flows.passed):
        handed.add(Handed.PASSED)
    started = not event.resource.started_by or any(
        isinstance(one, Starting) and overlap(own, one.sources)
        for one in run.outcome.events.values()
    )
    at_top = run.definition.node is None
    parameters = {parameter.arg for parameter in run.definition.parameters()}
    kept: dict[str, None] = {}
    gathered = event.gathered or any(loop.is_comprehension for loop in event.loops)
    for one in run.outcome.events.values():
        if isinstance(one, Keeping) and event.place in deep_sources(one.stored):
            gathered = True
            from_before = one.from_before or root_of(one.holder) in parameters
            if from_before or at_top or outlives_body(run, one.holder):
                kept[one.holder] = None
    for path, value in run.state.values.items():
        if event.place in deep_sources(value) and (at_top or outlives_body(run, path)):
            kept[path] = None
    if kept:
        handed.add(Handed.STORED)
    return replace(
        event,
        handed=frozenset(handed),
        kept_at=tuple(sorted(kept)),
        gathered=gathered,
        started=started,
    )
