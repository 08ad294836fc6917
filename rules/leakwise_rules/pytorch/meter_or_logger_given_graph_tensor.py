"""LP006 meter-or-logger-given-graph-tensor."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Keeping
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
    outlived_loops,
    report_place,
    through_method,
)
from leakwise_rules.keepers import is_slot, keeper, kept_text, kept_value, read_for_backward, reset
from leakwise_rules.unseen_meters import unseen_meters
from leakwise_rules.wording import shown


class MeterOrLoggerGivenGraphTensor(Rule):
    """A meter or logger is handed a value with its graph, and keeps it.

    ## Why it leaks

    A meter adds up what its `update()` is given, a logger stores it for later. If that is a loss as
    autograd returned it, the meter's total carries the graph of every step so far. Nothing at the
    call tells so: the addition stands in another class, which works as well with numbers.

    The total of a meter that was given losses had 94 graph nodes behind it after 10 updates and 904
    after 100, and none with `.item()`. A meter that stores what it is given keeps whole graphs,
    with their activations where no backward pass freed these.

    ## Best practice

    Convert at the border: `meter.update(loss.item(), n)`. A meter for everybody's use detaches what
    it is given itself, so that no caller can get it wrong.

    ## When it is not a leak

    A meter whose method takes the number itself, or detaches, keeps no graph; of one whose class is
    not in sight the name tells, such as `AverageMeter`. One that is made or reset in each step
    keeps the graph of one step. What collects losses and gives their sum to a `backward()` needs
    their graphs. Progress bars, prints, `self.log` of Lightning and writers keep no graph.
    """

    code = "LP006"
    name = "meter-or-logger-given-graph-tensor"
    message = (
        "`{through}()` keeps the graph of every {turn} in `{holder}`, because `{value}` carries "
        "it; pass it detached."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.RETAINED_HISTORY
    general_smell = GeneralSmell.KEEP_DIFFERENTIABLE_VALUE
    practices = (
        Practice(
            "BP08",
            "Convert at the border: pass numbers to meters and loggers, and let the meter detach "
            "what it is given.",
        ),
    )
    links = (
        Link(
            "PyTorch FAQ: my model reports out of memory",
            "https://docs.pytorch.org/docs/stable/notes/faq.html",
        ),
        Link(
            "Reduced losses stored with their graph, in MMF",
            "https://github.com/facebookresearch/mmf/pull/560",
        ),
        Link(
            "An AverageMeter that kept every step's graph, in LIC-HPCM",
            "https://github.com/lyq133/LIC-HPCM/issues/4",
        ),
        Link(
            "AverageMeter.update called with tensors, in PyTracking",
            "https://github.com/visionml/pytracking/pull/313",
        ),
        Link(
            "Logged loss tensors, in Weights & Biases",
            "https://github.com/wandb/wandb/issues/354",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch

                class Meter:
                    def __init__(self):
                        self.total, self.n = 0.0, 0

                    def update(self, value, n=1):
                        self.total += value * n
                        self.n += n

                model = torch.nn.Linear(8, 1)
                criterion = torch.nn.MSELoss()
                optimizer = torch.optim.Adam(model.parameters())
                meter = Meter()
                for x, y in loader:
                    loss = criterion(model(x), y)
                    loss.backward()
                    optimizer.step()
                    optimizer.zero_grad()
                    meter.update(loss, x.size(0))  # leak
            """,
            good="""
                import torch

                class Meter:
                    def __init__(self):
                        self.total, self.n = 0.0, 0

                    def update(self, value, n=1):
                        self.total += value * n
                        self.n += n

                model = torch.nn.Linear(8, 1)
                criterion = torch.nn.MSELoss()
                optimizer = torch.optim.Adam(model.parameters())
                meter = Meter()
                for x, y in loader:
                    loss = criterion(model(x), y)
                    loss.backward()
                    optimizer.step()
                    optimizer.zero_grad()
                    meter.update(loss.item(), x.size(0))
            """,
        ),
        Example(
            bad="""
                import torch
                import torch.nn.functional as F

                class History:
                    def __init__(self):
                        self.outputs = []

                    def log(self, output):
                        self.outputs.append(output)

                def fit(net: torch.nn.Module, loader, optimizer, epochs):
                    history = History()
                    for epoch in range(epochs):
                        for inputs, targets in loader:
                            optimizer.zero_grad()
                            output = net(inputs)
                            F.mse_loss(output, targets).backward()
                            optimizer.step()
                            history.log(output)  # leak
                    return history
            """,
            good="""
                import torch
                import torch.nn.functional as F

                class History:
                    def __init__(self):
                        self.outputs = []

                    def log(self, output):
                        self.outputs.append(output)

                def fit(net: torch.nn.Module, loader, optimizer, epochs):
                    history = History()
                    for epoch in range(epochs):
                        for inputs, targets in loader:
                            optimizer.zero_grad()
                            output = net(inputs)
                            F.mse_loss(output, targets).backward()
                            optimizer.step()
                            history.log(output.detach())
                    return history
            """,
        ),
        Example(
            bad="""
                from collections import defaultdict

                import torch
                from torch import nn

                class Trainer:
                    def __init__(self, net: nn.Module, optimizer):
                        self.net = net
                        self.optimizer = optimizer
                        self.metrics = defaultdict(list)

                    def store(self, name, value):
                        self.metrics[name].append(value)

                    def fit(self, batches):
                        for inputs, targets in batches:
                            loss = nn.functional.l1_loss(self.net(inputs), targets)
                            self.optimizer.zero_grad()
                            loss.backward()
                            self.optimizer.step()
                            self.store("loss", loss)  # leak
            """,
            good="""
                from collections import defaultdict

                import torch
                from torch import nn

                class Trainer:
                    def __init__(self, net: nn.Module, optimizer):
                        self.net = net
                        self.optimizer = optimizer
                        self.metrics = defaultdict(list)

                    def store(self, name, value):
                        self.metrics[name].append(value)

                    def fit(self, batches):
                        for inputs, targets in batches:
                            loss = nn.functional.l1_loss(self.net(inputs), targets)
                            self.optimizer.zero_grad()
                            loss.backward()
                            self.optimizer.step()
                            self.store("loss", loss.item())
            """,
        ),
    )
    negatives = (
        Negative(
            why="The meter is given numbers, or detached values.",
            code="""
                import torch

                class Meter:
                    def __init__(self):
                        self.total = 0.0

                    def update(self, value):
                        self.total += value

                def train(model: torch.nn.Module, criterion: torch.nn.MSELoss, loader, optimizer):
                    first, second = Meter(), Meter()
                    for x, y in loader:
                        loss = criterion(model(x), y)
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        first.update(loss.item())
                        second.update(loss.detach())
            """,
        ),
        Negative(
            why="The meter takes the number itself.",
            code="""
                import torch

                class Meter:
                    def __init__(self):
                        self.total = 0.0
                        self.values = []

                    def update(self, value):
                        if isinstance(value, torch.Tensor):
                            value = value.item()
                        self.total += value

                    def add(self, value):
                        self.values.append(value.detach().cpu())

                def train(model: torch.nn.Module, criterion: torch.nn.MSELoss, loader, optimizer):
                    meter = Meter()
                    for x, y in loader:
                        loss = criterion(model(x), y)
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        meter.update(loss)
                        meter.add(loss)
            """,
        ),
        Negative(
            why="Losses are collected for one backward pass, and dropped after it.",
            code="""
                import torch
                import torch.nn.functional as F

                class Losses:
                    def __init__(self):
                        self.parts = []

                    def add(self, part):
                        self.parts.append(part)

                    def total(self):
                        return sum(self.parts)

                    def reset(self):
                        self.parts = []

                def train(net: torch.nn.Module, loader, optimizer):
                    losses = Losses()
                    for views, target in loader:
                        for view in views:
                            losses.add(F.mse_loss(net(view), target))
                        loss = losses.total()
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        losses.reset()
            """,
        ),
        Negative(
            why="The meter is read and reset in each step.",
            code="""
                import torch
                import torch.nn.functional as F

                class Meter:
                    def __init__(self):
                        self.total = 0.0

                    def update(self, value):
                        self.total += value

                    def reset(self):
                        self.total = 0.0

                def train(net: torch.nn.Module, loader, optimizer):
                    meter = Meter()
                    for x, y in loader:
                        loss = F.mse_loss(net(x), y)
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        meter.update(loss)
                        print(meter.total)
                        meter.reset()
            """,
        ),
        Negative(
            why="A progress bar keeps nothing.",
            code="""
                import torch
                import torch.nn.functional as F
                from tqdm import tqdm

                def train(net: torch.nn.Module, loader, optimizer):
                    for x, y in (bar := tqdm(loader)):
                        loss = F.mse_loss(net(x), y)
                        loss.backward()
                        optimizer.step()
                        bar.set_postfix(loss=loss)
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not (body.has_loops or body.mentions("backward") or body.steps_for_trainer):
            return
        yield from unseen_meters(body, self.report)
        for event in body.kept_by_callees:
            value, holder = kept_value(event)
            if (
                value.carries_graph
                and through_method(event)
                and not is_slot(event)
                and keeps_graphs(body, event, holder)
                and not read_for_backward(body, event)
                and not reset(body, event, holder)
            ):
                bounded = isinstance(event, Keeping) and event.holder_value.bound is not None
                yield self.report(
                    report_place(body, event),
                    *leak_path(body, event, value),
                    *keeper(body, event),
                    certainty=value.certainty,
                    severity=Severity.INFORMATION if bounded else None,
                    anchors=cut_anchors(body, event, value),
                    through=shown(event.through),
                    turn="iteration" if outlived_loops(event) else "call",
                    holder=shown(holder, 24),
                    value=shown(kept_text(event)),
                )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        return cut_fixes(finding, context, "Pass")
