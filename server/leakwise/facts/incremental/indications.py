"""What the names that stand in a body rule out, so that it need not be interpreted for that."""

from typing import TYPE_CHECKING

from leakwise.facts.apis import canonical
from leakwise.facts.apis.conventions import CALL_METHOD
from leakwise.facts.apis.resources import (
    HOOK_WORDS,
    RESOURCE_KINDS,
    RESOURCE_WORDS,
    RESOURCES,
)
from leakwise.facts.apis.told import told_resource
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.gathering import GATHERING_LAMBDA, GATHERS, KEEPING_METHODS
from leakwise.facts.code.in_place_sums import ADDING_METHODS
from leakwise.facts.externals import is_outside
from leakwise.facts.interpreter.mixing import MIXING_CALLS
from leakwise.facts.symbols.questions import FoundFunction
from leakwise.facts.terms.values import Kind

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts


def may_take(module: "ModuleFacts", definition: Definition, *, hooks: bool = False) -> bool:
    """Whether a body's own code, or a function of the file that it calls, has a word without which
    no resource, or no hook's handle, is taken."""
    definition.code.read()
    index = definition.index
    if index.has_trait("hook") or index.calls_any(_resource_names(module, hooks=hooks)):
        return True
    return any(
        called.is_function and _mentions_resource(module, called, hooks=hooks)
        for name in sorted(module.scopes.defined().intersection(index.called_now()))
        for called in module.scopes.named(name)
    )


def _mentions_resource(module: "ModuleFacts", definition: Definition, *, hooks: bool) -> bool:
    def compute() -> bool:
        definition.code.read()
        return definition.index.mentions_any(_resource_names(module, hooks=hooks))

    cell = module.query(definition, ("mentions resource", hooks), compute, False)
    return cell.read()  # type: ignore[no-any-return]


def _resource_names(module: "ModuleFacts", *, hooks: bool) -> frozenset[str]:
    """The names of known calls that take a resource, as the file imports them."""

    def compute() -> frozenset[str]:
        names, uri = set(HOOK_WORDS if hooks else RESOURCE_WORDS), module.document.uri
        for name, qualified in module.scopes.imports():
            if name[:1].islower() and _gives_resource(module, name, qualified):
                names.add(name)
            known = RESOURCES.get(canonical(qualified))
            if known is None and (told := module.told.name_of(qualified, uri)):
                known = told_resource(told)
            if known is not None and (known.kind is Kind.HOOK_HANDLE or not hooks):
                names.add(name)
        return frozenset(names)

    cell = module.query(module.scopes.module, ("resource names", hooks), compute, frozenset())
    return cell.read()  # type: ignore[no-any-return]


def _calls(definition: Definition, name: str) -> bool:
    definition.code.read()
    return definition.index.calls(name)


def _gives_resource(module: "ModuleFacts", name: str, qualified: str) -> bool:
    """Whether a function of another file that is called here takes a resource for its caller."""
    if not is_outside(qualified):
        return False
    if not any(_calls(one, name) for one in module.scopes.mentioning(name)):
        return False
    answer = module.externals.symbol(qualified)
    found = None if answer is None else answer.found
    given = found.returns if isinstance(found, FoundFunction) else None
    if given is None:
        return False
    parts = (given, given.element, *(given.items or ()))
    return any(part is not None and part.kind in RESOURCE_KINDS for part in parts)


_GATHERING_WORDS = KEEPING_METHODS | MIXING_CALLS | ADDING_METHODS.keys() | {GATHERS}


def may_gather(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a body's own code, or a function of the file that it mentions, puts something into a
    container or mixes it with something, by the words and the form of its statements. What methods
    of other files' classes keep on their objects does not count."""
    if _reaches_gathering(module, definition):
        return True
    # Objects and lambdas are called by any name.
    return module.scopes.mentioned(GATHERING_LAMBDA) or _objects_gather(module)


def _objects_gather(module: "ModuleFacts") -> bool:
    """Whether objects of a class of the file gather something when they are called."""

    def compute() -> bool:
        return any(_reaches_gathering(module, one) for one in module.scopes.named(CALL_METHOD))

    cell = module.query(module.scopes.module, "objects gather", compute, False)
    return cell.read()  # type: ignore[no-any-return]


def _reaches_gathering(module: "ModuleFacts", definition: Definition) -> bool:
    """Whether a body gathers something, or mentions a function of the file that does, or does so
    through others. Only these are looked at, so that an edit elsewhere reaches nobody."""

    def compute() -> bool:
        seen = {definition: None}
        pending = [definition]
        while pending:
            one = pending.pop()
            if _gathers_itself(module, one) or len(seen) > _MOST_LOOKED_AT:
                return True
            for name in _functions_mentioned(module, one):
                for called in module.scopes.named(name):
                    if called.is_function and called not in seen:
                        seen[called] = None
                        pending.append(called)
        return False

    return module.query(definition, "reaches gathering", compute, False).read()  # type: ignore[no-any-return]


_MOST_LOOKED_AT = 100


def _gathers_itself(module: "ModuleFacts", definition: Definition) -> bool:
    def compute() -> bool:
        definition.code.read()
        return definition.index.mentions_any(_GATHERING_WORDS)

    return module.query(definition, "gathers", compute, False).read()  # type: ignore[no-any-return]


def _functions_mentioned(module: "ModuleFacts", definition: Definition) -> tuple[str, ...]:
    """The names in a body that functions or classes of the file have, sorted."""

    def compute() -> tuple[str, ...]:
        definition.code.read()
        return tuple(sorted(module.scopes.defined().intersection(definition.index.words_now())))

    cell = module.query(definition, "functions mentioned", compute, ())
    return cell.read()  # type: ignore[no-any-return]
