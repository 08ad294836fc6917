"""Evidence that crosses bodies: what a function backpropagates of what it is given, what one method
backpropagates of what another stored on `self`, and what a framework backpropagates of a result."""

import ast
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from leakwise.facts.apis.wordlists import words
from leakwise.facts.by_use.evidence import backpropagated_assignments
from leakwise.facts.by_use.graph_origins import (
    A_NUMBER,
    ELEMENTS,
    NONE,
    TERM,
    Names,
    Qualified,
)
from leakwise.facts.by_use.numbers_by_name import holds_number
from leakwise.facts.by_use.returned_losses import (
    NO_PARTS,
    Parts,
    parts_bound,
    returned_to,
    returned_to_trainer,
)
from leakwise.facts.code.definitions import Definition, FunctionNode
from leakwise.facts.code.families import family
from leakwise.facts.code.names import Binding, path_of
from leakwise.facts.code.written import statements_of
from leakwise.facts.incremental.memos import Memos
from leakwise.facts.incremental.noted import STARTING_WORDS, Evidence
from leakwise.facts.interpreter.state import root_of
from leakwise.facts.terms.values import Source
from leakwise.syntax import Block

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_STARTS = ("backward", "manual_backward")
_OF_ENGINES = words(
    "accumulate autocast eval launch parameters prepare save_checkpoint setup setup_module step "
    "train zero_grad"
)
"""Methods that tensors do not have: of accelerate's Accelerator, Lightning's Fabric, DeepSpeed's
engine and networks."""


def evidence_in(
    module: "ModuleFacts", definition: Definition, block: Block, memos: Memos
) -> Evidence:
    """The evidence on a function's body, with what its class, callees and framework tell."""
    evidence = own_evidence(module, definition, block)
    evidence.searched = memos.evidence
    node = definition.node
    if not isinstance(node, FunctionNode):
        return evidence
    evidence.at_exit = _stored_for_others(module, definition)
    parts = NO_PARTS
    evidence.returned = returned_to_trainer(module, definition, evidence.qualified)
    if evidence.returned is None:
        parts = _started_by_callers(module, definition)
        evidence.returned = returned_to(parts, evidence.qualified)
    starters = _starters(module, definition)
    if starters:
        evidence.words = STARTING_WORDS | starters
        evidence.arguments = lambda call: _arguments(module, definition, call)
    elif not evidence.at_exit and evidence.returned is None and not _starts(definition):
        return evidence
    memos.evidence.under(
        (
            evidence.at_exit,
            evidence.words,
            evidence.returned is None,
            parts,
            definition.instance_name(),
        )
    )
    evidence.at_entry = backpropagated_assignments(node.body, evidence)
    return evidence


def qualified_names(module: "ModuleFacts", definition: Definition) -> Qualified:
    """What finds the qualified names of what a body refers to, by names alone."""

    def qualified(node: ast.expr) -> str | None:
        path = path_of(node)
        if path is None or "[" in path:
            return None
        if isinstance(node, ast.Name) and holds_number(module, definition, path):
            return A_NUMBER
        root, dot, rest = path.partition(".")
        _, bindings = _bound_in(module, definition, root)
        if not bindings:
            found = module.names.global_name(root)
        elif len(set(bindings)) == 1 and bindings[0].how == "import":
            found = module.names.imported(bindings[0].qualified)
        else:
            return None
        return None if found.name is None else module.names.imported(found.name + dot + rest).name

    return qualified


def backpropagated_parameters(module: "ModuleFacts", definition: Definition) -> Names:
    """The parameters of a function from which it starts a backward pass whichever branch it takes,
    `[*]` behind those of which it does so from what they hold, and paths that begin with one."""

    def compute() -> Names:
        live = _at_entry(module, definition, always=True)
        names = {parameter.arg for parameter in definition.parameters()}
        return frozenset(name for name in live if root_of(name.removesuffix(TERM)) in names)

    cell = module.query(definition, "backpropagated parameters", compute, NONE)
    return cell.read()  # type: ignore[no-any-return]


def backpropagated_elsewhere(
    module: "ModuleFacts", definition: Definition, sources: Iterable[Source], *, returned: bool
) -> bool:
    """Whether a method of the same class backpropagates an attribute that is among `sources`, or a
    caller what is `returned`."""
    if returned and _started_by_callers(module, definition):
        return True
    class_, instance = definition.parent, definition.instance_name()
    if class_ is None or instance is None:
        return False
    attributes = {
        _attribute(source[len(instance) + 1 :])
        for source in sources
        if isinstance(source, str) and source.startswith(instance + ".")
    }
    if not attributes:
        return False
    return any(
        _attribute(name) in attributes for name in _backpropagated_attributes(module, class_)
    )


