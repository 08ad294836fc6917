"""What a call of a framework does, as data."""

from dataclasses import dataclass
from enum import Enum, auto

from leakwise.facts.values import Kind


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
    OTHER = auto()
    """Something known that carries no graph."""
    GRAD_SWITCH = auto()
    """A context manager and decorator that sets the grad mode."""
    CONTEXT = auto()
    """A context manager that gives its first argument, or nothing of interest."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one callable gives.

    `scalar` where the tensor has one element by default; `grad` for a switch: the mode that it
    sets, or None where its argument says so.
    """

    gives: Gives
    kind: Kind = Kind.UNKNOWN
    scalar: bool = False
    grad: bool | None = None


NEW_TENSOR = Effect(Gives.NEW_TENSOR, Kind.TENSOR)
DIFFERENTIABLE = Effect(Gives.DIFFERENTIABLE, Kind.TENSOR)
SCALAR = Effect(Gives.DIFFERENTIABLE, Kind.TENSOR, scalar=True)
ARGUMENT = Effect(Gives.ARGUMENT)
OTHER = Effect(Gives.OTHER, Kind.OTHER)
CONTEXT = Effect(Gives.CONTEXT, Kind.CONTEXT)


def instance(kind: Kind) -> Effect:
    """The effect of a class: calling it makes an object of `kind`."""
    return Effect(Gives.INSTANCE, kind)


def effects(effect: Effect, prefix: str, names: str) -> dict[str, Effect]:
    """The same effect for several names, separated by white space, under one prefix."""
    return {f"{prefix}{name}": effect for name in names.split()}
