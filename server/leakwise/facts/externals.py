"""What a document's facts know of other files: an answer for each question that they asked."""

import functools
import sys
from collections.abc import Callable

from leakwise.facts.apis import effect_of
from leakwise.facts.apis.keras import MODEL_METHODS
from leakwise.facts.apis.other_frameworks import WITH_TABLES
from leakwise.facts.apis.python import WITHOUT_TORCH
from leakwise.facts.apis.resources import MODULE_HOOKS
from leakwise.facts.apis.torch_methods import MODULE_ITSELF
from leakwise.facts.incremental.queries import Database, Input
from leakwise.facts.symbols.questions import (
    About,
    Answer,
    FoundCallers,
    FoundClass,
    FoundFunction,
    FoundValue,
    Question,
    is_address,
)
from leakwise.facts.terms.values import PENDING, UNKNOWN, Kind, Value
from leakwise.sources import uri_to_path

Outside = Callable[[Question], Answer | None]
"""Gives the answer to a question, None where it is still to come."""

FRAMEWORKS = WITH_TABLES | {"flax", "huggingface_hub", "jax", "wandb"}
"""Packages that are never asked about: the tables in `apis` say what is known of them."""

_MODULE_METHODS = (
    frozenset(["eval", "forward", "train", "register_buffer", "modules", "children"])
    | frozenset(["named_modules", "named_children", "parameters", "named_parameters", "buffers"])
    | frozenset(["state_dict", "load_state_dict", "apply", "zero_grad"])
    | MODULE_ITSELF
    | MODULE_HOOKS
)
"""Methods of `torch.nn.Module`, which keep their meaning where a class overrides them:
https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html."""
_OWN_METHODS = {Kind.MODULE: _MODULE_METHODS, Kind.KERAS_MODEL: MODEL_METHODS}


def knows_nothing(question: Question) -> Answer:
    """Where there is nobody to ask: nothing is known, and nothing will be."""
    return Answer()


@functools.lru_cache(maxsize=20_000)
def is_outside(qualified: str) -> bool:
    """Whether a qualified name may lead to user code, or to a package without tables."""
    if is_address(qualified) or qualified.startswith("."):
        return True
    root, _, rest = qualified.partition(".")
    return bool(rest) and not (
        root in FRAMEWORKS
        or root == "builtins"
        or root in sys.stdlib_module_names
        or root in WITHOUT_TORCH
        or effect_of(qualified) is not None
    )


