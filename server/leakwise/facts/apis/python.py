"""Functions of Python and its library, by what they give.

Source: https://docs.python.org/3/library/functions.html and /collections.html.
"""

from collections.abc import Callable

from leakwise.facts.apis.data_sets import loaded
from leakwise.facts.apis.files import BUFFER, IN_MEMORY
from leakwise.facts.terms.values import (
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
    qualified,
)

TEXT = Value(Kind.OTHER, name="builtins.str")
"""A text of which no more is known, such as the name of a file."""
READ_BY_PATH = (
    "builtins.open",
    "PIL.Image.open",
    "cv2.imread",
    "numpy.load",
    "pandas.read_csv",
    "librosa.load",
    "soundfile.read",
)
"""What these are given first is a path, as a text or an object, or an open file."""
Builtin = Callable[[list[Value], dict[str, Value]], Value]


def _number(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    return NUMBER


def _other(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    return OTHER


def _in_memory(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    return Value(Kind.OTHER, name=BUFFER)


def _one_after_another(element: Value) -> Value:
    return container(element).but(length=None)


def _texts() -> Value:
    return _one_after_another(TEXT)


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
    pairs = first.items or ()
    if pairs and known and all(_is_named(one) for one in pairs):
        named = {one.items[0].constant: one.items[1] for one in pairs if one.items}
        return mapping(tuple((named | keywords).items())).made_from(first.sources)
    held = first.element or UNKNOWN
    if first.name != DICT and held.items is not None and len(held.items) == 2:
        held = held.items[1]
    return Value(Kind.CONTAINER, name=DICT, element=held, sources=first.sources)


def _is_named(pair: Value) -> bool:
    """Whether this is a pair of a known key and a value."""
    return (
        pair.items is not None and len(pair.items) == 2 and isinstance(pair.items[0].constant, str)
    )


def _deque(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    limit = arguments[1] if len(arguments) > 1 else keywords.get("maxlen")
    bound = None
    if limit is not None and limit.name != "None":
        bound = limit.constant if isinstance(limit.constant, int) else 0
    element = arguments[0].element if arguments else None
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


def _either_element(arguments: list[Value]) -> Value:
    result: Value | None = None
    for argument in arguments:
        element = element_of(argument)
        result = element if result is None else join(result, element)
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


def transposed(pair: Value) -> Value:
    """What `zip(*pairs)` goes through, for what each of the pairs is."""
    if pair.items is None:
        return Value(Kind.CONTAINER, sources=pair.sources)
    columns = (Value(Kind.CONTAINER, element=item) for item in pair.items)
    return container(*columns, items=True).made_from(pair.sources)


def _named_tuple(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    """`collections.namedtuple("Pair", "one two")` makes a class."""
    if len(arguments) < 2:
        return UNKNOWN
    name, fields = arguments[0].constant, arguments[1]
    if isinstance(fields.constant, str):
        names = fields.constant.replace(",", " ").split()
    else:
        names = [one.constant for one in fields.items or () if isinstance(one.constant, str)]
    if not names or not isinstance(name, str):
        return UNKNOWN
    return Value(Kind.CLASS, name=name, fields=tuple((one, UNKNOWN) for one in names))


def _partial(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    """A function with some arguments given: what it gives may depend on those in `_TELLING`."""
    if not arguments:
        return UNKNOWN
    function = arguments[0]
    if function.kind is Kind.QUALIFIED and not _TELLING.isdisjoint(keywords):
        return UNKNOWN
    known = {Kind.FUNCTION, Kind.CLASS, Kind.MODULE, Kind.CRITERION, Kind.QUALIFIED}
    return function if function.kind in known else UNKNOWN


_TELLING = frozenset(["requires_grad", "reduction", "reduce", "size_average", "dim", "axis", "**"])


def _namespace(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    if arguments or "**" in keywords:
        return UNKNOWN
    return Value(Kind.INSTANCE, name="types.SimpleNamespace", fields=tuple(keywords.items()))


def _all_awaited(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    parts = [_awaited([one], {}) for one in arguments]
    return Value(Kind.AWAITABLE, element=container(*parts, items=True))


def _awaited(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    first = _first(arguments, keywords)
    return first.element or UNKNOWN if first.kind is Kind.AWAITABLE else UNKNOWN


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
    **dict.fromkeys(("builtins.dict", "collections.OrderedDict"), _dict),
    **dict.fromkeys(
        ("collections.defaultdict", "collections.Counter"),
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
    "collections.namedtuple": _named_tuple,
    "functools.partial": _partial,
    "types.SimpleNamespace": _namespace,
    # https://docs.python.org/3/library/multiprocessing.html: a context has the module's functions.
    **dict.fromkeys(
        ("multiprocessing.get_context", "torch.multiprocessing.get_context"),
        lambda arguments, keywords: qualified("multiprocessing"),
    ),
    "asyncio.run": _awaited,
    "asyncio.gather": _all_awaited,
    **dict.fromkeys(
        (f"asyncio.{name}" for name in ["create_task", "ensure_future", "shield", "wait_for"]),
        _first,
    ),
    "itertools.chain": lambda arguments, keywords: Value(
        Kind.CONTAINER, element=_either_element(arguments)
    ),
    **dict.fromkeys(IN_MEMORY, _in_memory),
    # https://docs.python.org/3/library/glob.html, /os.html#os.listdir, /os.path.html.
    **dict.fromkeys(
        ("glob.glob", "glob.iglob", "os.listdir"), lambda arguments, keywords: _texts()
    ),
    "os.walk": lambda arguments, keywords: _one_after_another(
        container(TEXT, _texts(), _texts(), items=True)
    ),
    **dict.fromkeys(
        (f"os.path.{name}" for name in ["join", "basename", "abspath", "realpath", "expanduser"]),
        lambda arguments, keywords: TEXT,
    ),
    "tensorflow_datasets.load": loaded,
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
        "packaging",
        "six",
        "typing_extensions",
    ]
)
"""Packages beside the standard library that know nothing of autograd."""
