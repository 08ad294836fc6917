"""LP002 append-graph-tensor-to-collection."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Certainty, Keeping, Scalar
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
    cut_anchors,
    cut_fixes,
    keeps_graphs,
    leak_path,
    may_keep_graphs,
    outlived_loops,
    report_place,
    through_method,
)
from leakwise_rules.wording import shown


class AppendGraphTensorToCollection(Rule):
    """Losses or outputs are stored with their autograd graphs.

    ## Why it leaks

    A list, a deque or a dict that outlives the loop keeps what is put into it. A loss or an output
    that still carries its graph keeps that graph too, with every activation that a backward pass
    would need. A history meant to hold numbers then holds the whole training run. So does a tensor
    made in advance, once losses are written into it: `history[step] = loss`.

    A list of 100 losses kept 1,006 graph nodes. That was half a MiB where each loss had been
    backpropagated, since a backward pass frees the activations, and 101 MiB where it had not, for a
    model with 1 MiB of activations. Outputs that are never backpropagated cost as much. So do those
    that a function puts away for each request that it answers, the losses of a closure that the
    optimizer's step calls, and the values that an agent collects and its training step detaches. A
    list that is emptied at the end of an epoch has kept the graphs of all its steps by then.

    ## Best practice

    Store numbers in histories: `losses.append(loss.item())`. Store tensors that are needed later as
    `output.detach()`, or `output.detach().cpu()` where they would fill the device. Empty
    collections that belong to one step when the step is over.

    ## When it is not a leak

    When the stored tensors are stacked, summed or concatenated for a `backward()`, as in policy
    gradients and deep supervision, their graphs are needed. A `forward()` that collects features
    and returns them hands them to the loss. A deque with a `maxlen` keeps a bounded number of
    graphs, which is shown as information only. In a notebook each run of a cell that stores one
    more in a list of an earlier cell keeps one more, and the output history `Out` keeps what each
    run shows, unless a semicolon stands behind it; as nobody knows whether a cell is run again,
    these are possible leaks only.
    """

    code = "LP002"
    name = "append-graph-tensor-to-collection"
    message = (
        "`{holder}` keeps the autograd graph of every {turn}, "
        "because `{value}` is stored with its graph; store it detached."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.RETAINED_HISTORY
    general_smell = GeneralSmell.KEEP_DIFFERENTIABLE_VALUE
    practices = (
        Practice(
            "BP03",
            "Store numbers or detached copies in histories, never the tensor that autograd "
            "returned.",
        ),
        Practice("BP04", "Empty per-step collections at the end of the step that consumed them."),
    )
    links = (
        Link(
            "PyTorch FAQ: my model reports out of memory",
            "https://docs.pytorch.org/docs/stable/notes/faq.html",
        ),
        Link(
            "The loss detached before it is stored, in PackNet-SfM",
            "https://github.com/TRI-ML/packnet-sfm/pull/51",
        ),
        Link(
            "Step outputs detached, in lambeq",
            "https://github.com/Quantinuum/lambeq/pull/251",
        ),
        Link(
            "One more loss alive at each iteration",
            "https://github.com/IBM/mi-prometheus/issues/111",
        ),
        Link(
            "Growth per epoch cured with `.item()`",
            "https://github.com/pytorch/pytorch/issues/64586",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch

                model = torch.nn.Linear(8, 1)
                criterion = torch.nn.MSELoss()
                optimizer = torch.optim.Adam(model.parameters())
                losses = []
                for x, y in loader:
                    loss = criterion(model(x), y)
                    loss.backward()
                    optimizer.step()
                    optimizer.zero_grad()
                    losses.append(loss)  # leak
            """,
            good="""
                import torch

                model = torch.nn.Linear(8, 1)
                criterion = torch.nn.MSELoss()
                optimizer = torch.optim.Adam(model.parameters())
                losses = []
                for x, y in loader:
                    loss = criterion(model(x), y)
                    loss.backward()
                    optimizer.step()
                    optimizer.zero_grad()
                    losses.append(loss.item())
            """,
        ),
        Example(
            bad="""
                import torch
                import torch.nn.functional as F

                def fit(net: torch.nn.Module, loader, optimizer, epochs):
                    predictions = []
                    for epoch in range(epochs):
                        for inputs, targets in loader:
                            optimizer.zero_grad()
                            output = net(inputs)
                            F.mse_loss(output, targets).backward()
                            optimizer.step()
                            predictions.append(output)  # leak
                    return predictions
            """,
            good="""
                import torch
                import torch.nn.functional as F

                def fit(net: torch.nn.Module, loader, optimizer, epochs):
                    predictions = []
                    for epoch in range(epochs):
                        for inputs, targets in loader:
                            optimizer.zero_grad()
                            output = net(inputs)
                            F.mse_loss(output, targets).backward()
                            optimizer.step()
                            predictions.append(output.detach())
                    return predictions
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
                        self.history = {"loss": []}

                    def fit(self, batches):
                        for inputs, targets in batches:
                            loss = nn.functional.l1_loss(self.net(inputs), targets)
                            self.optimizer.zero_grad()
                            loss.backward()
                            self.optimizer.step()
                            self.history["loss"].append(loss)  # leak
            """,
            good="""
                import torch
                from torch import nn

                class Trainer:
                    def __init__(self, net: nn.Module, optimizer):
                        self.net = net
                        self.optimizer = optimizer
                        self.history = {"loss": []}

                    def fit(self, batches):
                        for inputs, targets in batches:
                            loss = nn.functional.l1_loss(self.net(inputs), targets)
                            self.optimizer.zero_grad()
                            loss.backward()
                            self.optimizer.step()
                            self.history["loss"].append(loss.item())
            """,
        ),
        Example(
            bad="""
                import torch

                def make_trainer(model: torch.nn.Module, criterion: torch.nn.MSELoss, optimizer):
                    by_batch = {}

                    def run(loader):
                        for number, (x, y) in enumerate(loader):
                            loss = criterion(model(x), y)
                            optimizer.zero_grad()
                            loss.backward()
                            optimizer.step()
                            by_batch[number] = loss  # leak

                    return run
            """,
            good="""
                import torch

                def make_trainer(model: torch.nn.Module, criterion: torch.nn.MSELoss, optimizer):
                    by_batch = {}

                    def run(loader):
                        for number, (x, y) in enumerate(loader):
                            loss = criterion(model(x), y)
                            optimizer.zero_grad()
                            loss.backward()
                            optimizer.step()
                            by_batch[number] = loss.item()

                    return run
            """,
        ),
    )
    negatives = (
        Negative(
            why="The list is made anew in each iteration.",
            code="""
                import torch

                def train(model: torch.nn.Module, criterion, loader, optimizer):
                    for views, target in loader:
                        losses = []
                        for view in views:
                            losses.append(criterion(model(view), target))
                        optimizer.zero_grad()
                        torch.stack(losses).mean().backward()
                        optimizer.step()
            """,
        ),
        Negative(
            why="`backward()` follows on what was stored, and the list is emptied after it.",
            code="""
                import torch

                def reinforce(policy: torch.nn.Module, env, optimizer, episodes):
                    log_probs = []
                    for episode in range(episodes):
                        state, done = env.reset(), False
                        while not done:
                            choice = torch.distributions.Categorical(logits=policy(state))
                            action = choice.sample()
                            log_probs.append(choice.log_prob(action))
                            state, reward, done = env.step(action)
                        loss = -torch.stack(log_probs).sum() * reward
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        log_probs.clear()
            """,
        ),
        Negative(
            why="Numbers, detached tensors and shapes are stored.",
            code="""
                import torch

                def train(model: torch.nn.Module, criterion, loader, optimizer):
                    losses, outputs, shapes = [], [], []
                    for x, y in loader:
                        output = model(x)
                        loss = criterion(output, y)
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        losses.append(loss.item())
                        outputs.append(output.detach().cpu())
                        shapes.append(output.shape)
                    return losses, outputs, shapes
            """,
        ),
        Negative(
            why="`forward()` returns the features it collects, for the loss of the same call.",
            code="""
                from torch import nn

                class Pyramid(nn.Module):
                    def __init__(self, width):
                        super().__init__()
                        self.blocks = nn.ModuleList(nn.Linear(width, width) for _ in range(4))

                    def forward(self, x):
                        features = []
                        for block in self.blocks:
                            x = block(x)
                            features.append(x)
                        return features
            """,
        ),
        Negative(
            why="One entry is overwritten, so one graph is kept at most.",
            code="""
                import torch

                def train(model: torch.nn.Module, criterion, loader, optimizer):
                    last = {}
                    for x, y in loader:
                        loss = criterion(model(x), y)
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
                        last["loss"] = loss
                    return last
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for keeping in body.keepings if body.in_notebook or may_keep_graphs(body) else ():
            if through_method(keeping) or not keeping.stored.carries_graph:
                continue
            rerun = _rerun_keeps(body, keeping)
            if rerun or keeps_graphs(body, keeping, keeping.holder):
                bounded = keeping.holder_value.bound is not None or keeping.in_turns
                yield self.report(
                    report_place(body, keeping),
                    *(() if rerun else leak_path(body, keeping, keeping.stored)),
                    certainty=Certainty.POSSIBLE if rerun else keeping.stored.certainty,
                    severity=Severity.INFORMATION if bounded else None,
                    anchors=cut_anchors(body, keeping, keeping.stored),
                    holder=shown(keeping.holder, 24),
                    turn=_turn(keeping, rerun=rerun),
                    value=shown(keeping.stored_text),
                )
        for display in body.displayed:
            place, number = (display.place,), display.value.scalar is Scalar.SURE
            yield self.report(
                display.place,
                certainty=Certainty.POSSIBLE,
                anchors={"detach": place, "number": place if number else ()},
                holder="Out",
                turn="run of this cell",
                value=shown(display.value_text),
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        yield from cut_fixes(finding, context, "Store")
        if edits := context.call_method(finding.anchors["detach"], "detach().cpu"):
            yield Fix(
                "Store it on the host without its graph: `.detach().cpu()`",
                edits,
                Applicability.UNSAFE,
            )


def _rerun_keeps(body: BodyFacts, keeping: Keeping) -> bool:
    """Whether each run of a notebook's cell adds one more to what an earlier cell made."""
    if keeping.loops or not body.survives_rerun(keeping.place, keeping.holder):
        return False
    holder = body.holder(keeping)
    emptied = holder is None or holder.bounded
    return not emptied and not body.backpropagated(frozenset({keeping.holder}))


def _turn(keeping: Keeping, *, rerun: bool) -> str:
    if rerun:
        return "run of this cell"
    return "iteration" if outlived_loops(keeping) else "call"
