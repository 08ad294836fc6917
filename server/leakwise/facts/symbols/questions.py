"""What is asked of the world outside a file, what is answered, and the JSON forms of both.

Answers are plain data: they hold no places, no definitions and no line numbers, so that they cross
between processes, are kept in a cache and compared by value. Unknown is an answer.
"""

from dataclasses import dataclass
from typing import Literal

from leakwise.facts.terms.events import GradMode
from leakwise.facts.terms.making import quickly_made
from leakwise.facts.terms.storage import UNSEEN, Device, Numbers, Storage, View, stored
from leakwise.facts.terms.values import UNKNOWN, Certainty, Graph, Kind, Scalar, Value

About = Literal["symbol", "value", "callers", "place"]

ToldData = tuple[dict[str, list[str]], dict[str, str]]
"""What users tell of libraries: see `told.told`."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Question:
    """One question about what lies outside a file.

    About a symbol: `folder` is the absolute path of the folder of the file that imports it, and
    `name` its dotted name as that file imports it, with the leading dots of a relative import. Or
    `folder` is empty and `name` is an address, as answers give it (see `address`); that of a class
    with a dot and a name after it asks for a method or an attribute of its objects.

    About a value: as about a symbol, but of a function or class only that it is one.

    About callers: `folder` is the absolute path of the file that defines the function, and `name`
    its qualified name in it.

    About a place: as about a symbol, but only where that is defined, by jedi.
    """

    about: About
    folder: str
    name: str


@dataclass(frozen=True, slots=True)
class Location:
    """Where a symbol is defined: an absolute path, and its qualified name in that file, which is
    empty for the module itself."""

    path: str
    qualified: str


@dataclass(frozen=True, slots=True)
class Dependency:
    """A file or folder as an answer saw it; once it differs, the answer is stale. Of what was not
    there both numbers are -1."""

    path: str
    mtime_ns: int
    size: int


@dataclass(frozen=True, slots=True)
class FoundKept:
    """What a method keeps of an argument with the graph that it carries, or that an element of it
    does. `parameter` is given at `position` behind `self`; `holder` is the path behind `self` and
    the dot, `how` the container's method, or "+" for a total. `renewed_by` are the methods of the
    class that begin the holder anew."""

    parameter: str
    position: int
    holder: str
    how: str
    renewed_by: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FoundFunction:
    """A function or method: what it returns (None: nothing), what training step it takes, with its
    callees (`backward`, `step` or empty), which functions of frameworks it calls, with them, what
    a method keeps on its object, and whether its code switches recording on or off, also in a
    function that it makes."""

    returns: Value | None = UNKNOWN
    trains: str = ""
    calls: frozenset[str] = frozenset()
    keeps: tuple[FoundKept, ...] = ()
    switches: bool = False


@dataclass(frozen=True, slots=True)
class FoundClass:
    """A class: the qualified names of its known ancestors, whether these are all, the kind of its
    objects, and of it and its known ancestors in user code the names of the methods, and of the
    attributes that these write, empty or cut."""

    address: str
    ancestors: frozenset[str] = frozenset()
    complete: bool = False
    kind: Kind = Kind.UNKNOWN
    methods: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FoundValue:
    """A module-level name, or an attribute of a class's objects."""

    value: Value


@dataclass(frozen=True, slots=True)
class FoundModule:
    """A module or package."""


@dataclass(frozen=True, slots=True)
class FoundCode:
    """A function or class, of which no more was asked."""


@dataclass(frozen=True, slots=True)
class FoundCallers:
    """How code in other files runs a function: OFF where every call seen is in a grad-off region,
    ON where some call is not, UNKNOWN where not all can be followed, None where there is none."""

    grad: GradMode | None


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """Where a symbol is defined."""

    location: Location


