"""What rules about TensorFlow and Keras loops share: which loops go through the batches of data."""

from leakwise.facts import BodyFacts, Certainty, Kind, Loop

_DATA = ("dataset", "loader", "batches", "generator", "data", "ds", "stream", "iterator")


def data_of(loop: Loop, few: int) -> tuple[str, Certainty] | None:
    """The batches that a loop goes through, and how sure it is that it does; None for time steps,
    layers, `few` rounds or less, and what is not known."""
    if loop.over is None or (loop.trips is not None and loop.trips <= few):
        return None
    paths = sorted(loop.over_paths, key=lambda path: (-len(path), path))
    if loop.over.kind in {Kind.TF_DATASET, Kind.LOADER}:
        return (paths[0] if paths else "the data set"), Certainty.SURE
    for path in paths:
        if path.lower().rstrip("_").endswith(_DATA):
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
