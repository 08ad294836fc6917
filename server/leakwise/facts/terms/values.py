"""What a value is: its kind, whether it carries an autograd graph, and what it was made from."""

from collections.abc import Callable
from enum import IntEnum, StrEnum
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any, NamedTuple

from leakwise.facts.terms.certainty import Certainty as Certainty
from leakwise.facts.terms.certainty import Scalar as Scalar
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.storage import UNSEEN, Device, Numbers, Storage, View, joined

if TYPE_CHECKING:
    from leakwise.facts.code.definitions import Definition


class Kind(StrEnum):
    """What a value is. UNKNOWN is an answer, and rules stay silent on it."""

    # The one of `Enum` is written in Python, and kinds are looked up in sets all the time.
    __hash__ = str.__hash__

    UNKNOWN = "unknown"
    TENSOR = "tensor"
    OUTPUT = "output"
    """What an unseen module returned: a tensor, or a structure that holds tensors."""
    MODULE = "module"
    CRITERION = "criterion"
    """A module without parameters: its result carries a graph only if an argument does."""
    OPTIMIZER = "optimizer"
    LOADER = "loader"
    DATASET = "dataset"
    SCHEDULER = "scheduler"
    """Of learning rates."""
    SCALER = "gradient scaler"
    ACCELERATOR = "accelerator"
    """What prepares networks and runs backward passes: of accelerate or of Fabric, by its name."""
    TRAINER = "trainer"
    TRANSFORM = "transform"
    """Makes samples ready; like a criterion it has no parameters."""
    METRIC = "metric"
    """Scores: of torchmetrics, or a metric or loss of Keras."""
    DISTRIBUTION = "distribution"
    """Of `torch.distributions`: `sample()` carries no graph, `rsample()` and `log_prob()` may."""
    DEVICE = "device"
    ARRAY = "array"
    """Of numpy or pandas: refers to no graph, and may share the storage of a tensor."""
    KERAS_MODEL = "keras model"
    KERAS_LAYER = "keras layer"
    TF_TENSOR = "tensorflow tensor"
    """Eager or symbolic, or a variable: TensorFlow's graphs are no part of `Graph`."""
    TF_FUNCTION = "tensorflow function"
    TF_DATASET = "tensorflow dataset"
    TF_GRAPH = "tensorflow graph"
    TAPE = "gradient tape"
    SESSION = "session"
    HOOK_HANDLE = "hook handle"
    FILE = "file"
    """Holds a descriptor: an open file, archive, data base, image that is not read yet, video."""
    WRITER = "writer"
    """Of training logs."""
    PROFILER = "profiler"
    FIGURE = "figure"
    """Of pyplot, which keeps it."""
    POOL = "pool"
    """Of processes or threads."""
    PROCESS = "process"
    THREAD = "thread"
    PROCESS_GROUP = "process group"
    RESOURCE = "resource"
    """Another thing that holds on to something until it is released; its name says which."""
    EXCEPTION = "exception"
    CONTEXT = "context"
    CONTAINER = "container"
    AWAITABLE = "awaitable"
    """What `await` takes; its element is what that gives."""
    NUMBER = "number"
    OTHER = "other"
    """Known, and nothing that leaks."""
    FUNCTION = "function"
    CLASS = "class"
    INSTANCE = "instance"
    QUALIFIED = "qualified name"
    """An imported module, or a name of one."""
    PENDING = "pending"
    """Unknown until another file's facts are there: what it is used for proves nothing yet."""


class Graph(IntEnum):
    """Whether a tensor refers to the autograd graph that made it."""

    DETACHED = 0
    UNKNOWN = 1
    ATTACHED = 2


Source = str | Place
"""What a value was made from: a path that it was read from or gathered in, or a module's call."""

MODULES_OF_MODULES = frozenset({"torch.nn.ModuleList", "torch.nn.Sequential"})
"""Going through one gives modules: https://docs.pytorch.org/docs/stable/nn.html#containers."""

MOST_SOURCES = 24
MOST_FIELDS = 32
"""More keys of a dict, or items of a list, are not kept apart."""
DICT = "builtins.dict"
LIST = "builtins.list"
ANY_SOURCE = "*"
"""Stands for every source, where there are too many to keep apart."""


