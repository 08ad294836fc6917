"""Batches of one, known by what is done with the answer: only the first row of what `predict` gives
is looked at, or it is taken as one number.

Sources: https://numpy.org/doc/stable/reference/generated/numpy.argmax.html (without `axis`, all of
an array counts as one row) and https://keras.io/api/models/model_training_apis/#predict-method.
"""

import ast
from typing import TYPE_CHECKING

from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.names import path_of
from leakwise.facts.code.written import calls_at, parents_in, statements_of
from leakwise.facts.terms.events import Argument, CallSite

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_AS_ONE = frozenset({"argmax", "argmin", "amax", "max", "int", "float", "round", "item"})
"""What is applied to one row, where no axis is given."""
_TARGETS = frozenset({"fit", "train_on_batch"})
"""What is given the changed answer as the target of the same sample."""
_SEVERAL = ("batch", "all", "dataset", "data", "set")


def given_singly(module: "ModuleFacts", definition: Definition, argument: Argument) -> bool:
    """Whether an argument is what the function was given, and every call of it in this file gives
    a batch of one."""
    name = argument.path
    if name is None or name not in definition.parameter_names():
        return False
    if definition.index.bindings_of(name):
        return False
    names = [one.arg for one in definition.parameters()]
    position = names.index(name) - (definition.instance_name() is not None)
    sites = [site for _, site in module.call_sites(definition)]
    given = [site.argument(name, position) for site in sites]
    return bool(given) and all(one is not None and one.single for one in given)


def taken_as_one(module: "ModuleFacts", definition: Definition, site: CallSite) -> bool:
    """Whether all that is done with the answer of a call takes it as that for one sample."""
    given = site.argument("x", 0)
    if given is None or _several(given.path):
        return False
    definition.code.read()
    found = next(calls_at(module, definition, site.place), None)
    if found is None:
        return False
    statement, node = found
    if _is_taken(parents_in(statement), node):
        return True
    if not isinstance(statement, ast.Assign) or statement.value is not node:
        return False
    target = statement.targets[0]
    if len(statement.targets) > 1 or not isinstance(target, ast.Name):
        return False
    return _all_taken(module, definition, statement, target.id)


def _several(path: str | None) -> bool:
    """Whether a name, or its form, says that it holds several samples."""
    if path is None:
        return False
    name = path.rpartition("[")[0] or path
    words = name.rpartition(".")[2].lower().strip("_").split("_")
    # `s` is a state.
    plural = (
        len(words[-1]) > 1
        and words[-1].endswith("s")
        and not words[-1].endswith(("ss", "obs", "pos", "us"))
    )
    return plural or any(word in _SEVERAL for word in words)


def _all_taken(module: "ModuleFacts", definition: Definition, made: ast.Assign, name: str) -> bool:
    """Whether every use of a name behind its assignment, up to the next one, takes it as one."""
    taken = 0
    behind = False
    for statement, _ in statements_of(module, definition):
        if statement is made:
            behind = True
            continue
        if not behind:
            continue
        parents = parents_in(statement)
        rebound = False
        for part in parents:
            if not isinstance(part, ast.Name) or part.id != name:
                continue
            if isinstance(part.ctx, ast.Store):
                rebound = True
            elif _is_taken(parents, part):
                taken += 1
            elif not _is_target(parents, part):
                return False
        if rebound:
            break
    return taken > 0


def _is_taken(parents: dict[ast.AST, ast.AST], node: ast.AST) -> bool:
    above = parents.get(node)
    if isinstance(above, ast.Subscript) and above.value is node:
        first = above.slice.elts[0] if isinstance(above.slice, ast.Tuple) else above.slice
        return isinstance(first, ast.Constant) and first.value == 0
    if isinstance(above, ast.Attribute):
        call = parents.get(above)
        called = isinstance(call, ast.Call) and call.func is above
        return called and above.attr in _AS_ONE and not _has_axis(call, 0)
    if isinstance(above, ast.Call) and node in above.args:
        name = (path_of(above.func) or "").rpartition(".")[2]
        return name in _AS_ONE and not _has_axis(above, 1)
    return False


def _has_axis(call: ast.AST | None, most: int) -> bool:
    return isinstance(call, ast.Call) and (len(call.args) > most or bool(call.keywords))


def _is_target(parents: dict[ast.AST, ast.AST], node: ast.AST) -> bool:
    call = parents.get(node)
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in _TARGETS
    )
