"""Where a tensor lies, what its numbers are, and whose storage it shows."""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache


class Device(StrEnum):
    """Where a tensor lies."""

    CPU = "cpu"
    ACCELERATOR = "accelerator"
    """CUDA, MPS, XPU and the like: memory of its own."""
    EITHER = "cpu or accelerator"
    """An accelerator where the machine has one."""


class Numbers(StrEnum):
    """What a tensor's numbers are, as far as autograd is concerned."""

    FLOATING = "floating"
    """Floating point or complex: may require gradients."""
    WHOLE = "whole"
    """Integers or booleans: never part of a graph."""


class View(StrEnum):
    """Whose storage a tensor shows."""

    OWN = "own"
    """One that was made for it."""
    SHARED = "shared"
    """All, or nearly all, of another tensor's or array's."""
    PART = "part"
    """A part of a bigger one, which it keeps whole."""


@dataclass(frozen=True, slots=True)
class Storage:
    """What is known of a tensor's storage; None where a thing is not known.

    `leaf` where it is a leaf that requires gradients, as parameters are: it refers to no graph, and
    what is computed from it does.
    """

    device: Device | None = None
    numbers: Numbers | None = None
    view: View | None = None
    leaf: bool = False


UNSEEN = Storage()
OWN = Storage(view=View.OWN)
WHOLE_NUMBERS = Storage(numbers=Numbers.WHOLE, view=View.OWN)
LEAF = Storage(numbers=Numbers.FLOATING, leaf=True)


@cache
def stored(
    device: Device | None = None,
    numbers: Numbers | None = None,
    view: View | None = None,
    leaf: bool = False,
) -> Storage:
    """The one `Storage` of these properties: equal ones are the same object."""
    for known in (UNSEEN, OWN, WHOLE_NUMBERS, LEAF):
        if known == Storage(device, numbers, view, leaf):
            return known
    return Storage(device, numbers, view, leaf)


def _interned(storage: Storage) -> Storage:
    return stored(storage.device, storage.numbers, storage.view, storage.leaf)


@cache
def joined(one: Storage, two: Storage) -> Storage:
    """What is known where either may stand."""
    device = one.device if one.device is two.device else None
    if device is None and one.device is not None and two.device is not None:
        device = Device.EITHER
    return stored(
        device,
        one.numbers if one.numbers is two.numbers else None,
        one.view if one.view is two.view else None,
        one.leaf and two.leaf,
    )


@cache
def computed(*operands: Storage) -> Storage:
    """Of what an operation makes of its operands: storage of its own, on their device.

    What is computed of whole numbers may be floating: a mean, a quotient.
    """
    devices = {one.device for one in operands}
    floating = any(one.numbers is Numbers.FLOATING for one in operands)
    return stored(
        devices.pop() if len(devices) == 1 else None,
        Numbers.FLOATING if floating else None,
        View.OWN,
    )


@cache
def shown_whole(storage: Storage) -> Storage:
    """Of another look at the same storage: `detach`, `transpose`, `view`."""
    view = View.PART if storage.view is View.PART else View.SHARED
    return stored(storage.device, storage.numbers, view)


@cache
def shown_part(storage: Storage) -> Storage:
    """Of a slice."""
    return stored(storage.device, storage.numbers, View.PART)


@cache
def perhaps_copied(storage: Storage) -> Storage:
    """Of what copies only where it must: `contiguous`, `reshape`, `float`."""
    view = storage.view if storage.view is View.OWN else None
    return stored(storage.device, storage.numbers, view)


@cache
def copied(storage: Storage) -> Storage:
    """Of a copy: `clone`, advanced indexing."""
    return stored(storage.device, storage.numbers, View.OWN)


@cache
def moved(storage: Storage, device: Device | None) -> Storage:
    """Of what was moved to a device: a copy where it lay on another."""
    if device is not None and storage.device is device and device is not Device.EITHER:
        return storage
    known = {device, storage.device}
    certain = known == {Device.CPU, Device.ACCELERATOR}
    base = copied(storage) if certain else perhaps_copied(storage)
    return _interned(replace(base, device=device))


@cache
def cast(storage: Storage, numbers: Numbers | None) -> Storage:
    """Of what was cast to numbers of a kind; a copy where they were of another."""
    changes = numbers is not None and storage.numbers is not None and numbers != storage.numbers
    base = copied(storage) if changes else perhaps_copied(storage)
    return _interned(replace(base, numbers=numbers))