class Value(NamedTuple):
    """What is known of a value. A tuple, since values are made and compared all the time.

    `name` is the qualified name of a class, function or module; `definition` the one in this
    file. `element` joins what a container holds, `items` are those of a tuple, `bound` is its
    `maxlen`, `length` the number of elements of a literal. `constant` is the value of a literal.
    `fields` are what stands at the known keys of a dict, or in the attributes of an object. `part`
    is one of what a container holds that carries a graph; its origin is where it was put in, where
    that is known and it is the only one.
    """

    kind: Kind = Kind.UNKNOWN
    name: str | None = None
    graph: Graph = Graph.UNKNOWN
    scalar: Scalar = Scalar.OPEN
    certainty: Certainty = Certainty.SURE
    element: "Value | None" = None
    items: "tuple[Value, ...] | None" = None
    fields: "Fields | None" = None
    bound: int | None = None
    length: int | None = None
    constant: object = None
    definition: "Definition | None" = None
    origin: Place | None = None
    sources: frozenset[Source] = frozenset()
    storage: Storage = UNSEEN
    part: "Value | None" = None

    @property
    def device(self) -> Device | None:
        """Where it lies; of what names a device: the one that it names. None where unknown."""
        return self.storage.device

    @property
    def numbers(self) -> Numbers | None:
        """Whether a tensor's numbers are floating or whole; None where unknown."""
        return self.storage.numbers

    @property
    def view(self) -> View | None:
        """Whether a tensor shows storage of its own or another's; None where unknown."""
        return self.storage.view

    @property
    def is_leaf(self) -> bool:
        """Whether it is a leaf that requires gradients: what is computed of it has a graph."""
        return self.storage.leaf

    @property
    def carries_graph(self) -> bool:
        """Whether this is a tensor, or a structure of them, that refers to an autograd graph."""
        return self.graph is Graph.ATTACHED and self.kind in _TENSORS

    @property
    def is_tensor(self) -> bool:
        """Whether this is a tensor, or what a module returned."""
        return self.kind in _TENSORS

    def but(self, **changes: object) -> "Value":
        """A copy with some fields changed."""
        parts = list(self)
        for name, part in changes.items():
            parts[_AT[name]] = part
        return tuple.__new__(Value, parts)

    def made_from(self, sources: frozenset[Source]) -> "Value":
        """The same value, known to be made from `sources` too."""
        if not sources or sources <= self.sources:
            return self
        return self.but(sources=merge_sources(self.sources, sources))

    def portable(self) -> "Value":
        """The value as another body sees it: without places and sources of this one."""
        if self.origin is None and not self.sources and not self._holds:
            return self
        element = None if self.element is None else self.element.portable()
        items = None if self.items is None else tuple(item.portable() for item in self.items)
        fields = self.fields
        if fields is not None:
            fields = tuple((key, value.portable()) for key, value in fields)
        part = None if self.part is None else self.part.portable().but(origin=self.part.origin)
        changes: dict[str, Any] = {"element": element, "items": items, "fields": fields}
        changes["part"] = part
        return self.but(origin=None, sources=frozenset(), **changes)

    def mapped(self, change: "Callable[[Value], Value]") -> "Value":
        """The same value, changed itself and in all that it holds."""
        value = change(self)
        if not value._holds:
            return value
        element = None if value.element is None else value.element.mapped(change)
        items = None if value.items is None else tuple(one.mapped(change) for one in value.items)
        fields = value.fields
        if fields is not None:
            fields = tuple((key, one.mapped(change)) for key, one in fields)
        part = None if value.part is None else value.part.mapped(change)
        return value.but(element=element, items=items, fields=fields, part=part)

    @property
    def _holds(self) -> bool:
        return bool(self.element or self.items or self.fields or self.part)

    def field(self, key: object) -> "Value | None":
        """What is known to stand at a key or in an attribute."""
        for known, value in self.fields or ():
            if known == key:
                return value
        return None

    def with_field(self, key: object, value: "Value") -> "Value":
        """The same dict or object with a value at a key or in an attribute."""
        kept = tuple(field for field in self.fields or () if field[0] != key)
        return self.but(fields=(*kept, (key, value)))

    def without_field(self, key: object) -> "Value":
        """The same dict without what stood at a key."""
        return self.but(fields=tuple(field for field in self.fields or () if field[0] != key))

    def mixed(self) -> "Value":
        """The same container when it is no longer known what stands where in it."""
        if self.items is None and self.fields is None and self.length is None:
            return self
        return self.but(items=None, fields=None, length=None)


Fields = tuple[tuple[object, Value], ...]
_AT = {name: position for position, name in enumerate(Value._fields)}
Items = tuple[Value, ...] | None

_TENSORS = frozenset({Kind.TENSOR, Kind.OUTPUT})

UNKNOWN = Value()
PENDING = Value(Kind.PENDING)
NUMBER = Value(Kind.NUMBER)
OTHER = Value(Kind.OTHER)
SHAPE = Value(Kind.CONTAINER, element=NUMBER)
NONE = Value(Kind.OTHER, name="None")


@lru_cache(maxsize=20_000)
def qualified(name: str) -> Value:
    """An imported module, or a name of one."""
    return Value(Kind.QUALIFIED, name=name)


def tensor(
    graph: Graph,
    *,
    scalar: Scalar = Scalar.OPEN,
    certainty: Certainty = Certainty.SURE,
    origin: Place | None = None,
    sources: frozenset[Source] = frozenset(),
    storage: Storage = UNSEEN,
) -> Value:
    """A tensor."""
    return Value(
        Kind.TENSOR,
        graph=graph,
        scalar=scalar,
        certainty=certainty,
        origin=origin,
        sources=sources,
        storage=storage,
    )


