"""LP014 one-backward-for-many-batches."""

from collections.abc import Iterator

from leakwise.facts import (
    Accumulation,
    BodyFacts,
    CallSite,
    Certainty,
    Keeping,
    Kind,
    Loop,
    Place,
    Value,
)
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
from leakwise_rules.graphs import outlived_loops, through_method
from leakwise_rules.wording import shown

_FEW = 8
_DATA = ("loader", "dataset", "batches")


class OneBackwardForManyBatches(Rule):
    """The losses of many batches are summed before one `backward()` for all of them.

    ## Why it leaks

    Until `backward()` has gone through it, the graph of each batch keeps the activations of its
    forward pass. A loop that only adds up losses, with one `backward()` behind it, holds the
    activations of all batches at once: 102 MiB at the peak for 100 batches of a small model, where
    one `backward()` per batch took half a MiB. It is given back after the late `backward()`, so the
    number of batches that fit is what it costs.

    ## Best practice

    Call `loss.backward()` for each batch and let the gradients add up in `.grad`; step when all
    batches are through. The sum of the gradients is the gradient of the sum. For a mean, divide
    each loss by the number of batches first.

    ## When it is not a leak

    A loop over time steps, heads or scales of one batch needs one `backward()` for all of them, and
    so does a loss that compares all batches with each other. A loop that calls `backward()` now and
    then, or goes through a handful of batches, holds few graphs.
    """

    code = "LP014"
    name = "one-backward-for-many-batches"
    message = (
        "`{holder}` keeps the activations of every batch until the one `backward()` behind the "
        "loop; call `backward()` for each batch."
    )
    severity = Severity.INFORMATION
    since = "0.1.0"
    root_cause = RootCause.RETAINED_HISTORY
    general_smell = GeneralSmell.UNBOUNDED_COLLECTION
    supersedes = ("LP001", "LP002")
    practices = (
        Practice(
            "BP18",
            "Call `backward()` per batch and let `.grad` accumulate; the sum of gradients equals "
            "the gradient of the sum.",
        ),
    )
    links = (
        Link(
            "PyTorch FAQ: my model reports out of memory",
            "https://docs.pytorch.org/docs/stable/notes/faq.html",
        ),
        Link(
            "All batch losses saved for one backward pass",
            "https://github.com/speechLabBcCuny/onssen/issues/5",
        ),
        Link(
            "Separate backward passes free one graph before the next",
            "https://github.com/lhoyer/DAFormer/issues/48",
        ),
        Link(
            "Out of memory while losses are added up before the update",
            "https://github.com/pytorch/pytorch/issues/14936",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch

                model = torch.nn.Linear(8, 1)
                criterion = torch.nn.MSELoss()
                optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                loader = torch.utils.data.DataLoader(dataset, batch_size=16)
                optimizer.zero_grad()
                total = 0.0
                for x, y in loader:
                    loss = criterion(model(x), y)
                    total += loss  # leak
                total.backward()
                optimizer.step()
                print(total.item())
            """,
            good="""
                import torch

                model = torch.nn.Linear(8, 1)
                criterion = torch.nn.MSELoss()
                optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                loader = torch.utils.data.DataLoader(dataset, batch_size=16)
                optimizer.zero_grad()
                total = 0.0
                for x, y in loader:
                    loss = criterion(model(x), y)
                    loss.backward()
                    total += loss.detach()
                optimizer.step()
                print(total.item())
            """,
        ),
        Example(
            bad="""
                import torch
                from torch import nn

                def train(model: nn.Module, loader, optimizer, epochs):
                    criterion = nn.CrossEntropyLoss()
                    for epoch in range(epochs):
                        losses = []
                        for x, y in loader:
                            losses.append(criterion(model(x), y))  # leak
                        optimizer.zero_grad()
                        torch.stack(losses).mean().backward()
                        optimizer.step()
            """,
            good="""
                import torch
                from torch import nn

                def train(model: nn.Module, loader, optimizer, epochs):
                    criterion = nn.CrossEntropyLoss()
                    for epoch in range(epochs):
                        optimizer.zero_grad()
                        for x, y in loader:
                            loss = criterion(model(x), y) / len(loader)
                            loss.backward()
                        optimizer.step()
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import torch
                from torch import nn

                class Trainer:
                    def __init__(self, net: nn.Module, train_loader):
                        self.net = net
                        self.train_loader = train_loader
                        self.optimizer = torch.optim.Adam(net.parameters())

                    def epoch(self):
                        epoch_loss = torch.zeros(())
                        for batch in self.train_loader:
                            step_loss = nn.functional.mse_loss(self.net(batch["x"]), batch["y"])
                            epoch_loss = epoch_loss + step_loss  # leak
                        self.optimizer.zero_grad()
                        (epoch_loss / len(self.train_loader)).backward()
                        self.optimizer.step()
            """,
            good="""
                import torch
                from torch import nn

                class Trainer:
                    def __init__(self, net: nn.Module, train_loader):
                        self.net = net
                        self.train_loader = train_loader
                        self.optimizer = torch.optim.Adam(net.parameters())

                    def epoch(self):
                        self.optimizer.zero_grad()
                        for batch in self.train_loader:
                            step_loss = nn.functional.mse_loss(self.net(batch["x"]), batch["y"])
                            (step_loss / len(self.train_loader)).backward()
                        self.optimizer.step()
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="Time steps of one batch need one `backward()`.",
            code="""
                import torch
                from torch import nn

                def train(cell: nn.GRUCell, head: nn.Linear, loader, optimizer):
                    for sequence, targets in loader:
                        h, loss = torch.zeros(8, 16), 0.0
                        for step in range(sequence.size(0)):
                            h = cell(sequence[step], h)
                            loss = loss + nn.functional.mse_loss(head(h), targets[step])
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
            """,
        ),
        Negative(
            why="`backward()` runs every few batches, and the sum begins anew.",
            code="""
                import torch
                from torch import nn

                def train(model: nn.Module, loader, optimizer):
                    total = 0.0
                    for number, (x, y) in enumerate(loader):
                        total = total + nn.functional.mse_loss(model(x), y)
                        if number % 4 == 3:
                            optimizer.zero_grad()
                            total.backward()
                            optimizer.step()
                            total = 0.0
            """,
        ),
        Negative(
            why="The embeddings of all batches meet in one loss.",
            code="""
                import torch
                from torch import nn

                def train(encoder: nn.Module, loader, optimizer):
                    embeddings = []
                    for x in loader:
                        embeddings.append(encoder(x))
                    every = torch.cat(embeddings)
                    optimizer.zero_grad()
                    (every @ every.T).logsumexp(dim=1).mean().backward()
                    optimizer.step()
            """,
        ),
        Negative(
            why="A few batches hold few graphs.",
            code="""
                import torch
                from torch import nn

                def step(model: nn.Module, real, fake, optimizer):
                    batches = [real, fake]
                    loss = 0.0
                    for batch in batches:
                        loss = loss + nn.functional.mse_loss(model(batch), batch)
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
            """,
        ),
        Negative(
            why="The heads and tasks of one step.",
            code="""
                import torch
                from torch import nn

                def step(trunk: nn.Module, heads: nn.ModuleList, x, targets, optimizer):
                    features, total = trunk(x), 0.0
                    for head, target in zip(heads, targets):
                        total = total + nn.functional.mse_loss(head(features), target)
                    optimizer.zero_grad()
                    total.backward()
                    optimizer.step()
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.has_loops or not body.training_steps:
            return
        for addition in body.accumulations:
            yield from self._late(body, addition, addition.target, addition.operand)
        for keeping in body.keepings:
            if keeping.stored.scalar and keeping.how != "item":
                yield from self._late(body, keeping, keeping.holder, keeping.stored)

    def _late(
        self, body: BodyFacts, event: Accumulation | Keeping, holder: str, value: Value
    ) -> Iterator[Report]:
        gathered = frozenset({holder})
        if not value.carries_graph or through_method(event) or not body.backpropagated(gathered):
            return
        loop = next((one for one in outlived_loops(event) if _goes_through_data(one)), None)
        if loop is None or body.trains(loop) or not _computes(body, loop, value):
            return
        starts = [
            site
            for site in body.method_calls("backward")
            if loop not in site.loops and holder in site.receiver_value.sources
        ]
        if not starts:
            return
        sure = Certainty.SURE if _is_loader(loop) else Certainty.LIKELY
        yield self.report(
            event.place,
            RelatedPlace(loop.place, "Each iteration of this loop adds one more graph."),
            RelatedPlace(starts[0].place, "Only this `backward()` frees them."),
            certainty=sure.weaker(value.certainty),
            region=loop.body,
            anchors=_anchors(event, holder, starts),
            notes=_notes(event, holder),
            holder=shown(holder, 24),
        )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        if not finding.notes:
            return
        for addition in finding.anchors["addition"]:
            edits = context.replace_statement(addition, finding.notes["each"])
            for start in finding.anchors["start"]:
                gone = context.remove_statement(start)
                edits = edits and gone and (*edits, *gone)
            if edits:
                yield Fix("Call `backward()` for each batch", edits, Applicability.UNSAFE)


def _goes_through_data(loop: Loop) -> bool:
    """Whether a loop goes through the batches of a data set."""
    if loop.is_comprehension:
        return False
    if loop.over is not None and loop.over.length is not None and loop.over.length <= _FEW:
        return False
    return _is_loader(loop) or any(
        word in path.lower() for path in loop.over_paths for word in _DATA
    )


def _is_loader(loop: Loop) -> bool:
    return loop.over is not None and loop.over.kind is Kind.LOADER


def _computes(body: BodyFacts, loop: Loop, value: Value) -> bool:
    """Whether a network is called for the value in each iteration."""
    return any(loop in call.loops and call.place in value.sources for call in body.module_calls)


def _anchors(
    event: Accumulation | Keeping, holder: str, starts: list[CallSite]
) -> dict[str, tuple[Place, ...]]:
    plain = len(starts) == 1 and starts[0].receiver == holder and starts[0].dropped
    if not plain:
        return {"addition": (), "start": ()}
    return {"addition": (event.statement,), "start": (starts[0].statement,)}


def _notes(event: Accumulation | Keeping, holder: str) -> dict[str, str]:
    """What stands in place of the addition: only of a loss that has a name."""
    if not isinstance(event, Accumulation) or not event.operand_text.isidentifier():
        return {}
    loss = event.operand_text
    return {"each": f"{loss}.backward()\n{holder} += {loss}.detach()"}
