"""LP009 retain-graph-across-iterations."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Carried, Kind, ModuleCall
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
from leakwise_rules.carried import carried_inside, given_carried
from leakwise_rules.wording import shown


class RetainGraphAcrossIterations(Rule):
    """`retain_graph=True` keeps the graphs of all iterations that a value is carried through.

    ## Why it leaks

    `backward()` frees the graph that it went through. With `retain_graph=True` it frees nothing,
    and a value that goes from one iteration to the next with its graph, a hidden state or a running
    total, ties the graph of each iteration to that of the one before. All of them stay, with all
    that they saved, and every backward pass goes through all of them again.

    Most often the flag was added to silence the error about going through a graph a second time.
    That error says that a `detach()` is missing. With a carried state 66 nodes and 5.5 MiB were
    kept after 10 iterations, 366 nodes and 30.7 MiB after 60.

    ## Best practice

    Cut what is carried on where it enters the next iteration, `state = state.detach()`, and call
    `backward()` without the flag. Where several losses share a graph, add them and call
    `backward()` once, or retain the graph in all calls but the last.

    ## When it is not a leak

    When each iteration makes a fresh graph and carries nothing on, the flag keeps one graph at
    most. When a later `backward()` of the same iteration goes without it, that one frees the graph.
    A part of the graph that is made once before the loop is kept on purpose.
    """

    code = "LP009"
    name = "retain-graph-across-iterations"
    message = (
        "`retain_graph=True` keeps the graph of every iteration, because `{path}` carries it into "
        "the next; detach `{path}`."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.RETAINED_HISTORY
    general_smell = GeneralSmell.UNDETACHED_STATE
    practices = (
        Practice(
            "BP11",
            "Treat the error about going backward through a freed graph as a missing `detach()`, "
            "not as a reason for `retain_graph=True`.",
        ),
        Practice(
            "BP12",
            "When several losses share a graph, sum them and call `backward()` once, or retain the "
            "graph in all calls but the last.",
        ),
    )
    links = (
        Link(
            "PyTorch: Tensor.backward, on retain_graph",
            "https://docs.pytorch.org/docs/stable/generated/torch.Tensor.backward.html",
        ),
        Link(
            "Out of memory with `retain_graph=True` in a loop",
            "https://github.com/pytorch/pytorch/issues/40005",
        ),
        Link(
            "The flag that silences a missing `detach()` of the hidden state",
            "https://github.com/MorvanZhou/PyTorch-Tutorial/issues/57",
        ),
        Link(
            "Memory that blows up once the flag is set as advised",
            "https://github.com/GBLin5566/toward-controlled-generation-of-text-pytorch/issues/9",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch
                from torch import nn

                rnn, head = load("rnn"), nn.Linear(16, 4)
                criterion = nn.CrossEntropyLoss()
                h = torch.zeros(1, 8, 16)
                for x, y in loader:
                    out, h = rnn(x, h)
                    loss = criterion(head(out), y)
                    loss.backward(retain_graph=True)  # leak
                    rnn.zero_grad()
            """,
            good="""
                import torch
                from torch import nn

                rnn, head = load("rnn"), nn.Linear(16, 4)
                criterion = nn.CrossEntropyLoss()
                h = torch.zeros(1, 8, 16)
                for x, y in loader:
                    h = h.detach()
                    out, h = rnn(x, h)
                    loss = criterion(head(out), y)
                    loss.backward()
                    rnn.zero_grad()
            """,
        ),
        Example(
            bad="""
                import torch

                def train(model, criterion, data, optimizer):
                    model.train()
                    hidden = model.init_hidden(20)
                    total = 0.0
                    for start in range(0, data.size(0) - 1, 35):
                        inputs, targets = chunk(data, start)
                        optimizer.zero_grad()
                        output, hidden = model(inputs, hidden)
                        loss = criterion(output, targets)
                        loss.backward(retain_graph=True)  # leak
                        optimizer.step()
                        total += loss.item()
                    return total
            """,
            good="""
                import torch

                def train(model, criterion, data, optimizer):
                    model.train()
                    hidden = model.init_hidden(20)
                    total = 0.0
                    for start in range(0, data.size(0) - 1, 35):
                        inputs, targets = chunk(data, start)
                        optimizer.zero_grad()
                        hidden = tuple(state.detach() for state in hidden)
                        output, hidden = model(inputs, hidden)
                        loss = criterion(output, targets)
                        loss.backward()
                        optimizer.step()
                        total += loss.item()
                    return total
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import torch
                from torch import nn

                class Trainer:
                    def __init__(self, net: nn.Module, optimizer):
                        self.net = net
                        self.optimizer = optimizer

                    def fit(self, batches):
                        total = torch.zeros(())
                        for inputs, targets in batches:
                            total = total + nn.functional.mse_loss(self.net(inputs), targets)
                            self.optimizer.zero_grad()
                            total.backward(retain_graph=True)  # leak
                            self.optimizer.step()
            """,
            good="""
                import torch
                from torch import nn

                class Trainer:
                    def __init__(self, net: nn.Module, optimizer):
                        self.net = net
                        self.optimizer = optimizer

                    def fit(self, batches):
                        for inputs, targets in batches:
                            loss = nn.functional.mse_loss(self.net(inputs), targets)
                            self.optimizer.zero_grad()
                            loss.backward()
                            self.optimizer.step()
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="Two losses share a graph, and the last `backward()` frees it.",
            code="""
                import torch
                from torch import nn

                def train(trunk: nn.Module, first: nn.Module, second: nn.Module, loader, optimizer):
                    for x, y, z in loader:
                        features = trunk(x)
                        optimizer.zero_grad()
                        nn.functional.mse_loss(first(features), y).backward(retain_graph=True)
                        nn.functional.mse_loss(second(features), z).backward()
                        optimizer.step()
            """,
        ),
        Negative(
            why="Each iteration makes a fresh graph, so one is kept at most.",
            code="""
                import torch
                from torch import nn

                def train(model: nn.Module, loader, optimizer):
                    for x, y in loader:
                        loss = nn.functional.mse_loss(model(x), y)
                        optimizer.zero_grad()
                        loss.backward(retain_graph=True)
                        optimizer.step()
            """,
        ),
        Negative(
            why="The state is cut before it enters the next batch.",
            code="""
                import torch
                from torch import nn

                def train(rnn: nn.GRU, head: nn.Linear, loader, optimizer):
                    h = torch.zeros(1, 8, 16)
                    for x, y in loader:
                        out, h = rnn(x, h.detach())
                        loss = nn.functional.cross_entropy(head(out), y)
                        optimizer.zero_grad()
                        loss.backward(retain_graph=True)
                        optimizer.step()
            """,
        ),
        Negative(
            why="A part of the graph is made once and used on purpose.",
            code="""
                import torch
                from torch import nn

                def fit(encoder: nn.Module, decoder: nn.Module, image, optimizer):
                    code = encoder(image)
                    for step in range(100):
                        loss = nn.functional.mse_loss(decoder(code), image)
                        optimizer.zero_grad()
                        loss.backward(retain_graph=True)
                        optimizer.step()
            """,
        ),
        Negative(
            why="A flag that says when, and a sequence that ends before the next begins.",
            code="""
                import torch
                from torch import nn

                def train(cell: nn.GRUCell, loader, optimizer):
                    for steps, target in loader:
                        h = torch.zeros(8, 16)
                        for x in steps:
                            h = cell(x, h)
                        loss = nn.functional.mse_loss(h, target)
                        optimizer.zero_grad()
                        loss.backward(retain_graph=len(steps) > 9)
                        optimizer.step()
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not (body.has_loops and body.mentions("retain_graph") and body.carried):
            return
        for carried in body.carried:
            if carried_inside(body, carried):
                continue
            entries = list(_entries(body, carried))
            through = [
                site
                for site in body.method_calls("backward")
                if carried.loops[-1] in site.loops and _goes_through(site, carried, entries)
            ]
            if through and all(_retains(site) for site in through):
                yield self._report(through, carried, entries[0] if entries else None)

    def _report(
        self, through: list[CallSite], carried: Carried, entry: ModuleCall | None
    ) -> Report:
        return self.report(
            through[-1].place,
            *(
                RelatedPlace(call.place, f"`{shown(carried.path, 24)}` is carried on from here.")
                for call in (entry,)
                if call is not None
            ),
            RelatedPlace(carried.place, "Each iteration of this loop adds one more graph."),
            certainty=carried.value.certainty.weaker(through[-1].receiver_value.certainty),
            region=carried.loops[-1].body,
            anchors={
                "call": () if entry is None else (entry.statement,),
                "backward": tuple(site.place for site in through),
            },
            notes={"cut": _cut(carried)},
            path=shown(carried.path, 24),
        )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        if not finding.notes["cut"]:
            return
        for call in finding.anchors["call"]:
            edits = context.insert_before(call, finding.notes["cut"])
            for backward in finding.anchors["backward"]:
                dropped = context.remove_argument(backward, "retain_graph")
                edits = edits and dropped and (*edits, *dropped)
            if edits:
                yield Fix(
                    "Detach what is carried on, and free each graph", edits, Applicability.UNSAFE
                )


def _entries(body: BodyFacts, carried: Carried) -> Iterator[ModuleCall]:
    """The networks that are given what they left at `carried.path` a round before."""
    for call in body.module_calls:
        if (
            carried.loops[-1] in call.loops
            and call.place in carried.value.sources
            and given_carried(body, call, carried)
        ):
            yield call


def _goes_through(site: CallSite, carried: Carried, entries: list[ModuleCall]) -> bool:
    """Whether a backward pass goes through what the loop carries on: it starts from what was made
    of that, or of what comes out of the network which it goes into."""
    sources = site.receiver_value.sources
    return carried.mark in sources or any(call.place in sources for call in entries)


def _retains(site: CallSite) -> bool:
    argument = site.argument("retain_graph", 1)
    return argument is not None and argument.value.constant is True


def _cut(carried: Carried) -> str:
    """The statement that cuts what is carried on; "" where it is not known whether that is a tensor
    or several."""
    path, start = carried.path, carried.start
    if start.kind is Kind.TENSOR:
        return f"{path} = {path}.detach()"
    if start.items and all(item.kind is Kind.TENSOR for item in start.items):
        return f"{path} = tuple(state.detach() for state in {path})"
    return ""
