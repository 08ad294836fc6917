"""LP007 inference-loop-without-no-grad."""

import re
from collections.abc import Iterator

from leakwise.facts import BodyFacts, Certainty, Condition, Kind, ModuleCall
from leakwise.rule import (
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
from leakwise_rules.spent import between_steps, records_by_itself, spent, stands_alone
from leakwise_rules.wording import shown

_EVALUATES = re.compile(
    r"(?:^|_)(?:eval(?:uate|uation)?|val(?:id|idate|idation)?|test|predict(?:ions?)?"
    r"|infer(?:ence)?)(?:_|$)"
)
_ENCODES = re.compile(r"(?:^|_)(?:embed(?:dings?)?|extract)(?:_|$)")


class InferenceLoopWithoutNoGrad(Rule):
    """An evaluation or inference loop records gradients.

    ## Why it leaks

    Calling a network records an autograd graph, and saves the activations that a backward pass
    would need. Inference runs no backward pass, so nothing frees them early. What the loop keeps,
    such as a list of outputs or a sum of losses, keeps the graph of every batch.

    A model that saved 2.9 MB per forward pass saved none under `torch.no_grad()`. With the outputs
    kept, 100 batches held 100.8 MiB, against none. Where no output is kept memory does not grow,
    but every batch still saves activations for nothing, and two graphs overlap while the next batch
    is computed; this is shown as information. So is a call in a loop that trains or plays of whose
    result only numbers are taken, such as samples to look at or an action to take.

    ## Best practice

    Run inference under `torch.no_grad()`, best as a decorator on the function.
    `torch.inference_mode()` is a little faster still; its results cannot enter autograd later.

    ## When it is not a leak

    Code that differentiates on purpose needs the graph: attributions, adversarial evaluation,
    test-time training. A function whose callers all switch recording off records nothing, and
    neither do the evaluation hooks of Lightning.
    """

    code = "LP007"
    name = "inference-loop-without-no-grad"
    message = (
        "`{callee}` records a graph in {rounds} of this loop and {effect}; "
        "run it under `torch.no_grad()`."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.RETAINED_HISTORY
    general_smell = GeneralSmell.INFERENCE_WITH_TRAINING_MACHINERY
    supersedes = ("LP001", "LP002", "LP003", "LP006")
    practices = (
        Practice(
            "BP09",
            "Run every pure inference path under `torch.inference_mode()` or `torch.no_grad()`, "
            "best as a decorator on the function.",
        ),
    )
    links = (
        Link(
            "PyTorch: torch.no_grad",
            "https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html",
        ),
        Link(
            "Memory rising with each validation batch, in skorch",
            "https://github.com/skorch-dev/skorch/issues/218",
        ),
        Link(
            "Validation that needed more memory than training, in fairchem",
            "https://github.com/facebookresearch/fairchem/pull/199",
        ),
        Link(
            "A value computed without no_grad, in Ray",
            "https://github.com/ray-project/ray/pull/7238",
        ),
        Link(
            "Forum: what frees a graph without backward",
            "https://discuss.pytorch.org/t/calling-loss-backward-reduce-memory-usage/2735/5",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch
                from torch import nn

                def predict(model: nn.Module, loader):
                    out = []
                    for x in loader:
                        out.append(model(x))  # leak
                    return torch.cat(out)
            """,
            good="""
                import torch
                from torch import nn

                @torch.no_grad()
                def predict(model: nn.Module, loader):
                    out = []
                    for x in loader:
                        out.append(model(x))
                    return torch.cat(out)
            """,
        ),
        Example(
            bad="""
                import torch
                from torch.utils.data import DataLoader

                model = torch.nn.Linear(4, 2)
                model.load_state_dict(torch.load("model.pt", map_location="cpu"))
                scores = []
                for x in DataLoader(dataset, batch_size=32):
                    scores.append(model(x).softmax(dim=-1))  # leak
                torch.save(torch.cat(scores), "scores.pt")
            """,
            good="""
                import torch
                from torch.utils.data import DataLoader

                model = torch.nn.Linear(4, 2)
                model.load_state_dict(torch.load("model.pt", map_location="cpu"))
                scores = []
                with torch.no_grad():
                    for x in DataLoader(dataset, batch_size=32):
                        scores.append(model(x).softmax(dim=-1))
                torch.save(torch.cat(scores), "scores.pt")
            """,
        ),
        Example(
            bad="""
                from torch import nn

                class Evaluator:
                    def __init__(self, network: nn.Module, loader):
                        self.network = network
                        self.loader = loader
                        self.criterion = nn.CrossEntropyLoss()
                        self.loss = 0.0

                    def evaluate(self):
                        for images, labels in self.loader:
                            logits = self.network(images)  # leak
                            self.loss += self.criterion(logits, labels)
            """,
            good="""
                import torch
                from torch import nn

                class Evaluator:
                    def __init__(self, network: nn.Module, loader):
                        self.network = network
                        self.loader = loader
                        self.criterion = nn.CrossEntropyLoss()
                        self.loss = 0.0

                    @torch.no_grad()
                    def evaluate(self):
                        for images, labels in self.loader:
                            logits = self.network(images)
                            self.loss += self.criterion(logits, labels)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import torch
                from torch import nn
                from torchvision.utils import save_image

                def train(decoder: nn.Module, critic: nn.Module, loader, optimizer):
                    noise = torch.randn(16, 64)
                    for step, images in enumerate(loader):
                        optimizer.zero_grad()
                        critic(decoder(images)).mean().backward()
                        optimizer.step()
                        if step % 500 == 0:
                            preview = decoder(noise)  # leak
                            save_image(preview.clamp(0, 1), f"{step}.png")
            """,
            good="""
                import torch
                from torch import nn
                from torchvision.utils import save_image

                def train(decoder: nn.Module, critic: nn.Module, loader, optimizer):
                    noise = torch.randn(16, 64)
                    for step, images in enumerate(loader):
                        optimizer.zero_grad()
                        critic(decoder(images)).mean().backward()
                        optimizer.step()
                        if step % 500 == 0:
                            with torch.no_grad():
                                preview = decoder(noise)
                            save_image(preview.clamp(0, 1), f"{step}.png")
            """,
        ),
    )
    negatives = (
        Negative(
            why="Recording is off, by a decorator or a `with` block.",
            code="""
                import torch

                @torch.inference_mode()
                def predict(model: torch.nn.Module, loader):
                    return torch.cat([model(x) for x in loader])

                def evaluate(model: torch.nn.Module, loader):
                    outputs = []
                    with torch.no_grad():
                        for x in loader:
                            outputs.append(model(x))
                    return outputs
            """,
        ),
        Negative(
            why="Every caller runs it under `torch.no_grad()`.",
            code="""
                import torch

                def predict(model: torch.nn.Module, loader):
                    outputs = []
                    for x in loader:
                        outputs.append(model(x))
                    return outputs

                def main(model: torch.nn.Module, loader):
                    with torch.no_grad():
                        return predict(model, loader)
            """,
        ),
        Negative(
            why="An attribution differentiates with respect to the input.",
            code="""
                import torch

                def evaluate_saliency(model: torch.nn.Module, loader):
                    maps = []
                    for x in loader:
                        x.requires_grad_(True)
                        model(x).sum().backward()
                        maps.append(x.grad.abs())
                    return maps
            """,
        ),
        Negative(
            why="Lightning runs its evaluation hooks without gradients.",
            code="""
                import lightning as L
                from torch import nn

                class Classifier(L.LightningModule):
                    def __init__(self):
                        super().__init__()
                        self.net = nn.Linear(8, 2)
                        self.outputs = []

                    def validation_step(self, batch, batch_idx):
                        for view in batch:
                            self.outputs.append(self.net(view).cpu())
            """,
        ),
        Negative(
            why="The loop goes through the layers of one forward pass.",
            code="""
                from torch import nn

                class Encoder(nn.Module):
                    def __init__(self, d):
                        super().__init__()
                        self.layers = nn.ModuleList(nn.Linear(d, d) for _ in range(3))

                    def extract(self, x):
                        states = []
                        for layer in self.layers:
                            x = layer(x)
                            states.append(x)
                        return states
            """,
        ),
        Negative(
            why="The function trains.",
            code="""
                import torch

                def train_and_validate(model: torch.nn.Module, criterion, loader, optimizer):
                    for x, y in loader:
                        loss = criterion(model(x), y)
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.has_loops or body.waits() or is_forward(body):
            return
        calls = (
            call
            for call in body.forward_passes
            if call.evaluating is None and records_for_nothing(body, call)
        )
        between = bool(body.training_steps)
        for phase in between_steps(body, calls) if between else phases(body, calls):
            evaluates = between or (phase.loop is not None and _evaluates(body, phase))
            if not (evaluates and runs_recorded(body)):
                continue
            sure = certainty(body, phase)
            if not between and not _loads(phase):
                known = _named_evaluation(body) or records_by_itself(body, phase)
                sure = sure.weaker(Certainty.LIKELY if known else Certainty.POSSIBLE)
            result, whole = outcome(body, phase), not between and _named_evaluation(body)
            if not result.grows and is_unit_test(body):
                continue
            yield self.report(
                phase.calls[0].place,
                *result.related,
                certainty=sure,
                severity=None if result.grows else Severity.INFORMATION,
                region=phase.region,
                anchors=fix_anchors(body, phase, alone=stands_alone(body, phase), whole=whole),
                notes=spellings(body),
                callee=shown(phase.calls[0].callee, 24),
                rounds="every round" if _always(body, phase.calls[0]) else "rounds",
                effect=result.effect,
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        yield from decorator_fixes(finding, context, "no_grad", "inference_mode")
        yield from wrap_fix(finding, context)


def _always(body: BodyFacts, call: ModuleCall) -> bool:
    return body.condition(call) is Condition.ALWAYS


def _loads(phase: Phase) -> bool:
    """Whether a DataLoader feeds the phase."""
    return any(
        loop.over is not None and loop.over.kind is Kind.LOADER
        for call in phase.calls
        for loop in call.loops
    )


def _named_evaluation(body: BodyFacts) -> bool:
    return body.name is not None and _EVALUATES.search(body.name) is not None


def _evaluates(body: BodyFacts, phase: Phase) -> bool:
    """Whether the phase is evaluation: by the function's name, because only numbers are taken of
    what it gives, or because a DataLoader feeds it.

    Without such a name, what leaves the body may be a loss or features that the caller
    differentiates.
    """
    if _named_evaluation(body) or len(spent(body, phase.calls)) == len(phase.calls):
        return True
    if not _loads(phase):
        return False
    if body.name is not None and _ENCODES.search(body.name):
        return True
    return not (
        body.returned(phase.sources) or body.stored(phase.sources) or body.passed_on(phase.sources)
    )
