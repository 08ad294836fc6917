"""LP013 generation-loop-builds-graph."""

import re
from collections.abc import Iterator

from leakwise.facts import Argument, BodyFacts, Carried, Certainty, Graph, ModuleCall
from leakwise.facts.interpreter.state import deep_sources
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
    decorator_fixes,
    is_forward,
    is_unit_test,
    records_for_nothing,
    wrap_fix,
)
from leakwise_rules.grad_modes import runs_recorded, spellings
from leakwise_rules.wording import shown

_GENERATES = re.compile(
    r"(?:^|_)(?:sampl(?:e|es|er|ing)|generat(?:e|es|ion|ing)|denoise|denoising|greedy|beam"
    r"|autoregress|translate|inpaint|infer(?:ence)?|predict(?:ions?)?|eval(?:uate|uation)?)(?:_|$)"
)
_CALLERS_DEEP = 3


class GenerationLoopBuildsGraph(Rule):
    """A loop that generates step by step records one graph over all of its steps.

    ## Why it leaks

    In sampling and decoding each step feeds the network with what the step before made. While
    gradients are recorded, the new value refers to the graph that made it, and through it to the
    graphs of all steps before, with every activation that a backward pass would need. Nothing is
    freed until the loop's result goes.

    A loop of 10 steps held 32 graph nodes and 5 MiB, one of 100 steps 302 nodes and 50 MiB. Under
    `torch.no_grad()` both held none.

    ## Best practice

    Run iterative generation under `torch.no_grad()` or `torch.inference_mode()`. Where a step needs
    a gradient, as in guided sampling, detach the sample at the end of each step.

    ## When it is not a leak

    An unrolled network, a neural ODE or a rollout that is trained through needs the graph of all
    its steps. Where only the numbers of chosen tokens are carried, no graph is: an index has none.
    The `generate()` of transformers runs without gradients by itself.
    """

    code = "LP013"
    name = "generation-loop-builds-graph"
    message = (
        "`{path}` refers to the graphs of all steps of this loop, as `{callee}` is fed with its "
        "own output; run it under `torch.no_grad()`."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.RETAINED_HISTORY
    general_smell = GeneralSmell.INFERENCE_WITH_TRAINING_MACHINERY
    supersedes = ("LP001", "LP002", "LP003", "LP006", "LP007", "LP008")
    practices = (
        Practice(
            "BP17",
            "Run iterative generation under no_grad/inference_mode; where a gradient is needed "
            "inside, detach the sample at the end of each step.",
        ),
    )
    links = (
        Link(
            "PyTorch: torch.no_grad",
            "https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html",
        ),
        Link(
            "Sampling that ran out of CUDA memory, in MADE",
            "https://github.com/e-hulten/made/issues/2",
        ),
        Link(
            "RAM filled up during sampling, in sbi",
            "https://github.com/sbi-dev/sbi/issues/198",
        ),
        Link(
            "RAM that grew in nested loops over a model",
            "https://github.com/huggingface/transformers/issues/2595",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch
                from torch import nn

                def sample(model: nn.Module, n: int, steps: int):
                    x = torch.randn(n, 3, 32, 32)
                    for t in range(steps):
                        x = x - 0.1 * model(x)  # leak
                    return x
            """,
            good="""
                import torch
                from torch import nn

                @torch.no_grad()
                def sample(model: nn.Module, n: int, steps: int):
                    x = torch.randn(n, 3, 32, 32)
                    for t in range(steps):
                        x = x - 0.1 * model(x)
                    return x
            """,
        ),
        Example(
            bad="""
                import torch

                rnn = torch.nn.LSTMCell(8, 8)
                x = torch.zeros(1, 8)
                h, c = torch.zeros(1, 8), torch.zeros(1, 8)
                numbers = []
                for step in range(10000):
                    h, c = rnn(x, (h, c))  # leak
                    numbers.append(h.argmax().item())
            """,
            good="""
                import torch

                rnn = torch.nn.LSTMCell(8, 8)
                x = torch.zeros(1, 8)
                h, c = torch.zeros(1, 8), torch.zeros(1, 8)
                numbers = []
                with torch.no_grad():
                    for step in range(10000):
                        h, c = rnn(x, (h, c))
                        numbers.append(h.argmax().item())
            """,
        ),
        Example(
            bad="""
                import torch
                from transformers import AutoModelForCausalLM, AutoTokenizer

                class Writer:
                    def __init__(self, name):
                        self.tokenizer = AutoTokenizer.from_pretrained(name)
                        self.model = AutoModelForCausalLM.from_pretrained(name)

                    def generate(self, text, length):
                        token = self.tokenizer(text, return_tensors="pt").input_ids
                        tokens, past = [], None
                        for _ in range(length):
                            output = self.model(token, past_key_values=past)  # leak
                            past = output.past_key_values
                            token = output.logits[:, -1].argmax(-1, keepdim=True)
                            tokens.append(token.item())
                        return self.tokenizer.decode(tokens)
            """,
            good="""
                import torch
                from transformers import AutoModelForCausalLM, AutoTokenizer

                class Writer:
                    def __init__(self, name):
                        self.tokenizer = AutoTokenizer.from_pretrained(name)
                        self.model = AutoModelForCausalLM.from_pretrained(name)

                    @torch.no_grad()
                    def generate(self, text, length):
                        token = self.tokenizer(text, return_tensors="pt").input_ids
                        tokens, past = [], None
                        for _ in range(length):
                            output = self.model(token, past_key_values=past)
                            past = output.past_key_values
                            token = output.logits[:, -1].argmax(-1, keepdim=True)
                            tokens.append(token.item())
                        return self.tokenizer.decode(tokens)
            """,
        ),
    )
    negatives = (
        Negative(
            why="Recording is off.",
            code="""
                import torch

                @torch.inference_mode()
                def sample(model: torch.nn.Module, steps: int):
                    x = torch.randn(16, 3, 32, 32)
                    for _ in range(steps):
                        x = x - 0.1 * model(x)
                    return x
            """,
        ),
        Negative(
            why="Only the numbers of the chosen tokens are carried, which have no graph.",
            code="""
                import torch

                def generate(model: torch.nn.Module, tokens: torch.LongTensor, length: int):
                    tokens = torch.zeros(1, 1, dtype=torch.long)
                    for _ in range(length):
                        logits = model(tokens)
                        token = logits[:, -1].argmax(-1, keepdim=True)
                        tokens = torch.cat([tokens, token], dim=1)
                    return tokens
            """,
        ),
        Negative(
            why="The sample is detached at the end of each step.",
            code="""
                import torch
                from guidance import guided

                def sample(model: torch.nn.Module, steps: int):
                    x = torch.randn(16, 3, 32, 32)
                    for _ in range(steps):
                        x = guided(x - 0.1 * model(x)).detach()
                    return x
            """,
        ),
        Negative(
            why="Langevin sampling differentiates with respect to the sample.",
            code="""
                import torch

                def sample(energy: torch.nn.Module, steps: int):
                    x = torch.randn(16, 2)
                    for _ in range(steps):
                        x = x.detach().requires_grad_()
                        slope = torch.autograd.grad(energy(x).sum(), x)[0]
                        x = x - 0.1 * slope + 0.01 * torch.randn_like(x)
                    return x
            """,
        ),
        Negative(
            why="An unrolled network is trained through all of its steps.",
            code="""
                import torch
                from torch import nn

                class Refiner(nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.cell = nn.Linear(8, 8)

                    def forward(self, x):
                        for _ in range(4):
                            x = x + self.cell(x)
                        return x
            """,
        ),
        Negative(
            why="The loop goes through the layers of one network.",
            code="""
                from torch import nn

                def predict(net: nn.Sequential, x):
                    for layer in net:
                        x = layer(x)
                    return x

                def shapes(x):
                    net = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))
                    for i in range(len(net)):
                        layer = net[i]
                        x = layer(x)
                        print(x.shape)
            """,
        ),
        Negative(
            why="The caller trains with what the loop makes.",
            code="""
                import torch

                def sample_path(model: torch.nn.Module, x, steps):
                    for _ in range(steps):
                        x = model(x)
                    return x

                def fit(model: torch.nn.Module, batches, optimizer):
                    for x, y in batches:
                        loss = (sample_path(model, x, 4) - y).square().mean()
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.has_loops or body.name in _FORWARD or is_unit_test(body):
            return
        if not body.carried or body.training_steps or body.waits():
            return
        for call, carried in _fed_back(body):
            certainty = _certainty(body, call, carried)
            if certainty is None:
                continue
            loop = carried.loops[-1]
            yield self.report(
                call.place,
                RelatedPlace(
                    loop.place,
                    f"Each iteration of this loop adds its graph to `{shown(carried.path)}`.",
                ),
                certainty=certainty,
                region=loop.body,
                anchors={
                    "statements": (loop.place,),
                    "function": (body.place,) if body.name else (),
                },
                notes=spellings(body),
                path=shown(carried.path, 24),
                callee=shown(call.callee, 24),
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        yield from decorator_fixes(finding, context, "no_grad")
        yield from wrap_fix(finding, context)


_FORWARD = frozenset({"forward", "__call__", "training_step"})


def _fed_back(body: BodyFacts) -> Iterator[tuple[ModuleCall, Carried]]:
    """For each loop, the first network in it that is given what it made in the round before, with
    what carries the graph there."""
    seen = set()
    given = {site.place: site.arguments for site in body.call_sites}
    for carried in body.carried:
        loop = carried.loops[-1]
        for call in body.module_calls:
            if (
                loop in call.loops
                and loop.place not in seen
                and call.place in carried.value.sources
                and records_for_nothing(body, call)
                and loop not in call.renewed_in
                and any(_feeds(one, call, carried) for one in given.get(call.place, ()))
                and runs_recorded(body)
            ):
                seen.add(loop.place)
                yield call, carried


def _feeds(given: Argument, call: ModuleCall, carried: Carried) -> bool:
    """Whether a network is given what it made in the round before by what carries the graph there,
    and not by something that was read off it: `XMB` of `XMB = append(XMB, tokens)`."""
    sources = deep_sources(given.value)
    if given.value.graph is Graph.DETACHED or call.place not in sources:
        return False
    if given.path is None or given.path.startswith(carried.path):
        return True
    return not sources.isdisjoint({carried.path, carried.mark})


def _certainty(body: BodyFacts, call: ModuleCall, carried: Carried) -> Certainty | None:
    """How sure it is that nobody trains through the loop; None where somebody may."""
    if _trained_through(body, _CALLERS_DEEP):
        return None
    sure = call.result.certainty
    if body.name is None:
        return sure
    class_ = body.class_
    if class_ is not None and (not class_.bases_known or class_.has_bases_elsewhere):
        # A base, or what is written for it, may call this with recording switched off.
        return Certainty.POSSIBLE
    if _GENERATES.search(body.name):
        return sure.weaker(Certainty.LIKELY)
    sources = carried.value.sources | {carried.path}
    leaves = body.returned(sources) or body.stored(sources) or body.passed_on(sources)
    if leaves or is_forward(body):
        return Certainty.POSSIBLE
    return sure.weaker(Certainty.LIKELY)


def _trained_through(body: BodyFacts, depth: int) -> bool:
    """Whether a function of this file that calls the body, or calls one that does, trains or is a
    network's forward pass."""
    return depth > 0 and any(
        caller.training_steps or caller.name in _FORWARD or _trained_through(caller, depth - 1)
        for caller in body.callers()
    )
