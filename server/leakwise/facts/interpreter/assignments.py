"""Assignments: what is bound, accumulated, kept in a container or on `self`, and deleted."""

import ast

from leakwise.facts.by_use.evaluation_mode import note_mode
from leakwise.facts.by_use.proof import proven_term, proven_value, sibling_value
from leakwise.facts.code.annotations import annotated
from leakwise.facts.code.names import path_of
from leakwise.facts.code.parameters import parameters_in
from leakwise.facts.interpreter.arithmetic import arithmetic, carriers
from leakwise.facts.interpreter.binding import (
    begins_in_turns,
    bind,
    is_from_before,
    note_slot,
    outlives_body,
)
from leakwise.facts.interpreter.containers import empty, forget_slot, keep, set_slot, write_into
from leakwise.facts.interpreter.mixing import element_by, gained, lengthened_by, mixed_with
from leakwise.facts.interpreter.module_lists import put_in
from leakwise.facts.interpreter.run import Run, shown
from leakwise.facts.interpreter.single_samples import note_single
from leakwise.facts.interpreter.state import deep_sources
from leakwise.facts.interpreter.tensor_calls import left_by, note_flag
from leakwise.facts.interpreter.uneven import note_uneven
from leakwise.facts.keeping.reliefs import note_assignment, note_deletion
from leakwise.facts.keeping.renewal import note_part, note_step
from leakwise.facts.terms.events import Accumulation, AttributeUpdate, Mix
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.values import UNKNOWN, Graph, Kind, Value, container, join


def assign(run: Run, node: ast.Assign) -> None:
    """`target = value`, also chained and unpacked."""
    _assign(run, node, node.targets, node.value)


def assign_annotated(run: Run, node: ast.AnnAssign) -> None:
    """`target: type = value`."""
    if node.value is not None:
        _assign(run, node, [node.target], node.value, node.annotation)


def augment(run: Run, node: ast.AugAssign) -> None:
    """`target += value` and its like."""
    path = path_of(node.target)
    target = node.target
    old = run.evaluate(target)
    operand = left_by(run, target, run.recorded(run.evaluate(node.value)))
    if isinstance(target, ast.Subscript):
        run.evaluate(target.slice)
    if path is None:
        if isinstance(target, ast.Subscript) and isinstance(node.op, (ast.Add, ast.Sub)):
            _augment_element(run, node, path_of(target.value), arithmetic(old, operand), operand)
        return
    if old.kind is Kind.CONTAINER and isinstance(node.op, ast.Add):
        element = operand.element if operand.kind is Kind.CONTAINER else operand
        keep(run, path, old, "extend", node.value, element or UNKNOWN)
        return
    if isinstance(node.op, ast.Add | ast.Sub):
        operand = proven_term(run, path, operand, node.value)
    proven = run.evidence.names.get(id(node), frozenset())
    new = proven_value(run, path, arithmetic(old, operand), node.value, proven)
    if isinstance(node.op, (ast.Add, ast.Sub)):
        _accumulated(run, path, node.value, operand)
    anew = _begun_here(path, old)
    new = _accumulated_value(path, new, anew=anew)
    _note_attribute(run, path, node.value, new, recursive=not anew)
    if outlives_body(run, path):
        run.outcome.store(new)
    run.state.change(path, new)
    note_step(run, path, new)
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        holder = path_of(target.value)
        if holder is not None:
            set_slot(run, holder, run.read(holder), target.slice.value, new, node.value)


def _augment_element(
    run: Run, node: ast.AugAssign, holder: str | None, new: Value, operand: Value
) -> None:
    """`totals[key] += value`: some element of the holder grows."""
    if holder is None:
        return
    held = run.read(holder)
    if held.is_tensor and not operand.carries_graph:
        return
    _accumulated(run, holder, node.value, operand)
    if held.is_tensor:
        write_into(run, holder, held, operand)
        return
    gathered = deep_sources(new) | {holder}
    if is_from_before(run, holder) or outlives_body(run, holder):
        run.outcome.store(new, holder)
    if held.kind is Kind.CONTAINER:
        held = held.but(element=new if held.element is None else join(held.element, new))
    run.state.change(holder, held.mixed().made_from(gathered))


def delete(run: Run, node: ast.Delete) -> None:
    """`del name`, `del container[:]`."""
    for target in node.targets:
        note_deletion(run, target)
        path = path_of(target)
        if path is not None and not isinstance(target, ast.Subscript):
            run.state.forget(path)
            continue
        if isinstance(target, ast.Subscript):
            holder = path_of(target.value)
            if holder is not None:
                if isinstance(target.slice, ast.Slice):
                    empty(run, holder, run.read(holder))
                else:
                    forget_slot(run, holder, target.slice)
                    # What is taken out again does not pile up.
                    run.state.fresh_in[holder] = run.loops


