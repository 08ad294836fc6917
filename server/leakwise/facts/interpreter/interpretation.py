"""Interprets one body: sets up what holds where it begins, and gathers what came of it."""

import ast
from collections.abc import Container
from typing import TYPE_CHECKING

from leakwise.facts.apis.resources import RESOURCE_KINDS
from leakwise.facts.by_use.backpropagation import (
    backpropagated_parameters,
    evidence_in,
    own_evidence,
)
from leakwise.facts.by_use.evidence import backpropagated_assignments
from leakwise.facts.by_use.graph_origins import TERM, Names
from leakwise.facts.by_use.objects_by_methods import object_by_methods
from leakwise.facts.by_use.proof import proven_parameter
from leakwise.facts.code.annotations import annotated
from leakwise.facts.code.definitions import Definition, FunctionNode, ScopeNode
from leakwise.facts.code.names import within
from leakwise.facts.code.parameters import marker
from leakwise.facts.code.usage import captors, only_looked_at
from leakwise.facts.incremental.blocks import run_blocks
from leakwise.facts.incremental.memos import Memos
from leakwise.facts.incremental.noted import STARTING_WORDS, Evidence
from leakwise.facts.interpreter.decorated import entry_grad
from leakwise.facts.interpreter.expressions import evaluate
from leakwise.facts.interpreter.results import BodyResult
from leakwise.facts.interpreter.run import Run, Watcher
from leakwise.facts.interpreter.state import State, deep_sources, root_of
from leakwise.facts.interpreter.statements import run_statement, run_suite
from leakwise.facts.interpreter.summaries import Context
from leakwise.facts.keeping.handed import handed_by_trainer
from leakwise.facts.resources.acquisitions import followed
from leakwise.facts.terms.events import GradMode
from leakwise.facts.terms.resource_events import Acquisition
from leakwise.facts.terms.values import DICT, UNKNOWN, Kind, Source, Value
from leakwise.syntax import Block

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


def interpret(
    module: "ModuleFacts",
    definition: Definition,
    memos: Memos | None,
    context: Context | None = None,
    watcher: Watcher | None = None,
) -> tuple[BodyResult, Memos]:
    """What happens in a body, for any call or for one that gives it `context`; `memos` of the last
    time are used where they still stand, unless a `watcher` wants to see all of it.

    Of a body whose expressions nest too deeply for Python's stack nothing is known.
    """
    definition.code.read()
    try:
        return _interpret(module, definition, memos or Memos(module.database), context, watcher)
    except RecursionError:
        return BodyResult(returns=UNKNOWN), Memos(module.database)


def _interpret(
    module: "ModuleFacts",
    definition: Definition,
    memos: Memos,
    context: Context | None,
    watcher: Watcher | None,
) -> tuple[BodyResult, Memos]:
    if definition.node is None:
        return _interpret_module(module, definition, memos, watcher)
    node, block = definition.node, definition.block
    if block is None:
        return BodyResult(), memos
    statements = node.body
    if isinstance(node, ast.ClassDef):
        # The functions and classes in it are bodies of their own.
        statements = [one for one in statements if not isinstance(one, ScopeNode)]
    memos.begin()
    evidence = evidence_in(module, definition, block, memos)
    run = _run(module, definition, block, evidence, memos)
    run.watcher = watcher
    if context is not None:
        run.depth, run.early, run.made = context.depth, context.early, context.made
    if isinstance(node, FunctionNode):
        run.state = _entry_state(module, definition, node, context, started=evidence.at_entry)
    run_suite(run, statements)
    memos.end([block])
    return _result(run), memos


def evaluated_alone(
    module: "ModuleFacts",
    definition: Definition,
    node: ast.expr,
    known: dict[str, Value] | None = None,
) -> Value:
    """What an expression of a body gives, by its names and not by the statements before it; `known`
    are names whose values are given."""
    block = definition.block
    if block is None:
        return UNKNOWN
    evidence = Evidence(module.scopes.index, block)
    run = _run(module, definition, block, evidence, Memos(module.database))
    run.isolated = True
    run.statement = ast.Expr(node)
    ast.copy_location(run.statement, node)
    if isinstance(definition.node, FunctionNode):
        names = {one.id for one in within(node) if isinstance(one, ast.Name)}
        run.state = _entry_state(module, definition, definition.node, None, names)
    for name, value in (known or {}).items():
        run.state.bind(name, value, ())
    return evaluate(run, node)


