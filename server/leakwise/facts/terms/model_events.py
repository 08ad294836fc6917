"""What happens to Keras models in a body."""

from dataclasses import dataclass

from leakwise.facts.apis.keras import training_word
from leakwise.facts.terms.events import Event, Keeping, Loop
from leakwise.facts.terms.lifetimes import Rhythm
from leakwise.facts.terms.places import Place
from leakwise.facts.terms.values import Value


@dataclass(frozen=True, slots=True)
class Construction(Event):
    """A costly object built. `target` is the path that it is bound to; `from_outside` whether it is
    built on layers or models that were made before the innermost loop began, or without a loop
    before the body.

    `trained` where use alone tells that a call gave a model: the words for how it is trained. In
    each round of the loops `varies_in` it is made of something else; `of_parameters` where it is
    made of what the body was given.
    """

    what: Value
    callee: str
    target: str | None
    from_outside: bool
    statement: Place
    trained: frozenset[str] = frozenset()
    varies_in: tuple[Loop, ...] = ()
    of_parameters: bool = False

    @property
    def is_new(self) -> bool:
        """Whether each round or call surely makes another object: a constructor gives it, it is
        compiled there, or it is made of something else each time."""
        if not self.trained or training_word("compile") in self.trained:
            return True
        return self.loops[-1] in self.varies_in if self.loops else self.of_parameters


@dataclass(frozen=True, slots=True)
class ModelUse(Event):
    """A method called on a model, such as `fit`."""

    model: str
    origin: Place | None
    method: str


@dataclass(frozen=True, slots=True)
class LambdaKeeping(Event):
    """What a lambda keeps that a Keras callback is made of here. `rhythm` is how often Keras calls
    it."""

    keeping: Keeping
    rhythm: Rhythm


@dataclass(frozen=True, slots=True)
class SingleGiven(Event):
    """A `return` that gives a batch of one sample."""
