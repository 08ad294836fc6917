"""LP038 memory-history-recording-left-on."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Certainty
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
    Report,
    RootCause,
    Rule,
    Severity,
)

_RECORD = "torch.cuda.memory._record_memory_history"
_ENABLED = ("enabled", 0)
_MOST = ("max_entries", 3)
_HISTORY = "all"


class MemoryHistoryRecordingLeftOn(Rule):
    """The history of CUDA's allocations is recorded without a limit.

    ## Why it leaks

    `torch.cuda.memory._record_memory_history()` notes every allocation and every release with its
    stack, and keeps the notes in host memory. Its `max_entries` is unlimited by default. 100,000
    allocations added 364 MiB of host memory, and 1 MiB with `max_entries=1000`. A training step
    allocates hundreds of times, so the recording of a long job grows by gigabytes.

    ## Best practice

    Pass `max_entries`, so that only the latest events are kept, and switch the recording off with
    `_record_memory_history(enabled=None)` once the snapshot is written.

    ## When it is not a leak

    A recording with `max_entries`, or one that this file switches off again, is bounded.
    `enabled="state"` keeps notes on what is allocated now, and no history.
    """

    code = "LP038"
    name = "memory-history-recording-left-on"
    message = (
        "`{callee}` keeps an entry of several KB for every CUDA allocation from here on, and "
        "nothing ends it; give it `max_entries`."
    )
    severity = Severity.INFORMATION
    since = "0.1.0"
    root_cause = RootCause.INSTRUMENTATION_LEFT_ON
    general_smell = GeneralSmell.DIAGNOSTICS_NEVER_STOPPED
    practices = (
        Practice(
            "BP47",
            "Record allocation history with `max_entries`, and switch it off after the snapshot.",
        ),
    )
    links = (
        Link(
            "PyTorch: understanding CUDA memory usage",
            "https://docs.pytorch.org/docs/stable/torch_cuda_memory.html",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch

                torch.cuda.memory._record_memory_history()  # leak
                for epoch in range(epochs):
                    train_epoch(model, loader)
            """,
            good="""
                import torch

                torch.cuda.memory._record_memory_history(max_entries=100_000)
                for epoch in range(epochs):
                    train_epoch(model, loader)
            """,
        ),
        Example(
            bad="""
                from torch.cuda import memory

                def main(args):
                    if args.snapshot:
                        memory._record_memory_history(stacks="python")  # leak
                    run(args)
                    memory._dump_snapshot(args.snapshot)
            """,
            good="""
                from torch.cuda import memory

                def main(args):
                    if args.snapshot:
                        memory._record_memory_history(stacks="python", max_entries=100_000)
                    run(args)
                    memory._dump_snapshot(args.snapshot)
            """,
        ),
        Example(
            bad="""
                import torch
                from lightning.pytorch import Callback

                class MemorySnapshot(Callback):
                    def on_fit_start(self, trainer, module):
                        torch.cuda.memory._record_memory_history("all")  # leak

                    def on_fit_end(self, trainer, module):
                        torch.cuda.memory._dump_snapshot("fit.pickle")
            """,
            good="""
                import torch
                from lightning.pytorch import Callback

                class MemorySnapshot(Callback):
                    def on_fit_start(self, trainer, module):
                        torch.cuda.memory._record_memory_history("all", max_entries=100_000)

                    def on_fit_end(self, trainer, module):
                        torch.cuda.memory._dump_snapshot("fit.pickle")
            """,
        ),
    )
    negatives = (
        Negative(
            why="`max_entries` limits what is kept.",
            code="""
                import torch

                torch.cuda.memory._record_memory_history(max_entries=10_000)
                train(model)
            """,
        ),
        Negative(
            why="The recording is switched off after the snapshot.",
            code="""
                import torch

                torch.cuda.memory._record_memory_history()
                train_epoch(model, loader)
                torch.cuda.memory._dump_snapshot("snapshot.pickle")
                torch.cuda.memory._record_memory_history(enabled=None)
            """,
        ),
        Negative(
            why="Another method of the file switches the recording off.",
            code="""
                import torch

                class Recorder:
                    def start(self):
                        torch.cuda.memory._record_memory_history()

                    def stop(self, path):
                        torch.cuda.memory._dump_snapshot(path)
                        torch.cuda.memory._record_memory_history(enabled=None)
            """,
        ),
        Negative(
            why="Only what is allocated now is noted, without a history.",
            code="""
                import torch

                torch.cuda.memory._record_memory_history("state")
                train(model)
            """,
        ),
        Negative(
            why="What the call is given is not known here.",
            code="""
                import torch

                def record(**options):
                    torch.cuda.memory._record_memory_history(**options)
            """,
        ),
        Negative(
            why="A truth value chooses the old form of the call, which keeps one entry by default.",
            code="""
                import torch

                torch.cuda.memory._record_memory_history(True)
                train(model)
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for site in body.calls_of(_RECORD):
            if _records_all(site) and not any(
                _may_end(other) for other in body.file_calls_of(_RECORD)
            ):
                yield self.report(
                    site.place,
                    certainty=Certainty.SURE,
                    anchors={"call": (site.place,)},
                    callee="_record_memory_history",
                )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        for call in finding.anchors["call"]:
            if edits := context.add_argument(call, "max_entries=100_000"):
                yield Fix("Keep the latest 100,000 events", edits, Applicability.SAFE)


def _records_all(site: CallSite) -> bool:
    enabled = site.argument(*_ENABLED)
    recorded = enabled is None or enabled.value.constant == _HISTORY
    return recorded and site.argument(*_MOST) is None


def _may_end(site: CallSite) -> bool:
    """Whether a call may switch the recording off: unless it surely switches it on."""
    enabled = site.argument(*_ENABLED)
    return enabled is not None and not isinstance(enabled.value.constant, str)
