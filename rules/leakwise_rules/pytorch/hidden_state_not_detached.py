"""LP011 hidden-state-not-detached."""

from collections.abc import Iterator, Mapping

from leakwise.facts import BodyFacts, CallSite, Carried, Certainty, ModuleCall, Place, Value
from leakwise.facts.terms.values import UNKNOWN
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
from leakwise_rules.carried import (
    cut,
    cut_kept,
    given_carried,
    kept_between_calls,
    recurrent_layer,
)
from leakwise_rules.wording import shown

_BACK_TO = "backward goes back to"


class HiddenStateNotDetached(Rule):
    """A recurrent state goes into the next batch together with its graph.

    ## Why it leaks

    The state that a recurrent network returns carries the graph of the batch that made it. Given to
    the network again, it joins the next batch's graph to that one, and so on back to the first
    batch: backpropagation through time, over all that was seen so far.

    In PyTorch three things can happen. Without `retain_graph=True` the second `backward()` fails,
    for the first graph is gone. With it, and an optimizer step in the loop, the weights have
    changed and it fails too. With it and no step in between, or where only the forward pass runs,
    memory and time per batch grow until nothing is left: 66 graph nodes after 10 batches, 366 after
    60.

    ## Best practice

    Cut the state at every truncation boundary, before it enters the next batch:
    `state = state.detach()`, and for the pair of an LSTM
    `state = tuple(s.detach() for s in state)`. The numbers go on, the history does not.

    ## When it is not a leak

    Within one sequence the graph is needed: time steps unrolled in `forward()`, or in a loop before
    one `backward()`, begin with a fresh state. A state that is made anew or detached for each
    batch, also now and then, or by another method of its object, is bounded. Under
    `torch.no_grad()` there is no graph.
    """

    code = "LP011"
    name = "hidden-state-not-detached"
    message = (
        "`{path}` goes into the next {turn} with its graph through `{callee}`, "
        "so {effect} the first; detach it."
    )
    severity = Severity.ERROR
    since = "0.1.0"
    root_cause = RootCause.RETAINED_HISTORY
    general_smell = GeneralSmell.UNDETACHED_STATE
    supersedes = ("LP004", "LP009")
    practices = (
        Practice(
            "BP15",
            "Cut the recurrent state with `detach()` at every truncation boundary before it enters "
            "the next batch.",
        ),
    )
    links = (
        Link(
            "PyTorch FAQ: my model reports out of memory",
            "https://docs.pytorch.org/docs/stable/notes/faq.html",
        ),
        Link(
            "A hidden state that held 10,000 steps",
            "https://github.com/pytorch/pytorch/issues/2198",
        ),
        Link(
            "An LSTM that keeps its hidden state between calls",
            "https://github.com/pytorch/pytorch/issues/2769",
        ),
        Link(
            "Forum: repackaging the hidden state",
            "https://discuss.pytorch.org/t/help-clarifying-repackage-hidden-in-word-language-model/226",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch
                from torch import nn

                lstm, head = nn.LSTM(8, 16), nn.Linear(16, 1)
                criterion = nn.MSELoss()
                optimizer = torch.optim.SGD([*lstm.parameters(), *head.parameters()], lr=0.1)
                state = None
                optimizer.zero_grad()
                for x, y in batches:
                    out, state = lstm(x, state)  # leak
                    loss = criterion(head(out), y)
                    loss.backward(retain_graph=True)
                optimizer.step()
            """,
            good="""
                import torch
                from torch import nn

                lstm, head = nn.LSTM(8, 16), nn.Linear(16, 1)
                criterion = nn.MSELoss()
                optimizer = torch.optim.SGD([*lstm.parameters(), *head.parameters()], lr=0.1)
                state = None
                optimizer.zero_grad()
                for x, y in batches:
                    if state is not None:
                        state = tuple(s.detach() for s in state)
                    out, state = lstm(x, state)
                    loss = criterion(head(out), y)
                    loss.backward()
                optimizer.step()
            """,
        ),
        Example(
            bad="""
                import torch
                from torch import nn

                def train(batches, head: nn.Module, optimizer, width):
                    rnn = nn.GRU(8, width)
                    h = torch.zeros(1, 4, width)
                    for x, y in batches:
                        optimizer.zero_grad()
                        out, h = rnn(x, h)  # leak
                        loss = nn.functional.mse_loss(head(out), y)
                        loss.backward()
                        optimizer.step()
            """,
            good="""
                import torch
                from torch import nn

                def train(batches, head: nn.Module, optimizer, width):
                    rnn = nn.GRU(8, width)
                    h = torch.zeros(1, 4, width)
                    for x, y in batches:
                        optimizer.zero_grad()
                        h = h.detach()
                        out, h = rnn(x, h)
                        loss = nn.functional.mse_loss(head(out), y)
                        loss.backward()
                        optimizer.step()
            """,
        ),
        Example(
            bad="""
                import torch
                from torch import nn

                class Online:
                    def __init__(self, width):
                        self.rnn = nn.GRU(width, 32)
                        self.head = nn.Linear(32, 1)
                        self.optimizer = torch.optim.Adam(self.rnn.parameters())
                        self.state = None

                    def update(self, x, y):
                        out, self.state = self.rnn(x, self.state)  # leak
                        loss = nn.functional.mse_loss(self.head(out), y)
                        self.optimizer.zero_grad()
                        loss.backward(retain_graph=True)
                        self.optimizer.step()
                        return loss.item()
            """,
            good="""
                import torch
                from torch import nn

                class Online:
                    def __init__(self, width):
                        self.rnn = nn.GRU(width, 32)
                        self.head = nn.Linear(32, 1)
                        self.optimizer = torch.optim.Adam(self.rnn.parameters())
                        self.state = None

                    def update(self, x, y):
                        if self.state is not None:
                            self.state = self.state.detach()
                        out, self.state = self.rnn(x, self.state)
                        loss = nn.functional.mse_loss(self.head(out), y)
                        self.optimizer.zero_grad()
                        loss.backward()
                        self.optimizer.step()
                        return loss.item()
            """,
        ),
    )
    negatives = (
        Negative(
            why="The state is detached for each batch, or now and then.",
            code="""
                import torch
                from torch import nn

                def train(batches, head: nn.Module, optimizer, every):
                    rnn, h = nn.GRU(8, 16), torch.zeros(1, 4, 16)
                    cell, c = nn.GRUCell(8, 16), torch.zeros(4, 16)
                    loss = 0
                    for i, (x, y) in enumerate(batches):
                        out, h = rnn(x, h.detach())
                        c = cell(x[0], c)
                        loss = nn.functional.mse_loss(head(out), y) + head(c).mean()
                        loss.backward()
                        optimizer.step()
                        if i % every == 0:
                            c = c.detach()
            """,
        ),
        Negative(
            why="A helper that detaches is called in each round.",
            code="""
                import torch
                from torch import nn

                def repackage(h):
                    if isinstance(h, torch.Tensor):
                        return h.detach()
                    return tuple(repackage(v) for v in h)

                def train(batches, head: nn.Module, optimizer):
                    lstm = nn.LSTM(8, 16)
                    state = (torch.zeros(1, 4, 16), torch.zeros(1, 4, 16))
                    for x, y in batches:
                        state = repackage(state)
                        out, state = lstm(x, state)
                        loss = nn.functional.mse_loss(head(out), y)
                        loss.backward()
                        optimizer.step()
            """,
        ),
        Negative(
            why="Time steps are unrolled from a fresh state for one loss.",
            code="""
                import torch
                from torch import nn

                def train(sequences, cell: nn.GRUCell, head: nn.Module, optimizer):
                    h = None
                    for steps, y in sequences:
                        h = torch.zeros(4, 16)
                        for x in steps:
                            h = cell(x, h)
                        loss = nn.functional.mse_loss(head(h), y)
                        optimizer.zero_grad()
                        loss.backward()
                        optimizer.step()
            """,
        ),
        Negative(
            why="`forward()` goes through the time steps of one batch.",
            code="""
                import torch
                from torch import nn

                class Encoder(nn.Module):
                    def __init__(self, width):
                        super().__init__()
                        self.cell = nn.LSTMCell(8, width)
                        self.width = width

                    def forward(self, xs):
                        h = c = torch.zeros(xs.size(1), self.width)
                        for x in xs:
                            h, c = self.cell(x, (h, c))
                        return h
            """,
        ),
        Negative(
            why="No graph is recorded while text is generated.",
            code="""
                import torch
                from torch import nn

                @torch.no_grad()
                def generate(rnn: nn.GRU, x, length):
                    h, out = torch.zeros(1, 1, 16), []
                    for _ in range(length):
                        x, h = rnn(x, h)
                        out.append(x)
                    return out
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        yield from self._over_calls(body)
        if not body.has_loops or not body.carried:
            return
        calls = {call.place: call for call in body.module_calls}
        told: dict[Place, list[Carried]] = {}
        for carried in body.carried:
            call = next(_fed_back(body, carried, calls), None)
            if call is not None and body.trains(carried.loops[-1]):
                told.setdefault(call.place, []).append(carried)
        for call in calls.values() if told else ():
            states = told.get(call.place)
            layer = recurrent_layer(body, call) if states else None
            if states and layer is not None:
                yield self._report(body, call, layer, states)

    def _report(
        self, body: BodyFacts, call: ModuleCall, layer: Value, states: list[Carried]
    ) -> Report:
        loop = states[0].loops[-1]
        starts = tuple(site for site in body.method_calls("backward") if loop in site.loops)
        return self.report(
            call.place,
            RelatedPlace(loop.place, "Each iteration of this loop adds one more batch to it."),
            region=loop.body,
            certainty=call.callee_value.certainty.weaker(Certainty.LIKELY),
            anchors={
                "call": (call.statement,),
                "backward": _retaining(starts),
            },
            notes={"cuts": "\n".join(cut(body, one, call, layer) for one in states)},
            path=shown(states[0].path, 24),
            callee=shown(call.callee),
            turn="batch",
            effect=_BACK_TO,
        )

    def _over_calls(self, body: BodyFacts) -> Iterator[Report]:
        """What a method hands on to its own next call, on `self`."""
        for call, paths in kept_between_calls(body).items():
            starts = body.method_calls("backward")
            layer = recurrent_layer(body, call) or UNKNOWN
            yield self.report(
                call.place,
                RelatedPlace(body.place, "Each call of this method adds one more graph to it."),
                certainty=call.callee_value.certainty.weaker(Certainty.LIKELY),
                anchors={"call": (call.statement,), "backward": _retaining(starts)},
                notes={"cuts": "\n".join(cut_kept(body, path, call, layer) for path in paths)},
                path=shown(paths[0], 24),
                callee=shown(call.callee),
                turn="call",
                effect=_BACK_TO if starts else "it grows since",
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        (call,) = finding.anchors["call"]
        edits = context.insert_before(call, finding.notes["cuts"])
        for backward in finding.anchors["backward"]:
            dropped = context.remove_argument(backward, "retain_graph")
            edits = edits and dropped and (*edits, *dropped)
        if edits:
            yield Fix("Detach the state before the next batch", edits, Applicability.UNSAFE)


def _retaining(starts: tuple[CallSite, ...]) -> tuple[Place, ...]:
    """The only backward pass, where it is told to keep the graph."""
    return tuple(
        site.place
        for site in starts
        if len(starts) == 1 and site.argument("retain_graph") is not None
    )


def _fed_back(
    body: BodyFacts, carried: Carried, calls: Mapping[Place, ModuleCall]
) -> Iterator[ModuleCall]:
    """Those among the calls of networks, by their places, that are given what they left at
    `carried.path` a round before."""
    places = calls.keys() & carried.value.sources
    found = [calls[place] for place in places]
    if len(found) > 1:
        found = [call for place, call in calls.items() if place in places]
    for call in found:
        if call.loops == carried.loops and given_carried(body, call, carried):
            yield call
