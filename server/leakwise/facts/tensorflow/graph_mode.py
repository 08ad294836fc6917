"""Graphs that sessions run, as TensorFlow 1 and `tf.compat.v1` build them: which calls add to the
graph, run it, or begin another one.

Source: https://www.tensorflow.org/guide/migrate/tf1_vs_tf2.
"""

import ast
from typing import TYPE_CHECKING

from leakwise.facts.apis.tensorflow import (
    DATASET_BUILDERS,
    GRAPH_BUILDERS,
    OPTIMIZER_BUILDERS,
    VARIABLE_UPDATES,
)
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.name_flow import bound_by, mentions, reached_from
from leakwise.facts.code.written import calls_at, statements_of
from leakwise.facts.interpreter.state import root_of
from leakwise.facts.resources.guards import Condition
from leakwise.facts.terms.events import Argument, CallSite, Loop
from leakwise.facts.terms.places import place_of
from leakwise.facts.terms.values import Certainty, Kind

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_FRESH = ("tensorflow.Graph", "tensorflow.reset_default_graph", "keras.backend.clear_session")
_FEED = "feed_dict"
_SESSION_NAMES = frozenset({"sess", "session"})
"""What TensorFlow's own documentation calls a session:
https://www.tensorflow.org/api_docs/python/tf/compat/v1/Session."""
_WORDS = (
    "placeholder",
    "feed_dict",
    "global_variables_initializer",
    "initialize_all_variables",
    "disable_eager_execution",
    "disable_v2_behavior",
    "get_default_session",
)
"""Names that stand in code of TensorFlow 1 alone."""
_SESSION_CLASSES = ("Session", "InteractiveSession")
_SESSIONS = tuple(f"tensorflow.{name}" for name in _SESSION_CLASSES)
_FIRST_VERSION = "tensorflow.compat.v1"
_EAGER = ("enable_eager_execution", "enable_v2_behavior")


