"""LP036 dataloader-iterator-rebuilt-per-step."""

import re
from collections.abc import Iterator

from leakwise.facts import Argument, BodyFacts, CallSite, Condition, Kind, Loop
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
from leakwise_rules.evaluation import is_unit_test
from leakwise_rules.wording import shown

_ITER, _NEXT = "builtins.iter", "builtins.next"
_FEW = 3


class DataloaderIteratorRebuiltPerStep(Rule):
    """Each step of a loop starts a DataLoader anew for one batch.

    ## Why it leaks

    `iter(loader)` starts a pass: it starts the worker processes, and these fetch batches ahead.
    `next(iter(loader))` takes one batch and throws the pass away, with the workers and what they
    fetched. In a loop that happens at every step. Users have reported memory that grows where
    processes are started faster than they end.

    With PyTorch 2.13 the old workers were gone before the next step, so nothing piled up; eight
    steps took 0.70 s against 0.14 s with one iterator. Each pass also shuffles anew, so that a
    sample may come twice before another comes once, and an unshuffled loader gives its first batch
    for ever.

    ## Best practice

    Make one iterator for each pass, and draw from it until `StopIteration`.

    ## When it is not a leak

    One batch drawn outside loops, to look at its shape, starts one pass. A fresh iterator in the
    `except StopIteration` of an iterator that is drawn from is the right way to start over.
    """

    code = "LP036"
    name = "dataloader-iterator-rebuilt-per-step"
    message = (
        "`next(iter({loader}))` starts the loader's workers and throws them away in every "
        "iteration; draw from one iterator."
    )
    severity = Severity.INFORMATION
    since = "0.1.0"
    root_cause = RootCause.REPEATED_CONSTRUCTION
    general_smell = GeneralSmell.CONSTRUCT_INSIDE_LOOP
    practices = (
        Practice(
            "BP45",
            "Create one iterator per pass and draw from it until StopIteration.",
        ),
    )
    links = (
        Link(
            "PyTorch: torch.utils.data.DataLoader",
            "https://docs.pytorch.org/docs/stable/data.html",
        ),
        Link(
            "Growing memory with next(iter(loader)), in PyTorch",
            "https://github.com/pytorch/pytorch/issues/1917",
        ),
        Link(
            "An iterator made anew per epoch, in Detectron2",
            "https://github.com/facebookresearch/detectron2/issues/3847",
        ),
    )
    examples = (
        Example(
            bad="""
                from torch.utils.data import DataLoader

                loader = DataLoader(dataset, batch_size=32, shuffle=True, num_workers=4)
                for step in range(steps):
                    x, y = next(iter(loader))  # leak
                    train_step(x, y)
            """,
            good="""
                from torch.utils.data import DataLoader

                loader = DataLoader(dataset, batch_size=32, shuffle=True, num_workers=4)
                batches = iter(loader)
                for step in range(steps):
                    try:
                        x, y = next(batches)
                    except StopIteration:
                        batches = iter(loader)
                        x, y = next(batches)
                    train_step(x, y)
            """,
        ),
        Example(
            bad="""
                from torch.utils.data import DataLoader

                def train(model, images: DataLoader, styles: DataLoader, steps):
                    for _ in range(steps):
                        image = next(iter(images))  # leak
                        style = next(iter(styles))  # leak
                        model.step(image, style)
            """,
            good="""
                from torch.utils.data import DataLoader

                def train(model, images: DataLoader, styles: DataLoader, steps):
                    for _, image, style in zip(range(steps), images, styles):
                        model.step(image, style)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from torch.utils.data import DataLoader

                class Trainer:
                    def __init__(self, dataset, step):
                        self.loader = DataLoader(dataset, batch_size=8, shuffle=True)
                        self.step = step

                    def fit(self, steps):
                        done = 0
                        while done < steps:
                            batch = next(iter(self.loader))  # leak
                            self.step(batch)
                            done += 1
            """,
            good="""
                from torch.utils.data import DataLoader

                class Trainer:
                    def __init__(self, dataset, step):
                        self.loader = DataLoader(dataset, batch_size=8, shuffle=True)
                        self.step = step

                    def fit(self, steps):
                        done = 0
                        batches = iter(self.loader)
                        while done < steps:
                            try:
                                batch = next(batches)
                            except StopIteration:
                                batches = iter(self.loader)
                                batch = next(batches)
                            self.step(batch)
                            done += 1
            """,
        ),
        Example(
            bad="""
                import torch
                from torch.utils.data import DataLoader

                def sample(net: torch.nn.Module, data: DataLoader, rounds):
                    for _ in range(rounds):
                        batches = iter(data)
                        batch = next(batches)  # leak
                        net.step(batch)
            """,
            good="""
                import torch
                from torch.utils.data import DataLoader

                def sample(net: torch.nn.Module, data: DataLoader, rounds):
                    for _, batch in zip(range(rounds), data):
                        net.step(batch)
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="A new pass starts when the steps of one are over.",
            code="""
                from torch.utils.data import DataLoader

                def train(loader: DataLoader, steps, train_step):
                    for step in range(steps):
                        if step % len(loader) == 0:
                            batches = iter(loader)
                        train_step(next(batches))
            """,
        ),
        Negative(
            why="Each round goes through the rest of its pass.",
            code="""
                from torch.utils.data import DataLoader

                def train(loader: DataLoader, rounds, warm_up, train_step):
                    for _ in range(rounds):
                        batches = iter(loader)
                        warm_up(next(batches))
                        for batch in batches:
                            train_step(batch)
            """,
        ),
        Negative(
            why="One batch is drawn to look at it.",
            code="""
                from torch.utils.data import DataLoader

                loader = DataLoader(dataset, batch_size=32)
                x, y = next(iter(loader))
                print(x.shape, y.shape)
            """,
        ),
        Negative(
            why="The iterator starts over when the pass is at its end.",
            code="""
                from torch.utils.data import DataLoader

                def train(loader: DataLoader, steps, train_step):
                    batches = iter(loader)
                    for _ in range(steps):
                        try:
                            batch = next(batches)
                        except StopIteration:
                            batches = iter(loader)
                            batch = next(batches)
                        train_step(batch)
            """,
        ),
        Negative(
            why="Each round has a loader of its own.",
            code="""
                from torch.utils.data import DataLoader

                def look(datasets):
                    for dataset in datasets:
                        loader = DataLoader(dataset, batch_size=4)
                        print(next(iter(loader)).shape)
            """,
        ),
        Negative(
            why="The loop goes through loaders and looks at one batch of each.",
            code="""
                from torch.utils.data import DataLoader

                def look(train: DataLoader, test: DataLoader):
                    for loader in (train, test):
                        print(next(iter(loader)).shape)
            """,
        ),
        Negative(
            why="The loop has a few rounds.",
            code="""
                from torch.utils.data import DataLoader

                def compare(loader: DataLoader, step):
                    rounds = 3
                    for _ in range(rounds):
                        step(next(iter(loader)))
            """,
        ),
        Negative(
            why="A batch is looked at once in an epoch.",
            code="""
                from torch.utils.data import DataLoader

                def train(loader: DataLoader, epochs, train_step, draw):
                    for epoch in range(epochs):
                        for batch in loader:
                            train_step(batch)
                        draw(next(iter(loader)))
            """,
        ),
        Negative(
            why="Parameters and dictionaries start no workers.",
            code="""
                import torch

                def devices(models: list[torch.nn.Module], names: dict):
                    for model in models:
                        print(next(iter(model.parameters())).device, next(iter(names)))
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.has_loops or is_unit_test(body):
            return
        draws = [site for site in body.calls_of(_NEXT) if site.arguments]
        for start in body.calls_of(_ITER) if draws else ():
            draw = _only_draw(body, start, draws)
            loader = start.arguments[0] if len(start.arguments) == 1 else None
            if draw is None or loader is None or loader.path is None:
                continue
            if loader.value.kind is not Kind.LOADER:
                continue
            at_once = draw.place.contains(start.place)
            loop = _repeating_loop(draw, loader)
            if loop is None or _is_epoch(body, loop) or loop.trips in range(_FEW + 1):
                continue
            yield self.report(
                draw.place,
                RelatedPlace(loop.place, "Each iteration of this loop starts a pass for a batch."),
                certainty=loader.value.certainty,
                anchors={
                    "draw": (draw.statement,) if at_once and loop == draw.loops[-1] else (),
                    "call": (draw.place,),
                    "loader": (loader.place,),
                    "loop": (loop.body,),
                },
                loader=shown(loader.path, 24),
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        text, anchors = context.document.slice, finding.anchors
        iterator = _unused(context.document.text)
        loader, call = text(anchors["loader"][0]), text(anchors["call"][0])
        for draw in anchors["draw"]:
            drawn = text(draw)
            if drawn.count(call) != 1 or "\n" in drawn:
                continue
            made = f"{iterator} = iter({loader})"
            again = drawn.replace(call, f"next({iterator})")
            lines = ("try:", f"    {again}", "except StopIteration:", f"    {made}", f"    {again}")
            above = context.insert_before(anchors["loop"][0], made)
            inside = context.replace_statement(draw, "\n".join(lines))
            if above and inside:
                yield Fix("Draw from one iterator", (*above, *inside), Applicability.UNSAFE)


def _only_draw(body: BodyFacts, start: CallSite, draws: list[CallSite]) -> CallSite | None:
    """The call that draws from a pass where it starts, or right behind it in the same round of its
    loops; None where more is done with the pass."""
    for draw in draws:
        if draw.arguments[0].place == start.place:
            return draw
    name = start.bound_to
    used = [site for site in body.call_sites if any(one.path == name for one in site.arguments)]
    if name is None or len(used) != 1 or used[0] not in draws or used[0].loops != start.loops:
        return None
    if body.condition(start) is not Condition.ALWAYS:
        return None
    gone_through = any(name in looping.loop.over_paths for looping in body.loops)
    return None if gone_through or "." in name else used[0]


def _is_epoch(body: BodyFacts, loop: Loop) -> bool:
    """Whether the loop goes through epochs: in it another one goes through a loader."""
    return any(
        inner.loop.over is not None
        and inner.loop.over.kind is Kind.LOADER
        and loop in inner.loops
        and inner.loop != loop
        for inner in body.loops
    )


def _unused(text: str) -> str:
    """A name for the iterator that does not stand in the file."""
    names = ("batches", *(f"batches_{number}" for number in range(2, 100)))
    return next(name for name in names if not re.search(rf"\b{name}\b", text))


def _repeating_loop(draw: CallSite, loader: Argument) -> Loop | None:
    """The innermost loop that starts the same loader in each round."""
    fresh = {loop.place for loop in loader.fresh_in}
    return next(
        (
            loop
            for loop in reversed(draw.loops)
            if loop.place not in fresh and not loop.is_comprehension
        ),
        None,
    )
