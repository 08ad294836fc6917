"""LP020 stored-view-keeps-base."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Graph, Keeping, Loop
from leakwise.facts.terms.storage import View
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
from leakwise_rules.evaluation import is_forward
from leakwise_rules.graphs import outlived_loops
from leakwise_rules.wording import shown

_KEEP_ALL = frozenset({"extend", "extendleft", "update"})
"""What these are given may be all parts of one tensor."""


class StoredViewKeepsBase(Rule):
    """A slice is kept that keeps the whole tensor alive.

    ## Why it leaks

    A slice of a tensor is a view: it shows a part of the tensor's storage and keeps all of it. A
    list of slices therefore keeps the whole tensor of every iteration, though only a small part of
    each is wanted. `detach()` does not change that.

    40 slices of 4 KB out of tensors of 2 MB added 76.8 MiB; cloned, they added 0.1 MiB. A view that
    is saved takes its storage along: a slice of 4 KB made a file of 4,001,605 bytes, its clone one
    of 5,573.

    ## Best practice

    Clone a slice before you keep or save it, so that the rest can be freed.

    ## When it is not a leak

    Indexing with a list, a mask or another tensor copies, and so do `clone()` and arithmetic.
    Another shape of the whole tensor, or a slice of nearly all of it, keeps little that is not
    wanted. Where all slices of a tensor are kept, nothing is kept for nothing.
    """

    code = "LP020"
    name = "stored-view-keeps-base"
    message = (
        "`{value}` is a view that keeps the whole tensor it was cut from, so `{holder}` keeps one "
        "in every iteration; clone it first."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.HIDDEN_REFERENCE
    general_smell = GeneralSmell.NEEDLESS_DUPLICATE
    supersedes = ("LP021",)
    practices = (
        Practice(
            "BP26",
            "Clone a slice before you keep or save it, so that the base can be freed.",
        ),
    )
    links = (
        Link(
            "PyTorch: tensor views",
            "https://docs.pytorch.org/docs/stable/tensor_view.html",
        ),
        Link(
            "One token's features cloned, in thingsvision",
            "https://github.com/ViCCo-Group/thingsvision/pull/150",
        ),
        Link(
            "Saving a slice wrote the whole tensor",
            "https://github.com/pytorch/pytorch/issues/33101",
        ),
        Link(
            "A maintainer: clone before you save",
            "https://github.com/pytorch/pytorch/issues/1995",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch

                encoder = torch.nn.TransformerEncoderLayer(64, 4)
                cls_tokens = []
                with torch.no_grad():
                    for x in loader:
                        tokens = encoder(x)
                        cls_tokens.append(tokens[:, 0])  # leak
            """,
            good="""
                import torch

                encoder = torch.nn.TransformerEncoderLayer(64, 4)
                cls_tokens = []
                with torch.no_grad():
                    for x in loader:
                        tokens = encoder(x)
                        cls_tokens.append(tokens[:, 0].clone())
            """,
        ),
        Example(
            bad="""
                import torch
                from torch import nn

                @torch.inference_mode()
                def last_states(model: nn.Module, batches):
                    states = {}
                    for name, batch in batches:
                        last = model(batch)[:, -1, :]
                        states[name] = last  # leak
                    return states
            """,
            good="""
                import torch
                from torch import nn

                @torch.inference_mode()
                def last_states(model: nn.Module, batches):
                    states = {}
                    for name, batch in batches:
                        last = model(batch)[:, -1, :]
                        states[name] = last.clone()
                    return states
            """,
        ),
        Example(
            bad="""
                import torch
                from torch import nn

                class Recorder:
                    def __init__(self, net: nn.Module):
                        self.net = net
                        self.corners = []

                    @torch.no_grad()
                    def record(self, images):
                        for image in images:
                            out = self.net(image)
                            self.corners.append(out[..., :4, :4])  # leak
            """,
            good="""
                import torch
                from torch import nn

                class Recorder:
                    def __init__(self, net: nn.Module):
                        self.net = net
                        self.corners = []

                    @torch.no_grad()
                    def record(self, images):
                        for image in images:
                            out = self.net(image)
                            self.corners.append(out[..., :4, :4].clone())
            """,
        ),
    )
    negatives = (
        Negative(
            why="The slice is nearly the whole, or may be.",
            code="""
                import torch

                def axes(counts):
                    kept = []
                    for n in counts:
                        kept.append(torch.linspace(0, 1, n + 1)[:n])
                    return torch.meshgrid(*kept)
            """,
        ),
        Negative(
            why="It is copied, or computed from.",
            code="""
                import torch

                @torch.no_grad()
                def collect(model: torch.nn.Module, batches):
                    first, means, numbers = [], [], []
                    for x in batches:
                        out = model(x)
                        first.append(out[:, 0].clone())
                        means.append(out[:, 0] * 2)
                        numbers.append(out[:, 0].tolist())
                    return first, means, numbers
            """,
        ),
        Negative(
            why="A mask or a list of numbers chooses elements, which copies them.",
            code="""
                import torch

                @torch.no_grad()
                def chosen(model: torch.nn.Module, batches):
                    kept = []
                    for x in batches:
                        out = model(x)
                        kept.append(out[out > 0.5])
                        kept.append(out[:, [0, 2]])
                    return kept
            """,
        ),
        Negative(
            why="Nearly everything, or everything in another shape.",
            code="""
                import torch

                @torch.no_grad()
                def shifted(model: torch.nn.Module, batches):
                    kept = []
                    for x in batches:
                        out = model(x)
                        kept.append(out[:, 1:])
                        kept.append(model(x).flatten(1))
                    return kept
            """,
        ),
        Negative(
            why="All slices belong to one tensor, made before the loop.",
            code="""
                import torch

                def windows(length, size):
                    series = torch.randn(length)
                    parts = []
                    for start in range(0, length, size):
                        parts.append(series[start : start + size])
                    return parts
            """,
        ),
        Negative(
            why="The slice is used within its iteration.",
            code="""
                import torch

                @torch.no_grad()
                def best(model: torch.nn.Module, batches):
                    hits = 0
                    for x, y in batches:
                        last = model(x)[:, -1]
                        hits += (last.argmax(-1) == y).sum().item()
                    return hits
            """,
        ),
        Negative(
            why="The batch may hold nothing but this row.",
            code="""
                import torch

                @torch.no_grad()
                def scores(model: torch.nn.Module, images):
                    kept = []
                    for image in images:
                        kept.append(model(image.unsqueeze(0)).softmax(1)[0])
                    return kept
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.has_loops or is_forward(body):
            return
        keepings = body.keepings
        for keeping in keepings:
            value = keeping.stored
            if (
                not value.is_tensor
                or value.view is not View.PART
                or value.graph is not Graph.DETACHED
                or keeping.how in _KEEP_ALL
                or _bounded(body, keeping)
                or sum(one.stored.origin == value.origin for one in keepings) > 1
            ):
                continue
            loop = _making_loop(keeping)
            if loop is None or value.origin is None:
                continue
            yield self.report(
                keeping.place,
                RelatedPlace(value.origin, "The whole tensor comes from here, and is kept."),
                RelatedPlace(loop.place, "Each iteration of this loop keeps one more."),
                certainty=value.certainty,
                anchors={"value": (keeping.place,)},
                value=shown(keeping.stored_text),
                holder=shown(keeping.holder, 24),
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        if edits := context.call_method(finding.anchors["value"], "clone"):
            yield Fix("Store a copy: `.clone()`", edits, Applicability.SAFE)


def _bounded(body: BodyFacts, keeping: Keeping) -> bool:
    holder = body.holder(keeping)
    return keeping.holder_value.bound is not None or (holder is not None and holder.bounded)


def _making_loop(keeping: Keeping) -> Loop | None:
    """The innermost loop in whose iterations the whole tensor is made, where the holder outlives
    them."""
    origin = keeping.stored.origin
    for loop in reversed(outlived_loops(keeping)):
        if origin is not None and loop.body.contains(origin) and loop == keeping.loops[-1]:
            return loop
    return None