class Externals:
    """The questions of one document. What reads an answer is computed again when it changes."""

    def __init__(self, database: Database, uri: str, outside: Outside = knows_nothing) -> None:
        path = uri_to_path(uri)
        self._database = database
        self._path = "" if path is None else str(path)
        self._folder = "" if path is None else str(path.parent)
        self._outside = knows_nothing if path is None else outside
        self._symbols: dict[str, Input[Answer | None]] = {}
        self._values: dict[str, Input[Answer | None]] = {}
        """Of what was asked for as a value alone."""
        self._callers: dict[str, Input[Answer | None]] = {}
        self._read: set[tuple[About, str]] = set()
        """What was asked, where nobody records that."""

    def wanted(self) -> list[Question]:
        """The questions that something asked and nobody answered yet."""
        return [
            question
            for question, answer in self._questions()
            if self._is_asked(question, answer) and answer.read() is None
        ]

    def asked(self) -> list[Question]:
        """All questions that something asked, answered or not."""
        return [one for one, answer in self._questions() if self._is_asked(one, answer)]

    def answers(self) -> dict[Question, Answer]:
        """What was answered of all that something asked."""
        known = ((question, answer.read()) for question, answer in self._questions())
        return {question: answer for question, answer in known if answer is not None}

    def has_asked(self, question: Question) -> bool:
        """Whether something asked this."""
        table = self._table(question.about)
        return question.name in table and self._question(question.about, question.name) == question

    def give(self, question: Question, answer: Answer) -> None:
        """Takes an answer; what read another one is in doubt from now on."""
        table = self._table(question.about)
        key = question.name
        if (known := table.get(key)) is None:
            table[key] = Input(self._database, answer)
        elif not self._database.final:
            known.set(answer)
        if isinstance(answer.found, FoundClass) and answer.found.address != key:
            self.give(Question("symbol", "", answer.found.address), answer)

    def _table(self, about: About) -> dict[str, Input[Answer | None]]:
        if about == "callers":
            return self._callers
        return self._values if about == "value" else self._symbols

    def _is_asked(self, question: Question, answer: Input[Answer | None]) -> bool:
        if self._database.final:
            return (question.about, question.name) in self._read
        return bool(answer.readers)

    def _questions(self) -> list[tuple[Question, Input[Answer | None]]]:
        return [
            *((self._question("symbol", name), answer) for name, answer in self._symbols.items()),
            *((self._question("value", name), answer) for name, answer in self._values.items()),
            *((self._question("callers", name), answer) for name, answer in self._callers.items()),
        ]

    def _question(self, about: About, name: str) -> Question:
        if about == "callers":
            return Question(about, self._path, name)
        return Question(about, "" if is_address(name) else self._folder, name)

    def symbol(self, name: str) -> Answer | None:
        """What is known of a qualified name; None while the answer is to come."""
        return self._asked_for("symbol", name)

    def _asked_for(self, about: About, name: str) -> Answer | None:
        if self._database.final:
            self._read.add((about, name))
        table = self._table(about)
        known = table.get(name)
        if known is None:
            question = self._question(about, name)
            answer = self._outside(question) if is_outside(name) else Answer()
            if answer is not None:
                self.give(question, answer)
                known = table[name]
            else:
                known = table[name] = Input(self._database, None)
        return known.read()

    def callers(self, name: str) -> FoundCallers | None:
        """How other files run a function of this one; None while the answer is to come. Where
        nothing can be known no caller is."""
        if self._database.final:
            self._read.add(("callers", name))
        known = self._callers.get(name)
        if known is None:
            answer = self._outside(self._question("callers", name))
            known = self._callers[name] = Input(self._database, answer)
        answer = known.read()
        if answer is None:
            return None
        return answer.found if isinstance(answer.found, FoundCallers) else FoundCallers(None)

    def class_(self, name: str) -> FoundClass | None:
        """The class that a name leads to; None for anything else."""
        answer = self.symbol(name)
        found = None if answer is None else answer.found
        return found if isinstance(found, FoundClass) else None

    def value(self, name: str) -> Value | None:
        """What an imported name holds that is neither a function, a class nor a module; None where
        it is one of these, or nothing is known."""
        if not is_outside(name):
            return None
        # Most are functions and classes, and what these do may never be asked.
        answer = self._asked_for("symbol" if name in self._symbols else "value", name)
        if answer is not None and isinstance(answer.found, FoundValue):
            return None if answer.found.value.kind is Kind.UNKNOWN else answer.found.value
        return None

    def instance(self, name: str) -> Value:
        """An object of a class; UNKNOWN where it is no known class, PENDING while that is to
        come."""
        if not is_outside(name):
            return UNKNOWN
        answer = self.symbol(name)
        if answer is None:
            return PENDING
        return UNKNOWN if not isinstance(answer.found, FoundClass) else made_by(answer.found)

    def attribute(self, class_: str, kind: Kind, name: str) -> Value:
        """What an attribute or a method of an object of a kind gives, whose class has the address
        `class_`.

        A framework's own methods are UNKNOWN here: what they do is known by the kind.
        """
        if name in _OWN_METHODS.get(kind, ()):
            return UNKNOWN
        about = self.symbol(class_)
        if about is None:
            return PENDING
        found = about.found
        if not isinstance(found, FoundClass) or (
            name not in found.methods and name not in found.writes
        ):
            return UNKNOWN
        member = f"{class_}.{name}"
        answer = self.symbol(member)
        if answer is None:
            return PENDING
        if isinstance(answer.found, FoundFunction):
            return Value(Kind.QUALIFIED, name=member)
        return answer.found.value if isinstance(answer.found, FoundValue) else UNKNOWN

    def result(self, class_: str, method: str) -> Value | None:
        """What a method gives when it is called; None where it gives nothing, UNKNOWN where the
        class has no such method or it is not known, PENDING while the answer is to come."""
        answer = self.symbol(f"{class_}.{method}")
        if answer is None:
            return PENDING
        return answer.found.returns if isinstance(answer.found, FoundFunction) else UNKNOWN

    def calls(self, name: str) -> frozenset[str]:
        """The framework functions that a function of another file calls."""
        if not is_outside(name):
            return frozenset()
        answer = self.symbol(name)
        if answer is None or not isinstance(answer.found, FoundFunction):
            return frozenset()
        return answer.found.calls


def made_by(found: FoundClass) -> Value:
    """An object of a class of another file; unknown where an unseen base may make it anything."""
    if found.kind is Kind.INSTANCE and not found.complete:
        return UNKNOWN
    return Value(found.kind, name=found.address)