Found = (
    FoundFunction | FoundClass | FoundValue | FoundModule | FoundCode | FoundCallers | FoundPlace
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known; `found` is None where nothing is.

    `lasting` tells whether the answer may be kept between runs: until one of `depends` differs. An
    answer that rests on unsaved text may not. Nor may one about callers, which rests besides on
    this: that in no other file of the project the function's name stands.
    """

    found: Found | None = None
    depends: tuple[Dependency, ...] = ()
    lasting: bool = False


def address(path: str, qualified: str) -> str:
    """The name that a class or function of user code has in values: its file and its qualified
    name there. Such a name is the same from wherever it is seen, and never a framework's."""
    return f"{path}:{qualified}"


def is_address(name: str | None) -> bool:
    """Whether the name of a value is an address."""
    return name is not None and ":" in name


def location_of(name: str) -> Location:
    """Where an address leads."""
    path, _, qualified = name.rpartition(":")
    return Location(path, qualified)


def question_to_json(question: Question) -> list[str]:
    """The JSON form of a question."""
    return [question.about, question.folder, question.name]


def question_from_json(data: object) -> Question:
    """The question that a JSON form stands for.

    Raises:
        ValueError: it stands for none.
    """
    match data:
        case [("symbol" | "value" | "callers" | "place") as about, str(folder), str(name)]:
            return Question(about, folder, name)
    raise ValueError("no question")


def answer_to_json(answer: Answer) -> dict[str, object]:
    """The JSON form of an answer."""
    return {
        "found": None if answer.found is None else _found_to_json(answer.found),
        "depends": [[one.path, one.mtime_ns, one.size] for one in answer.depends],
        "lasting": answer.lasting,
    }


def answer_from_json(data: object) -> Answer:
    """The answer that a JSON form stands for.

    Raises:
        ValueError: it stands for none.
    """
    match data:
        case {"found": found, "depends": list(depends), "lasting": bool(lasting)}:
            return Answer(
                None if found is None else _found_from_json(found),
                tuple(_dependency(one) for one in depends),
                lasting,
            )
    raise ValueError("no answer")


def _dependency(data: object) -> Dependency:
    match data:
        case [str(path), int(mtime_ns), int(size)]:
            if len(_SHARED) >= _MOST_SHARED:
                _SHARED.clear()
            made = Dependency(path, mtime_ns, size)
            return _SHARED.setdefault(made, made)
    raise ValueError("no dependency")


_SHARED: dict[Dependency, Dependency] = {}
"""Thousands of answers rest on the same files."""
_MOST_SHARED = 20_000


def _found_to_json(found: Found) -> list[object]:
    match found:
        case FoundFunction(returns, trains, calls, keeps, switches):
            given = None if returns is None else _value_to_json(returns)
            kept = [_kept_to_json(one) for one in keeps]
            return ["function", given, trains, sorted(calls), kept, switches]
        case FoundClass(where, ancestors, complete, kind, methods, writes):
            names = sorted(ancestors), sorted(methods), sorted(writes)
            return ["class", where, complete, str(kind), *names]
        case FoundValue(value):
            return ["value", _value_to_json(value)]
        case FoundModule():
            return ["module"]
        case FoundCode():
            return ["code"]
        case FoundCallers(grad):
            return ["callers", None if grad is None else str(grad)]
        case FoundPlace(location):
            return ["place", location.path, location.qualified]


def _found_from_json(data: object) -> Found:
    match data:
        case ["function", returns, str(trains), list(calls), list(keeps), bool(switches)]:
            given = None if returns is None else _value_from_json(returns)
            kept = tuple(map(_kept_from_json, keeps))
            return FoundFunction(given, trains, _strings(calls), kept, switches)
        case ["class", str(where), bool(complete), str(kind), above, methods, writes]:
            names = _strings(above), complete, Kind(kind), _strings(methods), _strings(writes)
            return FoundClass(where, *names)
        case ["value", value]:
            return FoundValue(_value_from_json(value))
        case ["module"]:
            return FoundModule()
        case ["code"]:
            return FoundCode()
        case ["callers", None]:
            return FoundCallers(None)
        case ["callers", str(grad)]:
            return FoundCallers(GradMode(grad))
        case ["place", str(path), str(qualified)]:
            return FoundPlace(Location(path, qualified))
    raise ValueError("nothing found")


def _kept_to_json(kept: FoundKept) -> list[object]:
    renewing = sorted(kept.renewed_by)
    return [kept.parameter, kept.position, kept.holder, kept.how, renewing]


def _kept_from_json(data: object) -> FoundKept:
    match data:
        case [str(parameter), int(position), str(holder), str(how), renewing]:
            return FoundKept(parameter, position, holder, how, _strings(renewing))
    raise ValueError("nothing kept")


def _strings(data: object) -> frozenset[str]:
    if not isinstance(data, list):
        raise ValueError("no list")
    strings = [one for one in data if isinstance(one, str)]
    if len(strings) < len(data):
        raise ValueError("not all are strings")
    return frozenset(strings)


def _value_to_json(value: Value) -> dict[str, object]:
    """The parts of a value that differ from those of an unknown one; places and definitions have
    no form."""
    data: dict[str, object] = {"kind": str(value.kind)}
    if value.name is not None:
        data["name"] = value.name
    if value.graph is not Graph.UNKNOWN:
        data["graph"] = int(value.graph)
    if value.scalar:
        data["scalar"] = int(value.scalar)
    if value.certainty is not Certainty.SURE:
        data["certainty"] = str(value.certainty)
    if value.element is not None:
        data["element"] = _value_to_json(value.element)
    if value.items is not None:
        data["items"] = [_value_to_json(item) for item in value.items]
    if value.bound is not None:
        data["bound"] = value.bound
    if value.length is not None:
        data["length"] = value.length
    if is_plain(value.constant):
        data["constant"] = value.constant
    if value.fields is not None:
        data["fields"] = [[key, _value_to_json(one)] for key, one in value.fields if is_plain(key)]
    storage = value.storage
    if storage != UNSEEN:
        data["storage"] = [storage.device, storage.numbers, storage.view, storage.leaf]
    return data


def is_plain(constant: object) -> bool:
    """Whether a constant, or a key of a dict, has a JSON form."""
    return isinstance(constant, bool | int | str)


def _value_from_json(data: object) -> Value:
    if not isinstance(data, dict):
        raise ValueError("no value")
    name, constant = data.get("name"), data.get("constant")
    bound, length = data.get("bound"), data.get("length")
    element, items, fields = data.get("element"), data.get("items"), data.get("fields")
    if not (
        isinstance(name, str | None)
        and isinstance(constant, bool | int | str | None)
        and isinstance(bound, int | None)
        and isinstance(length, int | None)
        and isinstance(items, list | None)
        and isinstance(fields, list | None)
    ):
        raise ValueError("no value")
    return Value(
        Kind(data.get("kind", "")),
        name=name,
        graph=Graph(data.get("graph", Graph.UNKNOWN)),
        scalar=Scalar(data.get("scalar", Scalar.OPEN)),
        certainty=Certainty(data.get("certainty", Certainty.SURE)),
        element=None if element is None else _value_from_json(element),
        items=None if items is None else tuple(map(_value_from_json, items)),
        fields=None if fields is None else tuple(map(_field, fields)),
        bound=bound,
        length=length,
        constant=constant,
        storage=_storage(data.get("storage")),
    )


def _field(data: object) -> tuple[object, Value]:
    match data:
        case [bool() | int() | str() as key, value]:
            return key, _value_from_json(value)
    raise ValueError("no field")


def _storage(data: object) -> Storage:
    match data:
        case None:
            return UNSEEN
        case [str() | None as device, str() | None as numbers, str() | None as view, bool(leaf)]:
            return stored(
                None if device is None else Device(device),
                None if numbers is None else Numbers(numbers),
                None if view is None else View(view),
                leaf,
            )
    raise ValueError("no storage")
