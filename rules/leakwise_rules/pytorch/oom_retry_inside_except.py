"""LP019 oom-retry-inside-except."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Certainty, Handling, Keeping, Kind, Place
from leakwise.rule import (
    Applicability,
    Example,
    Finding,
    Fix,
    FixContext,
    GeneralSmell,
    Link,
    Negative,
    Practice,
    RelatedPlace,
    Report,
    RootCause,
    Rule,
    Severity,
)
from leakwise_rules.wording import shown

_OUT_OF_MEMORY = frozenset(
    {
        "torch.cuda.OutOfMemoryError",
        "torch.OutOfMemoryError",
        "torch.cuda.memory.OutOfMemoryError",
        "tensorflow.errors.ResourceExhaustedError",
    }
)
_WORDS = ("OutOfMemoryError", "ResourceExhaustedError", "RuntimeError", "Exception")
_TEXT = "out of memory"
_OTHER_RESOURCES = ("open files", "space left", "quota")
"""TensorFlow raises the same exception for these:
https://www.tensorflow.org/api_docs/python/tf/errors/ResourceExhaustedError."""


class OomRetryInsideExcept(Rule):
    """Work that ran out of memory is tried again while its frames are still alive.

    ## Why it leaks

    An exception holds its traceback, and that holds the frames of all functions that failed, with
    their tensors. They live until the `except` clause ends. A retry inside the clause therefore
    needs its own memory beside that of the attempt that did not fit. An exception that is put into
    a list keeps those tensors for as long as the list lives.

    Measured: the locals of the function that failed were alive inside the clause and dead behind
    it; an attempt that had put 64 MiB on a GPU held them until the clause ended. Of ten exceptions
    kept in a list, all ten kept the tensors of their frames.

    ## Best practice

    In the clause, only note that memory ran out. Free what can be freed and try again behind it.
    Where errors are collected, keep their text: `errors.append(str(error))`.

    ## When it is not a leak

    A clause that logs, empties a cache, sets a flag, continues a loop or raises again is right, and
    so is a retry behind the `try` statement or by a loop round it. Other errors than those of
    memory may be handled by a second attempt.
    """

    code = "LP019"
    name = "oom-retry-inside-except"
    message = "{what} in an `except` clause, and {reason}; {repair}."
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.HIDDEN_REFERENCE
    general_smell = GeneralSmell.UNBOUNDED_COLLECTION
    practices = (
        Practice(
            "BP24",
            "In the handler only note that memory ran out; retry after the except clause has "
            "ended.",
        ),
        Practice(
            "BP25", "Keep the text of an exception, not the object, when errors are collected."
        ),
    )
    links = (
        Link(
            "PyTorch FAQ: my out of memory exception handler can't allocate memory",
            "https://docs.pytorch.org/docs/stable/notes/faq.html",
        ),
        Link(
            "Memory that is freed only with the exception",
            "https://github.com/pytorch/pytorch/issues/18853",
        ),
        Link(
            "A graph that stays after running out of memory in backward",
            "https://github.com/pytorch/pytorch/issues/82218",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch
                from torch import nn

                def safe_step(model: nn.Module, batch):
                    try:
                        return model(batch)
                    except torch.cuda.OutOfMemoryError:
                        halves = batch.chunk(2)
                        return torch.cat([model(half) for half in halves])  # leak
            """,
            good="""
                import torch
                from torch import nn

                def safe_step(model: nn.Module, batch):
                    out = None
                    try:
                        out = model(batch)
                    except torch.cuda.OutOfMemoryError:
                        pass
                    if out is None:
                        halves = batch.chunk(2)
                        out = torch.cat([model(half) for half in halves])
                    return out
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import torch

                def run(model: torch.nn.Module, batches):
                    errors = []
                    for batch in batches:
                        try:
                            model(batch).sum().backward()
                        except torch.OutOfMemoryError as error:
                            errors.append(error)  # leak
                    return errors
            """,
            good="""
                import torch

                def run(model: torch.nn.Module, batches):
                    errors = []
                    for batch in batches:
                        try:
                            model(batch).sum().backward()
                        except torch.OutOfMemoryError as error:
                            errors.append(str(error))
                    return errors
            """,
        ),
        Example(
            bad="""
                import torch

                class Runner:
                    def __init__(self, model: torch.nn.Module):
                        self.model = model

                    def step(self, batch, pieces=1):
                        for part in batch.chunk(pieces):
                            self.model(part).sum().backward()

                    def safe_step(self, batch):
                        try:
                            self.step(batch)
                        except RuntimeError as error:
                            if "out of memory" not in str(error):
                                raise
                            torch.cuda.empty_cache()
                            self.step(batch, pieces=2)  # leak
            """,
            good="""
                import torch

                class Runner:
                    def __init__(self, model: torch.nn.Module):
                        self.model = model

                    def step(self, batch, pieces=1):
                        for part in batch.chunk(pieces):
                            self.model(part).sum().backward()

                    def safe_step(self, batch):
                        too_big = False
                        try:
                            self.step(batch)
                        except RuntimeError as error:
                            if "out of memory" not in str(error):
                                raise
                            too_big = True
                        if too_big:
                            torch.cuda.empty_cache()
                            self.step(batch, pieces=2)
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="It is files that ran out, not memory.",
            code="""
                import tensorflow as tf

                def put(file, data):
                    try:
                        file.write(pack(data))
                    except tf.errors.ResourceExhaustedError as error:
                        if not error.message.endswith("Too many open files"):
                            raise
                        file.write(pack(data))

                def pack(data):
                    return data.tobytes()
            """,
        ),
        Negative(
            why="The clause only notes it, and the retry stands behind.",
            code="""
                import torch

                def safe_step(model: torch.nn.Module, batch):
                    failed = False
                    try:
                        return model(batch)
                    except torch.cuda.OutOfMemoryError as error:
                        print(str(error))
                        failed = True
                    if failed:
                        torch.cuda.empty_cache()
                        return torch.cat([model(half) for half in batch.chunk(2)])
            """,
        ),
        Negative(
            why="A loop round the statement tries again.",
            code="""
                import torch

                def fit(model: torch.nn.Module, make, size):
                    while size:
                        try:
                            return model(make(size))
                        except torch.cuda.OutOfMemoryError:
                            size //= 2
            """,
        ),
        Negative(
            why="Texts are collected.",
            code="""
                import torch

                def run(model: torch.nn.Module, batches):
                    errors = []
                    for batch in batches:
                        try:
                            model(batch)
                        except torch.cuda.OutOfMemoryError as error:
                            errors.append(repr(error))
                    return errors
            """,
        ),
        Negative(
            why="This is another error than running out of memory.",
            code="""
                import torch

                def load(model: torch.nn.Module, batch):
                    try:
                        return model(batch)
                    except RuntimeError:
                        return model(batch.float())
            """,
        ),
        Negative(
            why="No tensors are at work here.",
            code="""
                def read(path):
                    return open(path).read()

                def read_twice(path, errors):
                    try:
                        return read(path)
                    except Exception as error:
                        errors.append(error)
                        return read(path + ".bak")
            """,
        ),
        Negative(
            why="The second attempt runs on the host, whose memory has not run out.",
            code="""
                import torch

                def convert(model: torch.nn.Module, batch):
                    try:
                        return model(batch)
                    except torch.OutOfMemoryError:
                        model = model.to("cpu")
                        return model(batch.to("cpu"))
            """,
        ),
        Negative(
            why="The clause cleans up and raises again.",
            code="""
                import torch

                def step(model: torch.nn.Module, optimizer, batch):
                    try:
                        model(batch).sum().backward()
                    except RuntimeError as error:
                        if "out of memory" in str(error):
                            optimizer.zero_grad()
                            torch.cuda.empty_cache()
                        raise
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.mentions(*_WORDS):
            return
        for handling in body.handlings:
            if _of_memory(handling):
                yield from self._retried(body, handling)
            if _of_memory(handling) or _of_networks(body, handling):
                yield from self._collected(body, handling)

    def _retried(self, body: BodyFacts, handling: Handling) -> Iterator[Report]:
        if _moves_to_the_host(body, handling):
            return
        runs = list(_runs(body))
        for callee, place in runs:
            if not handling.place.contains(place):
                continue
            for same, first in runs:
                if same == callee and handling.attempted.contains(first):
                    yield self.report(
                        place,
                        RelatedPlace(first, "The attempt that failed; its tensors are alive."),
                        certainty=Certainty.LIKELY,
                        what=f"`{shown(callee, 24)}` is run again",
                        reason="the tensors of the attempt that failed are alive",
                        repair="retry behind it",
                    )
                    return

    def _collected(self, body: BodyFacts, handling: Handling) -> Iterator[Report]:
        for keeping in body.keepings:
            if _keeps_exception(keeping) and handling.place.contains(keeping.place):
                yield self.report(
                    keeping.place,
                    certainty=Certainty.LIKELY,
                    anchors={"text": (keeping.place,)},
                    what=f"`{shown(keeping.holder, 24)}` keeps the exception",
                    reason="it holds the tensors of the frames that failed",
                    repair="keep its text",
                )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        if edits := context.wrap(finding.anchors.get("text", ()), "str({})"):
            yield Fix("Keep the text of the exception", edits, Applicability.UNSAFE)


def _of_memory(handling: Handling) -> bool:
    if any(other in text for text in handling.says for other in _OTHER_RESOURCES):
        return False
    return not _OUT_OF_MEMORY.isdisjoint(handling.catches) or any(
        _TEXT in text for text in handling.says
    )


def _of_networks(body: BodyFacts, handling: Handling) -> bool:
    """Whether what fails may be a network, whose frames hold the tensors of the pass."""
    runs = any(handling.attempted.contains(call.place) for call in body.module_calls)
    return runs and "builtins.RuntimeError" in handling.catches


def _runs(body: BodyFacts) -> Iterator[tuple[str, Place]]:
    """Every call of a network, or of a function of this file, with what is called."""
    for call in body.module_calls:
        yield call.callee, call.place
    for site in body.call_sites:
        if site.value.kind is Kind.FUNCTION:
            yield site.callee, site.place


def _moves_to_the_host(body: BodyFacts, handling: Handling) -> bool:
    """Whether the clause moves something to the host, whose memory has not run out."""
    moved = (
        site
        for site in body.method_calls("cpu")
        # `net(part).cpu()` brings home what was computed where it ran before.
        if site.receiver is not None and handling.place.contains(site.place)
    )
    return "cpu" in handling.says or any(moved)


def _keeps_exception(keeping: Keeping) -> bool:
    kept_longer = keeping.from_before or len(keeping.loops) > len(keeping.fresh_in)
    return keeping.stored.kind is Kind.EXCEPTION and kept_longer
