"""What the forward pass of an autograd Function keeps on its context, beside what it saves there.

A context is kept by the graph node of its outputs: an output that is an attribute of its own
context closes a circle which reference counting cannot free.
Source: https://docs.pytorch.org/docs/stable/notes/extending.html#how-to-use.
"""

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import Definition, FunctionNode
from leakwise.facts.code.names import path_of
from leakwise.facts.terms.places import Place, place_of
from leakwise.facts.terms.values import Graph, Kind
from leakwise.syntax import Block

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

FUNCTION_BASES = frozenset({"torch.autograd.Function", "torch.autograd.function.Function"})
_OUTPUT_OF_SETUP = 2
"""`setup_context(ctx, inputs, output)`."""
_NO_TENSORS = frozenset({Kind.NUMBER, Kind.OTHER, Kind.MODULE, Kind.FUNCTION, Kind.CLASS})


@dataclass(frozen=True, slots=True)
class OutputOnContext:
    """`ctx.attribute = output`. `reads` are the places in `backward` that read the attribute, None
    where something else, or another method, uses it or the output's name too."""

    place: Place
    statement: Place
    context: str
    attribute: str
    output: str
    returned: Place
    backward: Place | None
    reads: tuple[Place, ...] | None
    reader: str


@dataclass(frozen=True, slots=True)
class TensorOnContext:
    """`ctx.attribute = tensor`, where `backward` reads it and it is no output."""

    place: Place
    context: str
    attribute: str


def outputs_on_context(
    module: "ModuleFacts", definition: Definition
) -> tuple[OutputOnContext, ...]:
    """The outputs that a `forward` or `setup_context` puts on its context as attributes."""

    def compute() -> tuple[OutputOnContext, ...]:
        class_ = _function_of(module, definition)
        return () if class_ is None else tuple(_found(module, class_, definition))

    cell = module.query(definition, "outputs on context", compute, ())
    return cell.read()  # type: ignore[no-any-return]


def tensors_on_context(
    module: "ModuleFacts", definition: Definition
) -> tuple[TensorOnContext, ...]:
    """The other tensors that a `forward` or `setup_context` puts on its context as attributes for
    `backward` to read. A backward pass lets go of what was saved, and not of these.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.autograd.function.FunctionCtx.save_for_backward.html.
    """

    def compute() -> tuple[TensorOnContext, ...]:
        class_ = _function_of(module, definition)
        return () if class_ is None else tuple(_tensors(module, class_, definition))

    cell = module.query(definition, "tensors on context", compute, ())
    return cell.read()  # type: ignore[no-any-return]


def _function_of(module: "ModuleFacts", definition: Definition) -> Definition | None:
    """The autograd Function whose forward pass a method is."""
    class_ = definition.parent
    if class_ is None or not class_.is_class or definition.block is None:
        return None
    if definition.name not in {"forward", "setup_context"}:
        return None
    if not isinstance(definition.node, FunctionNode):
        return None
    if FUNCTION_BASES.isdisjoint(module.ancestors(class_).names):
        return None
    definition.code.read()
    return class_


def _tensors(
    module: "ModuleFacts", class_: Definition, definition: Definition
) -> Iterator[TensorOnContext]:
    names = [one.arg for one in definition.parameters()]
    backward = module.method(class_, "backward")
    if not names or backward is None or not backward.parameters():
        return
    backward.code.read()
    reader = backward.parameters()[0].arg
    read = {
        path
        for node, _ in _Code(module, backward).nodes()
        if isinstance(node, ast.Attribute) and (path := path_of(node)) is not None
    }
    outputs = {(one.context, one.attribute) for one in outputs_on_context(module, definition)}
    values = module.body(definition).exit_values
    for node, block in _Code(module, definition).nodes():
        if not isinstance(node, ast.Assign) or len(node.targets) != 1:
            continue
        context, _, attribute = (path_of(node.targets[0]) or "").partition(".")
        if context != names[0] or "." in attribute or (context, attribute) in outputs:
            continue
        value = values.get(f"{context}.{attribute}")
        if value is None or value.kind is not Kind.TENSOR or value.graph is Graph.DETACHED:
            continue
        if f"{reader}.{attribute}" in read:
            yield TensorOnContext(place_of(node.value, block), context, attribute)


@dataclass(slots=True)
class _Code:
    """The nodes of a function, not of those in it, each with the block that it stands in."""

    module: "ModuleFacts"
    definition: Definition

    def nodes(self) -> Iterator[tuple[ast.AST, Block]]:
        node, block = self.definition.node, self.definition.block
        assert isinstance(node, FunctionNode)
        assert block is not None
        pending: list[tuple[ast.AST, Block]] = [(one, block) for one in reversed(node.body)]
        while pending:
            one, inside = pending.pop()
            if isinstance(one, ast.stmt):
                inside = self.module.tree.child_block(one) or inside
            yield one, inside
            if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
                continue
            pending.extend((below, inside) for below in reversed(list(ast.iter_child_nodes(one))))


