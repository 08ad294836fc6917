"""Data sets for `tf.data` that calls give, and by which calls a data set is known.

Sources: https://www.tensorflow.org/datasets/api_docs/python/tfds/load and
https://www.tensorflow.org/api_docs/python/tf/data/Dataset.
"""

from leakwise.facts.apis.wordlists import words
from leakwise.facts.terms.values import DICT, OTHER, Kind, Value, container

_SPLIT, _INFO = "split", "with_info"


def loaded(arguments: list[Value], keywords: dict[str, Value]) -> Value:
    """What `tfds.load` gives: one data set, several, or all parts by their names, and with what is
    known of them where that is asked for."""
    one = Value(Kind.TF_DATASET)
    split = arguments[1] if len(arguments) > 1 else keywords.get(_SPLIT)
    if split is None:
        one = Value(Kind.CONTAINER, name=DICT, element=one)
    elif split.kind is Kind.CONTAINER:
        one = container(*(one for _ in split.items or ()), items=True)
    info = keywords.get(_INFO)
    return one if info is None or info.constant is False else container(one, OTHER, items=True)


DATASET_ARGUMENTS = {
    "map": words("num_parallel_calls"),
    "interleave": words("num_parallel_calls cycle_length block_length"),
    "batch": words("drop_remainder num_parallel_calls"),
    "padded_batch": words("padded_shapes padding_values drop_remainder"),
    "shuffle": words("reshuffle_each_iteration buffer_size"),
}
"""By method: arguments that nothing but a data set takes."""
