"""What rules about TensorFlow and Keras loops share: which loops go through the batches of data."""

from leakwise.facts import Certainty, Kind, Loop

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