def own_evidence(module: "ModuleFacts", definition: Definition, block: Block) -> Evidence:
    """The evidence on a body that its own statements give, none of which were gone through yet."""
    return Evidence(
        module.scopes.index,
        block,
        qualified_names(module, definition),
        is_computed=lambda name: is_computed(module, definition, name),
        places_putting=lambda path: _places_putting(module, definition, path),
    )


def is_computed(module: "ModuleFacts", definition: Definition, name: str) -> bool:
    """Whether a name of a body holds what it computed, and is used as no engine is: where
    `y = net(x)`, `y.backward(w)` is given a gradient, as `accelerator.backward(loss)` is not."""

    def compute() -> bool:
        definition.code.read()
        index = definition.index
        of_file = definition.node is None
        bound = module.scopes.bindings(name) if of_file else definition.bindings(name)
        values = list(index.values_of(name))
        return (
            len(values) == len(bound) > 0
            and all(map(_computes, values))
            and not any(True for _ in index.calls_named(name))
            and name not in index.asked_for(_OF_ENGINES)
        )

    cell = module.query(definition, ("computed", name), compute, False)
    return cell.read()  # type: ignore[no-any-return]


def _computes(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        path = path_of(node.func)
        # Classes make engines.
        return path is not None and path.rpartition(".")[2][:1].islower()
    return isinstance(node, (ast.BinOp, ast.UnaryOp))


def _places_putting(module: "ModuleFacts", definition: Definition, path: str) -> int:
    count = definition.index.puts(path)
    for one in module.scopes.mentioning(root_of(path)):
        if one is not definition and one.lies_in(definition):
            one.code.read()
            count += one.index.puts(path)
    return count


def _starts(definition: Definition) -> bool:
    return definition.index.mentions_any(STARTING_WORDS)


def _at_entry(module: "ModuleFacts", definition: Definition, *, always: bool) -> Names:
    """The names that a function backpropagates as it was given them."""

    def compute() -> Names:
        definition.code.read()
        node, block = definition.node, definition.block
        if not isinstance(node, FunctionNode) or block is None or not _starts(definition):
            return NONE
        evidence = own_evidence(module, definition, block)
        evidence.always = always
        return backpropagated_assignments(node.body, evidence)

    cell = module.query(definition, ("backpropagated at entry", always), compute, NONE)
    return cell.read()  # type: ignore[no-any-return]


def _starters(module: "ModuleFacts", definition: Definition) -> frozenset[str]:
    """The names in a body of the file's functions that backpropagate a parameter.

    Only functions that the body names are looked into: an edit of one must not reach every body.
    """
    candidates = _that_start(module)
    return frozenset(
        name
        for name in candidates.keys() & set(definition.index.words_now())
        if any(backpropagated_parameters(module, one) for one in candidates[name])
    )


def _that_start(module: "ModuleFacts") -> dict[str, tuple[Definition, ...]]:
    """The file's functions in which a word stands that starts a backward pass, by their names."""

    def compute() -> dict[str, tuple[Definition, ...]]:
        found: dict[str, tuple[Definition, ...]] = {}
        for word in _STARTS:
            for one in module.scopes.mentioning(word):
                if one.is_function and one not in found.get(one.name, ()):
                    found[one.name] = (*found.get(one.name, ()), one)
        return found

    cell = module.query(module.scopes.module, "functions that start", compute, {})
    return cell.read()  # type: ignore[no-any-return]


def _arguments(module: "ModuleFacts", definition: Definition, call: ast.Call) -> Names:
    """The paths that a called function of the file backpropagates."""
    callee = _callee(module, definition, call.func)
    if callee is None:
        return NONE
    wanted = backpropagated_parameters(module, callee)
    if not wanted:
        return NONE
    callee.code.read()
    parameters = [parameter.arg for parameter in callee.parameters()]
    if callee.instance_name() is not None:
        parameters = parameters[1:]
    given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None}
    for name, argument in zip(parameters, call.args, strict=False):
        if isinstance(argument, ast.Starred):
            break
        given[name] = argument
    names = NONE
    for name in wanted:
        base = root_of(name.removesuffix(TERM))
        path = path_of(given[base]) if base in given else None
        if path is not None:
            names = names | {path + name[len(base) :]}
    return names


