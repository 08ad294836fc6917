"""Functions of Python and its library, by what they give.

Source: https://docs.python.org/3/library/functions.html and /collections.html.
"""

from collections.abc import Callable

from leakwise.facts.values import (
    DICT,
    NUMBER,
    OTHER,
    UNKNOWN,
    Kind,
    Value,
    container,
    element_of,
    join,
    mapping,
)

Builtin = Callable[[list[Value], dict[str, Value]], Value]


def _number(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    return NUMBER


def _other(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    return OTHER


def _first(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    return arguments[0] if arguments else next(iter(keywords.values()), UNKNOWN)


def _gathered(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    if not arguments:
        return Value(Kind.CONTAINER, length=0)
    first = arguments[0]
    if first.kind in {Kind.CONTAINER, Kind.LOADER}:
        if first.fields is not None or first.name == DICT:
            return Value(Kind.CONTAINER, element=OTHER, length=first.length)
        return first.but(kind=Kind.CONTAINER)
    return Value(Kind.CONTAINER, element=element_of(first), sources=first.sources)


def _dict(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    known = "**" not in keywords
    if not arguments and known:
        return mapping(tuple(keywords.items()))
    if arguments and known and arguments[0].fields is not None:
        return mapping(tuple((dict(arguments[0].fields) | keywords).items()))
    if not arguments:
        return container(*keywords.values()).but(name=DICT, length=None)
    first = arguments[0]
    held = first.element or UNKNOWN
    if first.name != DICT and held.items is not None and len(held.items) == 2:
        held = held.items[1]
    return Value(Kind.CONTAINER, name=DICT, element=held, sources=first.sources)


def _deque(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    limit = arguments[1] if len(arguments) > 1 else keywords.get("maxlen")
    bound = None
    if limit is not None and limit.name != "None":
        bound = limit.constant if isinstance(limit.constant, int) else 0
    element = element_of(arguments[0]) if arguments else None
    return Value(Kind.CONTAINER, element=element, bound=bound)


def _new_container(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    return Value(Kind.CONTAINER, name=DICT)


def _sum(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    if not arguments:
        return UNKNOWN
    element = element_of(arguments[0])
    return element.made_from(arguments[0].sources)


def _either(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    if len(arguments) == 1:
        return element_of(arguments[0])
    result: Value | None = None
    for argument in arguments:
        result = argument if result is None else join(result, argument)
    return result or UNKNOWN


def _range(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    numbers = [one.constant for one in arguments if isinstance(one.constant, int)]
    length = None
    if numbers and len(numbers) == len(arguments) <= 3 and 0 not in numbers[2:]:
        length = len(range(*numbers))
    return Value(Kind.CONTAINER, element=NUMBER, length=length)


def _enumerated(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    return _tupled([Value(Kind.CONTAINER, element=NUMBER), *arguments[:1]], arguments[:1])


def _zipped(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    return _tupled(arguments, arguments)


def _tupled(parts: list[Value], over: list[Value]) -> Value:
    items = tuple(element_of(part) for part in parts)
    pair = Value(Kind.CONTAINER, items=items, length=len(items))
    lengths = [value.length for value in over]
    length = (
        None if None in lengths or not lengths else min(one for one in lengths if one is not None)
    )
    # Going through a loader in pairs is still going through a loader.
    kind = Kind.LOADER if any(value.kind is Kind.LOADER for value in over) else Kind.CONTAINER
    return Value(kind, element=pair, length=length)


BUILTINS: dict[str, Builtin] = {
    **dict.fromkeys(
        (
            f"builtins.{name}"
            for name in ["float", "int", "bool", "len", "round", "hash", "id", "ord", "complex"]
        ),
        _number,
    ),
    **dict.fromkeys(
        (
            f"builtins.{name}"
            for name in [
                "print",
                "str",
                "repr",
                "isinstance",
                "issubclass",
                "hasattr",
                "type",
                "format",
                "input",
                "open",
                "bytes",
                "callable",
                "chr",
                "bin",
                "hex",
                "vars",
                "dir",
            ]
        ),
        _other,
    ),
    **dict.fromkeys(
        (f"builtins.{name}" for name in ["list", "tuple"]),
        _gathered,
    ),
    **dict.fromkeys(
        (f"builtins.{name}" for name in ["set", "frozenset", "sorted", "reversed"]),
        lambda arguments, keywords: _gathered(arguments, keywords).but(items=None),
    ),
    "builtins.dict": _dict,
    **dict.fromkeys(
        ("collections.defaultdict", "collections.OrderedDict", "collections.Counter"),
        _new_container,
    ),
    "collections.deque": _deque,
    "builtins.abs": _first,
    "builtins.iter": _first,
    "builtins.next": lambda arguments, keywords: element_of(_first(arguments, keywords)),
    "builtins.sum": _sum,
    "builtins.min": _either,
    "builtins.max": _either,
    "builtins.range": _range,
    "builtins.enumerate": _enumerated,
    "builtins.zip": _zipped,
    **dict.fromkeys(
        ("tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm", "tqdm.trange", "rich.progress.track"),
        _first,
    ),
    "itertools.islice": _first,
    "itertools.cycle": _first,
}
"""By qualified name; none of these keeps what it is given."""

WITHOUT_TORCH = frozenset(
    [
        "tqdm",
        "numpy",
        "pandas",
        "matplotlib",
        "rich",
        "h5py",
        "PIL",
        "cv2",
        "scipy",
        "sklearn",
        "psutil",
        "yaml",
        "requests",
    ]
)
"""Packages beside the standard library that know nothing of autograd."""