def _assign(
    run: Run,
    node: ast.stmt,
    targets: list[ast.expr],
    value_node: ast.expr,
    annotation: ast.expr | None = None,
) -> None:
    first = path_of(targets[0])
    outer_target = run.bound_to
    run.bound_to = first
    value = run.evaluate(value_node)
    run.bound_to = outer_target
    if annotation is not None and value.kind is Kind.UNKNOWN:
        value = annotated(run.module, run.definition, annotation).made_from(value.sources)
    proven = run.evidence.names.get(id(node), frozenset())
    for target in targets:
        note_assignment(run, target, value_node)
        _assign_one(run, node, target, value_node, value, proven)


def _assign_one(
    run: Run,
    node: ast.stmt,
    target: ast.expr,
    value_node: ast.expr,
    value: Value,
    proven: frozenset[str],
) -> None:
    path = path_of(target)
    note_flag(run, target, value)
    left = left_by(run, target, value)
    if left is not value:
        bind(run, target, left)
        return
    if path is not None and not isinstance(target, ast.Subscript):
        if _regrown(run, target, path, value_node):
            return
        if isinstance(target, ast.Attribute):
            for part in lengthened_by(run, value_node, path):
                keep(run, path, container(UNKNOWN), "append", part, run.evaluate(part))
        mixed = mixed_with(run, value_node, path)
        value = proven_value(run, path, value, value_node, proven)
        if mixed is not None:
            for other in mixed.others:
                operand = run.evaluate(other)
                if len(mixed.others) == 1:
                    operand = proven_term(run, path, operand, other)
                _accumulated(run, path, other, operand, mixed.how)
            anew = _begun_here(path, run.state.values.get(path))
            run.state.change(path, _accumulated_value(path, value, anew=anew))
            _note_attribute(run, path, value_node, value, recursive=not anew)
            if outlives_body(run, path):
                run.outcome.store(value)
            return
        _note_attribute(run, path, value_node, value, recursive=path in value.sources)
    elif isinstance(target, ast.Subscript):
        if path is not None:
            value = proven_value(run, path, value, value_node, proven)
            if _mixed_into_slot(run, target, path, value_node, value):
                return
        _set_item(run, target, value_node, value)
        return
    elif isinstance(target, (ast.Tuple, ast.List)) and proven:
        _bind_proven(run, target.elts, value, value_node, proven)
        return
    if isinstance(target, ast.Attribute) and (holder_path := path_of(target.value)) is not None:
        holder = run.evaluate(target.value)
        if holder.kind is Kind.OUTPUT:
            _replace_part(run, holder_path, holder, value)
        elif holder.fields is not None and holder_path in run.state.values:
            run.state.change(holder_path, holder.with_field(target.attr, value).but(items=None))
    bind(run, target, value)
    if isinstance(target, (ast.Tuple, ast.List)):
        _note_attributes(run, target.elts, value_node)
    if path is not None and value.kind in {Kind.UNKNOWN, Kind.MODULE}:
        note_part(run, path, value_node)
    if path is not None:
        note_single(run, path, value_node)
        note_uneven(run, path, value_node)
        note_mode(run, path, value, value_node)


def _regrown(run: Run, target: ast.expr, path: str, node: ast.expr) -> bool:
    """Notes `kept = kept + [value]`, which the container there outlives as with `kept += [value]`;
    whether this is such an assignment."""
    parts = gained(node, path)
    if parts is None or run.evaluate(target).kind is not Kind.CONTAINER:
        return False
    if path.isidentifier() and is_from_before(run, path) and path not in run.own_paths:
        # The caller's stays as it was.
        return False
    for part in parts:
        value = element_by(run, part)
        added = part.value if isinstance(part, ast.Starred) else part
        keep(run, path, run.evaluate(target), "extend", added, value)
    return True


def _mixed_into_slot(
    run: Run, target: ast.Subscript, path: str, node: ast.expr, value: Value
) -> bool:
    """Notes `totals["loss"] = totals.get("loss", 0) + loss`; whether this is such a mixture."""
    mixed = mixed_with(run, node, path)
    holder = path_of(target.value)
    if mixed is None or holder is None or not isinstance(target.slice, ast.Constant):
        return False
    for other in mixed.others:
        _accumulated(run, path, other, run.evaluate(other), mixed.how)
    anew = _begun_here(path, run.state.values.get(path))
    _change_slot(run, holder, path, target.slice, _accumulated_value(path, value, anew=anew), node)
    return True


def _change_slot(
    run: Run, holder: str, path: str, key: ast.Constant, new: Value, node: ast.expr
) -> None:
    """Puts at a constant key what was made of what stood there."""
    if outlives_body(run, path):
        run.outcome.store(new)
    run.state.change(path, new)
    set_slot(run, holder, run.read(holder), key.value, new, node)


def _replace_part(run: Run, path: str, holder: Value, value: Value) -> None:
    """Notes that a part of what a module returned gives way to another value: where that carries no
    graph, the part that did may have been the only one."""
    if holder.carries_graph and not value.carries_graph:
        run.state.change(path, holder.but(graph=Graph.UNKNOWN))


