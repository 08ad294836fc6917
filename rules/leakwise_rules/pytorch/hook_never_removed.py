"""LP016 hook-never-removed."""

from collections.abc import Iterator

from leakwise.facts import Acquisition, BodyFacts, Certainty, ClassFacts, Loop, Release
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
from leakwise_rules.hooked import (
    how_removed,
    made_with,
    overwritten,
    piled_handles,
    runs_per_call,
    way_of_hook,
)
from leakwise_rules.wording import shown


class HookNeverRemoved(Rule):
    """A hook is registered again and again and never removed.

    ## Why it leaks

    A module keeps every hook that is registered on it until the handle's `remove()` is called. A
    registration in a loop, or in a function that runs once per batch, adds one more hook each time.
    The module then keeps all of their closures and what these captured, and each forward pass runs
    all of them.

    After 20 iterations of such a loop there were 20 hooks and 210 stored activations: every old
    hook fires again, so the activations grow with the square of the iterations.

    Objects that a loop makes, and that hook a network which they are given, all stay with it by
    their hooks. An attribute that takes each step's handle lets only the last hook be removed.

    ## Best practice

    Keep the handle, and remove the hook in a `finally` block, a `with` statement or a `close()`
    method. Or register the hook once, outside the loop, and let it write to one slot that is
    overwritten.

    ## When it is not a leak

    A hook registered once, in `__init__` or at the top of a script, may stay as long as its module.
    In a notebook each run of its cell registers one more on a module of an earlier cell; as nobody
    knows whether it is run again, that is a possible leak only.
    Handles in a list that is not emptied when they are removed are small: an information.
    One hook for each of a model's modules is one registration, even though a loop makes it. A
    handle that is returned, passed on or entered with `with` is somebody else's to remove, and so
    is one stored where other code may reach it.
    """

    code = "LP016"
    name = "hook-never-removed"
    message = (
        "The hook on `{receiver}` is registered again in every {turn} and {removed}; {repair}."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.HIDDEN_REFERENCE
    general_smell = GeneralSmell.REGISTER_WITHOUT_UNREGISTER
    practices = (
        Practice(
            "BP20",
            "Keep the handle of every hook and remove it in a `finally` block, a `with` statement "
            "or a `close()` method.",
        ),
        Practice(
            "BP21",
            "Register a hook once, outside the loop, and let it write to a slot that is "
            "overwritten.",
        ),
    )
    links = (
        Link(
            "PyTorch: torch.nn.Module, register_forward_hook",
            "https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html",
        ),
        Link(
            "Hooks of every benchmark run, in NeuroBench",
            "https://github.com/NeuroBench/neurobench/issues/184",
        ),
        Link(
            "Forum: how to remove several hooks",
            "https://discuss.pytorch.org/t/how-to-remove-multiple-hooks/135442",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch
                from torch import nn

                @torch.no_grad()
                def embed(model: nn.Module, batches):
                    for x in batches:
                        feats = []
                        model.trunk.register_forward_hook(lambda *io: feats.append(io[2]))  # leak
                        model(x)
                        yield feats[-1]
            """,
            good="""
                import torch
                from torch import nn

                @torch.no_grad()
                def embed(model: nn.Module, batches):
                    for x in batches:
                        feats = []
                        handle = model.trunk.register_forward_hook(lambda *io: feats.append(io[2]))
                        try:
                            model(x)
                            yield feats[-1]
                        finally:
                            handle.remove()
            """,
        ),
        Example(
            bad="""
                import torch

                net = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.ReLU())
                shapes = []

                def note(module, inputs, output):
                    shapes.append(output.shape)

                for width in (8, 16, 32, 64):
                    hook = net.register_forward_hook(note)  # leak
                    with torch.no_grad():
                        net(torch.ones(width, 4))
            """,
            good="""
                import torch

                net = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.ReLU())
                shapes = []

                def note(module, inputs, output):
                    shapes.append(output.shape)

                for width in (8, 16, 32, 64):
                    hook = net.register_forward_hook(note)
                    try:
                        with torch.no_grad():
                            net(torch.ones(width, 4))
                    finally:
                        hook.remove()
            """,
        ),
        Example(
            bad="""
                import torch
                from torch import nn

                class Extractor:
                    def __init__(self, model: nn.Module):
                        self.model = model
                        self.features = None

                    def keep(self, module, inputs, output):
                        self.features = output

                    @torch.no_grad()
                    def __call__(self, image):
                        self.model.register_forward_hook(self.keep)  # leak
                        self.model(image)
                        return self.features
            """,
            good="""
                import torch
                from torch import nn

                class Extractor:
                    def __init__(self, model: nn.Module):
                        self.model = model
                        self.features = None

                    def keep(self, module, inputs, output):
                        self.features = output

                    @torch.no_grad()
                    def __call__(self, image):
                        handle = self.model.register_forward_hook(self.keep)
                        try:
                            self.model(image)
                            return self.features
                        finally:
                            handle.remove()
            """,
        ),
        Example(
            bad="""
                from torch import nn

                class Saliency:
                    def __init__(self, network: nn.Module, layer: nn.Module):
                        self.network = network
                        layer.register_forward_hook(self.keep)  # leak

                    def keep(self, module, inputs, output):
                        self.output = output.detach()

                for image in images:
                    show(Saliency(network, network.trunk), image)
            """,
            good="""
                from torch import nn

                class Saliency:
                    def __init__(self, network: nn.Module, layer: nn.Module):
                        self.network = network
                        self.handle = layer.register_forward_hook(self.keep)

                    def keep(self, module, inputs, output):
                        self.output = output.detach()

                    def close(self):
                        self.handle.remove()

                for image in images:
                    with closing(Saliency(network, network.trunk)) as saliency:
                        show(saliency, image)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import torch

                def respond(net: torch.nn.Module, images, wanted, keep):
                    layer = dict(net.named_modules())[wanted]
                    layer.register_forward_hook(keep)  # leak
                    return net(images)
            """,
            good="""
                import torch

                def respond(net: torch.nn.Module, images, wanted, keep):
                    layer = dict(net.named_modules())[wanted]
                    with layer.register_forward_hook(keep):
                        return net(images)
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="The handle is removed.",
            code="""
                import torch

                @torch.no_grad()
                def embed(model: torch.nn.Module, batches, hook):
                    for x in batches:
                        handle = model.register_forward_hook(hook)
                        try:
                            model(x)
                        finally:
                            handle.remove()
            """,
        ),
        Negative(
            why="The `with` statement removes the hook.",
            code="""
                import torch

                @torch.no_grad()
                def embed(model: torch.nn.Module, batches, hook):
                    for x in batches:
                        with model.register_forward_hook(hook):
                            model(x)
            """,
        ),
        Negative(
            why="The handles are stored, and a method removes them.",
            code="""
                import torch

                class Recorder:
                    def __init__(self, model: torch.nn.Module):
                        self.model = model
                        self.handles = []

                    def start(self, hook):
                        for module in self.model.modules():
                            self.handles.append(module.register_forward_hook(hook))

                    def close(self):
                        for handle in self.handles:
                            handle.remove()
            """,
        ),
        Negative(
            why="The hook is registered once, when its module is built.",
            code="""
                from torch import nn

                class Net(nn.Module):
                    def __init__(self, hook):
                        super().__init__()
                        self.body = nn.Linear(4, 4)
                        self.body.register_forward_hook(hook)

                    def forward(self, x):
                        return self.body(x)
            """,
        ),
        Negative(
            why="The network is built anew in each round, and its hooks go with it.",
            code="""
                import torch

                for width in (8, 16, 32, 64):
                    net = torch.nn.Linear(4, width)
                    net.register_forward_hook(lambda m, i, o: print(o.shape))
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for removal, handles, taken in piled_handles(body):
            yield self.report(
                removal,
                RelatedPlace(taken.place, "Each call of this method puts one more handle there."),
                certainty=taken.what.certainty.weaker(Certainty.LIKELY),
                severity=Severity.INFORMATION,
                receiver=shown(taken.receiver or ""),
                turn="call",
                removed=f"its handle stays in `{shown(handles)}`",
                repair="empty the list when they are removed",
            )
        for acquisition in body.hooks:
            if acquisition.resource.noun != "hook" or not acquisition.receiver:
                continue
            fate = body.fate(acquisition)
            replaced = overwritten(body, acquisition, fate)
            if fate.once or not (fate.lost or replaced):
                continue
            never = fate.release is Release.NEVER and not replaced
            loop = body.repeating_loop(acquisition)
            rerun = loop is None and _rerun_adds(body, acquisition)
            owner = made_with(body, acquisition) if loop is None else None
            if not (loop or rerun or owner or replaced or runs_per_call(body, acquisition)):
                continue
            one_block = not acquisition.loops or loop == acquisition.loops[-1]
            fixable = one_block and owner is None and not replaced
            yield self.report(
                acquisition.place,
                *way_of_hook(acquisition, loop, never=never),
                certainty=_certainty(acquisition, rerun=rerun, by_object=owner is not None),
                anchors={"registration": (acquisition.statement,) if fixable else ()},
                notes={"handle": acquisition.bound_to or "handle"},
                receiver=shown(acquisition.receiver),
                turn=_turn(loop, owner, rerun=rerun),
                removed=how_removed(never=never, replaced=replaced),
                repair="keep its handle, and `remove()` it",
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        handle = finding.notes["handle"]
        for registration in finding.anchors["registration"]:
            if edits := context.release_in_finally(registration, handle, "remove"):
                yield Fix("Remove the hook in `finally`", edits, Applicability.UNSAFE)


def _certainty(acquisition: Acquisition, *, rerun: bool, by_object: bool) -> Certainty:
    if rerun:
        return Certainty.POSSIBLE
    certainty = acquisition.what.certainty
    return certainty.weaker(Certainty.LIKELY) if by_object else certainty


def _turn(loop: Loop | None, owner: ClassFacts | None, *, rerun: bool) -> str:
    if loop is not None:
        return "iteration"
    if rerun:
        return "run of this cell"
    return "call" if owner is None else f"new `{shown(owner.name)}`"


def _rerun_adds(body: BodyFacts, acquisition: Acquisition) -> bool:
    """Whether each run of a notebook's cell registers one more on a module of an earlier cell."""
    return not acquisition.loops and body.survives_rerun(acquisition.place, acquisition.receiver)
