"""LP004 module-state-updated-with-graph."""

from collections.abc import Iterator

from leakwise.facts import AttributeUpdate, BodyFacts, Certainty, Keeping, Value
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
from leakwise_rules.grad_modes import mode_call, runs_recorded, spellings
from leakwise_rules.graphs import cut_anchors
from leakwise_rules.module_lists import growing_lists
from leakwise_rules.wording import shown


class ModuleStateUpdatedWithGraph(Rule):
    """A module's state is updated from activations that carry their graph.

    ## Why it leaks

    A running mean, a memory or another state that a module keeps between calls is often computed
    from its own last value and the activations of the current call. While these carry their
    autograd graph, the new state carries it too, and refers to the state before it, and so to the
    graph of every call so far.

    A running mean updated so had 61 graph nodes behind it after 10 steps and 601 after 100. Where
    every step calls `backward()` that is little memory per step; where the module only runs forward
    the activations of every call stay as well. A `backward()` that reaches an older call fails with
    an error about going through the graph a second time. A list of the module that each pass
    appends to, and that nothing empties, keeps the graphs of all calls in the same way.

    ## Best practice

    Update state from detached values, or under `torch.no_grad()`. The forward pass may still use
    the activations themselves: only the state is cut.

    ## When it is not a leak

    State that is overwritten without being read keeps one graph at most. State that another method
    resets or detaches, as between the sequences of a recurrent network, is bounded by that. So is a
    list that is emptied, wherever in the file. Under `torch.no_grad()` no graph is recorded.
    """

    code = "LP004"
    name = "module-state-updated-with-graph"
    message = (
        "`self.{attribute}` keeps the graph of every past call, because `{value}` "
        "is {how}; detach what is added."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.RETAINED_HISTORY
    general_smell = GeneralSmell.UNDETACHED_STATE
    supersedes = ("LP003",)
    practices = (
        Practice(
            "BP06",
            "Update buffers and other module state under `torch.no_grad()` or from detached "
            "values.",
        ),
    )
    links = (
        Link(
            "PyTorch: autograd mechanics, locally disabling gradients",
            "https://docs.pytorch.org/docs/stable/notes/autograd.html",
        ),
        Link(
            "A running mean that extends the graph",
            "https://github.com/pytorch/pytorch/issues/20275",
        ),
        Link(
            "Statistics that kept their additions in the graph",
            "https://github.com/growingnet/gromo/issues/137",
        ),
        Link(
            "A reporter's values detached, in pytorch-pfn-extras",
            "https://github.com/pfnet/pytorch-pfn-extras/pull/49",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch
                from torch import nn

                class Center(nn.Module):
                    def __init__(self, d):
                        super().__init__()
                        self.proj = nn.Linear(d, d)
                        self.register_buffer("mean", torch.zeros(d))

                    def forward(self, x):
                        h = self.proj(x)
                        self.mean = 0.9 * self.mean + 0.1 * h.mean(0)  # leak
                        return h - self.mean.detach()
            """,
            good="""
                import torch
                from torch import nn

                class Center(nn.Module):
                    def __init__(self, d):
                        super().__init__()
                        self.proj = nn.Linear(d, d)
                        self.register_buffer("mean", torch.zeros(d))

                    def forward(self, x):
                        h = self.proj(x)
                        self.mean = 0.9 * self.mean + 0.1 * h.mean(0).detach()
                        return h - self.mean.detach()
            """,
        ),
        Example(
            bad="""
                import torch

                class Usage(torch.nn.Module):
                    def __init__(self, experts, width):
                        super().__init__()
                        self.gate = torch.nn.Linear(width, experts)
                        self.load = torch.zeros(experts)

                    def forward(self, tokens):
                        weights = torch.softmax(self.gate(tokens), dim=-1)
                        self.load += weights.sum(dim=0)  # leak
                        return weights
            """,
            good="""
                import torch

                class Usage(torch.nn.Module):
                    def __init__(self, experts, width):
                        super().__init__()
                        self.gate = torch.nn.Linear(width, experts)
                        self.load = torch.zeros(experts)

                    def forward(self, tokens):
                        weights = torch.softmax(self.gate(tokens), dim=-1)
                        self.load += weights.sum(dim=0).detach()
                        return weights
            """,
        ),
        Example(
            bad="""
                import lightning as L
                import torch
                from torch import nn

                class Classifier(L.LightningModule):
                    def __init__(self):
                        super().__init__()
                        self.net = nn.Linear(8, 2)
                        self.smooth = torch.zeros(())

                    def training_step(self, batch, batch_idx):
                        x, y = batch
                        loss = nn.functional.cross_entropy(self.net(x), y)
                        self.smooth = 0.9 * self.smooth + 0.1 * loss  # leak
                        return loss
            """,
            good="""
                import lightning as L
                import torch
                from torch import nn

                class Classifier(L.LightningModule):
                    def __init__(self):
                        super().__init__()
                        self.net = nn.Linear(8, 2)
                        self.smooth = torch.zeros(())

                    def training_step(self, batch, batch_idx):
                        x, y = batch
                        loss = nn.functional.cross_entropy(self.net(x), y)
                        self.smooth = 0.9 * self.smooth + 0.1 * loss.detach()
                        return loss
            """,
        ),
        Example(
            bad="""
                import torch
                from torch import nn

                class Attention(nn.Module):
                    def __init__(self, d):
                        super().__init__()
                        self.score = nn.Linear(d, 1)
                        self._weights = []

                    def forward(self, x):
                        weights = torch.softmax(self.score(x), dim=1)
                        self._weights.append(weights)  # leak
                        return (weights * x).sum(dim=1)

                    def mean_weights(self):
                        return torch.stack(self._weights).mean(dim=0)
            """,
            good="""
                import torch
                from torch import nn

                class Attention(nn.Module):
                    def __init__(self, d):
                        super().__init__()
                        self.score = nn.Linear(d, 1)
                        self._weights = []

                    def forward(self, x):
                        weights = torch.softmax(self.score(x), dim=1)
                        self._weights.append(weights.detach())
                        return (weights * x).sum(dim=1)

                    def mean_weights(self):
                        return torch.stack(self._weights).mean(dim=0)
            """,
        ),
    )
    negatives = (
        Negative(
            why="The list is emptied once its entries are used.",
            code="""
                import torch
                from torch import nn

                class Attention(nn.Module):
                    def __init__(self, d):
                        super().__init__()
                        self.score = nn.Linear(d, 1)
                        self._weights = []

                    def forward(self, x):
                        weights = torch.softmax(self.score(x), dim=1)
                        self._weights.append(weights)
                        return (weights * x).sum(dim=1)

                    def sparsity(self):
                        penalty = torch.stack(self._weights).pow(2).mean()
                        self._weights.clear()
                        return penalty
            """,
        ),
        Negative(
            why="The state is overwritten and not read: one graph is kept at most.",
            code="""
                from torch import nn

                class Block(nn.Module):
                    def __init__(self, d):
                        super().__init__()
                        self.proj = nn.Linear(d, d)
                        self.last = None

                    def forward(self, x):
                        self.last = self.proj(x)
                        return self.last.relu()
            """,
        ),
        Negative(
            why="The update runs under `torch.no_grad()`, or from detached values.",
            code="""
                import torch
                from torch import nn

                class Center(nn.Module):
                    def __init__(self, d):
                        super().__init__()
                        self.proj = nn.Linear(d, d)
                        self.register_buffer("mean", torch.zeros(d))
                        self.register_buffer("square", torch.zeros(d))

                    def forward(self, x):
                        h = self.proj(x)
                        with torch.no_grad():
                            self.mean = 0.9 * self.mean + 0.1 * h.mean(0)
                        self.square = 0.9 * self.square + 0.1 * h.detach().pow(2).mean(0)
                        return h
            """,
        ),
        Negative(
            why="Another method resets the state between sequences.",
            code="""
                from torch import nn

                class Recurrent(nn.Module):
                    def __init__(self, d):
                        super().__init__()
                        self.cell = nn.GRUCell(d, d)
                        self.state = None

                    def reset(self):
                        self.state = None

                    def forward(self, x):
                        self.state = self.cell(x, self.state)
                        return self.state
            """,
        ),
        Negative(
            why="The auxiliary loss starts anew at each call.",
            code="""
                from torch import nn

                class Sparse(nn.Module):
                    def __init__(self, d):
                        super().__init__()
                        self.layers = nn.ModuleList(nn.Linear(d, d) for _ in range(3))

                    def forward(self, x):
                        self.penalty = 0.0
                        for layer in self.layers:
                            x = layer(x)
                            self.penalty = self.penalty + x.abs().mean()
                        return x, self.penalty
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        class_ = body.class_
        if class_ is None or not class_.is_module or body.name == "__init__":
            return
        # An unseen base may reset the state.
        sure = Certainty.SURE if class_.bases_known else Certainty.POSSIBLE
        found = [
            self._state(body, update, update.attribute, update.value, sure)
            for update in body.attribute_updates
            if update.recursive
            and update.value.carries_graph
            and not set(class_.writers(update.attribute)) - {"__init__", body.name}
        ]
        for keeping, attribute, certainty in growing_lists(body, class_):
            weaker = sure.weaker(certainty)
            found.append(self._state(body, keeping, attribute, keeping.stored, weaker))
        # Last, for other files may be read for it.
        if found and runs_recorded(body):
            yield from found

    def _state(
        self,
        body: BodyFacts,
        event: AttributeUpdate | Keeping,
        attribute: str,
        value: Value,
        certainty: Certainty,
    ) -> Report:
        if isinstance(event, Keeping):
            text, how = event.stored_text, "put there and never removed"
        else:
            text, how = event.value_text, "made from its last value"
        return self.report(
            event.place,
            *_leak_path(event, attribute, value),
            certainty=certainty.weaker(value.certainty),
            # What is put into a list has its graph already: no mode takes it away again.
            anchors={
                **cut_anchors(body, event, value),
                "statement": () if isinstance(event, Keeping) else (event.statement,),
            },
            notes=spellings(body),
            attribute=shown(attribute, 20),
            value=shown(text),
            how=how,
        )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        if edits := context.call_method(finding.anchors["detach"], "detach"):
            yield Fix("Detach what is added: `.detach()`", edits, Applicability.UNSAFE)
        manager, imported = mode_call(finding, context)
        for statement in finding.anchors["statement"]:
            if edits := context.wrap_in_with(statement, manager):
                yield Fix(
                    f"Update it under `with {manager}:`",
                    (*imported, *edits),
                    Applicability.UNSAFE,
                )


def _leak_path(
    event: AttributeUpdate | Keeping, attribute: str, value: Value
) -> Iterator[RelatedPlace]:
    if value.origin is not None and value.origin != event.place:
        yield RelatedPlace(value.origin, "The graph of this call is made here.")
    yield RelatedPlace(
        event.statement, f"`self.{shown(attribute)}` lives as long as the module does."
    )