def _interpret_module(
    module: "ModuleFacts", definition: Definition, memos: Memos, watcher: Watcher | None
) -> tuple[BodyResult, Memos]:
    blocks = module.tree.blocks
    if not blocks:
        return BodyResult(), memos
    memos.begin()
    evidence = own_evidence(module, definition, blocks[0])
    evidence.searched = memos.evidence
    if definition.index.mentions_any(STARTING_WORDS):
        backpropagated_assignments((), evidence, blocks)
    run = _run(module, definition, blocks[0], evidence, memos)
    run.watcher = watcher
    run_blocks(run, blocks, run_statement)
    memos.end(blocks)
    return _result(run), memos


def _run(
    module: "ModuleFacts", definition: Definition, block: Block, evidence: Evidence, memos: Memos
) -> Run:
    return Run(
        module,
        definition,
        block,
        evidence,
        State(),
        evaluate,
        definition.instance_name(),
        definition.global_names(),
        memos,
    )


def _entry_state(
    module: "ModuleFacts",
    definition: Definition,
    node: FunctionNode,
    context: Context | None,
    names: Container[str] | None = None,
    started: Names | None = None,
) -> State:
    """What holds where a function begins: its parameters, or those among `names`, and the grad mode
    by its decorators. For `started` see `parameter_value`."""
    grad = entry_grad(module, definition)
    state = State(grad=grad if context is None or grad is GradMode.OFF else context.grad)
    instance = definition.instance_name()
    given = None if context is None else dict(context.arguments)
    for parameter in definition.parameters():
        name = parameter.arg
        if names is not None and name not in names:
            continue
        value = parameter_value(module, definition, parameter, given, started)
        if name != instance:
            value = value.made_from(frozenset({marker(name)}))
        state.change(name, value)
    for extra, type_name in ((node.args.vararg, None), (node.args.kwarg, DICT)):
        if extra is not None and (names is None or extra.arg in names):
            element = None
            if extra.annotation is not None:
                element = annotated(module, definition, extra.annotation)
            value = Value(Kind.CONTAINER, name=type_name, element=element)
            if given is not None:
                value = _all_made_from(given.get(extra.arg, value), marker(extra.arg))
            state.change(extra.arg, value.made_from(frozenset({marker(extra.arg)})))
    return state


def _all_made_from(rest: Value, source: Source) -> Value:
    """What `*args` or `**kwargs` holds, each part of it known to be made from a parameter."""
    made = frozenset({source})
    items = None if rest.items is None else tuple(one.made_from(made) for one in rest.items)
    fields = rest.fields and tuple((key, one.made_from(made)) for key, one in rest.fields)
    element = rest.element and rest.element.made_from(made)
    return rest.but(items=items, fields=fields, element=element)


def parameter_value(
    module: "ModuleFacts",
    definition: Definition,
    parameter: ast.arg,
    given: dict[str, Value] | None = None,
    started: Names | None = None,
) -> Value:
    """What a parameter holds where the function begins: a method's object, what is `given` in a
    call, by annotation, what all calls in the file give, by which methods are called on it, or
    because a backward pass starts from it. `started`, where it was found out, holds all names for
    which that may be so."""
    name = parameter.arg
    if name == definition.instance_name() and definition.parent is not None:
        kind = module.ancestors(definition.parent).kind
        return Value(kind, name=definition.parent.qualified, definition=definition.parent)
    value = UNKNOWN if given is None else given.get(name, UNKNOWN)
    if value.kind is Kind.UNKNOWN and parameter.annotation is not None:
        value = annotated(module, definition, parameter.annotation)
    if value.kind is Kind.UNKNOWN and given is None:
        value = module.parameter_value(definition, name)
        if value == UNKNOWN:
            value = object_by_methods(module, definition, name)
    if given is None and _may_be_started(definition, name, started):
        value = proven_parameter(name, value, backpropagated_parameters(module, definition))
    return handed_by_trainer(module, definition, name, value)


def _may_be_started(definition: Definition, name: str, started: Names | None) -> bool:
    if started is None:
        return definition.index.mentions_any(STARTING_WORDS)
    return any(root_of(one.removesuffix(TERM)) == name for one in started)


def _result(run: Run) -> BodyResult:
    """What a finished run learned."""
    outcome = run.outcome
    captured: frozenset[Source] = frozenset()
    # Without a function inside nobody else refers to its names.
    held_names = run.state.values.items() if run.definition.index.has_trait("scope") else ()
    for name, held in held_names:
        if not deep_sources(held) or not (holders := captors(run.module, run.definition, name)):
            continue
        if held.kind in RESOURCE_KINDS and all(
            only_looked_at(run.module, one, name) for one in holders
        ):
            continue
        outcome.pass_on(held)
        captured |= deep_sources(held)
    flows = outcome.flows()
    events = [
        followed(run, event, flows, captured) if isinstance(event, Acquisition) else event
        for event in outcome.events.values()
    ]
    return BodyResult(tuple(events), flows, outcome.returns, run.state.values, run.state.evaluating)
