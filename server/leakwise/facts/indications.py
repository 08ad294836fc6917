"""What the names that stand in a body rule out, so that it need not be interpreted for that."""

from typing import TYPE_CHECKING

from leakwise.facts.apis import canonical
from leakwise.facts.apis.resources import HOOK_WORDS, RESOURCE_WORDS, RESOURCES
from leakwise.facts.apis.told import told_resource
from leakwise.facts.apis.torch_methods import BACKWARD_METHODS
from leakwise.facts.apis.trainers import RETURNS_LOSS
from leakwise.facts.definitions import Definition
from leakwise.facts.externals import is_outside
from leakwise.facts.values import Kind

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


def may_take(module: "ModuleFacts", definition: Definition, *, hooks: bool = False) -> bool:
    """Whether a body's own code, or a function of the file that it calls, has a word without which
    no resource, or no hook's handle, is taken."""
    definition.code.read()
    return definition.index.has_trait("hook") or definition.index.calls_any(
        _resource_names(module, hooks=hooks)
    )


def _resource_names(module: "ModuleFacts", *, hooks: bool) -> frozenset[str]:
    """The names of calls that take a resource: known ones, as the file imports them, and those of
    the functions in which one stands."""

    def compute() -> frozenset[str]:
        names, uri = set(HOOK_WORDS if hooks else RESOURCE_WORDS), module.document.uri
        for name, qualified in module.scopes.imports():
            known = RESOURCES.get(canonical(qualified))
            if known is None and (told := module.told.name_of(qualified, uri)):
                known = told_resource(told)
            if known is not None and (known.kind is Kind.HOOK_HANDLE or not hooks):
                names.add(name)
        for word in sorted(names):
            for one in module.scopes.mentioning(word):
                if one.is_function:
                    names.add(one.name)
        return frozenset(names)

    cell = module.query(module.scopes.module, ("resource names", hooks), compute, frozenset())
    return cell.read()  # type: ignore[no-any-return]


def may_keep_by_callees(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a body's own code has the name of a function of the file that may keep an argument,
    by itself or through others of the file, or whether it trains or goes round, where other files
    may have such functions."""
    definition.code.read()
    index = definition.index
    if index.mentions_any(_keeping_names(module)):
        return True
    again = index.has_trait("loop") or definition.name in RETURNS_LOSS
    return (again or index.mentions_any(BACKWARD_METHODS)) and _has_others(module)


def _has_others(module: "ModuleFacts") -> bool:
    """Whether the file imports something that may be user code, or of a package without tables."""

    def compute() -> bool:
        return any(is_outside(qualified) for _, qualified in module.scopes.imports())

    cell = module.query(module.scopes.module, "imports others", compute, False)
    return cell.read()  # type: ignore[no-any-return]


def _keeping_names(module: "ModuleFacts") -> frozenset[str]:
    def compute() -> frozenset[str]:
        names = set(module.scopes.keeping())
        pending = sorted(names)
        while pending:
            for one in module.scopes.mentioning(pending.pop()):
                if one.is_function and one.name not in names:
                    names.add(one.name)
                    pending.append(one.name)
        return frozenset(names)

    cell = module.query(module.scopes.module, "keeping names", compute, frozenset())
    return cell.read()  # type: ignore[no-any-return]
