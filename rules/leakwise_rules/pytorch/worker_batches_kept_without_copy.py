"""LP028 worker-batches-kept-without-copy."""

import re
from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Certainty, Keeping, Kind, Loop
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
from leakwise_rules.graphs import outlived_loops, through_method
from leakwise_rules.wording import shown
from leakwise_rules.workers import LOADERS, has_workers

_PAIR = re.compile(r"[(\[](\w+), (\w+)[)\]]")
_INPUTS_AND_TARGETS = 2
_PART = re.compile(r"(\w+)(?:\[[^\[\]]*\])*")
_TENSORS_NEEDED = ("torch.cat", "torch.stack", "torch.concat", "torch.vstack", "torch.hstack")


class WorkerBatchesKeptWithoutCopy(Rule):
    """Tensors that a DataLoader's workers made are kept as they came.

    ## Why it leaks

    A worker hands a tensor over in shared memory. As long as the tensor is alive in the main
    process, so are its shared memory segment and, with the sharing strategy that Linux uses, one
    open file descriptor for each tensor. A list of them ends in "Too many open files": 300 kept
    batches held 300 descriptors, and the limit is often 1,024. Cloned ones held one.

    ## Best practice

    Keep a copy, or what is needed of it: `labels.append(y.clone())`, `y.tolist()`. Then the shared
    memory goes back when the batch is through.

    ## When it is not a leak

    Without workers no memory is shared. What is moved to another device, or computed from the
    batch, has memory of its own. A container that is emptied for each batch holds few.
    """

    code = "LP028"
    name = "worker-batches-kept-without-copy"
    message = (
        "`{holder}` keeps `{value}` as a worker sent it: one file descriptor and shared memory "
        "segment for each tensor; keep a copy."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.UNRELEASED_HANDLE
    general_smell = GeneralSmell.UNBOUNDED_COLLECTION
    practices = (
        Practice(
            "BP36",
            "Clone (or convert to numbers) what you keep from a worker's batch, so that its shared "
            "memory can be returned.",
        ),
    )
    links = (
        Link(
            "PyTorch: multiprocessing, sharing strategies",
            "https://docs.pytorch.org/docs/stable/multiprocessing.html",
        ),
        Link(
            "A worker's tensors in a list exhaust the descriptors",
            "https://github.com/pytorch/pytorch/issues/11201",
        ),
        Link(
            "The batch cloned before it is kept, in WSInfer",
            "https://github.com/SBU-BMI/wsinfer/pull/182",
        ),
        Link(
            "Descriptors that run out with the default strategy",
            "https://github.com/pytorch/pytorch/issues/973",
        ),
    )
    examples = (
        Example(
            bad="""
                from torch.utils.data import DataLoader

                loader = DataLoader(ds, batch_size=1, num_workers=4)
                labels = []
                for x, y in loader:
                    labels.append(y)  # leak
            """,
            good="""
                from torch.utils.data import DataLoader

                loader = DataLoader(ds, batch_size=1, num_workers=4)
                labels = []
                for x, y in loader:
                    labels.append(y.clone())
            """,
        ),
        Example(
            bad="""
                import torch
                from torch.utils.data import DataLoader

                def collect(net: torch.nn.Module, dataset):
                    loader = DataLoader(dataset, batch_size=64, num_workers=8)
                    scores, targets = [], []
                    with torch.no_grad():
                        for step, (image, target) in enumerate(loader):
                            scores.append(net(image).argmax(dim=1))
                            targets.append(target)  # leak
                    return torch.cat(scores), torch.cat(targets)
            """,
            good="""
                import torch
                from torch.utils.data import DataLoader

                def collect(net: torch.nn.Module, dataset):
                    loader = DataLoader(dataset, batch_size=64, num_workers=8)
                    scores, targets = [], []
                    with torch.no_grad():
                        for step, (image, target) in enumerate(loader):
                            scores.append(net(image).argmax(dim=1))
                            targets.append(target.clone())
                    return torch.cat(scores), torch.cat(targets)
            """,
        ),
        Example(
            bad="""
                import torch
                from torch.utils.data import DataLoader

                class Statistics:
                    def __init__(self, dataset):
                        self.loader = DataLoader(dataset, batch_size=32, num_workers=2)

                    def mean(self):
                        batches = []
                        for sample in self.loader:
                            batches.append(sample["pixels"])  # leak
                        return torch.cat(batches).mean(dim=0)
            """,
            good="""
                import torch
                from torch.utils.data import DataLoader

                class Statistics:
                    def __init__(self, dataset):
                        self.loader = DataLoader(dataset, batch_size=32, num_workers=2)

                    def mean(self):
                        batches = []
                        for sample in self.loader:
                            batches.append(sample["pixels"].clone())
                        return torch.cat(batches).mean(dim=0)
            """,
        ),
    )
    negatives = (
        Negative(
            why="Without workers no memory is shared.",
            code="""
                from torch.utils.data import DataLoader

                def collect(ds):
                    labels = []
                    for x, y in DataLoader(ds, batch_size=4):
                        labels.append(y)
                    other = DataLoader(ds, num_workers=0)
                    for x, y in other:
                        labels.append(y)
                    return labels
            """,
        ),
        Negative(
            why="Copies, numbers and results have memory of their own.",
            code="""
                from torch.utils.data import DataLoader

                loader = DataLoader(ds, batch_size=4, num_workers=4)
                labels, sums = [], []
                for x, y in loader:
                    labels.append(y.clone())
                    labels.extend(y.tolist())
                    sums.append(x.sum().item())
                    sums.append(y + 1)
            """,
        ),
        Negative(
            why="The batch is moved to the device before it is kept.",
            code="""
                from torch.utils.data import DataLoader

                loader = DataLoader(ds, batch_size=4, num_workers=4)
                labels = []
                for x, y in loader:
                    x, y = x.cuda(), y.cuda()
                    labels.append(y)
            """,
        ),
        Negative(
            why="The list is made anew for each batch.",
            code="""
                from torch.utils.data import DataLoader

                loader = DataLoader(ds, batch_size=4, num_workers=4)
                for x, y in loader:
                    parts = []
                    parts.append(y)
                    process(parts)
            """,
        ),
        Negative(
            why="What a batch of three and more holds may be text.",
            code="""
                from torch.utils.data import DataLoader

                loader = DataLoader(ds, batch_size=4, num_workers=4)
                names = []
                for image, target, name in loader:
                    names.append(name)
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.has_loops or not body.file_mentions("num_workers"):
            return
        for keeping in body.keepings:
            for loop in outlived_loops(keeping):
                loader = _loader(body, loop)
                sure = None if loader is None else _is_batch(body, keeping, loop, loader)
                if loader is not None and sure is not None:
                    yield self.report(
                        keeping.place,
                        RelatedPlace(loader.place, "Its workers send each batch in shared memory."),
                        RelatedPlace(loop.place, "Each iteration of this loop keeps one more."),
                        certainty=sure,
                        anchors={"copy": () if keeping.stored.items else (keeping.place,)},
                        holder=shown(keeping.holder, 24),
                        value=shown(keeping.stored_text),
                    )
                    break

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        if edits := context.call_method(finding.anchors["copy"], "clone"):
            yield Fix("Keep a copy: `.clone()`", edits, Applicability.UNSAFE)


def _loader(body: BodyFacts, loop: Loop) -> CallSite | None:
    """The DataLoader with workers that a loop goes through."""
    if loop.is_comprehension or loop.over is None or loop.over.kind is not Kind.LOADER:
        return None
    for site in (*body.call_sites, *body.file_calls_of(*LOADERS)):
        gone_through = site.bound_to in loop.over_paths or loop.place.contains(site.place)
        if gone_through and site.result.kind is Kind.LOADER and has_workers(site):
            return site
    return None


def _is_batch(body: BodyFacts, keeping: Keeping, loop: Loop, loader: CallSite) -> Certainty | None:
    """How sure it is that a tensor of the loop's batch is kept as it is; None where it is not."""
    # What a function of the user's own puts together need not be tensors.
    own = loader.argument("collate_fn") is not None
    if keeping.stored.items is not None:
        return None if own else _is_pair(keeping, loop)
    part = _PART.fullmatch(keeping.stored_text)
    root = "" if part is None else part[1]
    if root not in loop.names or loop.rebinds(root) or through_method(keeping):
        return None
    if keeping.stored.kind not in {Kind.UNKNOWN, Kind.TENSOR} or keeping.stored.device is not None:
        return None
    gathered = frozenset({keeping.holder})
    joined = any(
        argument.path == keeping.holder or gathered & argument.value.sources
        for site in body.calls_of(*_TENSORS_NEEDED)
        for argument in site.arguments
    )
    if joined or keeping.stored.is_tensor:
        return Certainty.LIKELY
    # What a batch is unpacked into, where it is a pair, are inputs and targets.
    counted = [name for name in loop.names if not _is_number(keeping, name, loop)]
    paired = len(counted) == _INPUTS_AND_TARGETS and root == keeping.stored_text
    return Certainty.LIKELY if paired and not own else Certainty.POSSIBLE


def _is_pair(keeping: Keeping, loop: Loop) -> Certainty | None:
    """Whether inputs and targets are kept together as they came: `pairs.append((x, y))`."""
    pair = _PAIR.fullmatch(keeping.stored_text)
    names = () if pair is None else pair.groups()
    if len(set(names)) != _INPUTS_AND_TARGETS or through_method(keeping):
        return None
    as_it_came = all(
        held.kind in {Kind.UNKNOWN, Kind.TENSOR} and held.device is None
        for held in keeping.stored.items or ()
    )
    numbers = any(_is_number(keeping, name, loop) for name in names)
    came = all(name in loop.names and not loop.rebinds(name) for name in names)
    return Certainty.LIKELY if as_it_came and came and not numbers else None


def _is_number(keeping: Keeping, name: str, loop: Loop) -> bool:
    return "enumerate" in loop.over_paths and name == loop.names[0]