def _found(
    module: "ModuleFacts", class_: Definition, definition: Definition
) -> Iterator[OutputOnContext]:
    names = [one.arg for one in definition.parameters()]
    if not names:
        return
    context, inputs = names[0], set(names[1:])
    nodes = list(_Code(module, definition).nodes())
    returned: dict[str, Place] = {}
    if definition.name == "setup_context":
        inputs = set()
        if len(names) > _OUTPUT_OF_SETUP:
            returned[names[_OUTPUT_OF_SETUP]] = definition.place
    else:
        for node, block in nodes:
            if isinstance(node, ast.Return) and node.value is not None:
                for one in _parts(node.value):
                    if (path := path_of(one)) is not None:
                        returned[path] = place_of(one, block)
        for name, path in _named_again(nodes, context):
            if name in returned:
                returned[path] = returned[name]
    left_out = {name for node, _ in nodes for name in _not_differentiable(node, context)}
    values = module.body(definition).exit_values
    for node, block in nodes:
        if not isinstance(node, ast.Assign):
            continue
        given = {path for target in node.targets if (path := path_of(target)) is not None}
        kept = {path for path in given if path.startswith(f"{context}.") and path.count(".") == 1}
        if not kept:
            continue
        outputs = {path for one in _parts(node.value) if (path := path_of(one)) is not None} | given
        given_back = {name for name in inputs if not _bound_before(nodes, node, name)}
        for output in sorted(outputs & returned.keys() - given_back - left_out):
            if output in values and values[output].kind in _NO_TENSORS:
                continue
            if _rebound_behind(nodes, node, output):
                continue
            path = min(kept)
            attribute = path[len(context) + 1 :]
            backward, reads, reader = None, None, ""
            # Only what is the output alone can be saved in its place.
            if isinstance(node.value, ast.Name) and len(node.targets) == 1:
                backward, reads, reader = _reads(module, class_, definition, attribute, output)
            yield OutputOnContext(
                place_of(node.value, block),
                place_of(node, block),
                context,
                attribute,
                output,
                returned[output],
                backward,
                reads,
                reader,
            )
            break


def _named_again(nodes: list[tuple[ast.AST, Block]], context: str) -> Iterator[tuple[str, str]]:
    """The names that are bound to an attribute of the context, and to nothing else."""
    names = [one for one, _ in nodes if isinstance(one, ast.Name)]
    bound = [one.id for one in names if isinstance(one.ctx, ast.Store)]
    for node, _ in nodes:
        if not isinstance(node, ast.Assign) or len(node.targets) != 1:
            continue
        target, path = node.targets[0], path_of(node.value)
        if not isinstance(target, ast.Name) or bound.count(target.id) != 1:
            continue
        if path is not None and path.startswith(f"{context}."):
            yield target.id, path


def _parts(value: ast.expr) -> list[ast.expr]:
    return list(value.elts) if isinstance(value, (ast.Tuple, ast.List)) else [value]


def _not_differentiable(node: ast.AST, context: str) -> Iterator[str]:
    """The outputs that get no graph node: nothing leads from them back to the context."""
    if isinstance(node, ast.Call) and path_of(node.func) == f"{context}.mark_non_differentiable":
        for given in node.args:
            if (path := path_of(given)) is not None:
                yield path


def _bound_before(nodes: list[tuple[ast.AST, Block]], kept: ast.Assign, name: str) -> bool:
    """Whether a name is bound above the statement, so that it is no longer what was given."""
    return any(
        isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == name
        for node, _ in itertools.takewhile(lambda one: one[0] is not kept, nodes)
    )


def _rebound_behind(nodes: list[tuple[ast.AST, Block]], kept: ast.Assign, name: str) -> bool:
    """Whether a name is bound again behind the statement, so that another value is returned."""
    at = next(index for index, (node, _) in enumerate(nodes) if node is kept)
    return any(
        isinstance(node, ast.Name)
        and isinstance(node.ctx, ast.Store)
        and node.id == name
        and all(node is not target for target in kept.targets)
        for node, _ in nodes[at:]
    )


def _reads(
    module: "ModuleFacts",
    class_: Definition,
    writer: Definition,
    attribute: str,
    output: str,
) -> tuple[Place | None, tuple[Place, ...] | None, str]:
    """`backward`, the places in it that read the attribute, and what it calls its context."""
    backward = module.method(class_, "backward")
    if backward is None or backward.parent is not class_ or backward.node is None:
        return None, None, ""
    names = [one.arg for one in backward.parameters()]
    others = [
        one
        for one in module.scopes.mentioning(attribute)
        if one.is_function and one is not backward and one is not writer
    ]
    saving = any(
        one.parent is class_
        for word in ("save_for_backward", "saved_tensors")
        for one in module.scopes.mentioning(word)
    )
    if not names or others or saving:
        return None, None, ""
    backward.code.read()
    reads = []
    for node, block in _Code(module, backward).nodes():
        if isinstance(node, ast.Name) and node.id == output:
            return None, None, ""
        if isinstance(node, ast.Attribute) and path_of(node) == f"{names[0]}.{attribute}":
            if not isinstance(node.ctx, ast.Load):
                return None, None, ""
            reads.append(place_of(node, block))
    return backward.place, tuple(reads), names[0]
