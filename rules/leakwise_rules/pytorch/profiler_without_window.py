"""LP035 profiler-without-window."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Certainty, Kind, Looping
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

_SCHEDULED = ("torch.profiler.profile", "torch.profiler.profiler.profile")
_OLD = ("torch.autograd.profiler.profile",)
_SHORTENED = ("itertools.islice", "builtins.zip")
_HANDFUL = 50
"""Rounds that are a window of their own."""
_MANY = 1000
_SCHEDULE = "torch.profiler.schedule"
_WINDOW = "wait=1, warmup=1, active=3, repeat=1"


class ProfilerWithoutWindow(Rule):
    """A profiler records a whole training loop.

    ## Why it leaks

    A profiler keeps one record for every operator and every kernel that runs while it is on, in
    host memory, and processes all of them when it stops. Without a `schedule` that is the whole
    loop: 4,000 tiny steps grew from 92 to 139 MiB, and to 373 MiB when the block was left; with
    shapes and stacks to 1,074 MiB. With a schedule the memory stayed flat. The old
    `torch.autograd.profiler.profile` has no schedule at all.

    ## Best practice

    Profile a short window: pass `schedule=torch.profiler.schedule(...)` and call the profiler's
    `step()` in each iteration, or let a handful of steps run under the profiler.

    ## When it is not a leak

    A loop of some dozen rounds, or one that a `break` or `return` ends, is a window of its own. A
    profiler with a schedule keeps what the schedule asks for.
    """

    code = "LP035"
    name = "profiler-without-window"
    message = (
        "`{callee}` keeps a record of every operator in all rounds of the loop, and processes "
        "them at the end; give it a schedule."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.INSTRUMENTATION_LEFT_ON
    general_smell = GeneralSmell.DIAGNOSTICS_NEVER_STOPPED
    practices = (
        Practice(
            "BP44",
            "Profile a short window: pass a `schedule` and call `step()` in each iteration, or "
            "profile a handful of steps only.",
        ),
    )
    links = (
        Link("PyTorch: torch.profiler", "https://docs.pytorch.org/docs/stable/profiler.html"),
        Link(
            "Host memory grows while the profiler is on, in Lightning",
            "https://github.com/Lightning-AI/pytorch-lightning/issues/10717",
        ),
        Link(
            "From 21 to 512 GiB: profiler buffers without a bound, in GEAK",
            "https://github.com/AMD-AGI/GEAK/pull/403",
        ),
        Link(
            "25 GB for one epoch of a toy loop, in kineto",
            "https://github.com/pytorch/kineto/issues/126",
        ),
    )
    examples = (
        Example(
            bad="""
                from torch.profiler import profile, schedule
                from torch.utils.data import DataLoader

                loader = DataLoader(samples, batch_size=32)
                with profile() as prof:  # leak
                    for x, y in loader:
                        train_step(x, y)
                print(prof.key_averages().table())
            """,
            good="""
                from torch.profiler import profile, schedule
                from torch.utils.data import DataLoader

                loader = DataLoader(samples, batch_size=32)
                with profile(schedule=schedule(wait=1, warmup=1, active=3, repeat=1)) as prof:
                    for x, y in loader:
                        train_step(x, y)
                        prof.step()
                print(prof.key_averages().table())
            """,
        ),
        Example(
            bad="""
                import torch
                from torch.profiler import ProfilerActivity, profile

                def train(model: torch.nn.Module, criterion, batches, optimizer):
                    with profile(  # leak
                        activities=[ProfilerActivity.CPU],
                        with_stack=True,
                    ) as p:
                        for x, y in batches:
                            loss = criterion(model(x), y)
                            optimizer.zero_grad()
                            loss.backward()
                            optimizer.step()
                    p.export_chrome_trace("trace.json")
            """,
            good="""
                import torch
                from torch.profiler import ProfilerActivity, profile

                def train(model: torch.nn.Module, criterion, batches, optimizer):
                    with profile(
                        activities=[ProfilerActivity.CPU],
                        with_stack=True,
                        schedule=torch.profiler.schedule(wait=1, warmup=1, active=3, repeat=1),
                    ) as p:
                        for x, y in batches:
                            loss = criterion(model(x), y)
                            optimizer.zero_grad()
                            loss.backward()
                            optimizer.step()
                            p.step()
                    p.export_chrome_trace("trace.json")
            """,
        ),
        Example(
            bad="""
                import torch.profiler as tp
                from torch import nn

                class Trainer:
                    def __init__(self, model: nn.Module, loader, optimizer):
                        self.model, self.loader, self.optimizer = model, loader, optimizer

                    def fit(self, epochs):
                        p = tp.profile()  # leak
                        p.start()
                        for epoch in range(epochs):
                            for x, y in self.loader:
                                loss = nn.functional.mse_loss(self.model(x), y)
                                self.optimizer.zero_grad()
                                loss.backward()
                                self.optimizer.step()
                        p.stop()
            """,
            good="""
                import torch.profiler as tp
                from torch import nn

                class Trainer:
                    def __init__(self, model: nn.Module, loader, optimizer):
                        self.model, self.loader, self.optimizer = model, loader, optimizer

                    def fit(self, epochs):
                        p = tp.profile(schedule=tp.schedule(wait=1, warmup=1, active=3, repeat=1))
                        p.start()
                        for epoch in range(epochs):
                            for x, y in self.loader:
                                loss = nn.functional.mse_loss(self.model(x), y)
                                self.optimizer.zero_grad()
                                loss.backward()
                                self.optimizer.step()
                                p.step()
                        p.stop()
            """,
        ),
        Example(
            bad="""
                import torch
                from torch.utils.data import DataLoader

                def measure(model, data):
                    with torch.autograd.profiler.profile(use_cuda=True) as prof:  # leak
                        for x in DataLoader(data):
                            model(x)
                    return prof
            """,
            good="""
                import itertools
                import torch
                from torch.utils.data import DataLoader

                def measure(model, data):
                    with torch.autograd.profiler.profile(use_cuda=True) as prof:
                        for x in itertools.islice(DataLoader(data), 10):
                            model(x)
                    return prof
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="A schedule limits what is recorded.",
            code="""
                import torch
                from torch.utils.data import DataLoader

                schedule = torch.profiler.schedule(wait=1, warmup=1, active=3, repeat=1)
                with torch.profiler.profile(schedule=schedule) as prof:
                    for x in DataLoader(samples):
                        train_step(x)
                        prof.step()
            """,
        ),
        Negative(
            why="Some dozen rounds are a window of their own.",
            code="""
                import torch

                with torch.profiler.profile() as prof:
                    for step in range(20):
                        model(x).sum().backward()
                print(prof.key_averages())
            """,
        ),
        Negative(
            why="A `break` ends the loop after some steps.",
            code="""
                import torch
                from torch.utils.data import DataLoader

                with torch.profiler.profile() as prof:
                    for step, x in enumerate(DataLoader(samples)):
                        if step >= 10:
                            break
                        model(x)
            """,
        ),
        Negative(
            why="Only a slice of the data is gone through.",
            code="""
                import itertools
                import torch
                from torch.utils.data import DataLoader

                with torch.profiler.profile() as prof:
                    for x in itertools.islice(DataLoader(samples), 10):
                        model(x)
            """,
        ),
        Negative(
            why="One step of each epoch is profiled.",
            code="""
                import torch
                from torch.utils.data import DataLoader

                loader = DataLoader(samples)
                for epoch in range(epochs):
                    with torch.profiler.profile() as prof:
                        model(next(iter(loader))).sum().backward()
                    for x in loader:
                        train_step(x)
            """,
        ),
        Negative(
            why="What the loop goes through is not known, and it does not train.",
            code="""
                import torch

                def report(names):
                    with torch.profiler.profile() as prof:
                        for name in names:
                            run(name)
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for site in body.calls_of(*_SCHEDULED, *_OLD):
            scheduled = site.value.name in _SCHEDULED
            if not _records_all(site, scheduled=scheduled):
                continue
            for name, recorded in _windows(body, site):
                long = _first_long(body, recorded)
                if long is None:
                    continue
                looping, certainty, severity = long
                fixable = scheduled and name is not None
                yield self.report(
                    site.place,
                    RelatedPlace(looping.place, "All rounds of this loop are recorded."),
                    certainty=certainty,
                    severity=severity,
                    anchors={
                        "call": (site.place,) if fixable else (),
                        "loop": (looping.place,) if fixable else (),
                    },
                    notes={"name": name or "", "schedule": body.spelling(_SCHEDULE) or ""},
                    callee=shown(site.callee),
                )
                break

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        schedule = finding.notes["schedule"]
        imported: tuple[Edit, ...] = ()
        if not schedule:
            named = context.ensure_name(_SCHEDULE)
            if named is None:
                return
            schedule, imported = named
        for call, loop in zip(finding.anchors["call"], finding.anchors["loop"], strict=True):
            window = context.add_argument(call, f"schedule={schedule}({_WINDOW})")
            steps = context.append_last(loop, f"{finding.notes['name']}.step()")
            if window and steps:
                yield Fix(
                    "Record three steps, by a schedule",
                    (*imported, *window, *steps),
                    Applicability.UNSAFE,
                )


def _records_all(site: CallSite, *, scheduled: bool) -> bool:
    """Whether the profiler that a call makes records everything, from its start to its end."""
    if scheduled:
        given = site.argument("schedule")
        return given is None or given.value.name == "None"
    enabled = site.argument("enabled", 0)
    return enabled is None or enabled.value.constant is not False


def _windows(body: BodyFacts, site: CallSite) -> Iterator[tuple[str | None, tuple[Looping, ...]]]:
    """What the profiler is called, and the loops that run while it records."""
    for entering in body.entered:
        same_name = site.bound_to is not None and entering.manager == site.bound_to
        if entering.place == site.place or same_name:
            whole = entering.body
            name = entering.bound_to or entering.manager
            yield name, tuple(one for one in body.loops if whole.contains(one.loop.body))
    if site.bound_to is None:
        return
    ends = [_after(one) for one in body.method_calls("stop") if one.receiver == site.bound_to]
    for start in body.method_calls("start"):
        if start.receiver == site.bound_to:
            begin = _after(start)
            end = min((one for one in ends if one > begin), default=None)
            if end is not None:
                yield (
                    site.bound_to,
                    tuple(one for one in body.loops if begin < one.place.order() < end),
                )


def _after(site: CallSite) -> tuple[int, int]:
    return site.place.order()


def _first_long(
    body: BodyFacts, recorded: tuple[Looping, ...]
) -> tuple[Looping, Certainty, Severity | None] | None:
    """The first loop of many rounds, how sure that is, and how much it hurts."""
    shortened = [site.place for site in body.calls_of(*_SHORTENED)]
    for looping in recorded:
        loop = looping.loop
        if looping.left_early or any(loop.place.contains(place) for place in shortened):
            continue
        if loop.trips is not None:
            if loop.trips > _HANDFUL:
                few = Severity.INFORMATION if loop.trips < _MANY else None
                return looping, Certainty.SURE, few
        elif loop.over is not None and loop.over.kind is Kind.LOADER:
            return looping, loop.over.certainty, None
        elif any(step.loops and step.loops[-1] == loop for step in body.training_steps):
            return looping, Certainty.LIKELY, None
    return None
