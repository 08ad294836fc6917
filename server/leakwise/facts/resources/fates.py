"""What becomes of a resource: on which paths it is released, who may do so later, who keeps it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from leakwise.facts.apis.held import Resource
from leakwise.facts.apis.resources import CLOSERS
from leakwise.facts.code.definitions import Definition
from leakwise.facts.code.families import enclosing_method, family
from leakwise.facts.code.usage import Use, is_local, kept_as, use_of
from leakwise.facts.interpreter.state import deep_sources, root_of
from leakwise.facts.resources.acquisitions import beside
from leakwise.facts.resources.guards import happens_once
from leakwise.facts.resources.release_paths import Given, Release, release_of
from leakwise.facts.terms.events import Event, Keeping
from leakwise.facts.terms.lifetimes import Life
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.resource_events import Acquisition, Giving, Handed, HandingIn
from leakwise.facts.terms.values import ANY_SOURCE, Source

if TYPE_CHECKING:
    from leakwise.facts.interpreter.results import BodyResult
    from leakwise.facts.module import ModuleFacts


@dataclass(frozen=True, slots=True)
class Owner:
    """Who keeps a resource when the body that took it has ended: an attribute of an object, a name
    of the file, or one of a function round the body.

    `released_by` are the functions of the file that release it. `may_pass` where somebody else may:
    it is passed on, or returned, somewhere. `closable` where the object's class has a method such
    as `close()`, and `known` where all its bases are.
    """

    path: str
    life: Life
    released_by: tuple[str, ...] = ()
    may_pass: bool = False
    closable: bool = False
    known: bool = True
    waits: bool = False

    @property
    def never_releases(self) -> bool:
        """Whether it is certain that nobody releases what is kept here."""
        return self.known and not self.released_by and not self.may_pass

    @property
    def releases_by_base_alone(self) -> bool:
        """Whether nobody seen releases what is kept here, so that only a base class that cannot be
        found could, by the name that this class gave the attribute: it has no method of its own
        that closes its objects and hands on to the base's."""
        unseen = self.life is Life.OBJECT and not (self.known or self.waits or self.closable)
        return unseen and not self.released_by and not self.may_pass


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a resource.

    `lost` where on some path that raises nothing nobody is left who may release it: everything is
    known, and neither this body nor an owner nor anybody it was handed to does. `likely_lost` where
    the same is so but for an unknown base class of its owner, or for a method that it was handed to
    and whose name alone tells that it is one of this file. `once` where a condition lets it be
    taken once for all rounds of the loops round it, or all calls: only if it is not there yet.
    """

    release: Release
    handed: frozenset[Handed] = frozenset()
    owners: tuple[Owner, ...] = ()
    lost: bool = False
    once: bool = False
    likely_lost: bool = False


UNKNOWN_FATE = Fate(Release.SOMETIMES)


def fates_of(module: "ModuleFacts", definition: Definition) -> dict[Place, Fate]:
    """The fate of each resource that a body takes, by the place where it does."""

    def compute() -> dict[Place, Fate]:
        # Its statements are gone through again, also where what they do is the same.
        definition.code.read()
        result = module.body(definition)
        return {
            event.place: _fate(module, definition, result, event)
            for event in result.events
            if isinstance(event, Acquisition)
        }

    cell = module.query(definition, "fates", compute, {})
    return cell.read()  # type: ignore[no-any-return]


def _fate(
    module: "ModuleFacts", definition: Definition, result: "BodyResult", taken: Acquisition
) -> Fate:
    names = frozenset(_names(result, taken))
    handed = set(taken.handed)
    given = []
    keepers: list[Owner] = []
    by_name = False
    for event in result.events:
        if isinstance(event, Giving):
            if _gives(event, taken, names):
                given.append(Given(event.place, event.entered))
        elif isinstance(event, HandingIn) and _is_among(taken.place, event.sources):
            use = _use_in_call(module, event)
            keeper = _keeper(module, event) if use is Use.ESCAPES else None
            by_name = by_name or event.by_name
            if keeper is not None:
                keepers.append(keeper)
            elif use is Use.ESCAPES or (use is Use.RELEASED and event.by_name):
                handed.add(Handed.PASSED)
            elif use is Use.RELEASED:
                given.append(Given(event.place))
    guards = names | {path for event in _givings(result) for path in event.reached}
    once = happens_once(module, definition, taken.place, taken.loops)
    # What is taken once, or kept beside others, is not taken again while it is open.
    gathered = taken.gathered or once
    release = release_of(
        module, definition, taken.place, given, guards - {"self"}, gathered=gathered
    )
    kept = (owner_of(module, definition, path) for path in taken.kept_at)
    owners = (*kept, *keepers)
    nobody = (
        release < Release.NORMALLY
        and handed <= {Handed.STORED}
        and bool(owners or Handed.STORED not in handed)
        and all(owner.never_releases or owner.releases_by_base_alone for owner in owners)
        and not _released_by_function(module, definition, taken.resource)
    )
    lost = nobody and not by_name and all(owner.never_releases for owner in owners)
    return Fate(release, frozenset(handed), owners, lost, once, likely_lost=nobody and not lost)


def _names(result: "BodyResult", taken: Acquisition) -> Iterator[str]:
    """The paths of the body that hold what was taken, or a container of it."""
    if taken.bound_to is not None:
        yield taken.bound_to
    yield from taken.kept_at
    for event in result.events:
        if isinstance(event, Keeping) and _is_among(taken.place, deep_sources(event.stored)):
            yield event.holder
    for path, value in result.exit_values.items():
        sources = deep_sources(value)
        if _is_among(taken.place, sources) or beside(taken.place) in sources:
            yield path


def _is_among(place: Place, sources: frozenset[Source]) -> bool:
    return place in sources or ANY_SOURCE in sources


def _givings(result: "BodyResult") -> Iterator[Giving]:
    return (event for event in result.events if isinstance(event, Giving))


def _gives(event: Giving, taken: Acquisition, names: frozenset[str]) -> bool:
    return (
        _is_among(taken.place, event.sources)
        or event.all_by in taken.resource.release_functions
        or not names.isdisjoint(event.reached)
    )


def _use_in_call(module: "ModuleFacts", event: HandingIn) -> Use:
    if event.parameter is None:
        return Use.ESCAPES
    return use_of(module, event.definition, event.parameter, 1)


def _released_by_function(
    module: "ModuleFacts", definition: Definition, resource: Resource
) -> bool:
    """Whether another body calls a function that releases resources of this kind, and not merely
    what it took itself."""
    for qualified in sorted(resource.release_functions):
        spelled = module.names.spelling(qualified)
        if spelled is None:
            continue
        for other in module.scopes.mentioning(qualified.rpartition(".")[2]):
            other.code.read()
            if other is definition or not other.index.calls(spelled):
                continue
            if not _releases_its_own(module.body(other), resource):
                return True
    return False


def _releases_its_own(result: "BodyResult", resource: Resource) -> bool:
    """Whether all that a body gives back it has taken itself."""
    taken = [event for event in result.events if isinstance(event, Acquisition)]
    own = {event.place for event in taken}
    takes = any(event.resource.kind is resource.kind for event in taken)
    return all(
        (takes and event.of_latest) or (bool(event.sources) and event.sources <= own)
        for event in _givings(result)
    )


def owner_of(module: "ModuleFacts", definition: Definition, path: str) -> Owner:
    """What is known of the holder at a path of a body that outlives it."""
    root = root_of(path)
    instance = definition.instance_name()
    if root == instance and root != path and definition.parent is not None:
        attribute = path[len(root) + 1 :].partition(".")[0].partition("[")[0]
        return attribute_owner(module, definition.parent, path, attribute)
    outer = not is_local(module, definition, root)
    binder = _binder_round(module, definition, root) if outer else None
    if binder is not None:
        return _enclosed_owner(module, binder, path, root)
    if outer and module.scopes.bindings(root):
        return _named_owner(module, definition, path, root)
    return Owner(path, Life.UNKNOWN, may_pass=True, known=False)


_Keepers = tuple[tuple[Definition, str], ...]
"""Attributes of classes of which it is being asked."""
_MOST_KEEPERS = 3
"""Through how many objects that hand it on a resource is followed."""


def _keeper(module: "ModuleFacts", event: HandingIn, asked: _Keepers = ()) -> Owner | None:
    """The object that a resource is handed to, where it is put into an attribute there and nothing
    else is done with it. How long that object lives is not known."""
    class_ = event.definition.parent
    if event.parameter is None or class_ is None or not class_.is_class:
        return None
    attribute = kept_as(module, event.definition, event.parameter)
    if attribute is None or len(asked) > _MOST_KEEPERS:
        return None
    path = f"{event.definition.instance_name()}.{attribute}"
    if (class_, attribute) in asked:
        return Owner(path, Life.CALL)
    return replace(attribute_owner(module, class_, path, attribute, asked), life=Life.CALL)


def attribute_owner(
    module: "ModuleFacts", class_: Definition, path: str, attribute: str, asked: _Keepers = ()
) -> Owner:
    """What is known of an attribute of the objects of a class as a holder of resources."""
    asked = (*asked, (class_, attribute))
    released: dict[str, None] = {}
    may_pass = False
    for other in module.scopes.mentioning(attribute):
        if other.is_class:
            continue
        result = module.body(other)
        others = _of_another(module, class_, other, attribute)
        if any(_leads_through(event, attribute, others) for event in _givings(result)):
            released[other.name] = None
        for event in result.events:
            if isinstance(event, HandingIn) and _leads_through(event, attribute, others):
                use = _use_in_call(module, event)
                keeper = _keeper(module, event, asked) if use is Use.ESCAPES else None
                if use is Use.RELEASED or (keeper is not None and keeper.released_by):
                    released[other.name] = None
                elif use is Use.ESCAPES:
                    may_pass = may_pass or keeper is None or not keeper.never_releases
        flows = result.flows
        gone = flows.passed | flows.returned
        may_pass = may_pass or any(
            isinstance(one, str) and _has_part(one, attribute, others) for one in gone
        )
    known = module.ancestors(class_)
    return Owner(
        path,
        Life.OBJECT,
        tuple(sorted(released)),
        may_pass,
        is_closable(module, class_),
        known.complete,
        known.waits,
    )


def is_closable(module: "ModuleFacts", class_: Definition) -> bool:
    """Whether a class, or a base in its file, has a method by which its objects are closed."""
    return any(module.method(class_, name) is not None for name in sorted(CLOSERS))


def _named_owner(module: "ModuleFacts", definition: Definition, path: str, name: str) -> Owner:
    released: dict[str, None] = {}
    may_pass = False
    for other in module.scopes.mentioning(name):
        if other is definition or other.is_class:
            continue
        if is_local(module, other, name):
            continue
        use = use_of(module, other, name)
        if use is Use.RELEASED or _gives_name(module, other, name):
            released[other.name] = None
        elif use is Use.ESCAPES:
            may_pass = True
    return Owner(path, Life.PROCESS, tuple(sorted(released)), may_pass)


def _binder_round(module: "ModuleFacts", definition: Definition, name: str) -> Definition | None:
    """The function round a body that binds a name for it."""
    scope = definition.parent
    while scope is not None and not (scope.is_function and is_local(module, scope, name)):
        scope = scope.parent
    return scope


def _enclosed_owner(module: "ModuleFacts", binder: Definition, path: str, name: str) -> Owner:
    """What is known of a name of a function as a holder of what functions inside put there."""
    released: dict[str, None] = {}
    may_pass = False
    for other in module.scopes.mentioning(name):
        inside = other.lies_in(binder) and not is_local(module, other, name)
        if other.is_class or not (other is binder or inside):
            continue
        use = use_of(module, other, name)
        if use is Use.RELEASED or _gives_name(module, other, name):
            released[other.name] = None
        elif use is Use.ESCAPES:
            may_pass = True
    return Owner(path, Life.CALL, tuple(sorted(released)), may_pass)


def _gives_name(module: "ModuleFacts", other: Definition, name: str) -> bool:
    if not other.index.mentions_any(module.release_methods):
        return False
    return any(name in event.reached for event in _givings(module.body(other)))


def _of_another(
    module: "ModuleFacts", class_: Definition, other: Definition, attribute: str
) -> str | None:
    """The path at which a method finds an attribute of this name on its own object, where that
    object is of a class that binds it itself and has nothing in common with this one."""
    method = enclosing_method(other)
    owner = None if method is None else method.parent
    if method is None or owner is None or owner is class_ or not owner.is_class:
        return None
    members = family(module, owner)
    if class_ in members or owner in family(module, class_):
        return None
    if not any(module.attribute_writers(one, attribute) for one in members):
        return None
    return f"{method.instance_name()}.{attribute}"


def _leads_through(event: Event, attribute: str, others: str | None) -> bool:
    if not isinstance(event, (Giving, HandingIn)):
        return False
    return any(_has_part(path, attribute, others) for path in event.reached) or any(
        isinstance(one, str) and _has_part(one, attribute, others) for one in event.sources
    )


def _has_part(path: str, attribute: str, others: str | None) -> bool:
    if others is not None and path[: len(others)] == others and path[len(others) :][:1] in _ENDS:
        return False
    return attribute in path.replace("[", ".").split(".")[1:]


_ENDS = ("", ".", "[")
