"""LP024 torch-load-without-map-location."""

import re
from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Certainty, Kind
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
from leakwise_rules.evaluation import is_unit_test
from leakwise_rules.wording import shown

_WITHOUT_TENSORS = frozenset({Kind.SCHEDULER, Kind.SCALER})
_NAMED_SO = re.compile(r"sched|scaler", re.IGNORECASE)
_RUNS_TRAINING = re.compile(r"trainer|engine", re.IGNORECASE)
_KINDS = {Kind.MODULE: 0, Kind.OPTIMIZER: 0, Kind.UNKNOWN: 1}
_OTHER_KIND = 2
"""Objects of other classes: trainers and schedulers that hold a few numbers, for instance."""
_LOAD = "torch.load"
_TAKES = "load_state_dict"


class TorchLoadWithoutMapLocation(Rule):
    """A checkpoint is loaded onto the device that it was saved from.

    ## Why it leaks

    `torch.load` puts each tensor back on the device that it was saved from. A checkpoint of a GPU
    run becomes a second copy of the weights on that GPU, and often of the optimizer's state, which
    is twice as big. The copy lives until the last name that refers to it goes, which may be the
    end of training. In a distributed run every process opens a CUDA context on the GPU of the
    process that saved, mostly GPU 0, and holds its copy there.

    A checkpoint of 64 MiB held 64 MiB of an H200's memory beside the network that it was loaded
    into, and none with `map_location="cpu"`.

    `load_state_dict` copies into the parameters that exist already, wherever they are, so the
    detour gains nothing. The waste is one checkpoint for each load; it does not grow, unless
    loading is repeated and the result is kept.

    ## Best practice

    Load with `map_location="cpu"`, and let `load_state_dict` copy to the device. Load in a
    function, or delete the checkpoint, before training starts.

    ## When it is not a leak

    A file that was saved on the CPU is loaded to the CPU anyway; `map_location` then says so. With
    `assign=True` the loaded tensors become the parameters, so their device is a choice. Tensors
    that are used as they are, such as data or masks, are not reported; neither is the state of
    schedulers and gradient scalers, which are a few numbers. What a function hands back to its
    callers is told of where its name, or that of the file, says that it is a state or a checkpoint.
    """

    code = "LP024"
    name = "torch-load-without-map-location"
    message = (
        "`{load}` puts a second copy of {what} on the device it was saved from; "
        'load it with `map_location="cpu"`.'
    )
    severity = Severity.INFORMATION
    since = "0.1.0"
    root_cause = RootCause.MISPLACED_DEVICE_MEMORY
    general_smell = GeneralSmell.NEEDLESS_DUPLICATE
    practices = (
        Practice(
            "BP31",
            'Load checkpoints with `map_location="cpu"` and let `load_state_dict` copy to the '
            "device.",
        ),
        Practice(
            "BP32",
            "Let the checkpoint go out of scope (load it in a function, or `del` it) before "
            "training starts.",
        ),
    )
    links = (
        Link(
            "PyTorch: torch.load",
            "https://docs.pytorch.org/docs/stable/generated/torch.load.html",
        ),
        Link(
            "A surge of GPU memory on loading, in ALF",
            "https://github.com/HorizonRobotics/alf/pull/1532",
        ),
        Link(
            "Every rank opens a context on GPU 0, in apex",
            "https://github.com/NVIDIA/apex/issues/458",
        ),
        Link(
            "Maintainers advise to load to the CPU first",
            "https://github.com/pytorch/pytorch/issues/7415",
        ),
        Link(
            "Loaded to the CPU since load_state_dict copies, in OLMo",
            "https://github.com/allenai/OLMo/pull/328",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch

                def resume(model, optimizer, path):
                    ckpt = torch.load(path)  # leak
                    model.load_state_dict(ckpt["model"])
                    optimizer.load_state_dict(ckpt["optim"])
                    return ckpt["epoch"]
            """,
            good="""
                import torch

                def resume(model, optimizer, path):
                    ckpt = torch.load(path, map_location="cpu")
                    model.load_state_dict(ckpt["model"])
                    optimizer.load_state_dict(ckpt["optim"])
                    return ckpt["epoch"]
            """,
        ),
        Example(
            bad="""
                import torch
                from torch import nn

                net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2)).cuda()
                net.load_state_dict(torch.load("net.pt", weights_only=True))  # leak
                net.eval()
            """,
            good="""
                import torch
                from torch import nn

                net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2)).cuda()
                net.load_state_dict(torch.load("net.pt", weights_only=True, map_location="cpu"))
                net.eval()
            """,
        ),
        Example(
            bad="""
                import torch as th
                from torch import nn

                class Classifier(nn.Module):
                    def __init__(self, classes, weights=None):
                        super().__init__()
                        self.head = nn.Linear(512, classes)
                        if weights is not None:
                            self.load_weights(weights)

                    def load_weights(self, path):
                        state = th.load(path)["state_dict"]  # leak
                        state = {name.removeprefix("module."): w for name, w in state.items()}
                        self.load_state_dict(state, strict=False)
            """,
            good="""
                import torch as th
                from torch import nn

                class Classifier(nn.Module):
                    def __init__(self, classes, weights=None):
                        super().__init__()
                        self.head = nn.Linear(512, classes)
                        if weights is not None:
                            self.load_weights(weights)

                    def load_weights(self, path):
                        state = th.load(path, map_location="cpu")["state_dict"]
                        state = {name.removeprefix("module."): w for name, w in state.items()}
                        self.load_state_dict(state, strict=False)
            """,
        ),
        Example(
            bad="""
                import torch

                def best_model_state(folder):
                    return torch.load(f"{folder}/best.pt")  # leak
            """,
            good="""
                import torch

                def best_model_state(folder):
                    return torch.load(f"{folder}/best.pt", map_location="cpu")
            """,
        ),
    )
    negatives = (
        Negative(
            why="The location is given, in whatever form.",
            code="""
                import torch

                def resume(model, optimizer, path, device):
                    model.load_state_dict(torch.load(path, device))
                    optimizer.load_state_dict(
                        torch.load(path, map_location=lambda storage, place: storage)
                    )
            """,
        ),
        Negative(
            why="The location may be among arguments that are not written out.",
            code="""
                import torch

                def resume(model, path, **options):
                    model.load_state_dict(torch.load(path, **options))
            """,
        ),
        Negative(
            why="Data is used where it was saved.",
            code="""
                import torch

                features = torch.load("features.pt")
                mask = torch.load("mask.pt")
                print(features[mask].mean())
            """,
        ),
        Negative(
            why="These loaders know nothing of devices.",
            code="""
                import numpy as np
                import torch
                from safetensors.torch import load_file

                def resume(model, counts, path):
                    model.load_state_dict(load_file(path))
                    counts.load_state_dict({"seen": np.load("seen.npy")})
                    return torch.jit.load("traced.pt")
            """,
        ),
        Negative(
            why="A part of what is loaded is handed back, and what is no state.",
            code="""
                import torch

                def saved_rounds(checkpoint):
                    return torch.load(checkpoint)["rounds"]

                def features(file):
                    return torch.load(file)
            """,
        ),
        Negative(
            why="The state of a scheduler is a few numbers.",
            code="""
                import torch

                def resume(optimizer, path):
                    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10)
                    scheduler.load_state_dict(torch.load(path, weights_only=True))
                    return scheduler
            """,
        ),
        Negative(
            why="With `assign=True` the loaded tensors become the parameters.",
            code="""
                import torch

                def build(make, path):
                    with torch.device("meta"):
                        model = make()
                    model.load_state_dict(torch.load(path, weights_only=True), assign=True)
                    return model
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if is_unit_test(body):
            return
        for load in body.calls_of(_LOAD):
            if load.argument("map_location", 1) is not None:
                continue
            takers = [one for one in body.given_to(load, _TAKES) if _takes_tensors(one)]
            if not takers and _is_handed_back(body, load):
                yield self.report(
                    load.place,
                    certainty=Certainty.LIKELY,
                    anchors={"load": (load.place,)},
                    load=shown(load.callee, 24),
                    what="the state that a caller asks for",
                )
            if not takers or any(taker.argument("assign", 2) for taker in takers):
                continue
            takers.sort(key=_doubt)
            unsure = all(_named_so(taker) for taker in takers)
            yield self.report(
                load.place,
                *(_copied_at(taker) for taker in takers[:2]),
                certainty=Certainty.POSSIBLE if unsure else Certainty.LIKELY,
                anchors={"load": (load.place,)},
                load=shown(load.callee, 24),
                what=f"what `{shown(_taking(takers[0]), 24)}` has",
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        for load in finding.anchors["load"]:
            if edits := context.add_argument(load, 'map_location="cpu"'):
                yield Fix('Load it to the CPU: `map_location="cpu"`', edits, Applicability.UNSAFE)


def _is_handed_back(body: BodyFacts, load: CallSite) -> bool:
    """Whether a function gives what it loads to its callers, whole, and says that this is the state
    of a training, by its own name or by that of the file."""
    whole, last = load.place, load.statement
    if load.bound_to or (whole.end_line, whole.end_column) != (last.end_line, last.end_column):
        return False
    file = load.argument("f", 0)
    named = (body.name, file.path if file is not None else None)
    if not any(name is not None and _STATE.search(name) for name in named):
        return False
    return body.returned(frozenset({load.place})) and not _NAMED_SO.search(body.name or "")


_STATE = re.compile(r"(?:^|[_.])(?:state(?:_dict)?|checkpoint|ckpt|weights|snapshot)(?:_|$)")


def _takes_tensors(taker: CallSite) -> bool:
    return taker.receiver_value.kind not in _WITHOUT_TENSORS


def _taking(taker: CallSite) -> str:
    """What takes it, as it is written."""
    return taker.receiver or taker.callee.removesuffix(f".{_TAKES}")


def _last_name(taker: CallSite) -> str:
    """The last name of what takes it: `lr_scheduler.optimizer` is an optimizer."""
    return _taking(taker).rpartition(".")[2]


def _named_so(taker: CallSite) -> bool:
    return _NAMED_SO.search(_last_name(taker)) is not None


def _doubt(taker: CallSite) -> tuple[bool | int, ...]:
    """How little is known of what takes it: of which kind it is, whether its name or that of what
    it is given stands for something without tensors, whether by its name it runs the training,
    which may be counters alone, whether it is another one in each round."""
    given = taker.argument("state_dict", 0)
    return (
        _KINDS.get(taker.receiver_value.kind, _OTHER_KIND),
        _named_so(taker) or bool(given and _NAMED_SO.search(given.path or "")),
        _RUNS_TRAINING.search(_last_name(taker)) is not None,
        bool(taker.renewed_in),
        given is None or given.path is None,
    )


def _copied_at(taker: CallSite) -> RelatedPlace:
    holder = shown(_taking(taker))
    return RelatedPlace(taker.place, f"This copies it into what `{holder}` has already.")