def _bind_proven(
    run: Run,
    targets: list[ast.expr],
    value: Value,
    value_node: ast.expr,
    proven: frozenset[str],
) -> None:
    """Unpacks a value of which some parts are backpropagated later."""
    bind(run, ast.Tuple(targets, ast.Store()), value)
    for target in targets:
        path = path_of(target)
        if path is not None:
            held = run.state.values.get(path, UNKNOWN)
            known = proven_value(run, path, held, value_node, proven)
            if known is held and path in run.evidence.siblings.get(id(run.statement), ()):
                known = sibling_value(run, path, held, value_node)
            if known is not held:
                run.state.change(path, known)
    _note_attributes(run, targets, value_node)


def _set_item(run: Run, target: ast.Subscript, node: ast.expr, value: Value) -> None:
    """`holder[key] = value`: a dict or list that keeps it, or a tensor that is written to."""
    holder = run.evaluate(target.value)
    index = run.evaluate(target.slice)
    path, holder_path = path_of(target), path_of(target.value)
    if holder_path is None or holder.kind is Kind.TENSOR:
        run.outcome.store(value)
        unseen = value.kind is Kind.UNKNOWN and bool(parameters_in(value.sources))
        if holder_path is not None and path is None and (value.carries_graph or unseen):
            keep(run, holder_path, holder, "item", node, value)
        return
    if holder.kind is Kind.OUTPUT:
        _replace_part(run, holder_path, holder, value)
        if path is not None:
            run.state.bind(path, value, run.loops)
        return
    if path is not None:
        # A constant key is one slot, which the next value takes.
        if outlives_body(run, holder_path):
            run.outcome.store(value)
        note_slot(run, target, path, value)
        set_slot(run, holder_path, holder, index.constant, value, node)
        run.state.bind(path, value, run.loops)
        return
    if isinstance(target.slice, ast.Slice):
        run.state.bind(holder_path, value if value.kind is Kind.CONTAINER else holder, run.loops)
        return
    keep(run, holder_path, holder, "item", node, value)
    put_in(run, holder_path, holder, [value])


def _accumulated(run: Run, path: str, node: ast.expr, operand: Value, how: Mix = Mix.SUM) -> None:
    """Notes that `operand` is mixed with what `path` holds."""
    if not operand.is_tensor and not operand.sources:
        return
    parts: list[tuple[Place, Value]] = carriers(run, node) if operand.carries_graph else []
    run.outcome.add(
        Accumulation(
            run.place(node),
            run.loops,
            path,
            operand,
            shown(node),
            tuple(place for place, _ in parts),
            tuple(value for _, value in parts),
            run.state.fresh_in.get(path, ()),
            # A plain name is bound anew by `+=`; what a parameter was given stays as it was.
            is_from_before(run, path) and (not path.isidentifier() or path in run.own_paths),
            run.statement_place(),
            how=how,
            in_turns=begins_in_turns(run, path),
        )
    )


def _accumulated_value(path: str, value: Value, *, anew: bool) -> Value:
    """What an accumulator holds afterwards: made from itself, so that its path can be followed; and
    from no earlier call where the body has begun it `anew`."""
    if value.is_tensor or value.kind in {Kind.UNKNOWN, Kind.PENDING}:
        value = value.made_from(frozenset({path, _BEGUN + path} if anew else {path}))
    return value


_BEGUN = "^"
"""Before a path: the source of what this body began to gather there."""


def _begun_here(path: str, held: Value | None) -> bool:
    """Whether an accumulator began in this body, by what it holds: what it held when it was read
    first is made from its path."""
    return held is not None and (path not in held.sources or _BEGUN + path in held.sources)


def _note_attributes(run: Run, targets: list[ast.expr], node: ast.expr) -> None:
    """Notes tensors that were bound to attributes of `self` among several targets."""
    for target in targets:
        path = path_of(target)
        if isinstance(target, (ast.Tuple, ast.List)):
            _note_attributes(run, target.elts, node)
        elif path is not None and isinstance(target, ast.Attribute):
            value = run.state.values.get(path, UNKNOWN)
            # The value itself holds more than this part of it.
            _add_update(run, path, target, node, value, (), recursive=path in value.sources)


def _note_attribute(run: Run, path: str, node: ast.expr, value: Value, *, recursive: bool) -> None:
    """Notes a tensor that is stored on an attribute of `self`."""
    if run.instance is None or not path.startswith(run.instance + "."):
        return
    parts = carriers(run, node) if value.carries_graph else []
    own = [part for part in parts if path not in part[1].sources or len(parts) == 1]
    cut = tuple(place for place, _ in own)
    _add_update(run, path, node, node, value, cut, recursive=recursive)


def _add_update(
    run: Run,
    path: str,
    at: ast.expr,
    node: ast.expr,
    value: Value,
    carriers: tuple[Place, ...],
    *,
    recursive: bool,
) -> None:
    instance = run.instance
    if instance is None or not path.startswith(instance + ".") or not value.carries_graph:
        return
    run.outcome.add(
        AttributeUpdate(
            run.place(at),
            run.loops,
            path.split(".", 1)[1],
            value,
            shown(node),
            carriers,
            recursive,
            run.statement_place(),
        )
    )
