"""LP021 results-collected-on-gpu."""

from collections.abc import Iterator

from leakwise.facts import (
    BodyFacts,
    Certainty,
    Graph,
    Keeping,
    Kind,
    Loop,
    ModuleCall,
)
from leakwise.facts.terms.storage import Device, Numbers
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
from leakwise_rules.evaluation import is_forward, is_unit_test
from leakwise_rules.graphs import outlived_loops
from leakwise_rules.trainer_steps import GATHERS, Found, in_step
from leakwise_rules.wording import shown

_MOVES = ("cuda", "to")
_DEVICES = ("cuda", "device")
_FEW = 8


class ResultsCollectedOnGpu(Rule):
    """The results of an evaluation are gathered in the accelerator's memory.

    ## Why it leaks

    What a network gives lies where the network does. A list of its outputs fills the memory of the
    GPU with the results of the whole data set, though nothing computes with them there before the
    loop is over. Evaluation then fails on large sets, often long after it began.

    The growth is that of the results: 50 outputs of 4 MiB held 200 MiB of an H200's memory, and
    none of it where each was moved to the host. It ends with the data set, and so this is
    information.

    ## Best practice

    Move the results of each batch to the host, or reduce them to what is wanted, before they are
    gathered.

    ## When it is not a leak

    Scalars and whole-number labels are small. A few fixed batches stay a few. Results that are
    gathered over processes must be on the device for that. On the CPU there is nothing to move.
    """

    code = "LP021"
    name = "results-collected-on-gpu"
    message = (
        "`{holder}` gathers `{value}` of every {turn} in the accelerator's memory; "
        "move it to the host first."
    )
    severity = Severity.INFORMATION
    since = "0.1.0"
    root_cause = RootCause.MISPLACED_DEVICE_MEMORY
    general_smell = GeneralSmell.UNBOUNDED_COLLECTION
    practices = (
        Practice(
            "BP27",
            "Move each batch's results to host memory (or reduce them) before collecting them.",
        ),
    )
    links = (
        Link(
            "PyTorch FAQ: my model reports out of memory",
            "https://docs.pytorch.org/docs/stable/notes/faq.html",
        ),
        Link(
            "evaluate() that ran out of memory, in transformers",
            "https://github.com/huggingface/transformers/issues/7232",
        ),
        Link(
            "Predictions moved at each batch, in pytorch-forecasting",
            "https://github.com/sktime/pytorch-forecasting/pull/2228",
        ),
        Link(
            "Embeddings that exhausted the GPU, in DeCLUTR",
            "https://github.com/JohnGiorgi/DeCLUTR/pull/151",
        ),
        Link(
            "Converted per batch, in fastai",
            "https://github.com/fastai/fastai/pull/483",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch
                from torch import nn

                @torch.no_grad()
                def collect(model: nn.Module, loader, device):
                    model.to(device).eval()
                    logits = []
                    for x, _ in loader:
                        logits.append(model(x.to(device)))  # leak
                    return torch.cat(logits)
            """,
            good="""
                import torch
                from torch import nn

                @torch.no_grad()
                def collect(model: nn.Module, loader, device):
                    model.to(device).eval()
                    logits = []
                    for x, _ in loader:
                        logits.append(model(x.to(device)).cpu())
                    return torch.cat(logits)
            """,
        ),
        Example(
            bad="""
                import torch

                net = torch.nn.Linear(512, 128).cuda()
                embeddings = {}
                with torch.inference_mode():
                    for name, image in images:
                        vector = net(image.cuda())
                        embeddings[name] = vector  # leak
                torch.save(embeddings, "embeddings.pt")
            """,
            good="""
                import torch

                net = torch.nn.Linear(512, 128).cuda()
                embeddings = {}
                with torch.inference_mode():
                    for name, image in images:
                        vector = net(image.cuda())
                        embeddings[name] = vector.cpu()
                torch.save(embeddings, "embeddings.pt")
            """,
        ),
        Example(
            bad="""
                import torch
                from torch import nn

                class Predictor:
                    def __init__(self, net: nn.Module):
                        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
                        self.net = net.to(self.device)

                    @torch.no_grad()
                    def predict(self, batches):
                        scores = []
                        for batch in batches:
                            score = self.net(batch.to(self.device)).softmax(-1)
                            scores.append(score)  # leak
                        return scores
            """,
            good="""
                import torch
                from torch import nn

                class Predictor:
                    def __init__(self, net: nn.Module):
                        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
                        self.net = net.to(self.device)

                    @torch.no_grad()
                    def predict(self, batches):
                        scores = []
                        for batch in batches:
                            score = self.net(batch.to(self.device)).softmax(-1)
                            scores.append(score.cpu())
                        return scores
            """,
        ),
        Example(
            bad="""
                import torch
                from lightning import LightningModule

                class Tagger(LightningModule):
                    def __init__(self, width):
                        super().__init__()
                        self.net = torch.nn.Linear(width, 32)
                        self.scores = []

                    def test_step(self, batch, index):
                        scores = self.net(batch["words"])
                        self.scores.append(scores)  # leak

                    def on_test_epoch_end(self):
                        torch.save(torch.cat(self.scores), "scores.pt")
                        self.scores.clear()
            """,
            good="""
                import torch
                from lightning import LightningModule

                class Tagger(LightningModule):
                    def __init__(self, width):
                        super().__init__()
                        self.net = torch.nn.Linear(width, 32)
                        self.scores = []

                    def test_step(self, batch, index):
                        scores = self.net(batch["words"])
                        self.scores.append(scores.cpu())

                    def on_test_epoch_end(self):
                        torch.save(torch.cat(self.scores), "scores.pt")
                        self.scores.clear()
            """,
        ),
    )
    negatives = (
        Negative(
            why="Nothing is moved to a device.",
            code="""
                import torch

                @torch.no_grad()
                def collect(model: torch.nn.Module, loader):
                    logits = []
                    for x in loader:
                        logits.append(model(x))
                    return torch.cat(logits)
            """,
        ),
        Negative(
            why="Each result is moved to the host, in one way or another.",
            code="""
                import torch

                @torch.no_grad()
                def collect(model: torch.nn.Module, loader, device):
                    arrays, tensors, lists = [], [], []
                    for x in loader:
                        out = model(x.to(device))
                        arrays.append(out.cpu().numpy())
                        tensors.append(out.to("cpu"))
                        lists.extend(out.tolist())
                    return arrays, tensors, lists
            """,
        ),
        Negative(
            why="Numbers and labels are small.",
            code="""
                import torch

                @torch.no_grad()
                def collect(model: torch.nn.Module, loader, device):
                    labels, means = [], []
                    for x in loader:
                        out = model(x.to(device))
                        labels.append(out.argmax(-1))
                        means.append(out.mean())
                    return labels, means
            """,
        ),
        Negative(
            why="The loop ends after a few batches.",
            code="""
                import torch

                @torch.no_grad()
                def peek(model: torch.nn.Module, loader, device):
                    seen = []
                    for number, x in enumerate(loader):
                        seen.append(model(x.to(device)))
                        if number == 3:
                            break
                    return seen
            """,
        ),
        Negative(
            why="The results are gathered over processes, which needs them on the device.",
            code="""
                import torch
                import torch.distributed as dist

                @torch.no_grad()
                def collect(model: torch.nn.Module, loader, device, parts):
                    outputs = []
                    for x in loader:
                        outputs.append(model(x.to(device)))
                    dist.all_gather(parts, torch.cat(outputs))
                    return parts
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        may_be = body.may_gather and (body.has_loops or body.evaluates_for_trainer)
        if not may_be or is_unit_test(body) or body.mentions(*GATHERS):
            return
        for keeping in body.keepings:
            if not _is_large(keeping):
                continue
            found = in_step(body, keeping) if body.evaluates_for_trainer else None
            if found is None:
                found = _in_loop(body, keeping)
            if found is None:
                continue
            related, certainty, turn = found
            # What a trainer hands over may be a structure of tensors, which has no `cpu()`.
            made_here = len(related) > 1
            yield self.report(
                keeping.place,
                *related,
                certainty=certainty.weaker(keeping.stored.certainty),
                anchors={"value": (keeping.place,) if made_here else ()},
                holder=shown(keeping.holder, 24),
                turn=turn,
                value=shown(keeping.stored_text),
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        if edits := context.call_method(finding.anchors["value"], "cpu"):
            yield Fix("Store it on the host: `.cpu()`", edits, Applicability.UNSAFE)


def _is_large(keeping: Keeping) -> bool:
    """Whether it is a tensor without a graph that may be large, in a container without a limit."""
    value = keeping.stored
    return (
        value.is_tensor
        and value.graph is Graph.DETACHED
        and not value.scalar
        and value.numbers is not Numbers.WHOLE
        and keeping.holder_value.bound is None
    )


def _in_loop(body: BodyFacts, keeping: Keeping) -> Found | None:
    """What a loop of the body gathers of the outputs of a network, if it trains nothing."""
    if not body.has_loops:
        return None
    certainty = _on_accelerator(body, keeping)
    found = _network_in_loop(body, keeping)
    if certainty is None or found is None:
        return None
    call, loop = found
    if is_forward(body) and (loop.over is None or loop.over.kind is not Kind.LOADER):
        return None
    if body.trains(loop) or body.waits(loop) or _ends_early(body, loop):
        return None
    holder = body.holder(keeping)
    if holder is not None and holder.bounded:
        return None
    related = (
        RelatedPlace(call.place, "The network gives it on the device that it lies on."),
        RelatedPlace(loop.place, "Each iteration of this loop keeps one more."),
    )
    return related, certainty, "iteration"


def _on_accelerator(body: BodyFacts, keeping: Keeping) -> Certainty | None:
    """How sure it is that the value lies on an accelerator; None where nothing says so."""
    device = keeping.stored.device
    if device is Device.ACCELERATOR:
        return Certainty.SURE
    if device is Device.EITHER:
        return Certainty.LIKELY
    moved = device is None and body.mentions(*_MOVES) and body.file_mentions(*_DEVICES)
    return Certainty.LIKELY if moved else None


def _network_in_loop(body: BodyFacts, keeping: Keeping) -> tuple[ModuleCall, Loop] | None:
    """The network that made the value, and the innermost loop round both that the holder
    outlives: one over layers is a part of one forward pass."""
    for loop in reversed(outlived_loops(keeping)):
        if loop.trips is not None and loop.trips <= _FEW:
            continue
        for call in body.module_calls:
            root = call.callee.partition(".")[0].partition("[")[0]
            made = loop in call.loops and call.place in keeping.stored.sources
            if made and root not in loop.names:
                return call, loop
    return None


def _ends_early(body: BodyFacts, loop: Loop) -> bool:
    return any(one.loop == loop and one.left_early for one in body.loops)
