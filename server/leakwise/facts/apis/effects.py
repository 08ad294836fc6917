"""What a call of a framework does, as data."""

from dataclasses import dataclass
from enum import Enum, auto

from leakwise.facts.terms.storage import OWN, UNSEEN, Device, Numbers, Storage, View, stored
from leakwise.facts.terms.values import Kind


class Gives(Enum):
    """What a call gives back."""

    INSTANCE = auto()
    """An object of the effect's kind."""
    NEW_TENSOR = auto()
    """A tensor without a graph, whatever the arguments are."""
    DIFFERENTIABLE = auto()
    """A tensor with the graph of its arguments."""
    ARGUMENT = auto()
    """Its first argument, perhaps wrapped."""
    ARGUMENTS = auto()
    """Its arguments, in their order, perhaps wrapped; its only one where there is one."""
    OTHER = auto()
    """Something known that carries no graph."""
    RESULT = auto()
    """A value of the effect's kind that is made of the arguments."""
    DEVICE = auto()
    """The device that its first argument names."""
    GRAD_SWITCH = auto()
    """A context manager and decorator that sets the grad mode."""
    READ = auto()
    """What a file holds: unknown, and followed to where it is used."""
    CONTEXT = auto()
    """A context manager that gives its first argument, or nothing of interest."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one callable gives.

    `scalar` where the tensor has one element by default; `grad` for a switch: the mode that it
    sets, or None where its argument says so. `storage` tells of a new tensor, a copy or a device;
    `like` where device and numbers are those of the first argument unless `storage` says more.
    `pair` where whole numbers come with the result: indices, lengths. `parts` for several results:
    the kind of each.
    """

    gives: Gives
    kind: Kind = Kind.UNKNOWN
    scalar: bool = False
    grad: bool | None = None
    storage: Storage = UNSEEN
    like: bool = False
    pair: bool = False
    parts: tuple[Kind, ...] = ()


_FRESH = stored(Device.CPU, Numbers.FLOATING, View.OWN)
_FRESH_WHOLE = stored(Device.CPU, Numbers.WHOLE, View.OWN)
_FRESH_ANY = stored(Device.CPU, None, View.OWN)
_WHOLE = stored(None, Numbers.WHOLE, View.OWN)
_SHARED = stored(Device.CPU, None, View.SHARED)

NEW_TENSOR = Effect(Gives.NEW_TENSOR, Kind.TENSOR, storage=_FRESH)
NEW_OF_ANY = Effect(Gives.NEW_TENSOR, Kind.TENSOR, storage=_FRESH_ANY)
NEW_WHOLE = Effect(Gives.NEW_TENSOR, Kind.TENSOR, storage=_FRESH_WHOLE)
NEW_SHARED = Effect(Gives.NEW_TENSOR, Kind.TENSOR, storage=_SHARED)
NEW_LIKE = Effect(Gives.NEW_TENSOR, Kind.TENSOR, storage=stored(view=View.OWN), like=True)
CUT = Effect(Gives.NEW_TENSOR, Kind.TENSOR, storage=stored(view=View.SHARED), like=True)
WHOLE = Effect(Gives.NEW_TENSOR, Kind.TENSOR, storage=_WHOLE, like=True)
DIFFERENTIABLE = Effect(Gives.DIFFERENTIABLE, Kind.TENSOR)
SCALAR = Effect(Gives.DIFFERENTIABLE, Kind.TENSOR, scalar=True)
PAIR = Effect(Gives.DIFFERENTIABLE, Kind.TENSOR, pair=True)
STRUCTURE = Effect(Gives.DIFFERENTIABLE, Kind.OUTPUT)
ARGUMENT = Effect(Gives.ARGUMENT)
COPY = Effect(Gives.ARGUMENT, storage=OWN)
ARGUMENTS = Effect(Gives.ARGUMENTS)
OTHER = Effect(Gives.OTHER, Kind.OTHER)
NUMBER = Effect(Gives.OTHER, Kind.NUMBER)
CONTEXT = Effect(Gives.CONTEXT, Kind.CONTEXT)
READ = Effect(Gives.READ)


def instance(kind: Kind) -> Effect:
    """The effect of a class: calling it makes an object of `kind`."""
    return Effect(Gives.INSTANCE, kind)


def result(kind: Kind) -> Effect:
    """The effect of a function whose result is of `kind` and made of its arguments."""
    return Effect(Gives.RESULT, kind)


def effects(effect: Effect, prefix: str, names: str) -> dict[str, Effect]:
    """The same effect for several names, separated by white space, under one prefix."""
    return {f"{prefix}{name}": effect for name in names.split()}
