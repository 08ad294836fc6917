"""LP027 itertools-cycle-on-dataloader."""

import re
from collections.abc import Iterator

from leakwise.facts import Argument, BodyFacts, Certainty, Kind
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
from leakwise.text import Edit
from leakwise_rules.wording import shown

_CYCLE = "itertools.cycle"
_LOADS = frozenset({Kind.LOADER, Kind.TF_DATASET})
_NAMED_SO = re.compile(r"(?:^|_)(?:data_?)?loader(?:_|$)", re.IGNORECASE)
_REPEAT = "_repeat"
_GENERATOR = f"def {_REPEAT}(loader):\n    while True:\n        yield from loader"


class ItertoolsCycleOnDataloader(Rule):
    """`itertools.cycle` goes round a DataLoader and keeps every batch.

    ## Why it leaks

    `itertools.cycle` saves a copy of each item of its first pass, and later passes give these. Of a
    DataLoader it therefore keeps every batch: after the first epoch the whole data set is in
    memory, augmented and collated, in pinned memory or on the GPU where batches are put there. It
    stays as long as the iterator does.

    Going twice through 64 MB of batches with `cycle` added 65.1 MiB, and a generator that iterates
    the loader anew added 0.0. `cycle` also repeats the order and the augmentations of the first
    pass, so that `shuffle=True` shuffles only once.

    ## Best practice

    Repeat a loader with a generator that iterates it anew: `while True: yield from loader`.

    ## When it is not a leak

    Cycling over a short list, over colours or devices, keeps a few items. A generator of one's own
    that is called `cycle` keeps what it says it does.
    """

    code = "LP027"
    name = "itertools-cycle-on-dataloader"
    message = (
        "`{cycle}` keeps every batch of `{loader}` in memory after the first pass; "
        "repeat the loader with a generator."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.DATA_PIPELINE_REPLICATION
    general_smell = GeneralSmell.UNBOUNDED_COLLECTION
    practices = (
        Practice(
            "BP35",
            "Repeat a loader with a generator that iterates it anew "
            "(`while True: yield from loader`), which also reshuffles.",
        ),
    )
    links = (
        Link(
            "Python: itertools.cycle",
            "https://docs.python.org/3/library/itertools.html#itertools.cycle",
        ),
        Link(
            "cycle stores what it yields, in PyTorch",
            "https://github.com/pytorch/pytorch/issues/23900",
        ),
        Link(
            "cycle replaced, in neuralpredictors",
            "https://github.com/sinzlab/neuralpredictors/pull/76",
        ),
        Link(
            "RAM that grew until the kernel ended training, in SSS-GS",
            "https://github.com/cgtuebingen/SSS-GS/pull/7",
        ),
        Link(
            "Growth of inference, in lartpc_mlreco3d",
            "https://github.com/DeepLearnPhysics/lartpc_mlreco3d/pull/77",
        ),
    )
    examples = (
        Example(
            bad="""
                from itertools import cycle
                import torch

                unlabeled = cycle(unlabeled_loader)  # leak
                for x, y in labeled_loader:
                    u = next(unlabeled)
                    step(x, y, u)
            """,
            good="""
                from itertools import cycle
                import torch

                def _repeat(loader):
                    while True:
                        yield from loader

                unlabeled = _repeat(unlabeled_loader)
                for x, y in labeled_loader:
                    u = next(unlabeled)
                    step(x, y, u)
            """,
        ),
        Example(
            bad="""
                import itertools
                from torch.utils.data import DataLoader

                def train(labelled, unlabelled, steps, step):
                    pairs = DataLoader(labelled, batch_size=32, shuffle=True)
                    images = DataLoader(unlabelled, batch_size=256, shuffle=True)
                    for (x, y), u in zip(pairs, itertools.cycle(images)):  # leak
                        step(x, y, u)
            """,
            good="""
                import itertools
                from torch.utils.data import DataLoader

                def _repeat(loader):
                    while True:
                        yield from loader

                def train(labelled, unlabelled, steps, step):
                    pairs = DataLoader(labelled, batch_size=32, shuffle=True)
                    images = DataLoader(unlabelled, batch_size=256, shuffle=True)
                    for (x, y), u in zip(pairs, _repeat(images)):
                        step(x, y, u)
            """,
        ),
        Example(
            bad="""
                import itertools as it
                from torch.utils.data import DataLoader

                class Trainer:
                    def __init__(self, dataset, replay):
                        self.loader = DataLoader(dataset, batch_size=64)
                        self.replay = it.cycle(iter(DataLoader(replay, batch_size=16)))  # leak

                    def fit(self, step):
                        for batch in self.loader:
                            step(batch, next(self.replay))
            """,
            good="""
                from torch.utils.data import DataLoader

                class Trainer:
                    def __init__(self, dataset, replay):
                        self.loader = DataLoader(dataset, batch_size=64)
                        self.replay = self.repeated(DataLoader(replay, batch_size=16))

                    @staticmethod
                    def repeated(loader):
                        while True:
                            yield from loader

                    def fit(self, step):
                        for batch in self.loader:
                            step(batch, next(self.replay))
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="A few strings, colours or numbers are kept.",
            code="""
                import itertools
                import torch

                devices = itertools.cycle([torch.device("cuda:0"), torch.device("cuda:1")])
                rates = itertools.cycle((0.1, 0.01))
                colours = itertools.cycle("rgb")
            """,
        ),
        Negative(
            why="A generator of one's own iterates the loader anew.",
            code="""
                from torch.utils.data import DataLoader

                def cycle(loader):
                    while True:
                        for batch in loader:
                            yield batch

                def batches(dataset):
                    return cycle(DataLoader(dataset, batch_size=8))
            """,
        ),
        Negative(
            why="The loader's parameters are cycled over, not its batches.",
            code="""
                from itertools import cycle
                from torch.utils.data import DataLoader

                loader = DataLoader(range(64), batch_size=8)
                sizes = cycle([len(loader), loader.batch_size])
                names = cycle(["train_loader", "test_loader"])
            """,
        ),
        Negative(
            why="What a name stands for that does not say it is not known.",
            code="""
                import itertools
                import torch

                def pairs(images, styles):
                    return zip(images, itertools.cycle(styles))
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for cycle in body.calls_of(_CYCLE):
            given = cycle.argument("iterable", 0)
            certainty = None if given is None or given.keyword == "*" else _batches(given)
            if given is None or certainty is None:
                continue
            yield self.report(
                cycle.place,
                *(
                    RelatedPlace(loop.place, "Each round of this loop makes and keeps them anew.")
                    for loop in cycle.loops[-1:]
                ),
                certainty=certainty,
                anchors={
                    "cycle": (cycle.place,),
                    "loader": (given.place,) if given.path else (),
                    "above": (body.top_level or cycle.statement,),
                },
                cycle=shown(cycle.callee, 24),
                loader=shown(given.path or "the loader", 24),
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        above = finding.anchors["above"][0]
        for cycle, loader in zip(finding.anchors["cycle"], finding.anchors["loader"], strict=False):
            text = context.document.slice
            repeated = f"{_REPEAT}({text(loader)})"
            if not (edits := context.replace(cycle, text(cycle), repeated)):
                continue
            if f"def {_REPEAT}(" not in context.document.text:
                defined = context.insert_before(above, _GENERATOR)
                if not defined:
                    continue
                edits = (*(_with_line_below(edit) for edit in defined), *edits)
            yield Fix("Repeat it with a generator", edits, Applicability.UNSAFE)


def _with_line_below(edit: Edit) -> Edit:
    """The edit, with an empty line behind what it inserts."""
    line_end = "\r\n" if edit.text.endswith("\r\n") else edit.text[-1:]
    return Edit(edit.range, edit.text + line_end)


def _batches(given: Argument) -> Certainty | None:
    """How sure it is that an argument gives the batches of a loader; None where nothing says so."""
    if given.value.kind in _LOADS:
        return given.value.certainty
    named = given.value.kind is Kind.UNKNOWN and _NAMED_SO.search(given.path or "")
    return Certainty.LIKELY if named else None
