"""LP008 eval-mode-mistaken-for-no-grad."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts
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
from leakwise_rules.evaluation import (
    Phase,
    certainty,
    decorator_fixes,
    fix_anchors,
    is_forward,
    is_unit_test,
    outcome,
    phases,
    records_for_nothing,
    wrap_fix,
)
from leakwise_rules.grad_modes import runs_recorded, spellings
from leakwise_rules.wording import shown


class EvalModeMistakenForNoGrad(Rule):
    """`model.eval()` is used as if it switched gradient recording off.

    ## Why it leaks

    `eval()` changes how layers such as dropout and batch normalisation behave. It does not touch
    autograd: each forward pass still records a graph and saves its activations. What the evaluation
    keeps, such as a sum of losses or a list of outputs, keeps the graph of every batch.

    Summing 100 validation losses kept 101 MiB for a model with 1 MiB of activations, against 1 MiB
    under `torch.no_grad()`. Where nothing is kept memory does not grow, but every batch still saves
    activations for nothing; this is shown as information.

    ## Best practice

    Use both switches: `model.eval()` for what the layers do, and `torch.no_grad()` or
    `torch.inference_mode()` for memory.

    ## When it is not a leak

    A network in evaluation mode may take part in training: a frozen backbone, a teacher, batch
    normalisation held still. Where its result is backpropagated, its graph is needed. Attributions
    and adversarial examples differentiate in evaluation mode on purpose. What a method such as
    `predict()` of a network does whose class is not in sight is only told where no word of the file
    switches recording off.
    """

    code = "LP008"
    name = "eval-mode-mistaken-for-no-grad"
    message = (
        "`{callee}` is in evaluation mode but still records a graph and {effect}; "
        "add `torch.no_grad()` round it."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.RETAINED_HISTORY
    general_smell = GeneralSmell.INFERENCE_WITH_TRAINING_MACHINERY
    supersedes = ("LP001", "LP002", "LP003", "LP006", "LP007")
    practices = (
        Practice(
            "BP10",
            "Use both switches: `eval()` for layer behaviour, `no_grad()` or `inference_mode()` "
            "for memory.",
        ),
    )
    links = (
        Link(
            "PyTorch: autograd mechanics, evaluation mode",
            "https://docs.pytorch.org/docs/stable/notes/autograd.html",
        ),
        Link(
            "Memory growing in a validation phase",
            "https://github.com/pytorch/pytorch/issues/4932",
        ),
        Link(
            "eval mode alone ran out of memory, in skorch",
            "https://github.com/skorch-dev/skorch/pull/219",
        ),
        Link("The same in semseg", "https://github.com/hszhao/semseg/issues/60"),
        Link("Repaired in particleflow", "https://github.com/jpata/particleflow/pull/290"),
    )
    examples = (
        Example(
            bad="""
                import torch
                from torch import nn

                def validate(model: nn.Module, loader, criterion):
                    model.eval()
                    total = 0.0
                    for x, y in loader:
                        total += criterion(model(x), y)  # leak
                    return total / len(loader)
            """,
            good="""
                import torch
                from torch import nn

                def validate(model: nn.Module, loader, criterion):
                    model.eval()
                    total = 0.0
                    with torch.no_grad():
                        for x, y in loader:
                            total += criterion(model(x), y)
                    return total / len(loader)
            """,
        ),
        Example(
            bad="""
                import torch

                net = torch.nn.Linear(4, 2)
                optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
                history = []
                for epoch in range(10):
                    net.train()
                    for x, y in train_loader:
                        optimizer.zero_grad()
                        torch.nn.functional.cross_entropy(net(x), y).backward()
                        optimizer.step()

                    net.eval()
                    for x, y in valid_loader:
                        # Kept for the plot at the end.
                        history.append(torch.nn.functional.cross_entropy(net(x), y))  # leak
            """,
            good="""
                import torch

                net = torch.nn.Linear(4, 2)
                optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
                history = []
                for epoch in range(10):
                    net.train()
                    for x, y in train_loader:
                        optimizer.zero_grad()
                        torch.nn.functional.cross_entropy(net(x), y).backward()
                        optimizer.step()

                    net.eval()
                    with torch.no_grad():
                        for x, y in valid_loader:
                            # Kept for the plot at the end.
                            history.append(torch.nn.functional.cross_entropy(net(x), y))
            """,
        ),
        Example(
            bad="""
                import torch as th
                from transformers import AutoModelForCausalLM

                class Scorer:
                    def __init__(self, name):
                        self.model = AutoModelForCausalLM.from_pretrained(name)

                    def score(self, batches):
                        self.model.eval()
                        losses = []
                        for batch in batches:
                            output = self.model(**batch)  # leak
                            losses.append(output.loss)
                        return th.stack(losses).mean().item()
            """,
            good="""
                import torch as th
                from transformers import AutoModelForCausalLM

                class Scorer:
                    def __init__(self, name):
                        self.model = AutoModelForCausalLM.from_pretrained(name)

                    def score(self, batches):
                        self.model.eval()
                        losses = []
                        with th.no_grad():
                            for batch in batches:
                                output = self.model(**batch)
                                losses.append(output.loss)
                        return th.stack(losses).mean().item()
            """,
        ),
    )
    negatives = (
        Negative(
            why="What the call is for stands in the hooks, which may hand it on with its graph.",
            code="""
                import torch

                class Activations:
                    def __init__(self, model: torch.nn.Module, layer):
                        self.model = model
                        self.held = {}
                        layer.register_forward_hook(self.hold)

                    def hold(self, module, inputs, output):
                        self.held["output"] = output

                    def of(self, images):
                        self.model.eval()
                        self.model(images)
                        return self.held["output"]
            """,
        ),
        Negative(
            why="Both switches are used.",
            code="""
                import torch

                def validate(model: torch.nn.Module, loader, criterion):
                    model.eval()
                    total = 0.0
                    with torch.inference_mode():
                        for x, y in loader:
                            total += criterion(model(x), y)
                    return total / len(loader)
            """,
        ),
        Negative(
            why="A teacher in evaluation mode: the student's loss is backpropagated.",
            code="""
                import torch
                import torch.nn.functional as F

                def distil(teacher: torch.nn.Module, student: torch.nn.Module, loader, optimizer):
                    teacher.eval()
                    for x in loader:
                        loss = F.mse_loss(student(x), teacher(x))
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
            """,
        ),
        Negative(
            why="A saliency map differentiates with respect to the input.",
            code="""
                import torch

                def saliency(model: torch.nn.Module, images):
                    model.eval()
                    maps = []
                    for image in images:
                        image.requires_grad_()
                        score = model(image).max()
                        score.backward()
                        maps.append(image.grad.abs())
                    return maps
            """,
        ),
        Negative(
            why="The network is in training mode again when it is called.",
            code="""
                import torch

                def train(model: torch.nn.Module, criterion, loader, optimizer):
                    model.eval()
                    torch.save(model.state_dict(), "before.pt")
                    model.train()
                    for x, y in loader:
                        optimizer.zero_grad()
                        criterion(model(x), y).backward()
                        optimizer.step()
            """,
        ),
        Negative(
            why="`forward()` holds a backbone still and hands its features to the loss.",
            code="""
                from torch import nn

                class Detector(nn.Module):
                    def __init__(self, d):
                        super().__init__()
                        self.backbone = nn.Linear(d, d)
                        self.head = nn.Linear(d, 4)

                    def forward(self, x):
                        self.backbone.eval()
                        return self.head(self.backbone(x))
            """,
        ),
        Negative(
            why="Every caller switches recording off.",
            code="""
                import torch

                def forward_pass(model: torch.nn.Module, x):
                    model.eval()
                    return model(x)

                @torch.no_grad()
                def main(model: torch.nn.Module, x):
                    print(forward_pass(model, x))
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.mentions("eval", "train") and not _may_be_evaluated(body):
            return
        calls = (
            call
            for call in body.forward_passes
            if call.evaluating is not None and records_for_nothing(body, call)
        )
        for phase in phases(body, calls):
            if _may_train_elsewhere(body, phase):
                continue
            result = outcome(body, phase)
            if not result.grows and is_unit_test(body):
                continue
            if not runs_recorded(body):
                return
            yield self.report(
                phase.calls[0].place,
                *_switch(phase),
                *result.related,
                certainty=certainty(body, phase),
                severity=None if result.grows else Severity.INFORMATION,
                region=phase.region,
                anchors=fix_anchors(
                    body,
                    phase,
                    alone=True,
                    whole=body.name is not None and not body.training_steps,
                ),
                notes=spellings(body),
                callee=shown(phase.calls[0].callee, 24),
                effect=result.effect,
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        yield from wrap_fix(finding, context)
        yield from decorator_fixes(finding, context, "no_grad")


def _may_be_evaluated(body: BodyFacts) -> bool:
    """Whether a constructor, or the file's top level, may have put a network into evaluation
    mode."""
    return body.name is not None and body.file_mentions("eval")


def _may_train_elsewhere(body: BodyFacts, phase: Phase) -> bool:
    """Whether code that is not seen may differentiate what the phase gives."""
    if phase.loop is None and (is_forward(body) or body.passed_on(phase.sources)):
        return True
    return (bool(body.training_steps) or body.waits()) and body.passed_on(phase.sources)


def _switch(phase: Phase) -> Iterator[RelatedPlace]:
    switch = phase.calls[0].evaluating
    if switch is not None:
        yield RelatedPlace(switch, "This changes what layers do, not whether autograd records.")