def merge_sources(one: frozenset[Source], two: frozenset[Source]) -> frozenset[Source]:
    """Both sets as one; too many become any."""
    if not two or one is two:
        return one
    if not one:
        return two
    merged = one | two
    return merged if len(merged) <= MOST_SOURCES else frozenset({ANY_SOURCE})


def overlap(one: frozenset[Source], two: frozenset[Source]) -> bool:
    """Whether two sets of sources may share one."""
    if not one or not two:
        return False
    return ANY_SOURCE in one or ANY_SOURCE in two or not one.isdisjoint(two)


def join(one: Value, two: Value) -> Value:
    """What is known where either value may stand."""
    if one is two or one == two:
        return one
    sources = merge_sources(one.sources, two.sources)
    if one.kind is Kind.PENDING or two.kind is Kind.PENDING:
        return PENDING.made_from(sources)
    certainty = one.certainty.weaker(two.certainty)
    origin = one.origin or two.origin
    if one.is_tensor and two.is_tensor:
        return Value(
            one.kind if one.kind is two.kind else Kind.OUTPUT,
            graph=one.graph if one.graph is two.graph else Graph.UNKNOWN,
            scalar=min(one.scalar, two.scalar),
            certainty=certainty,
            origin=origin,
            sources=sources,
            storage=_join_storage(one, two),
        )
    if one.kind is two.kind:
        same_name = one.name if one.name == two.name else None
        same_type = type(one.constant) is type(two.constant)
        element = one.element or two.element
        if one.element is not None and two.element is not None:
            element = join(one.element, two.element)
        return Value(
            one.kind,
            name=same_name,
            graph=one.graph if one.graph is two.graph else Graph.UNKNOWN,
            certainty=certainty,
            element=element,
            items=_join_items(one.items, two.items),
            fields=_join_fields(one.fields, two.fields),
            bound=one.bound if one.bound == two.bound else None,
            length=one.length if one.length == two.length else None,
            constant=one.constant if same_type and one.constant == two.constant else None,
            definition=one.definition if one.definition is two.definition else None,
            origin=origin,
            sources=sources,
            storage=_join_storage(one, two),
            part=one.part if one.part == two.part else None,
        )
    for first, second in ((one, two), (two, one)):
        # An optional import gives None.
        if first.kind is Kind.QUALIFIED and second.name == NONE.name:
            return first
    # An array has lost its graph, which what is unknown would seem to have.
    lasting = [x.sources for x in (one, two) if x.kind not in {Kind.ARRAY, Kind.NUMBER}]
    return Value(certainty=certainty, sources=frozenset().union(*lasting), origin=origin)


def _join_storage(one: Value, two: Value) -> Storage:
    return one.storage if one.storage is two.storage else joined(one.storage, two.storage)


def _join_items(one: Items, two: Items) -> Items:
    if one is None or two is None or len(one) != len(two):
        return None
    return tuple(join(first, second) for first, second in zip(one, two, strict=True))


def _join_fields(one: Fields | None, two: Fields | None) -> Fields | None:
    if one is None or two is None or one == two:
        return one if one == two else None
    # Set on one way only: where it is used, that way was taken.
    joined = dict(one)
    for key, value in two:
        joined[key] = join(joined.get(key, value), value)
    return tuple(joined.items())


def container(*elements: Value, items: bool = False, bound: int | None = None) -> Value:
    """A container that holds `elements`; with `items` it keeps them apart."""
    return Value(
        Kind.CONTAINER,
        element=reduce(join, elements) if elements else None,
        items=elements if items else None,
        length=len(elements),
        bound=bound,
    )


def mapping(fields: Fields, rest: Value | None = None) -> Value:
    """A dict with these values at its keys, and `rest` at others that are not known."""
    values = [value for _, value in fields]
    if rest is not None:
        return container(*values, rest).but(length=None)
    return container(*values).but(fields=fields if len(values) <= MOST_FIELDS else None, name=DICT)


def element_of(value: Value) -> Value:
    """What iterating or unpacking a value gives."""
    if value.kind is Kind.FILE or value.fields is not None or value.name == DICT:
        return OTHER
    if value.kind in {Kind.CONTAINER, Kind.LOADER}:
        return (value.element or UNKNOWN).made_from(value.sources)
    if value.kind is Kind.TENSOR:
        return value.but(scalar=Scalar.OPEN)
    if value.name in MODULES_OF_MODULES and value.kind is Kind.MODULE:
        # One of them may have no parameters.
        any_ = Value(Kind.MODULE, certainty=value.certainty.weaker(Certainty.LIKELY))
        return (value.element or any_).made_from(value.sources)
    if value.kind is Kind.OUTPUT:
        return value.but(certainty=value.certainty.weaker(Certainty.LIKELY))
    return value if value.kind is Kind.PENDING else Value(sources=value.sources)
