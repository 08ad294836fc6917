"""LP003 running-average-with-graph."""

from collections.abc import Iterator

from leakwise.facts import Accumulation, BodyFacts, Mix, Place
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
    Report,
    RootCause,
    Rule,
    Severity,
)
from leakwise_rules.graphs import (
    keeps_graphs,
    leak_path,
    may_keep_graphs,
    outlived_loops,
    through_method,
)
from leakwise_rules.wording import shown


class RunningAverageWithGraph(Rule):
    """A running average, or a history that is joined to a tensor, is made of values with graphs.

    ## Why it leaks

    An average such as `smooth = 0.98 * smooth + 0.02 * loss` is computed from its own last value.
    While `loss` carries its autograd graph, the new average carries it too, and leads to the
    average before it, and so to the graph of every step so far. The same holds for a history that
    grows by `torch.cat([history, loss])` or `torch.lerp(smooth, loss, 0.02)`.

    The weight makes no difference: a value that counts for nothing any more still keeps its graph.
    A running average had 135 graph nodes behind it after 10 steps and 1,305 after 100; a history
    made by `torch.cat` had 94 and 904. With the observation detached there were none.

    ## Best practice

    Detach the new observation before it is mixed into what is carried to the next step:
    `smooth = 0.98 * smooth + 0.02 * loss.detach()`. That waits for no device, and needs no other
    type. For a number in a log, `loss.item()` will do.

    ## When it is not a leak

    A state that is the input of the next step, as in a recurrent network, needs its graph while
    the steps of one loss are unrolled. An average that starts anew in each step, or from which a
    backward pass starts, is part of a loss. Under `torch.no_grad()` no graph is recorded, and a
    Python number carries none.
    """

    code = "LP003"
    name = "running-average-with-graph"
    message = (
        "`{target}` keeps the graph of every past {turn}, "
        "because `{value}` is mixed in with its graph; detach it first."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.RETAINED_HISTORY
    general_smell = GeneralSmell.UNDETACHED_STATE
    practices = (
        Practice(
            "BP05",
            "Detach the new observation before mixing it into any value that is carried to the "
            "next iteration.",
        ),
    )
    links = (
        Link(
            "PyTorch FAQ: my model reports out of memory",
            "https://docs.pytorch.org/docs/stable/notes/faq.html",
        ),
        Link(
            "Exponential averages of the loss, in gflownet",
            "https://github.com/alexhernandezgarcia/gflownet/pull/133",
        ),
        Link(
            "Averages per epoch that exhausted the memory, in NakedAttention",
            "https://github.com/jostmey/NakedAttention/issues/1",
        ),
        Link(
            "One or two megabytes per batch, in YOLO",
            "https://github.com/MultimediaTechLab/YOLO/pull/83",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch

                model = torch.nn.Linear(8, 1)
                criterion = torch.nn.MSELoss()
                optimizer = torch.optim.Adam(model.parameters())
                smooth = torch.zeros(())
                for x, y in loader:
                    loss = criterion(model(x), y)
                    loss.backward()
                    optimizer.step()
                    optimizer.zero_grad()
                    smooth = 0.98 * smooth + 0.02 * loss  # leak
            """,
            good="""
                import torch

                model = torch.nn.Linear(8, 1)
                criterion = torch.nn.MSELoss()
                optimizer = torch.optim.Adam(model.parameters())
                smooth = torch.zeros(())
                for x, y in loader:
                    loss = criterion(model(x), y)
                    loss.backward()
                    optimizer.step()
                    optimizer.zero_grad()
                    smooth = 0.98 * smooth + 0.02 * loss.detach()
            """,
        ),
        Example(
            bad="""
                import torch
                import torch.nn.functional as F

                def fit(net: torch.nn.Module, loader, optimizer):
                    history = torch.empty(0)
                    for inputs, targets in loader:
                        loss = F.mse_loss(net(inputs), targets)
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        history = torch.cat([history, loss.view(1)])  # leak
                    return history
            """,
            good="""
                import torch
                import torch.nn.functional as F

                def fit(net: torch.nn.Module, loader, optimizer):
                    history = torch.empty(0)
                    for inputs, targets in loader:
                        loss = F.mse_loss(net(inputs), targets)
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        history = torch.cat([history, loss.view(1).detach()])
                    return history
            """,
        ),
        Example(
            bad="""
                import torch
                from torch import nn

                class Trainer:
                    def __init__(self, net: nn.Module, optimizer):
                        self.net = net
                        self.optimizer = optimizer
                        self.average = None

                    def fit(self, loader):
                        for x, y in loader:
                            loss = nn.functional.cross_entropy(self.net(x), y)
                            self.optimizer.zero_grad()
                            loss.backward()
                            self.optimizer.step()
                            if self.average is None:
                                self.average = loss.detach()
                            else:
                                self.average = torch.lerp(self.average, loss, 0.1)  # leak
            """,
            good="""
                import torch
                from torch import nn

                class Trainer:
                    def __init__(self, net: nn.Module, optimizer):
                        self.net = net
                        self.optimizer = optimizer
                        self.average = None

                    def fit(self, loader):
                        for x, y in loader:
                            loss = nn.functional.cross_entropy(self.net(x), y)
                            self.optimizer.zero_grad()
                            loss.backward()
                            self.optimizer.step()
                            if self.average is None:
                                self.average = loss.detach()
                            else:
                                self.average = torch.lerp(self.average, loss.detach(), 0.1)
            """,
        ),
        Example(
            bad="""
                import torch

                def train(model: torch.nn.Module, criterion: torch.nn.L1Loss, batches, optimizer):
                    mean = None
                    for n, (x, y) in enumerate(batches, 1):
                        loss = criterion(model(x), y)
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        mean = loss if mean is None else mean + (loss - mean) / n  # leak
                        print(f"{n}: {mean:.3f}")
            """,
            good="""
                import torch

                def train(model: torch.nn.Module, criterion: torch.nn.L1Loss, batches, optimizer):
                    mean = None
                    for n, (x, y) in enumerate(batches, 1):
                        loss = criterion(model(x), y)
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        mean = loss.detach() if mean is None else mean + (loss.detach() - mean) / n
                        print(f"{n}: {mean:.3f}")
            """,
        ),
    )
    negatives = (
        Negative(
            why="The loop goes through the parameters of a network, once each.",
            code="""
                import torch
                from torch import nn

                def weights_of(model: nn.Module):
                    weights = torch.zeros(0, device="cuda")
                    for parameter in list(model.parameters()):
                        weights = torch.cat((parameter.view(-1), weights))
                    print(weights.detach().cpu().numpy().std())
            """,
        ),
        Negative(
            why="The loss is detached, or taken as a number, before it is mixed in.",
            code="""
                import torch

                def train(model: torch.nn.Module, criterion: torch.nn.MSELoss, loader, optimizer):
                    smooth, number = torch.zeros(()), 0.0
                    for x, y in loader:
                        loss = criterion(model(x), y)
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        smooth = 0.9 * smooth + 0.1 * loss.detach()
                        number = 0.9 * number + 0.1 * loss.item()
            """,
        ),
        Negative(
            why="The average is updated under `torch.no_grad()`.",
            code="""
                import torch

                def train(model: torch.nn.Module, criterion: torch.nn.MSELoss, loader, optimizer):
                    smooth = torch.zeros(())
                    for x, y in loader:
                        loss = criterion(model(x), y)
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        with torch.no_grad():
                            smooth = 0.9 * smooth + 0.1 * loss
            """,
        ),
        Negative(
            why="A recurrent state: its loss is differentiated through all time steps.",
            code="""
                import torch
                from torch import nn

                def train(cell: nn.Module, head: nn.Module, sequences, optimizer):
                    for steps, target in sequences:
                        state = torch.zeros(8)
                        for x in steps:
                            state = 0.5 * state + cell(x)
                        loss = nn.functional.mse_loss(head(state), target)
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
            """,
        ),
        Negative(
            why="The parts of one step's loss are weighed and then differentiated.",
            code="""
                import torch
                import torch.nn.functional as F

                def train(net: torch.nn.Module, loader, optimizer):
                    for views, target in loader:
                        loss = torch.zeros(())
                        for view in views:
                            loss = 0.7 * loss + F.mse_loss(net(view), target)
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
            """,
        ),
        Negative(
            why="`forward()` joins its outputs and hands them to the loss of the same call.",
            code="""
                import torch
                from torch import nn

                class Decoder(nn.Module):
                    def __init__(self, width):
                        super().__init__()
                        self.step = nn.Linear(width, width)

                    def forward(self, x, length):
                        out = x[:, :1]
                        for _ in range(length):
                            out = torch.cat([out, self.step(out[:, -1:])], dim=1)
                        return out
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        told: set[Place] = set()
        for mixing in body.accumulations if may_keep_graphs(body) else ():
            if (
                mixing.how is Mix.SUM
                or through_method(mixing)
                or not mixing.operand.carries_graph
                or mixing.statement in told
                or not keeps_graphs(body, mixing, mixing.target)
            ):
                continue
            told.add(mixing.statement)
            yield self.report(
                mixing.place,
                *leak_path(body, mixing, mixing.operand),
                region=mixing.statement,
                certainty=mixing.operand.certainty,
                severity=Severity.INFORMATION if mixing.in_turns else None,
                anchors={"detach": _cuts(body, mixing)},
                target=shown(mixing.target, 24),
                turn="iteration" if outlived_loops(mixing) else "call",
                value=shown(mixing.operand_text),
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        if edits := context.call_method(finding.anchors["detach"], "detach"):
            yield Fix("Mix it in without its graph: `.detach()`", edits, Applicability.UNSAFE)


def _cuts(body: BodyFacts, mixing: Accumulation) -> tuple[Place, ...]:
    """Where all that the statement mixes in is to be cut, but for the average itself."""
    cuts: dict[Place, None] = {}
    for other in body.accumulations:
        if other.statement == mixing.statement and other.operand.carries_graph:
            own = zip(other.carriers, other.carrier_values, strict=True)
            parts = [place for place, value in own if mixing.target not in value.sources]
            cuts.update(dict.fromkeys(parts or other.carriers or (other.place,)))
    return tuple(sorted(cuts, key=Place.order))
