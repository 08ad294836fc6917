"""LP039 pack-hook-keeps-attached-tensor."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Certainty, Kept, Place
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

_HOOKS = "torch.autograd.graph.saved_tensors_hooks"


class PackHookKeepsAttachedTensor(Rule):
    """A pack hook keeps the tensor that autograd saves, with its graph.

    ## Why it leaks

    What a pack hook returns is stored in the graph. If that is the tensor itself, and the tensor is
    the output of the operation that saves it, the graph holds the tensor and the tensor holds the
    graph. The cycle runs through C++, so `gc.collect()` cannot free it; only a backward pass can.

    Of 30 outputs of `exp()` under a hook that returned its argument, 30 were alive after
    `gc.collect()`. With `detach()` there was none.

    ## Best practice

    Detach the tensor in a pack hook. Autograd restores its history when it is unpacked.

    ## When it is not a leak

    A hook that returns a detached tensor, a copy on another device, a path or a number keeps no
    graph. `save_on_cpu` and other hooks of libraries are made for this.
    """

    code = "LP039"
    name = "pack-hook-keeps-attached-tensor"
    message = (
        "The pack hook {keeps} `{value}` with its graph, a cycle that only a backward pass can "
        "free; detach it."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.HIDDEN_REFERENCE
    general_smell = GeneralSmell.KEEP_DIFFERENTIABLE_VALUE
    practices = (
        Practice(
            "BP48",
            "Detach the tensor in a pack hook; autograd restores its history on unpack.",
        ),
    )
    links = (
        Link(
            "PyTorch: hooks for saved tensors",
            "https://docs.pytorch.org/docs/stable/autograd.html",
        ),
        Link(
            "A note on pack hooks that keep the live tensor",
            "https://github.com/pytorch/pytorch/pull/189025",
        ),
        Link(
            "The same leak in PyTorch's own checkpointing",
            "https://github.com/pytorch/pytorch/pull/82776",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch

                model = torch.nn.Linear(4, 4)
                stash = []

                def pack(t):
                    stash.append(t)  # leak
                    return len(stash) - 1

                with torch.autograd.graph.saved_tensors_hooks(pack, lambda i: stash[i]):
                    y = model(torch.ones(4))
            """,
            good="""
                import torch

                model = torch.nn.Linear(4, 4)
                stash = []

                def pack(t):
                    stash.append(t.detach())
                    return len(stash) - 1

                with torch.autograd.graph.saved_tensors_hooks(pack, lambda i: stash[i]):
                    y = model(torch.ones(4))
            """,
        ),
        Example(
            bad="""
                from torch.autograd.graph import saved_tensors_hooks

                def forward_counting(model, x, seen):
                    def pack(tensor):
                        seen.update([tensor.shape])
                        return tensor  # leak

                    with saved_tensors_hooks(pack, lambda tensor: tensor):
                        return model(x)
            """,
            good="""
                from torch.autograd.graph import saved_tensors_hooks

                def forward_counting(model, x, seen):
                    def pack(tensor):
                        seen.update([tensor.shape])
                        return tensor.detach()

                    with saved_tensors_hooks(pack, lambda tensor: tensor):
                        return model(x)
            """,
        ),
        Example(
            bad="""
                import torch

                class Counting(torch.nn.Module):
                    def __init__(self, body):
                        super().__init__()
                        self.body = body
                        self.saved = 0

                    def pack(self, t):
                        self.saved += t.numel()
                        return t  # leak

                    def forward(self, x):
                        with torch.autograd.graph.saved_tensors_hooks(self.pack, lambda t: t):
                            return self.body(x)
            """,
            good="""
                import torch

                class Counting(torch.nn.Module):
                    def __init__(self, body):
                        super().__init__()
                        self.body = body
                        self.saved = 0

                    def pack(self, t):
                        self.saved += t.numel()
                        return t.detach()

                    def forward(self, x):
                        with torch.autograd.graph.saved_tensors_hooks(self.pack, lambda t: t):
                            return self.body(x)
            """,
        ),
    )
    negatives = (
        Negative(
            why="The tensor is detached.",
            code="""
                import torch

                def run(model, x):
                    with torch.autograd.graph.saved_tensors_hooks(
                        lambda t: t.detach(), lambda t: t
                    ):
                        return model(x)
            """,
        ),
        Negative(
            why="A path is returned, and the tensor is on the disk.",
            code="""
                import torch

                def pack(t):
                    path = f"saved/{id(t)}.pt"
                    torch.save(t, path)
                    return path

                def run(model, x):
                    with torch.autograd.graph.saved_tensors_hooks(pack, torch.load):
                        return model(x)
            """,
        ),
        Negative(
            why="A copy on the host is what is kept.",
            code="""
                import torch

                def pack(t):
                    t = t.cpu()
                    return t

                def run(model, x):
                    with torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t.cuda()):
                        return model(x)
            """,
        ),
        Negative(
            why="This hook of the library does it right.",
            code="""
                import torch

                def run(model, x):
                    with torch.autograd.graph.save_on_cpu(pin_memory=True):
                        return model(x)
            """,
        ),
        Negative(
            why="Other functions may return what they are given.",
            code="""
                import torch

                def pack(t):
                    return t

                def run(model, xs):
                    return [model(x) for x in map(pack, xs)]
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for site in body.calls_of(_HOOKS):
            pack = site.argument("pack_hook", 0)
            for callback in body.callbacks:
                if pack is None or callback.place != pack.place:
                    continue
                for kept in body.kept_by(callback):
                    if _attached(kept):
                        yield self._kept(kept, site.place, "stores")
                for kept in body.given_back_by(callback):
                    if _attached(kept):
                        yield self._kept(kept, site.place, "returns")

    def _kept(self, kept: Kept, call: Place, keeps: str) -> Report:
        return self.report(
            kept.place,
            RelatedPlace(call, "Autograd calls the hook for each tensor that it saves."),
            certainty=Certainty.SURE,
            anchors={"detach": (kept.place,)},
            keeps=keeps,
            value=shown(", ".join(sorted(kept.parameters))),
        )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        if edits := context.call_method(finding.anchors["detach"], "detach"):
            yield Fix("Detach it in the hook", edits, Applicability.SAFE)


def _attached(kept: Kept) -> bool:
    """Whether the saved tensor itself is kept: what is computed of it refers to it, but it is not
    the output that the graph holds."""
    return kept.named and kept.detached is False
