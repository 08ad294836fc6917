"""LP018 tensor-hook-captures-its-own-tensor."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Release
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


class TensorHookCapturesItsOwnTensor(Rule):
    """A tensor's hook refers to the tensor that it is registered on.

    ## Why it leaks

    The graph keeps the hook, the hook's closure keeps the tensor, and the tensor keeps the graph.
    The cycle runs through C++, where Python's collector cannot see it, so it is never freed.

    Of 40 tensors with such a hook, all 40 were alive after they were deleted, and after
    `gc.collect()` too: 120 MiB. With a hook that uses its argument alone there was none.

    ## Best practice

    Let a tensor's hook close over detached values only: never over its own tensor, and never over
    one that is computed from it.

    ## When it is not a leak

    A hook that uses its gradient alone, or a detached mask, makes no cycle. A parameter lives as
    long as its model, with one hook. A hook that is removed lets go of its closure.
    """

    code = "LP018"
    name = "tensor-hook-captures-its-own-tensor"
    message = (
        "The hook on `{tensor}` refers to `{tensor}` itself, a cycle that no collector frees; "
        "use a detached copy in the hook."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.HIDDEN_REFERENCE
    general_smell = GeneralSmell.KEEP_DIFFERENTIABLE_VALUE
    practices = (
        Practice(
            "BP23",
            "Let a tensor hook close over detached values only; never over the tensor it hangs on "
            "or over one computed from it.",
        ),
    )
    links = (
        Link(
            "PyTorch: Tensor.register_hook",
            "https://docs.pytorch.org/docs/stable/generated/torch.Tensor.register_hook.html",
        ),
        Link(
            "The cycle of tensor, hook and closure",
            "https://github.com/pytorch/pytorch/pull/82776",
        ),
        Link(
            "A hook that kept its tensor alive, in PyTorch",
            "https://github.com/pytorch/pytorch/pull/102859",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch
                from torch import nn

                def gated(x: torch.Tensor, scale: nn.Linear):
                    h = scale(x)
                    h.register_hook(lambda g: g * (h > 0))  # leak
                    return h
            """,
            good="""
                import torch
                from torch import nn

                def gated(x: torch.Tensor, scale: nn.Linear):
                    h = scale(x)
                    mask = (h > 0).detach()
                    h.register_hook(lambda g: g * mask)
                    return h
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import torch

                net = torch.nn.Linear(4, 4)
                for step in range(100):
                    out = net(torch.randn(8, 4))
                    out.register_hook(lambda g: print(g.norm(), out.norm()))  # leak
                    out.sum().backward()
            """,
            good="""
                import torch

                net = torch.nn.Linear(4, 4)
                for step in range(100):
                    out = net(torch.randn(8, 4))
                    handle = out.register_hook(lambda g: print(g.norm(), out.norm()))
                    try:
                        out.sum().backward()
                    finally:
                        handle.remove()
            """,
        ),
        Example(
            bad="""
                from torch import nn

                class Gate(nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.body = nn.Linear(4, 4)

                    def forward(self, x):
                        h = self.body(x)

                        def scale(grad):
                            return grad / h.norm()

                        h.register_hook(scale)  # leak
                        return h
            """,
            good="""
                from torch import nn

                class Gate(nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.body = nn.Linear(4, 4)

                    def forward(self, x):
                        h = self.body(x)
                        size = h.detach().norm()

                        def scale(grad):
                            return grad / size

                        h.register_hook(scale)
                        return h
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="The hook uses its gradient alone.",
            code="""
                import torch

                def clipped(x: torch.Tensor, scale: torch.nn.Linear):
                    h = scale(x)
                    h.register_hook(lambda g: g.clamp(-1, 1))
                    return h
            """,
        ),
        Negative(
            why="The closure has a detached copy.",
            code="""
                import torch

                def gated(x: torch.Tensor, scale: torch.nn.Linear):
                    h = scale(x)
                    seen = h.detach()
                    h.register_hook(lambda g: g * (seen > 0))
                    return h
            """,
        ),
        Negative(
            why="A parameter lives as long as its model.",
            code="""
                import torch

                weight = torch.nn.Parameter(torch.ones(4))
                weight.register_hook(lambda g: g + 0.1 * weight.detach())
            """,
        ),
        Negative(
            why="The hook is removed after the backward pass.",
            code="""
                import torch

                def step(x: torch.Tensor, scale: torch.nn.Linear):
                    h = scale(x)
                    handle = h.register_hook(lambda g: g * (h > 0))
                    h.sum().backward()
                    handle.remove()
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for site in body.method_calls("register_hook"):
            hooked = site.receiver_value
            if site.receiver is None or not hooked.carries_graph or hooked.is_leaf:
                continue
            taken = next((one for one in body.hooks if one.place == site.place), None)
            if taken is None or taken.handed_on or body.release(taken) is not Release.NEVER:
                continue
            for callback in body.callbacks:
                captured = (one for one in callback.captures if one.name == site.receiver)
                if callback.call == site.place and any(one.value.carries_graph for one in captured):
                    yield self.report(
                        site.place,
                        RelatedPlace(callback.place, "This closure holds the tensor."),
                        certainty=hooked.certainty,
                        anchors={"registration": (site.statement,) if _used_up(body, site) else ()},
                        tensor=shown(site.receiver, 24),
                    )
                    break

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        for registration in finding.anchors["registration"]:
            if edits := context.release_in_finally(registration, "handle", "remove"):
                yield Fix("Remove the hook in `finally`", edits, Applicability.UNSAFE)


def _used_up(body: BodyFacts, site: CallSite) -> bool:
    """Whether the hook has run when the body, or the round of its loop, ends."""
    sources = site.receiver_value.sources
    return (
        body.backpropagated(sources)
        and not (body.returned(sources) or body.stored(sources))
        and all(step.loops == site.loops for step in body.training_steps)
    )
