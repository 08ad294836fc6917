"""LP005 ema-weights-tracked-by-autograd."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Certainty, Keeping, Place
from leakwise.rule import (
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
from leakwise_rules.evaluation import decorator_fixes, wrap_fix
from leakwise_rules.grad_modes import runs_recorded, spellings
from leakwise_rules.wording import shown

_DIFFERENTIATES = ("create_graph", "grad", "enable_grad", "functional_call")
_PARAMETERS = ("parameters", "named_parameters")


class EmaWeightsTrackedByAutograd(Rule):
    """Averaged weights are updated from live parameters while gradients are recorded.

    ## Why it leaks

    A parameter requires gradients, so what is computed of it refers to an autograd graph. An
    average that is made of its own last value and the live parameter refers to the average before
    it, and so to every update since training began. Each parameter has such a chain.

    For a small network 180 graph nodes could be reached after 10 updates and 1,800 after 100; from
    `p.data`, or under `torch.no_grad()`, none. A formula that saves its operands keeps a copy of
    the weights for each update as well.

    ## Best practice

    Decorate functions that average weights or update target networks with `torch.no_grad()`, or use
    `torch.optim.swa_utils.AveragedModel`.

    ## When it is not a leak

    The values of `state_dict()` are detached, and so are `p.data` and `p.detach()`. Meta-learning
    that differentiates through the new weights needs their graph.
    """

    code = "LP005"
    name = "ema-weights-tracked-by-autograd"
    message = (
        "`{holder}` is averaged with live parameters, so each update adds its graph to those of "
        "all before; update it under `torch.no_grad()`."
    )
    severity = Severity.ERROR
    since = "0.1.0"
    root_cause = RootCause.RETAINED_HISTORY
    general_smell = GeneralSmell.UNDETACHED_STATE
    supersedes = ("LP001", "LP002", "LP003")
    practices = (
        Practice(
            "BP07",
            "Decorate weight-averaging and target-update functions with torch.no_grad(), or use "
            "torch.optim.swa_utils.AveragedModel.",
        ),
    )
    links = (
        Link(
            "PyTorch: weight averaging",
            "https://docs.pytorch.org/docs/stable/optim.html",
        ),
        Link(
            "An average of live parameters, in Ultralytics",
            "https://github.com/ultralytics/ultralytics/pull/25315",
        ),
        Link(
            "Updates from weights kept in the graph, in gromo",
            "https://github.com/growingnet/gromo/issues/137",
        ),
        Link(
            "Averages detached on both sides, in torchvision",
            "https://github.com/pytorch/vision/pull/5469",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch
                from torch import nn

                def update_ema(shadow: dict, model: nn.Module, decay: float = 0.999):
                    for name, p in model.named_parameters():
                        shadow[name] = decay * shadow[name] + (1 - decay) * p  # leak
            """,
            good="""
                import torch
                from torch import nn

                @torch.no_grad()
                def update_ema(shadow: dict, model: nn.Module, decay: float = 0.999):
                    for name, p in model.named_parameters():
                        shadow[name] = decay * shadow[name] + (1 - decay) * p
            """,
        ),
        Example(
            bad="""
                import torch

                class Ema:
                    def __init__(self, net: torch.nn.Module):
                        self.net = net
                        self.shadow = {n: p.detach().clone() for n, p in net.named_parameters()}

                    def update(self):
                        for name, p in self.net.named_parameters():
                            mean = 0.99 * self.shadow[name] + 0.01 * p
                            self.shadow[name] = mean.clone()  # leak
            """,
            good="""
                import torch

                class Ema:
                    def __init__(self, net: torch.nn.Module):
                        self.net = net
                        self.shadow = {n: p.detach().clone() for n, p in net.named_parameters()}

                    @torch.no_grad()
                    def update(self):
                        for name, p in self.net.named_parameters():
                            mean = 0.99 * self.shadow[name] + 0.01 * p
                            self.shadow[name] = mean.clone()
            """,
        ),
        Example(
            bad="""
                import torch

                net = torch.nn.Linear(8, 8)
                average = {}
                for name, p in net.named_parameters():
                    average[name] = p.detach().clone()
                for step in range(1000):
                    train_step(net)
                    for name, p in net.named_parameters():
                        average[name] = 0.9 * average[name] + 0.1 * p  # leak
            """,
            good="""
                import torch

                net = torch.nn.Linear(8, 8)
                average = {}
                for name, p in net.named_parameters():
                    average[name] = p.detach().clone()
                for step in range(1000):
                    train_step(net)
                    with torch.no_grad():
                        for name, p in net.named_parameters():
                            average[name] = 0.9 * average[name] + 0.1 * p
            """,
        ),
    )
    negatives = (
        Negative(
            why="Recording is off.",
            code="""
                import torch

                @torch.no_grad()
                def update(shadow: dict, model: torch.nn.Module):
                    for name, p in model.named_parameters():
                        shadow[name] = 0.9 * shadow[name] + 0.1 * p
            """,
        ),
        Negative(
            why="The numbers alone are averaged.",
            code="""
                import torch

                def update(shadow: dict, model: torch.nn.Module):
                    for name, p in model.named_parameters():
                        shadow[name] = 0.9 * shadow[name] + 0.1 * p.data
            """,
        ),
        Negative(
            why="The values of a state dict are detached.",
            code="""
                import torch

                def update(shadow: dict, model: torch.nn.Module):
                    for name, value in model.state_dict().items():
                        shadow[name] = 0.9 * shadow[name] + 0.1 * value
            """,
        ),
        Negative(
            why="PyTorch's own averaged model.",
            code="""
                import torch

                def train(model: torch.nn.Module, batches, step):
                    average = torch.optim.swa_utils.AveragedModel(model)
                    for batch in batches:
                        step(model, batch)
                        average.update_parameters(model)
            """,
        ),
        Negative(
            why="Every caller switches recording off.",
            code="""
                import torch

                def _update(shadow: dict, model: torch.nn.Module):
                    for name, p in model.named_parameters():
                        shadow[name] = 0.9 * shadow[name] + 0.1 * p

                def after_step(shadow: dict, model: torch.nn.Module):
                    with torch.no_grad():
                        _update(shadow, model)
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.mentions(*_PARAMETERS) or body.mentions(*_DIFFERENTIATES):
            return
        for keeping in body.keepings:
            if not _averages(keeping) or not _lasts(keeping):
                continue
            if body.backpropagated(frozenset({keeping.holder})):
                continue
            if not runs_recorded(body):
                return
            loop = keeping.loops[-1]
            alone = body.name is not None and not body.module_calls and not body.training_steps
            yield self.report(
                keeping.place,
                RelatedPlace(loop.place, "The loop goes through parameters, which require grad."),
                certainty=_certainty(body, keeping),
                region=loop.body,
                anchors={
                    "statements": (loop.place,),
                    "function": (body.place,) if alone else (),
                },
                notes=spellings(body),
                holder=shown(keeping.holder, 24),
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        yield from decorator_fixes(finding, context, "no_grad")
        yield from wrap_fix(finding, context)


def _averages(keeping: Keeping) -> bool:
    """Whether a loop puts into a container what is made of parameters and what it held before, and
    of no network's output."""
    sources = keeping.stored.sources
    return (
        keeping.how == "item"
        and keeping.stored.carries_graph
        and bool(keeping.loops)
        and keeping.holder in sources
        and not any(isinstance(source, Place) for source in sources)
    )


def _lasts(keeping: Keeping) -> bool:
    """Whether the container outlives the update: the call, or a loop round it."""
    fresh = {loop.place for loop in keeping.fresh_in}
    return keeping.from_before or any(loop.place not in fresh for loop in keeping.loops[:-1])


def _certainty(body: BodyFacts, keeping: Keeping) -> Certainty:
    if body.class_ is not None and not body.class_.bases_known:
        return Certainty.POSSIBLE
    sure = keeping.stored.certainty
    return sure if body.name is None else sure.weaker(Certainty.LIKELY)
