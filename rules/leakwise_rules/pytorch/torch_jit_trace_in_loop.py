"""LP034 torch-jit-trace-in-loop."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Certainty, Loop
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

_TRACES = ("torch.jit.trace", "torch.jit.trace_module", "torch.onnx.export")
_FEW = 8


class TorchJitTraceInLoop(Rule):
    """A module is traced or exported again in every iteration of a loop.

    ## Why it leaks

    TorchScript keeps every graph that it compiles, with its constants and class types, in one
    compilation unit of the process. Nothing takes them out again, also when the traced module is
    dropped. `torch.onnx.export` traces too.

    Tracing a module of three layers added 28 MiB in 100 rounds, 56 MiB in 200 and 84 MiB in 300;
    one of eight layers added 204 MiB in 300. Tracing once and calling the result 200 times added
    0.1 MiB.

    ## Best practice

    Trace a module once and use it again: the traced module shares its parameters with the original,
    so it sees what training changes. Where a module must be exported again and again, do that in a
    process that ends.

    ## When it is not a leak

    Tracing once, in a script or in `__init__`, keeps one graph. A loop over a few models or opset
    versions keeps a few. `torch.compile` and `torch.export.export` were not seen to grow.
    """

    code = "LP034"
    name = "torch-jit-trace-in-loop"
    message = (
        "`{trace}` compiles a graph in every {turn} that the process keeps until its end; "
        "trace once, {when}."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.REPEATED_CONSTRUCTION
    general_smell = GeneralSmell.CONSTRUCT_INSIDE_LOOP
    practices = (
        Practice(
            "BP43",
            "Trace or script a module once and reuse it (parameters are shared with the original); "
            "do repeated exports in a subprocess.",
        ),
    )
    links = (
        Link(
            "PyTorch: torch.jit.trace",
            "https://docs.pytorch.org/docs/stable/generated/torch.jit.trace.html",
        ),
        Link(
            "Memory rises with each repeated trace",
            "https://github.com/pytorch/pytorch/issues/35600",
        ),
        Link(
            "One compilation unit holds all traced graphs",
            "https://github.com/pytorch/pytorch/issues/43119",
        ),
        Link(
            "Tracing many models ends in OOM",
            "https://github.com/pytorch/pytorch/issues/86537",
        ),
        Link(
            "Every export leaked, in emote",
            "https://github.com/EmbarkStudios/emote/pull/126",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch

                for epoch in range(epochs):
                    train_epoch(model)
                    traced = torch.jit.trace(model, example)  # leak
                    score(traced)
            """,
            good="""
                import torch

                traced = torch.jit.trace(model, example)
                for epoch in range(epochs):
                    train_epoch(model)
                    score(traced)
            """,
        ),
        Example(
            bad="""
                import torch

                def serve(model, requests):
                    model.eval()
                    for request in requests:
                        scripted = torch.jit.trace(model, request.example)  # leak
                        request.answer(scripted(request.tensor))
            """,
            good="""
                import torch

                def serve(model, requests, example):
                    model.eval()
                    scripted = torch.jit.trace(model, example)
                    for request in requests:
                        request.answer(scripted(request.tensor))
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import torch
                from torch import nn

                class Exporter:
                    def __init__(self, policy: nn.Module, width):
                        self.policy = policy
                        self.example = torch.zeros(1, width)

                    def export(self, path):
                        torch.onnx.export(self.policy, self.example, path)  # leak

                    def run(self, train):
                        while True:
                            train(self.policy)
                            self.export("policy.onnx")
            """,
            good="""
                import torch
                from torch import nn

                class Exporter:
                    def __init__(self, policy: nn.Module, width):
                        self.policy = policy
                        self.example = torch.zeros(1, width)

                    def export(self, path):
                        torch.save(self.policy.state_dict(), path)

                    def run(self, train):
                        while True:
                            train(self.policy)
                            self.export("policy.pt")
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import torch
                from fastapi import FastAPI
                from torchvision.models import resnet18

                app = FastAPI()
                network = resnet18(weights="DEFAULT").eval()

                @app.post("/predict")
                def predict(pixels: list[float]):
                    image = torch.tensor(pixels).view(1, 3, 224, 224)
                    traced = torch.jit.trace(network, image)  # leak
                    with torch.no_grad():
                        return traced(image).argmax().item()
            """,
            good="""
                import torch
                from fastapi import FastAPI
                from torchvision.models import resnet18

                app = FastAPI()
                network = resnet18(weights="DEFAULT").eval()
                traced = torch.jit.trace(network, torch.zeros(1, 3, 224, 224))

                @app.post("/predict")
                def predict(pixels: list[float]):
                    image = torch.tensor(pixels).view(1, 3, 224, 224)
                    with torch.no_grad():
                        return traced(image).argmax().item()
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="Traced once, before the loop.",
            code="""
                import torch

                def benchmark(model, example, rounds):
                    traced = torch.jit.trace(model, example)
                    for _ in range(rounds):
                        traced(example)
            """,
        ),
        Negative(
            why="A few models are exported once each.",
            code="""
                import torch

                for name, model in (("small", small), ("large", large)):
                    torch.onnx.export(model, example, f"{name}.onnx")
            """,
        ),
        Negative(
            why="The loop goes through the parts of a network, and ends with them.",
            code="""
                import torch
                from torch import nn

                def script_parts(model: nn.Module, example):
                    for name, part in model.named_children():
                        setattr(model, name, torch.jit.trace(part, example))
            """,
        ),
        Negative(
            why="Compiling was not seen to grow.",
            code="""
                import torch

                def train(model, epochs, step):
                    for epoch in range(epochs):
                        step(torch.compile(model))
            """,
        ),
        Negative(
            why="A test may trace in a loop: it ends soon.",
            code="""
                import torch

                def test_shapes(model, sizes):
                    for size in sizes:
                        torch.jit.trace(model, torch.zeros(1, 3, size, size))
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if is_unit_test(body):
            return
        for trace in body.calls_of(*_TRACES):
            model = trace.argument("func", 0) or trace.argument("model", 0)
            if model is None or model.path is None:
                continue
            loop = _repeating_loop(trace.loops, model.path, model.fresh_in)
            if loop is None and not _called_endlessly(body, model.path):
                continue
            around = () if loop is None or loop != trace.loops[-1] else (loop.body,)
            yield self.report(
                trace.place,
                *(
                    (RelatedPlace(loop.place, "Each iteration of this loop adds one more graph."),)
                    if loop is not None
                    else (RelatedPlace(body.place, "This function is called again and again."),)
                ),
                certainty=Certainty.SURE if loop is not None else Certainty.LIKELY,
                anchors={"trace": (trace.statement,) if trace.bound_to else (), "loop": around},
                trace=shown(trace.callee, 24),
                turn="call" if loop is None else "iteration",
                when="beforehand" if loop is None else "before the loop",
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        for trace, loop in zip(finding.anchors["trace"], finding.anchors["loop"], strict=False):
            if edits := context.move_above(trace, loop):
                yield Fix("Trace once, before the loop", edits, Applicability.UNSAFE)


def _repeating_loop(loops: tuple[Loop, ...], model: str, fresh: tuple[Loop, ...]) -> Loop | None:
    """The innermost loop that traces the same model again and again: more than a few times."""
    anew = {loop.place for loop in fresh}
    root = model.partition(".")[0].partition("[")[0]
    for loop in reversed(loops):
        few = loop.trips is not None and loop.trips <= _FEW
        if loop.place not in anew and root not in loop.names and not few:
            return loop
    return None


def _called_endlessly(body: BodyFacts, model: str) -> bool:
    """Whether a loop, or one request after another, calls the function for a model that is not
    handed in, and may so be another one each time."""
    root = model.partition(".")[0]
    if body.name is None or root in body.parameters:
        return False
    return body.called_in_loop() or body.asked_again