def builds_graphs(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether the file's code builds graphs that sessions run."""
    facts = module.facts(definition)
    if not any(target.startswith("tensorflow") for _, target in module.scopes.imports()):
        return False
    if facts.file_mentions(*_EAGER):
        return False
    if any(target == _FIRST_VERSION for _, target in module.scopes.imports()):
        return True
    return facts.file_mentions(*_WORDS) or bool(
        facts.file_mentions(*_SESSION_CLASSES) and facts.file_calls_of(*_SESSIONS)
    )


def adds_operations(module: "ModuleFacts", site: CallSite) -> bool:
    """Whether a call adds operations to the graph that is built, wherever graphs are: also one of a
    function of this file that does so whenever it is called."""
    called = site.value
    if called.kind is Kind.FUNCTION and called.definition is not None:
        return _builds(module, called.definition)
    if called.kind is Kind.QUALIFIED:
        name = called.name or ""
        if name in GRAPH_BUILDERS:
            return True
        return name.startswith("tensorflow.") and site.result.kind is Kind.TF_TENSOR
    if called.kind in {Kind.KERAS_MODEL, Kind.KERAS_LAYER}:
        return site.result.kind is Kind.TF_TENSOR
    receiver = site.receiver_value
    if receiver.kind is Kind.TF_TENSOR:
        return site.method in VARIABLE_UPDATES
    if receiver.kind is Kind.TF_DATASET:
        return site.method in DATASET_BUILDERS
    if receiver.kind is Kind.OPTIMIZER:
        return site.method in OPTIMIZER_BUILDERS and (receiver.name or "").startswith("tensorflow.")
    return False


def _builds(module: "ModuleFacts", function: Definition) -> bool:
    """Whether each call of a function adds operations to the graph that it is called in, and leaves
    it to others to run them."""

    def compute() -> bool:
        facts = module.facts(function)
        if facts.decorators or facts.session_runs() or facts.begins_graph():
            return False
        return any(
            adds_operations(module, site) and facts.condition(site) is Condition.ALWAYS
            for site in facts.call_sites
        )

    cell = module.query(function, "builds", compute, False, breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def runs_session(module: "ModuleFacts", definition: Definition, site: CallSite) -> Certainty | None:
    """How sure it is that a call runs a session; None where nothing says so."""
    if site.method == "eval" and site.receiver_value.kind is Kind.TF_TENSOR:
        # Eager tensors have no such method.
        return site.receiver_value.certainty
    if site.method != "run" or not site.arguments:
        return None
    if site.receiver_value.kind is Kind.SESSION:
        return site.receiver_value.certainty
    name = (site.receiver or "").rpartition(".")[2].strip("_").lower()
    fed = any(one.keyword == _FEED for one in site.arguments)
    fetched = site.argument("fetches", 0)
    of_graph = fetched is not None and fetched.value.kind is Kind.TF_TENSOR
    seen = name in _SESSION_NAMES or fed or (of_graph and site.receiver is not None)
    return Certainty.LIKELY if seen and builds_graphs(module, definition) else None


def runs_result(
    module: "ModuleFacts", definition: Definition, run: CallSite, site: CallSite
) -> bool:
    """Whether a session is given to run, in one call, what another call of the body gave, or what
    is made from that under whatever names."""
    fetched = run.argument("fetches", 0)
    if fetched is None:
        return False
    if fetched.place.contains(site.place):
        return True
    found = next(calls_at(module, definition, run.place), None)
    if found is None or not (given := (*found[1].args, *(one.value for one in found[1].keywords))):
        return False
    bound: frozenset[str] = frozenset()
    statements = []
    for statement, block in statements_of(module, definition):
        statements.append(statement)
        if place_of(statement, block) == site.statement:
            bound = bound_by(statement)
    # The second argument is what the session is fed with.
    return mentions(given[0], reached_from(statements, bound - {"self"}))


def begins_graph(module: "ModuleFacts", definition: Definition, loop: Loop | None) -> bool:
    """Whether a body, or in it one loop, begins a graph of its own."""
    facts = module.facts(definition)
    return facts.calls(_FRESH, loop) or any(
        site.method == "as_default"
        and (loop is None or loop in site.loops)
        and not _is_kept(definition, site)
        for site in facts.call_sites
    )


def _is_kept(definition: Definition, site: CallSite) -> bool:
    """Whether a method is called on a graph that is there before a body begins: one of its file or
    of its object."""
    root = root_of(site.receiver or "")
    return (
        site.receiver_value.kind is Kind.TF_GRAPH
        and bool(root)
        and definition.node is not None
        and (root == definition.instance_name() or root not in definition.parameter_names())
        and not definition.index.bindings_of(root)
    )


def runs_once_for_graph(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether all that call a function in this file begin a graph for it, or build one themselves
    and run nothing: it adds to each graph once."""

    def compute() -> bool:
        callers = [caller for caller, _ in module.call_sites(definition)]
        return bool(callers) and all(
            module.facts(caller).begins_graph()
            or _builds(module, caller)
            or runs_once_for_graph(module, caller)
            for caller in callers
        )

    cell = module.query(definition, "once for graph", compute, False, breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def fetches_new_operation(
    module: "ModuleFacts", definition: Definition, run: CallSite, argument: Argument
) -> bool:
    """Whether what a session is given to run is an operator's result, one element of a tensor, or
    an update of what may be a variable: each adds an operation."""
    facts = module.facts(definition)
    if argument.value.kind is not Kind.TF_TENSOR:
        return _fetches_part(module, definition, run) or any(
            argument.place.contains(site.place)
            and site.method in VARIABLE_UPDATES
            and site.receiver_value.kind is Kind.UNKNOWN
            for site in facts.call_sites
        )
    if argument.path is None:
        return all(site.place != argument.place for site in facts.call_sites)
    owner, bracket, _ = argument.path.rpartition("[")
    return bool(bracket) and facts.value(owner).kind is Kind.TF_TENSOR


def _fetches_part(module: "ModuleFacts", definition: Definition, run: CallSite) -> bool:
    """Whether a session is given a part of a tensor as lists have none: `logits[:, i]`."""
    found = next(calls_at(module, definition, run.place), None)
    fetched = found[1].args[0] if found is not None and found[1].args else None
    if not isinstance(fetched, ast.Subscript) or not isinstance(fetched.slice, ast.Tuple):
        return False
    return any(isinstance(one, ast.Slice) for one in fetched.slice.elts)
