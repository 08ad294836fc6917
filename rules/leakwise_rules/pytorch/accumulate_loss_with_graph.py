"""LP001 accumulate-loss-with-graph."""

from collections.abc import Iterator

from leakwise.facts import Accumulation, BodyFacts, Mix, Place
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
from leakwise_rules.graphs import (
    cut_anchors,
    cut_fixes,
    keeps_graphs,
    leak_path,
    may_keep_graphs,
    outlived_loops,
    through_method,
)
from leakwise_rules.wording import shown


class AccumulateLossWithGraph(Rule):
    """Losses are summed together with their autograd graphs.

    ## Why it leaks

    A loss tensor refers to the graph that produced it. A total that such tensors are added to
    becomes a tensor too, and refers to the graph of every iteration. None of them can be freed
    while the total lives, so memory grows with every step.

    How fast depends on `backward()`. Where each loss is backpropagated, its saved activations are
    freed and only the graph's nodes stay: 116 nodes were reachable from such a total after 10 steps
    and 1,106 after 100, about half a MiB. Where the loop calls no `backward()`, as in a validation
    loop, the activations stay as well: 100 steps of a model with 1 MiB of activations kept 101 MiB.

    ## Best practice

    Add a number, not a tensor: `total += loss.item()`. It waits until the device has computed the
    loss. Where that wait costs too much, add `loss.detach()` and read the total once per epoch.

    ## When it is not a leak

    When `backward()` is called on the sum itself, as in multi-task losses or truncated
    backpropagation, the graphs are needed. When the total starts anew in every iteration, or the
    loop runs under `torch.no_grad()`, no graph is kept.
    """

    code = "LP001"
    name = "accumulate-loss-with-graph"
    message = (
        "`{target}` keeps the autograd graph of every {turn}, "
        "because `{value}` is added with its graph; add a number instead."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.RETAINED_HISTORY
    general_smell = GeneralSmell.KEEP_DIFFERENTIABLE_VALUE
    supersedes = ("LP004",)
    practices = (
        Practice(
            "BP01",
            "Turn a loss into a plain number with `.item()` before adding it to a statistic that "
            "outlives the step.",
        ),
        Practice(
            "BP02",
            "Where waiting for the device in `.item()` hurts, add `loss.detach()` to a total on "
            "the device and read it once per epoch.",
        ),
    )
    links = (
        Link(
            "PyTorch FAQ: my model reports out of memory",
            "https://docs.pytorch.org/docs/stable/notes/faq.html",
        ),
        Link("The same leak, repaired in Horovod", "https://github.com/horovod/horovod/pull/641"),
        Link(
            "A running loss taken for a leak of PyTorch",
            "https://github.com/pytorch/pytorch/issues/17568",
        ),
        Link(
            "Host memory filled by a sum of losses",
            "https://github.com/pai4451/ML2021/issues/2",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch
                from torch import nn

                def train(model: nn.Module, loader, opt):
                    crit = nn.CrossEntropyLoss()
                    epoch_loss = 0.0
                    for x, y in loader:
                        opt.zero_grad()
                        loss = crit(model(x), y)
                        loss.backward()
                        opt.step()
                        epoch_loss += loss  # leak
                    return epoch_loss / len(loader)
            """,
            good="""
                import torch
                from torch import nn

                def train(model: nn.Module, loader, opt):
                    crit = nn.CrossEntropyLoss()
                    epoch_loss = 0.0
                    for x, y in loader:
                        opt.zero_grad()
                        loss = crit(model(x), y)
                        loss.backward()
                        opt.step()
                        epoch_loss += loss.item()
                    return epoch_loss / len(loader)
            """,
        ),
        Example(
            bad="""
                import torch
                import torch.nn.functional as F

                model = torch.nn.Linear(8, 2)
                optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                running = {"loss": 0.0, "seen": 0}
                for inputs, labels in batches:
                    loss = F.cross_entropy(model(inputs), labels)
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    running["loss"] += loss * inputs.size(0)  # leak
                    running["seen"] += inputs.size(0)
            """,
            good="""
                import torch
                import torch.nn.functional as F

                model = torch.nn.Linear(8, 2)
                optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                running = {"loss": 0.0, "seen": 0}
                for inputs, labels in batches:
                    loss = F.cross_entropy(model(inputs), labels)
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    running["loss"] += loss.item() * inputs.size(0)
                    running["seen"] += inputs.size(0)
            """,
        ),
        Example(
            bad="""
                import torch

                class Trainer:
                    def __init__(self, model: torch.nn.Module, optimizer):
                        self.model = model
                        self.optimizer = optimizer
                        self.criterion = torch.nn.MSELoss()
                        self.total = 0.0

                    def fit(self, loader, epochs):
                        for epoch in range(epochs):
                            for inputs, targets in loader:
                                self.optimizer.zero_grad()
                                loss = self.criterion(self.model(inputs), targets)
                                loss.backward()
                                self.optimizer.step()
                                self.total = self.total + loss  # leak
            """,
            good="""
                import torch

                class Trainer:
                    def __init__(self, model: torch.nn.Module, optimizer):
                        self.model = model
                        self.optimizer = optimizer
                        self.criterion = torch.nn.MSELoss()
                        self.total = 0.0

                    def fit(self, loader, epochs):
                        for epoch in range(epochs):
                            for inputs, targets in loader:
                                self.optimizer.zero_grad()
                                loss = self.criterion(self.model(inputs), targets)
                                loss.backward()
                                self.optimizer.step()
                                self.total = self.total + loss.item()
            """,
        ),
        Example(
            bad="""
                from accelerate import Accelerator

                accelerator = Accelerator()
                model, optimizer, loader = accelerator.prepare(model, optimizer, loader)

                def make_epoch():
                    total = 0

                    def epoch():
                        nonlocal total
                        for batch in loader:
                            loss = model(**batch).loss
                            accelerator.backward(loss)
                            optimizer.step()
                            optimizer.zero_grad()
                            total += loss / len(loader)  # leak

                    return epoch
            """,
            good="""
                from accelerate import Accelerator

                accelerator = Accelerator()
                model, optimizer, loader = accelerator.prepare(model, optimizer, loader)

                def make_epoch():
                    total = 0

                    def epoch():
                        nonlocal total
                        for batch in loader:
                            loss = model(**batch).loss
                            accelerator.backward(loss)
                            optimizer.step()
                            optimizer.zero_grad()
                            total += loss.item() / len(loader)

                    return epoch
            """,
        ),
    )
    negatives = (
        Negative(
            why="The number or a detached copy is added.",
            code="""
                import torch

                def train(model: torch.nn.Module, criterion: torch.nn.MSELoss, loader, optimizer):
                    total = 0.0
                    kept = torch.zeros(())
                    for x, y in loader:
                        optimizer.zero_grad()
                        loss = criterion(model(x), y)
                        loss.backward()
                        optimizer.step()
                        total += loss.item()
                        kept += loss.detach()
                    return total, kept
            """,
        ),
        Negative(
            why="The total starts anew in each iteration.",
            code="""
                import torch

                model = torch.nn.Linear(4, 1)
                optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                for x, y in batches:
                    loss = torch.nn.functional.mse_loss(model(x), y)
                    for parameter in model.parameters():
                        loss = loss + 1e-4 * parameter.pow(2).sum()
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
            """,
        ),
        Negative(
            why="`backward()` needs the graphs of the sum.",
            code="""
                import torch

                def step(model: torch.nn.Module, heads, x, targets, optimizer):
                    total = 0.0
                    for head, target in zip(heads, targets):
                        total += torch.nn.functional.mse_loss(model(x)[head], target)
                    optimizer.zero_grad()
                    total.backward()
                    optimizer.step()
            """,
        ),
        Negative(
            why="The sum is a loss that the caller backpropagates.",
            code="""
                import torch
                from torch import nn

                class Decoder(nn.Module):
                    def __init__(self, size):
                        super().__init__()
                        self.cell = nn.GRUCell(size, size)
                        self.criterion = nn.MSELoss()

                    def forward(self, steps, state):
                        loss = 0.0
                        for step in steps:
                            state = self.cell(step, state)
                            loss += self.criterion(state, step)
                        return loss
            """,
        ),
        Negative(
            why="Nothing is recorded: the loop runs under `torch.no_grad()`.",
            code="""
                import torch

                def validate(model: torch.nn.Module, criterion, loader):
                    model.eval()
                    total = 0.0
                    with torch.no_grad():
                        for x, y in loader:
                            total += criterion(model(x), y)
                    return total / len(loader)
            """,
        ),
        Negative(
            why="A count of hits is an integer tensor and carries no graph.",
            code="""
                import torch

                def train(model: torch.nn.Module, loader, optimizer):
                    correct = 0
                    for x, y in loader:
                        logits = model(x)
                        optimizer.zero_grad()
                        torch.nn.functional.cross_entropy(logits, y).backward()
                        optimizer.step()
                        correct += (logits.argmax(dim=1) == y).sum()
                    return correct
            """,
        ),
        Negative(
            why="The sum is backpropagated every few batches and then starts again.",
            code="""
                import torch

                def train(model: torch.nn.Module, criterion, loader, optimizer):
                    window = 0.0
                    for number, (x, y) in enumerate(loader):
                        window += criterion(model(x), y)
                        if number % 4 == 3:
                            window.backward()
                            optimizer.step()
                            optimizer.zero_grad()
                            window = 0.0
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        told: set[Place] = set()
        for addition in body.accumulations if may_keep_graphs(body) else ():
            if addition.statement in told or not addition.operand.carries_graph:
                continue
            if addition.how is not Mix.SUM or through_method(addition):
                continue
            if keeps_graphs(body, addition, addition.target):
                told.add(addition.statement)
                yield self.report(
                    addition.place,
                    *leak_path(body, addition, addition.operand),
                    region=addition.statement,
                    certainty=addition.operand.certainty,
                    severity=Severity.INFORMATION if addition.in_turns else None,
                    anchors=_cuts(body, addition),
                    target=shown(addition.target, 24),
                    turn="iteration" if outlived_loops(addition) else "call",
                    value=shown(addition.operand_text),
                )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        return cut_fixes(finding, context, "Add")


def _cuts(body: BodyFacts, addition: Accumulation) -> dict[str, tuple[Place, ...]]:
    """Where all that the statement adds is to be cut: `total + first + second` adds two."""
    anchors = [
        cut_anchors(body, other, other.operand)
        for other in body.accumulations
        if other.statement == addition.statement and other.operand.carries_graph
    ]
    cuts = {"detach": tuple(place for one in anchors for place in one["detach"])}
    if all("number" in one for one in anchors):
        cuts["number"] = tuple(place for one in anchors for place in one["number"])
    return cuts
