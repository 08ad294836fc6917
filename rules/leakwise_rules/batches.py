"""What rules about TensorFlow and Keras loops share: which loops go through the batches of data."""

import re

from leakwise.facts import BodyFacts, CallSite, Certainty, Kind, Loop

_DATA = re.compile(
    r".*(dataset|loader|batches|generator|stream|iterator)|(.*_)?(train|val|valid|test|eval)?(data|ds)",
    re.ASCII,
)
"""How the names of data end; `fields`, `folds` and `metadata` are none."""
_SPLIT = re.compile(r"(train|val|valid|test|eval)(ing|idation|uation)?(_?set)?", re.ASCII)
"""The name of a part of the data; of what pairs of samples and labels come from."""


def data_of(loop: Loop, few: int) -> tuple[str, Certainty] | None:
    """The batches that a loop goes through, and how sure it is that it does; None for time steps,
    layers, `few` rounds or less, and what is not known."""
    if loop.over is None or (loop.trips is not None and loop.trips <= few):
        return None
    paths = sorted(loop.over_paths, key=lambda path: (-len(path), path))
    if loop.over.kind in {Kind.TF_DATASET, Kind.LOADER}:
        return (paths[0] if paths else "the data set"), Certainty.SURE
    for path in paths:
        name = path.rpartition(".")[2].lower().rstrip("_0123456789")
        if _DATA.fullmatch(name) or (len(loop.names) > 1 and _SPLIT.fullmatch(name)):
            return path, Certainty.LIKELY
    return None


def may_differ(body: BodyFacts, asked: list[str], few: int) -> bool:
    """Whether each call of a function may be given something else for some parameters than a batch
    of data."""
    same = all(body.given_the_same_again(one) for one in asked)
    return not same and not _is_given_batches(body, few)


def _is_given_batches(body: BodyFacts, few: int) -> bool:
    """Whether a loop that goes through data gives a function one batch after another, and nothing
    else that is another one each time."""
    for repetition in body.repetitions:
        loop, (_, site) = repetition.loop, next(iter(repetition.calls), (None, None))
        if loop is None or site is None or data_of(loop, few) is None or len(repetition.calls) > 1:
            continue
        if all(one.path in loop.names or loop not in one.varies_in for one in site.arguments):
            return True
    return False


def is_of_step(body: BodyFacts, asked: CallSite) -> bool:
    """Whether a call of `predict` asks about the batch of a training step that is made beside it:
    the step learns from what `predict` gives, as in reinforcement learning or for a generator's
    pictures, or goes through data, another batch in each round, of which that is one."""
    answers = {one.bound_to for one in body.method_calls("predict") if one.bound_to}
    given = asked.argument("x", 0)
    for step in body.method_calls("train_on_batch", "fit"):
        if step.loops != asked.loops or not is_one_epoch(step):
            continue
        learnt = [one for one in (step.argument("x", 0), step.argument("y", 1)) if one]
        if any(one.path in answers or asked.place in one.value.sources for one in learnt):
            return True
        inner = step.loops[-1] if step.loops and step.method == "train_on_batch" else None
        if inner is not None and given is not None and inner in given.varies_in:
            return True
    return False


def is_one_epoch(fit: CallSite) -> bool:
    """Whether a call that trains a model goes through what it is given once."""
    epochs = fit.argument("epochs", 3 if fit.method == "fit" else None)
    return epochs is None or epochs.value.constant == 1
