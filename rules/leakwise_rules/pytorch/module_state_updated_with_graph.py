"""LP004 module-state-updated-with-graph."""

from collections.abc import Iterator

from leakwise.facts import AttributeUpdate, BodyFacts, Certainty, GradMode
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
from leakwise_rules.grad_modes import mode_call, spellings
from leakwise_rules.graphs import cut_anchors
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
    an error about going through the graph a second time.

    ## Best practice

    Update state from detached values, or under `torch.no_grad()`. The forward pass may still use
    the activations themselves: only the state is cut.

    ## When it is not a leak

    State that is overwritten without being read keeps one graph at most. State that another method
    resets or detaches, as between the sequences of a recurrent network, is bounded by that. Under
    `torch.no_grad()` no graph is recorded.
    """

    code = "LP004"
    name = "module-state-updated-with-graph"
    message = (
        "`self.{attribute}` keeps the graph of every past call, because `{value}` "
        "is made from its last value; detach what is added."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.RETAINED_HISTORY
    general_smell = GeneralSmell.UNDETACHED_STATE
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
    )
    negatives = (
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
                import torch
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
        Negative(
            why="A step counter and other numbers carry no graph.",
            code="""
                import torch
                from torch import nn

                class Counted(nn.Module):
                    def __init__(self, d):
                        super().__init__()
                        self.proj = nn.Linear(d, d)
                        self.calls = 0
                        self.positive = 0

                    def forward(self, x):
                        h = self.proj(x)
                        self.calls += 1
                        self.positive = self.positive + (h > 0).sum()
                        return h
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        class_ = body.class_
        if class_ is None or not class_.is_module or body.name == "__init__":
            return
        if body.callers_grad() in (GradMode.OFF, GradMode.UNKNOWN):
            return
        # A base that is not seen may reset or detach the state.
        sure = Certainty.SURE if class_.bases_known else Certainty.POSSIBLE
        for update in body.attribute_updates:
            others = set(class_.writers(update.attribute)) - {"__init__", body.name}
            if update.recursive and update.value.carries_graph and not others:
                yield self.report(
                    update.place,
                    *_leak_path(update),
                    certainty=sure.weaker(update.value.certainty),
                    anchors={**cut_anchors(update, update.value), "statement": (update.statement,)},
                    notes=spellings(body),
                    attribute=shown(update.attribute, 20),
                    value=shown(update.value_text),
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


def _leak_path(update: AttributeUpdate) -> Iterator[RelatedPlace]:
    if update.value.origin is not None and update.value.origin != update.place:
        yield RelatedPlace(update.value.origin, "The graph of this call is made here.")
    yield RelatedPlace(
        update.statement, f"`self.{shown(update.attribute)}` lives as long as the module does."
    )
