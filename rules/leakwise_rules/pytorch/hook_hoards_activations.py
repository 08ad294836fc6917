"""LP017 hook-hoards-activations."""

from collections.abc import Iterator

from leakwise.facts import (
    BodyFacts,
    Callback,
    Certainty,
    Kept,
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
from leakwise_rules.hook_captures import beside_gradients, left_by, piles_up, stays
from leakwise_rules.wording import shown

_FORWARD = ("register_forward_hook", "register_forward_pre_hook")
_BACKWARD = ("register_full_backward_hook", "register_backward_hook")


class HookHoardsActivations(Rule):
    """A hook keeps activations with their graphs, or one more of them in each pass.

    ## Why it leaks

    A hook runs in every forward or backward pass. What it appends to a list stays there until
    somebody empties the list, so each pass adds a batch of activations. What it keeps without
    `detach()` holds the whole graph of its pass too, with all that a backward pass would need.

    After 100 passes a list of outputs had grown by 51 MiB. Detached outputs cost the same, since
    the list is the leak. One slot that is overwritten with a detached output cost less than 1 MiB.

    ## Best practice

    Store `output.detach()`, in a slot that the next pass overwrites. Where a list is needed, empty
    it at the end of each step.

    ## When it is not a leak

    A list that is emptied in each step, a deque with a `maxlen`, a hook that is removed after one
    pass, and numbers such as `output.mean().item()` stay small. A slot that keeps an attached
    output holds one graph at most: that is shown as information, and is right where a loss is
    computed from it. An object that keeps gradients beside its outputs looks at both when the
    backward pass is over, and needs no graph. What it has kept it should let go of where it lets go
    of its hooks.
    """

    code = "LP017"
    name = "hook-hoards-activations"
    message = "The hook keeps `{value}` in `{holder}`, {effect}; {repair}."
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.HIDDEN_REFERENCE
    general_smell = GeneralSmell.UNBOUNDED_COLLECTION
    practices = (
        Practice(
            "BP22",
            "In a hook, store `output.detach()` and overwrite the previous value; clear collected "
            "lists at the end of each step.",
        ),
    )
    links = (
        Link(
            "PyTorch: torch.nn.Module, register_forward_hook",
            "https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html",
        ),
        Link(
            "A stored gradient that was never freed, in pytorch-grad-cam",
            "https://github.com/jacobgil/pytorch-grad-cam/issues/88",
        ),
        Link(
            "Tensors stored by hooks are dropped, in zennit",
            "https://github.com/chr5tphr/zennit/pull/13",
        ),
        Link(
            "A list that a hook fills leaks in each step",
            "https://github.com/pytorch/pytorch/issues/4661",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch
                from torch import nn

                def train(model: nn.Module, encoder: nn.Module, criterion, optimizer, loader):
                    activations = []

                    def keep(module, inputs, output):
                        activations.append(output)  # leak

                    encoder.register_forward_hook(keep)
                    for x, y in loader:
                        optimizer.zero_grad()
                        criterion(model(x), y).backward()
                        optimizer.step()
            """,
            good="""
                import torch
                from torch import nn

                def train(model: nn.Module, encoder: nn.Module, criterion, optimizer, loader):
                    activations = {}

                    def keep(module, inputs, output):
                        activations["encoder"] = output.detach()

                    encoder.register_forward_hook(keep)
                    for x, y in loader:
                        optimizer.zero_grad()
                        criterion(model(x), y).backward()
                        optimizer.step()
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import torch
                from torch import nn

                model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 1))
                optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                latest = {}

                def note(module, inputs, output):
                    latest["hidden"] = output  # leak

                model[1].register_forward_hook(note)
                for step in range(1000):
                    loss = model(torch.randn(8, 4)).mean()
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                print(latest["hidden"].std().item())
            """,
            good="""
                import torch
                from torch import nn

                model = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 1))
                optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
                latest = {}

                def note(module, inputs, output):
                    latest["hidden"] = output.detach()

                model[1].register_forward_hook(note)
                for step in range(1000):
                    loss = model(torch.randn(8, 4)).mean()
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                print(latest["hidden"].std().item())
            """,
        ),
        Example(
            bad="""
                import torch

                class GradientLog:
                    def __init__(self, model: torch.nn.Module):
                        self.gradients = []
                        model.head.register_full_backward_hook(self.log)

                    def log(self, module, grad_input, grad_output):
                        self.gradients.append(grad_output[0])  # leak
            """,
            good="""
                import torch

                class GradientLog:
                    def __init__(self, model: torch.nn.Module):
                        self.norms = []
                        model.head.register_full_backward_hook(self.log)

                    def log(self, module, grad_input, grad_output):
                        self.norms.append(grad_output[0].norm().item())
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="One slot for each name is overwritten with a detached output.",
            code="""
                import torch

                def watch(model: torch.nn.Module, loader):
                    acts = {}

                    def make_hook(name):
                        def hook(module, inputs, output):
                            acts[name] = output.detach()
                        return hook

                    for name, module in model.named_modules():
                        module.register_forward_hook(make_hook(name))
                    for x in loader:
                        model(x).sum().backward()
            """,
        ),
        Negative(
            why="The list is emptied in each step.",
            code="""
                import torch

                def train(model: torch.nn.Module, loader, penalty):
                    acts = []
                    handle = model.body.register_forward_hook(lambda m, i, o: acts.append(o))
                    try:
                        for x in loader:
                            loss = model(x).sum() + penalty(acts[-1])
                            loss.backward()
                            acts.clear()
                    finally:
                        handle.remove()
            """,
        ),
        Negative(
            why="Another method begins a new list.",
            code="""
                import torch

                class Recorder:
                    def __init__(self, model: torch.nn.Module):
                        self.outputs = []
                        model.register_forward_hook(self.record)

                    def record(self, module, inputs, output):
                        self.outputs.append(output.detach())

                    def flush(self):
                        done, self.outputs = self.outputs, []
                        return done
            """,
        ),
        Negative(
            why="Numbers and shapes are small.",
            code="""
                import torch

                shapes, means = [], []

                def note(module, inputs, output):
                    shapes.append(output.shape)
                    means.append(output.mean().item())

                model = torch.nn.Linear(4, 4)
                model.register_forward_hook(note)
                for step in range(100):
                    model(torch.randn(8, 4)).sum().backward()
            """,
        ),
        Negative(
            why="The hook is removed after one pass.",
            code="""
                import torch

                def features(model: torch.nn.Module, image):
                    found = []
                    handle = model.trunk.register_forward_hook(lambda m, i, o: found.append(o))
                    try:
                        model(image)
                    finally:
                        handle.remove()
                    return found[0]
            """,
        ),
        Negative(
            why="The hook changes the output, and stores nothing.",
            code="""
                import torch

                def patch(model: torch.nn.Module):
                    model.register_forward_hook(lambda module, inputs, output: output / 2)
            """,
        ),
        Negative(
            why="The caller gets the list, and may empty it.",
            code="""
                import torch

                def watch(model: torch.nn.Module):
                    outputs = []
                    model.register_forward_hook(lambda m, i, o: outputs.append(o.detach()))
                    return outputs
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for removal, kept in left_by(body):
            yield self.report(
                removal,
                RelatedPlace(kept.place, "It is kept with its graph here."),
                certainty=Certainty.LIKELY,
                severity=Severity.INFORMATION,
                anchors={"detach": ()},
                value=_named(kept),
                holder=shown(kept.holder),
                effect="and it is left there when the hook is removed",
                repair="empty it, too",
            )
        calls = {site.place for site in body.method_calls(*_FORWARD, *_BACKWARD)}
        if not calls:
            return
        seen = set()
        for callback in body.callbacks:
            if callback.call not in calls or callback.how not in (*_FORWARD, *_BACKWARD):
                continue
            for kept in body.kept_by(callback):
                if kept.place not in seen:
                    seen.add(kept.place)
                    yield from self._kept(body, callback, kept)

    def _kept(self, body: BodyFacts, callback: Callback, kept: Kept) -> Iterator[Report]:
        forward = callback.how in _FORWARD
        attached = forward and kept.detached is False
        if kept.number or kept.positions <= {0} or kept.detached is None:
            return
        holder = body.holder_of(callback, kept)
        if kept.appended and not holder.bounded and piles_up(body, callback, kept, holder):
            effect, severity = "which gains one more in each pass and is never emptied", None
            certainty = Certainty.LIKELY
        elif attached and stays(body, callback, kept, holder):
            effect, severity = "with the graph of its pass", Severity.INFORMATION
            # Whoever reads an attribute may make a loss of it, in another file too.
            seen = body.trains() and "." not in kept.holder
            seen = seen or beside_gradients(body, callback, kept)
            certainty = Certainty.LIKELY if seen else Certainty.POSSIBLE
        else:
            return
        # Inputs and the gradients of a module come as tuples, which cannot be detached whole.
        tensor = kept.named and forward and kept.positions <= {2}
        yield self.report(
            kept.place,
            RelatedPlace(callback.call, "The hook is registered here, for every pass."),
            certainty=certainty,
            severity=severity,
            anchors={"detach": (kept.place,) if severity and tensor else ()},
            value=_named(kept),
            holder=shown(kept.holder),
            effect=effect,
            repair="overwrite one detached slot" if severity is None else "store it detached",
        )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        if edits := context.call_method(finding.anchors["detach"], "detach"):
            yield Fix("Keep it without its graph: `.detach()`", edits, Applicability.UNSAFE)


def _named(kept: Kept) -> str:
    return shown(", ".join(sorted(kept.parameters)))
