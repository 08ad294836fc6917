"""LP010 backward-create-graph-cycle."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Certainty, Kind, Loop, Place, Rhythm
from leakwise.facts.terms.values import UNKNOWN, overlap
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

_RESETS = ("zero_grad",)


class BackwardCreateGraphCycle(Rule):
    """`backward(create_graph=True)` leaves gradients that nothing resets.

    ## Why it leaks

    With `create_graph=True` the gradients in `.grad` carry a graph of their own, which refers to
    the parameters that they are gradients of. So parameter and gradient refer to each other, in a
    circle that goes through C++ and that Python's collector cannot see. It holds the whole graph of
    the double backward pass until `.grad` is reset. A leaf that a function makes and asks for its
    gradient goes with the circle round it, and no `zero_grad()` knows it.

    30 leaves made in a loop were all alive after `gc.collect()`, with 121 MiB; none was once
    `.grad` had been set to None. Parameters that live on and were never reset had 64 graph nodes
    behind them after one step and 1,224 after 30, and 46 MiB more.

    ## Best practice

    For gradients of gradients call `torch.autograd.grad(loss, inputs, create_graph=True)` and keep
    the result in a local name. Where `backward(create_graph=True)` cannot be avoided, reset the
    gradients at the end of each step: `optimizer.zero_grad()` or `parameter.grad = None`.

    ## When it is not a leak

    `torch.autograd.grad()` puts nothing into `.grad`. Gradients that are reset in the same
    iteration break the circle.
    """

    code = "LP010"
    name = "backward-create-graph-cycle"
    message = (
        "`create_graph=True` makes {kept} `.grad` keep each other and a graph; reset "
        "the gradients in each {turn}, or use `autograd.grad()`."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.HIDDEN_REFERENCE
    general_smell = GeneralSmell.UNDETACHED_STATE
    practices = (
        Practice(
            "BP13",
            "For higher-order gradients call `torch.autograd.grad(..., create_graph=True)` and "
            "keep the result in a local.",
        ),
        Practice(
            "BP14",
            "If `backward(create_graph=True)` cannot be avoided, set the `.grad` fields to None at "
            "the end of the step.",
        ),
    )
    links = (
        Link(
            "PyTorch: torch.autograd.backward, note on create_graph",
            "https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html",
        ),
        Link(
            "Memory that stays after del and gc, with the circle explained",
            "https://github.com/pytorch/pytorch/issues/7343",
        ),
        Link(
            "The request that led to the warning",
            "https://github.com/pytorch/pytorch/issues/4661",
        ),
        Link(
            "An optimizer that ran out of memory over its steps",
            "https://github.com/rfeinman/pytorch-minimize/issues/29",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch

                for x in loader:
                    w = torch.randn(64, 64, requires_grad=True)
                    energy = (x @ w).tanh().sum()
                    energy.backward(create_graph=True)  # leak
                    penalty = w.grad.pow(2).sum()
                    report(penalty.item())
            """,
            good="""
                import torch

                for x in loader:
                    w = torch.randn(64, 64, requires_grad=True)
                    energy = (x @ w).tanh().sum()
                    (grad_w,) = torch.autograd.grad(energy, w, create_graph=True)
                    penalty = grad_w.pow(2).sum()
                    report(penalty.item())
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import torch
                from torch import nn

                def train(model: nn.Module, loader):
                    optimizer = torch.optim.LBFGS(model.parameters())
                    for x, y in loader:
                        loss = nn.functional.mse_loss(model(x), y)
                        loss.backward(create_graph=True)  # leak
                        penalty = sum(p.grad.pow(2).sum() for p in model.parameters())
                        penalty.backward()
                        optimizer.step()
            """,
            good="""
                import torch
                from torch import nn

                def train(model: nn.Module, loader):
                    optimizer = torch.optim.LBFGS(model.parameters())
                    for x, y in loader:
                        loss = nn.functional.mse_loss(model(x), y)
                        loss.backward(create_graph=True)
                        penalty = sum(p.grad.pow(2).sum() for p in model.parameters())
                        penalty.backward()
                        optimizer.step()
                        optimizer.zero_grad()
            """,
        ),
        Example(
            bad="""
                import torch
                from torch import nn

                class Curvature:
                    def __init__(self, net: nn.Module):
                        self.net = net

                    def measure(self, batches):
                        traces = []
                        for x, y in batches:
                            loss = nn.functional.cross_entropy(self.net(x), y)
                            torch.autograd.backward(loss, create_graph=True)  # leak
                            traces.append(sum(p.grad.norm().item() for p in self.net.parameters()))
                        return traces
            """,
            good="""
                import torch
                from torch import nn

                class Curvature:
                    def __init__(self, net: nn.Module):
                        self.net = net

                    def measure(self, batches):
                        traces = []
                        for x, y in batches:
                            loss = nn.functional.cross_entropy(self.net(x), y)
                            grads = torch.autograd.grad(loss, self.net.parameters())
                            traces.append(sum(grad.norm().item() for grad in grads))
                        return traces
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import torch
                from torch import nn

                def slope_penalty(critic: nn.Module, real, fake):
                    share = torch.rand(len(real), 1)
                    mixed = share * real + (1 - share) * fake
                    mixed.requires_grad = True
                    scores = critic(mixed)
                    scores.backward(torch.ones_like(scores), create_graph=True)  # leak
                    return (mixed.grad.flatten(1).norm(dim=1) - 1).pow(2).mean()

                def reset(optimizer):
                    optimizer.zero_grad()
            """,
            good="""
                import torch
                from torch import nn

                def slope_penalty(critic: nn.Module, real, fake):
                    share = torch.rand(len(real), 1)
                    mixed = share * real + (1 - share) * fake
                    mixed.requires_grad = True
                    scores = critic(mixed)
                    (slope,) = torch.autograd.grad(scores.sum(), mixed, create_graph=True)
                    return (slope.flatten(1).norm(dim=1) - 1).pow(2).mean()

                def reset(optimizer):
                    optimizer.zero_grad()
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="The gradient of a leaf that the function makes is reset before it returns.",
            code="""
                import torch
                from torch import nn

                def roughness(field: nn.Module, count):
                    points = torch.rand(count, 3, requires_grad=True)
                    field(points).sum().backward(create_graph=True)
                    found = points.grad.pow(2).sum().item()
                    points.grad = None
                    return found
            """,
        ),
        Negative(
            why="Nothing tells that a function whose callers give it all leaves is called again.",
            code="""
                import torch

                def second(loss, weight):
                    for one in (weight, loss.bias):
                        one.requires_grad = True
                    loss.backward(create_graph=True)
                    return weight.grad.sum()
            """,
        ),
        Negative(
            why="The gradients are reset in each iteration.",
            code="""
                import torch
                from torch import nn

                def train(model: nn.Module, loader, optimizer):
                    for x, y in loader:
                        optimizer.zero_grad()
                        loss = nn.functional.mse_loss(model(x), y)
                        loss.backward(create_graph=True)
                        optimizer.step()
            """,
        ),
        Negative(
            why="`.grad` is set to None when the penalty is computed.",
            code="""
                import torch

                def sharpness(losses, w):
                    for loss in losses(w):
                        loss.backward(create_graph=True)
                        print(w.grad.pow(2).sum().item())
                        w.grad = None
            """,
        ),
        Negative(
            why="`autograd.grad` fills no `.grad`.",
            code="""
                import torch
                from torch import nn

                def penalty(critic: nn.Module, batches):
                    for x in batches:
                        x = x.requires_grad_()
                        score = critic(x).sum()
                        (grad,) = torch.autograd.grad(score, x, create_graph=True)
                        grad.norm(2, dim=1).sub(1).pow(2).mean().backward()
            """,
        ),
        Negative(
            why="A flag decides, and somebody else in the file resets the gradients.",
            code="""
                import torch
                from torch import nn

                class Step:
                    def __init__(self, net: nn.Module, optimizer, second_order):
                        self.net, self.optimizer = net, optimizer
                        self.second_order = second_order

                    def losses(self, batches):
                        for x, y in batches:
                            loss = nn.functional.mse_loss(self.net(x), y)
                            loss.backward(create_graph=self.second_order)
                            self.apply()

                    def backward(self, loss):
                        loss.backward(create_graph=True)

                    def apply(self):
                        self.optimizer.step()
                        self.net.zero_grad()
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.mentions("create_graph"):
            return
        starts = [
            *body.method_calls("backward"),
            *body.calls_of("torch.autograd.backward"),
        ]
        for site in starts:
            given = site.argument("create_graph", 2)
            if given is None or given.value.constant is not True:
                continue
            loop = site.loops[0] if site.loops else None
            leaf = _leaf_behind(body, site)
            again = loop is not None or body.called_in_loop()
            if _resets(body, loop):
                continue
            if leaf is None and (not again or _reset_elsewhere(body, loop)):
                continue
            yield self.report(
                site.place,
                *(
                    RelatedPlace(one.place, "Each iteration of this loop adds one more graph.")
                    for one in site.loops[-1:]
                ),
                certainty=Certainty.LIKELY,
                anchors={"step": _steps(_stepped(body, site))},
                notes=_notes(body, site),
                kept="parameters and their" if leaf is None else f"`{shown(leaf)}` and its",
                turn="iteration" if loop else "call",
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        for step in finding.anchors["step"]:
            if edits := context.insert_after(step, finding.notes["reset"]):
                yield Fix(
                    f"Reset the gradients with `{shown(finding.notes['reset'])}`",
                    edits,
                    Applicability.UNSAFE,
                )


def _leaf_behind(body: BodyFacts, site: CallSite) -> str | None:
    """A leaf that the function makes in each call, and that the backward pass reaches: it dies with
    the circle round it, whoever resets the gradients of parameters later."""
    if body.name is None or body.rhythm is Rhythm.ONCE or site.argument("inputs") is not None:
        return None
    started = site.receiver_value if site.receiver else UNKNOWN
    if site.method != "backward" and site.arguments:
        started = site.arguments[0].value
    for name, leaf in body.leaves_made_here().items():
        if overlap(leaf.sources, started.sources) or body.mentions("grad"):
            return name
    return None


def _resets(body: BodyFacts, loop: Loop | None) -> bool:
    """Whether something here, in the loop, may reset the gradients between two such calls."""
    cleared = (relief for relief in body.reliefs if relief.path.endswith(".grad"))
    resets = (*body.method_calls(*_RESETS), *cleared)
    return any(loop is None or loop in one.loops for one in resets)


def _reset_elsewhere(body: BodyFacts, loop: Loop | None) -> bool:
    """Whether another function may do so: one that a loop calls by its name, or that wraps this."""
    elsewhere = not body.mentions(*_RESETS) and body.file_mentions(*_RESETS)
    if loop is None or not elsewhere:
        return elsewhere
    names = {one.name for word in _RESETS for one in body.file_bodies(word)}
    called = {one.callee.rpartition(".")[2] for one in body.call_sites if loop in one.loops}
    return not called.isdisjoint(names)


def _stepped(body: BodyFacts, site: CallSite) -> list[CallSite]:
    """The optimizer's steps in the innermost loop round a call."""
    return [
        one
        for one in body.method_calls("step")
        if one.receiver_value.kind is Kind.OPTIMIZER and one.loops == site.loops
    ]


def _steps(steps: list[CallSite]) -> tuple[Place, ...]:
    """The statement of the only one of them."""
    return tuple(one.statement for one in steps if one.dropped and len(steps) == 1)


def _notes(body: BodyFacts, site: CallSite) -> dict[str, str]:
    steps = _stepped(body, site)
    return {"reset": f"{steps[0].receiver}.zero_grad()"} if steps else {}
