"""LP023 weight-snapshots-pile-up."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Certainty, Keeping, Kind, Loop, Rhythm, Scalar
from leakwise.facts.interpreter.state import parts_of
from leakwise.facts.terms.storage import Device, View
from leakwise.facts.terms.values import Source, Value
from leakwise.rule import (
    Example,
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
from leakwise_rules.releases import few_rounds
from leakwise_rules.wording import shown

_HANDFUL = 8
_WEIGHTS = frozenset({Kind.MODULE, Kind.OPTIMIZER})


class WeightSnapshotsPileUp(Rule):
    """A copy of all weights is kept for every epoch.

    ## Why it leaks

    `copy.deepcopy(model)`, of a model or of its `state_dict()`, copies every parameter to where the
    original lies, most often the GPU. A list that gets one such copy per epoch grows by the size of
    the model each time: 10 snapshots of a model of 16 MiB held 160 MiB of a GPU's memory, and for a
    large model two or three are too many. An optimizer's state is two to three times as large
    again.

    ## Best practice

    Write snapshots to disk, `torch.save(model.state_dict(), path)`. Or keep a single best one, as
    detached copies on the CPU:
    `best = {name: value.detach().cpu().clone() for name, value in model.state_dict().items()}`.

    ## When it is not a leak

    A copy made once, as a target network or for an average, is needed, and so are the few members
    of an ensemble. A list that is cut to the last few, or one name that is bound again, does not
    grow. `model.state_dict()` alone copies nothing: it shows the live weights.
    """

    code = "LP023"
    name = "weight-snapshots-pile-up"
    message = (
        "`{holder}` keeps one more copy of all weights of `{model}` in every {turn}; write them to "
        "disk, or keep one on the CPU."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.UNBOUNDED_ACCUMULATION
    general_smell = GeneralSmell.NEEDLESS_DUPLICATE
    practices = (
        Practice(
            "BP30",
            "Write snapshots to disk, or keep a single best one as detached CPU copies.",
        ),
    )
    links = (
        Link(
            "PyTorch: saving and loading models",
            "https://docs.pytorch.org/tutorials/beginner/saving_loading_models.html",
        ),
        Link(
            "The best model's weights held in GPU memory, in PyText",
            "https://github.com/facebookresearch/pytext/pull/204",
        ),
        Link(
            "CPU copies instead of a deep copy on the device, in Flambe",
            "https://github.com/asappresearch/flambe/pull/168",
        ),
        Link(
            "A deepcopy at each checkpoint that leaked, in ema-pytorch",
            "https://github.com/lucidrains/ema-pytorch/issues/35",
        ),
    )
    examples = (
        Example(
            bad="""
                import copy
                import torch

                model = torch.nn.Linear(1024, 1024)
                history = []
                for epoch in range(100):
                    train_epoch(model, loader)
                    history.append(copy.deepcopy(model.state_dict()))  # leak
            """,
            good="""
                import copy
                import torch

                model = torch.nn.Linear(1024, 1024)
                for epoch in range(100):
                    train_epoch(model, loader)
                    torch.save(model.state_dict(), f"epoch{epoch}.pt")
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from copy import deepcopy
                import torch
                from torch import nn

                def fit(net: nn.Module, loader, optimizer, epochs):
                    snapshots = {}
                    for epoch in range(epochs):
                        for x, y in loader:
                            loss = nn.functional.mse_loss(net(x), y)
                            optimizer.zero_grad()
                            loss.backward()
                            optimizer.step()
                        snapshot = deepcopy(net)
                        snapshots[epoch] = snapshot  # leak
                    return snapshots
            """,
            good="""
                from copy import deepcopy
                import torch
                from torch import nn

                def fit(net: nn.Module, loader, optimizer, epochs, path):
                    for epoch in range(epochs):
                        for x, y in loader:
                            loss = nn.functional.mse_loss(net(x), y)
                            optimizer.zero_grad()
                            loss.backward()
                            optimizer.step()
                        torch.save(net.state_dict(), path / f"{epoch}.pt")
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import torch
                from torch import nn

                class Trainer:
                    def __init__(self, net: nn.Module, optimizer):
                        self.net, self.optimizer = net, optimizer
                        self.weights = []

                    def train(self, loader, epochs):
                        for epoch in range(epochs):
                            for x, y in loader:
                                loss = nn.functional.mse_loss(self.net(x), y)
                                self.optimizer.zero_grad()
                                loss.backward()
                                self.optimizer.step()
                            self.weights.append(
                                {k: v.clone() for k, v in self.net.state_dict().items()}  # leak
                            )
            """,
            good="""
                import torch
                from torch import nn

                class Trainer:
                    def __init__(self, net: nn.Module, optimizer):
                        self.net, self.optimizer = net, optimizer

                    def train(self, loader, epochs):
                        for epoch in range(epochs):
                            for x, y in loader:
                                loss = nn.functional.mse_loss(self.net(x), y)
                                self.optimizer.zero_grad()
                                loss.backward()
                                self.optimizer.step()
                            torch.save(self.net.state_dict(), f"{epoch}.pt")
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import copy
                from torch import nn

                class BestWeights:
                    def __init__(self):
                        self.scores, self.states = [], []

                    def __call__(self, score, net: nn.Module):
                        self.scores.append(score)
                        self.states.append(copy.deepcopy(net.state_dict()))  # leak

                keep = BestWeights()
                for epoch in range(100):
                    keep(train_epoch(net), net)
            """,
            good="""
                import torch
                from torch import nn

                class BestWeights:
                    def __init__(self):
                        self.scores = []

                    def __call__(self, score, net: nn.Module):
                        self.scores.append(score)
                        torch.save(net.state_dict(), f"net-{len(self.scores)}.pt")

                keep = BestWeights()
                for epoch in range(100):
                    keep(train_epoch(net), net)
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="The object that keeps copies drops the oldest, or is called once.",
            code="""
                import copy
                from torch import nn

                class LastWeights:
                    def __init__(self):
                        self.states = []

                    def __call__(self, net: nn.Module):
                        self.states.append(copy.deepcopy(net.state_dict()))
                        if len(self.states) > 3:
                            self.states.pop(0)

                class Start:
                    def __init__(self):
                        self.states = []

                    def record(self, net: nn.Module):
                        self.states.append(copy.deepcopy(net.state_dict()))

                last, start = LastWeights(), Start()
                start.record(net)
                for epoch in range(100):
                    train_epoch(net)
                    last(net)
            """,
        ),
        Negative(
            why="One best copy is kept, and bound again.",
            code="""
                import copy
                import torch

                model = torch.nn.Linear(8, 8)
                best, best_score = None, 0.0
                for epoch in range(100):
                    score = train_epoch(model)
                    if score > best_score:
                        best_score, best = score, copy.deepcopy(model.state_dict())
            """,
        ),
        Negative(
            why="The list is cut to the last few.",
            code="""
                import copy
                from collections import deque
                import torch

                model = torch.nn.Linear(8, 8)
                last, recent = deque(maxlen=3), []
                for epoch in range(100):
                    train_epoch(model)
                    last.append(copy.deepcopy(model.state_dict()))
                    recent.append(copy.deepcopy(model))
                    if len(recent) > 5:
                        recent.pop(0)
            """,
        ),
        Negative(
            why="The members of an ensemble, and a target network.",
            code="""
                import copy
                import torch

                base = torch.nn.Linear(8, 8)
                target = copy.deepcopy(base)
                members = []
                for _ in range(5):
                    members.append(copy.deepcopy(base))
            """,
        ),
        Negative(
            why="`state_dict()` alone copies nothing, and copies on the CPU leave the GPU free.",
            code="""
                import torch

                model = torch.nn.Linear(8, 8)
                views, copies = [], []
                for epoch in range(100):
                    train_epoch(model)
                    views.append(model.state_dict())
                    copies.append({k: v.cpu().clone() for k, v in model.state_dict().items()})
            """,
        ),
        Negative(
            why="Each client of a round gets a copy, and the list is made anew in each round.",
            code="""
                import copy
                import torch

                def federated(model: torch.nn.Module, clients, rounds):
                    for number in range(rounds):
                        updates = []
                        for client in clients:
                            updates.append(client.train(copy.deepcopy(model)).state_dict())
                        model.load_state_dict(average(updates))
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not (body.mentions("deepcopy", "state_dict") and body.may_gather):
            return
        for keeping in body.keepings:
            loop = _epochs(body, keeping)
            called = loop is None and _runs_in_epochs(body, keeping)
            model = _copied(body, keeping) if loop is not None or called else None
            holder = None if model is None else body.holder(keeping)
            if model is None or holder is None or holder.bounded:
                continue
            place, rhythm, once = body.place, body.rhythm, "call of this method"
            if loop is not None:
                place, once = loop.place, "iteration of this loop"
                rhythm = body.rhythm_of_loop(loop)
            yield self.report(
                keeping.place,
                RelatedPlace(place, f"Each {once} keeps one more copy."),
                certainty=Certainty.LIKELY,
                holder=shown(keeping.holder, 24),
                model=shown(model, 20),
                turn="epoch" if rhythm is Rhythm.EPOCH else "iteration",
            )


def _epochs(body: BodyFacts, keeping: Keeping) -> Loop | None:
    """The innermost loop over epochs or steps that the container outlives, with many rounds."""
    if through_method(keeping) or keeping.holder_value.kind is not Kind.CONTAINER:
        return None
    for loop in reversed(outlived_loops(keeping)):
        few = loop.is_comprehension or few_rounds(loop, _HANDFUL)
        if not few and body.rhythm_of_loop(loop) in (Rhythm.EPOCH, Rhythm.STEP):
            return loop
    return None


def _runs_in_epochs(body: BodyFacts, keeping: Keeping) -> bool:
    """Whether a method that runs in every epoch or step puts it, outside of loops, into a container
    of its object."""
    if body.class_ is None or keeping.loops or keeping.holder_value.kind is not Kind.CONTAINER:
        return False
    kept = keeping.holder.startswith(f"{body.instance_name}.") and not keeping.through
    return kept and body.rhythm in (Rhythm.EPOCH, Rhythm.STEP)


def _copied(body: BodyFacts, keeping: Keeping) -> str | None:
    """The network or optimizer whose weights are copied into what is kept; None where none are."""
    for site in body.calls_of("copy.deepcopy"):
        given = site.argument("x", 0)
        if given is None or not (
            keeping.place.contains(site.place) or site.bound_to == keeping.stored_text
        ):
            continue
        if given.value.kind in _WEIGHTS:
            return given.path or "the network"
        for state in body.method_calls("state_dict"):
            if given.place.contains(state.place) and state.receiver_value.kind in _WEIGHTS:
                return state.receiver or "the network"
    copies = _copies(keeping.stored)
    for state in body.method_calls("state_dict") if copies else ():
        # Asked for once, before a loop, each round keeps one weight of all.
        if state.place in copies and state.loops == keeping.loops:
            return state.receiver or "the network"
    return None


def _copies(value: Value) -> frozenset[Source]:
    """What the tensors in a value come from that have memory of their own, and not the CPU's; what
    weights are brought down to, such as a norm, is no copy of them."""
    if value.is_tensor:
        own = value.storage.view is View.OWN and value.device is not Device.CPU
        own = own and value.scalar is not Scalar.SURE
        return value.sources if own else frozenset()
    return frozenset[Source]().union(*map(_copies, parts_of(value)))
