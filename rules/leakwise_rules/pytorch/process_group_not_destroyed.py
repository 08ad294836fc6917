"""LP032 process-group-not-destroyed."""

from collections.abc import Iterator

from leakwise.facts import (
    Acquisition,
    BodyFacts,
    CallSite,
    Certainty,
    Condition,
    Handed,
    Place,
    Rhythm,
)
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

_INIT = "torch.distributed.init_process_group"
_DESTROY = "torch.distributed.destroy_process_group"
_DESTROYS = "destroy_process_group"
_IS_THERE = "torch.distributed.is_initialized"
_GROUP = "process group"
_NEW = ("new_group", "new_subgroups", "new_subgroups_by_enumeration")
_USED = frozenset({Handed.PASSED})
"""Collective calls are given the group, and do not destroy it."""


class ProcessGroupNotDestroyed(Rule):
    """A process group is made and never destroyed.

    ## Why it leaks

    A process group has a communicator with threads, sockets and, with NCCL, memory of the GPU. The
    library refers to it until `destroy_process_group()` is called. With gloo, ten groups more took
    30 threads and 40 descriptors; all came back once they were destroyed. At the end of a process
    the system takes everything back, but NCCL may hang there, and warns.

    ## Best practice

    Pair `init_process_group` and `new_group` with `destroy_process_group` in a `finally` block of
    the worker.

    ## When it is not a leak

    A launcher or framework that owns the group destroys it. A file whose group is destroyed in
    another function. A plain worker that ends with its process: an information only.
    """

    code = "LP032"
    name = "process-group-not-destroyed"
    message = (
        "The process group of `{callee}` stays {until}, with threads, sockets and device "
        "buffers; call `destroy_process_group()`."
    )
    severity = Severity.INFORMATION
    since = "0.1.0"
    root_cause = RootCause.UNRELEASED_HANDLE
    general_smell = GeneralSmell.OPEN_WITHOUT_CLOSE
    practices = (
        Practice(
            "BP41",
            "Pair `init_process_group` (and `new_group`) with `destroy_process_group` in a "
            "`finally` block of the worker.",
        ),
    )
    links = (
        Link(
            "PyTorch: shutting down torch.distributed",
            "https://docs.pytorch.org/docs/stable/distributed.html#shutdown",
        ),
        Link(
            "Why groups are destroyed at the end of main",
            "https://github.com/pytorch/pytorch/pull/122358",
        ),
        Link(
            "The warning of the runtime, in Megatron-LM",
            "https://github.com/NVIDIA/Megatron-LM/issues/1541",
        ),
        Link(
            "The examples destroy the group, in PyTorch's examples",
            "https://github.com/pytorch/examples/pull/1387",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch.distributed as dist

                def worker(rank, world, model, loader, optimizer):
                    dist.init_process_group("nccl", rank=rank, world_size=world)  # leak
                    for x in loader:
                        model(x).sum().backward()
                        optimizer.step()
            """,
            good="""
                import torch.distributed as dist

                def worker(rank, world, model, loader, optimizer):
                    dist.init_process_group("nccl", rank=rank, world_size=world)
                    for x in loader:
                        model(x).sum().backward()
                        optimizer.step()
                    dist.destroy_process_group()
            """,
        ),
        Example(
            bad="""
                import torch

                def main(model, loader, optimizer):
                    torch.distributed.init_process_group(backend="gloo")  # leak
                    fit(model, loader, optimizer)

                def fit(model, loader, optimizer):
                    for x in loader:
                        loss = model(x).mean()
                        loss.backward()
                        optimizer.step()
            """,
            good="""
                import torch

                def main(model, loader, optimizer):
                    torch.distributed.init_process_group(backend="gloo")
                    fit(model, loader, optimizer)
                    torch.distributed.destroy_process_group()

                def fit(model, loader, optimizer):
                    for x in loader:
                        loss = model(x).mean()
                        loss.backward()
                        optimizer.step()
            """,
        ),
        Example(
            bad="""
                import torch.distributed as dist

                class Trainer:
                    def __init__(self, model, loader, optimizer, processes):
                        self.model, self.loader = model, loader
                        self.optimizer, self.processes = optimizer, processes

                    def _join(self):
                        dist.init_process_group("nccl", world_size=self.processes)  # leak

                    def train(self):
                        if self.processes > 1:
                            self._join()
                        for x in self.loader:
                            self.model(x).sum().backward()
                            self.optimizer.step()
            """,
            good="""
                import torch.distributed as dist

                class Trainer:
                    def __init__(self, model, loader, optimizer, processes):
                        self.model, self.loader = model, loader
                        self.optimizer, self.processes = optimizer, processes

                    def _join(self):
                        dist.init_process_group("nccl", world_size=self.processes)

                    def train(self):
                        if self.processes > 1:
                            self._join()
                        for x in self.loader:
                            self.model(x).sum().backward()
                            self.optimizer.step()
                        if dist.is_initialized():
                            dist.destroy_process_group()
            """,
        ),
        Example(
            bad="""
                import torch.distributed as dist

                class Sampler:
                    def __init__(self, ranks):
                        self.ranks = ranks

                    def run(self, steps, x):
                        for step in range(steps):
                            group = dist.new_group(self.ranks)  # leak
                            dist.all_reduce(x, group=group)
            """,
            good="""
                import torch.distributed as dist

                class Sampler:
                    def __init__(self, ranks):
                        self.group = dist.new_group(ranks)

                    def run(self, steps, x):
                        for step in range(steps):
                            dist.all_reduce(x, group=self.group)
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="The group is destroyed at the end.",
            code="""
                import torch.distributed as dist

                def worker(rank, model, loader, optimizer):
                    dist.init_process_group("nccl", rank=rank)
                    try:
                        for x in loader:
                            model(x).sum().backward()
                            optimizer.step()
                    finally:
                        dist.destroy_process_group()
            """,
        ),
        Negative(
            why="Another function of the file destroys it.",
            code="""
                import torch.distributed as dist

                def setup(rank):
                    dist.init_process_group("nccl", rank=rank)

                def cleanup():
                    dist.destroy_process_group()
            """,
        ),
        Negative(
            why="A helper only initialises; who calls it trains, and may destroy the group.",
            code="""
                import torch.distributed as dist

                def init_distributed(backend):
                    if not dist.is_initialized():
                        dist.init_process_group(backend)
                    return dist.get_rank()
            """,
        ),
        Negative(
            why="A few groups are made once, for the life of the program.",
            code="""
                import torch.distributed as dist

                groups = []
                for first in (0, 4):
                    groups.append(dist.new_group([first, first + 1]))
            """,
        ),
        Negative(
            why="DeepSpeed owns the group that it initialises.",
            code="""
                import deepspeed

                def worker(model, loader):
                    deepspeed.init_distributed()
                    engine, *_ = deepspeed.initialize(model=model)
                    for x in loader:
                        engine.backward(engine(x))
                        engine.step()
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for site in body.calls_of(_INIT):
            trainer = None if body.file_mentions(_DESTROYS) else _trainer(body)
            if trainer is not None:
                yield self.report(
                    site.place,
                    certainty=Certainty.SURE,
                    anchors={"function": _function(trainer, site)},
                    notes=_spellings(body, () if _always(body, site, trainer) else (_IS_THERE,)),
                    callee=shown(site.callee),
                    until="until the process ends",
                )
        if not body.mentions(*_NEW) or body.file_mentions(_DESTROYS):
            return
        for taken in body.acquisitions:
            if taken.resource.noun != _GROUP or taken.resource.of_process:
                continue
            place = _made_again(body, taken)
            if place is not None and taken.handed <= _USED:
                yield self.report(
                    taken.place,
                    RelatedPlace(place, "This makes one group more each time."),
                    certainty=Certainty.LIKELY,
                    severity=Severity.WARNING,
                    callee=shown(taken.callee),
                    until="for the life of the program",
                )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        for function in finding.anchors.get("function", ()):
            imported: list[Edit] = []
            calls: list[str] = []
            for qualified, spelled in finding.notes.items():
                named = (spelled, ()) if spelled else context.ensure_name(qualified)
                if named is None:
                    return
                calls.append(f"{named[0]}()")
                imported += named[1]
            destroy, *guard = calls
            text = f"if {guard[0]}:\n    {destroy}" if guard else destroy
            if edits := context.append_last(function, text, before_leaving=True):
                yield Fix("Destroy it at the end", (*imported, *edits), Applicability.UNSAFE)


def _spellings(body: BodyFacts, others: tuple[str, ...]) -> dict[str, str]:
    """How the file writes what destroys the group, and others; "" where it does not yet."""
    return {one: body.spelling(one) or "" for one in (_DESTROY, *others)}


def _always(body: BodyFacts, site: CallSite, trainer: BodyFacts) -> bool:
    """Whether each run of the function that trains begins the group."""
    begun = [site]
    if trainer is not body:
        calls = trainer.call_sites
        begun = [one for one in calls if one.value.definition is body.definition]
    if body.condition(site) is not Condition.ALWAYS:
        return False
    return any(trainer.condition(one) is Condition.ALWAYS for one in begun)


def _trainer(body: BodyFacts) -> BodyFacts | None:
    """The function that trains in the group: the one that begins it, or one that calls that."""
    return next((one for one in (body, *body.callers()) if one.trains()), None)


def _function(body: BodyFacts, site: CallSite) -> tuple[Place, ...]:
    return (body.place,) if body.name is not None and not site.loops else ()


def _made_again(body: BodyFacts, taken: Acquisition) -> Place | None:
    """The loop of training, or the function that runs in one, which makes one more group; groups
    for each set of ranks are made in loops too, once."""
    if body.fate(taken).once:
        return None
    for loop in taken.loops:
        if body.rhythm_of_loop(loop) >= Rhythm.EPOCH and not loop.is_comprehension:
            return loop.place
    return body.place if body.rhythm >= Rhythm.EPOCH else None