def _callee(module: "ModuleFacts", definition: Definition, node: ast.expr) -> Definition | None:
    """The function of the file that a call runs, by names alone."""
    if isinstance(node, ast.Name):
        scope, bindings = _bound_in(module, definition, node.id)
        one = len(bindings) == 1 and bindings[0].how == "def"
        return module.names.definition_in(scope, node.id) if one else None
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        class_ = definition.parent
        if class_ is not None and class_.is_class and node.value.id == definition.instance_name():
            return module.method(class_, node.attr)
    return None


def _bound_in(
    module: "ModuleFacts", definition: Definition, name: str
) -> tuple[Definition, Sequence[Binding]]:
    """The scope whose name a body refers to, and how that binds it; not at all where it is a
    builtin. No value is looked at, for those come from what asks here."""
    scope: Definition | None = definition
    while scope is not None and scope.node is not None:
        if scope.is_function and (bindings := scope.bindings(name)):
            return scope, bindings
        scope = scope.parent
    return module.scopes.module, module.scopes.bindings(name)


def _stored_for_others(module: "ModuleFacts", definition: Definition) -> Names:
    """The attributes that a method stores and another method backpropagates."""
    class_, instance = definition.parent, definition.instance_name()
    if class_ is None or instance is None:
        return NONE
    wanted = _backpropagated_attributes(module, class_)
    return frozenset(
        f"{instance}.{name}"
        for name in wanted
        if definition.index.mentions(_attribute(name)) and _is_only_writer(module, definition, name)
    )


def _backpropagated_attributes(module: "ModuleFacts", class_: Definition) -> Names:
    """What methods of a class, and of its bases in the file, backpropagate of what they find on
    `self`: `loss`, `losses[*]`."""

    def compute() -> Names:
        found: set[str] = set()
        members = family(module, class_)
        for word in _STARTS:
            for one in module.scopes.mentioning(word):
                if one.parent not in members:
                    continue
                # Read no sooner: an edit of a stranger must not reach this class.
                one.code.read()
                instance = one.instance_name()
                if instance is not None:
                    for name in _at_entry(module, one, always=False):
                        if name.startswith(instance + ".") and not name.endswith(TERM):
                            found.add(name[len(instance) + 1 :])
        return frozenset(found)

    cell = module.query(class_, "backpropagated attributes", compute, NONE, breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]


def _attribute(name: str) -> str:
    return name.partition(".")[0].partition("[")[0]


def _is_only_writer(module: "ModuleFacts", definition: Definition, name: str) -> bool:
    """Whether no other method but `__init__` puts something else into the attribute. What is put
    into a container is told apart by the places that do so."""
    if definition.parent is None:
        return False
    if name.endswith(ELEMENTS):
        return True
    writers = set(module.attribute_writers(definition.parent, _attribute(name)))
    return writers <= {"__init__", definition.name}


def _started_by_callers(module: "ModuleFacts", definition: Definition) -> Parts:
    """Which parts of what a function gives its callers in the file backpropagate."""
    found = NO_PARTS
    for one in module.scopes.mentioning(definition.name):
        if one.is_function and one is not definition:
            found |= _results_started(module, one).get(definition, NO_PARTS)
    return found


def _results_started(module: "ModuleFacts", definition: Definition) -> dict[Definition, Parts]:
    """By function of the file that a body calls: the parts of what it gives from which the body
    starts a backward pass."""

    def compute() -> dict[Definition, Parts]:
        definition.code.read()
        node, block = definition.node, definition.block
        if not isinstance(node, FunctionNode) or block is None or not _starts(definition):
            return {}
        evidence = own_evidence(module, definition, block)
        backpropagated_assignments(node.body, evidence)
        found: dict[Definition, Parts] = {}
        for statement, _ in statements_of(module, definition):
            names = evidence.names.get(id(statement))
            if not names or not isinstance(statement, ast.Assign):
                continue
            call = statement.value
            callee = _callee(module, definition, call.func) if isinstance(call, ast.Call) else None
            if callee is not None:
                found[callee] = found.get(callee, NO_PARTS) | parts_bound(statement.targets, names)
        return found

    cell = module.query(definition, "results started", compute, {})
    return cell.read()  # type: ignore[no-any-return]
