"""LT023 large-array-embedded-as-constant."""

from collections.abc import Iterator

from leakwise.facts import Argument, BodyFacts, CallSite, Certainty, Place, Value
from leakwise.rule import (
    Example,
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
from leakwise_rules.wording import shown

_LOAD = "numpy.load"
_MAKERS = ("tensorflow.data.Dataset.from_tensor_slices", "tensorflow.data.Dataset.from_tensors")
_CONSTANTS = ("tensorflow.constant", "tensorflow.convert_to_tensor")


class LargeArrayEmbeddedAsConstant(Rule):
    """An array that a file holds is loaded whole and copied into a data set or a graph.

    ## Why it leaks

    `from_tensor_slices` makes a constant of an array, and so does `tf.constant` in a `tf.function`.
    The array is then there several times: as NumPy's, and in each graph that holds it. In graph
    mode constants have a limit of 2 GB.

    Building a data set of a 76 MiB array took 153 MiB more, 76 of which went back when it was
    iterated. It does not grow, and small arrays may well be copied: so this is a hint.

    ## Best practice

    Stream a large array from a memory map or from record files.

    ## When it is not a leak

    Lists of paths and labels, literals and small arrays cost little. With `mmap_mode` the array
    stays in its file.
    """

    code = "LT023"
    name = "large-array-embedded-as-constant"
    message = (
        "`{callee}` copies the whole of `{array}`, which `np.load` read; "
        "stream it from a memory map if it is large."
    )
    severity = Severity.HINT
    since = "0.1.0"
    root_cause = RootCause.DATA_PIPELINE_REPLICATION
    general_smell = GeneralSmell.NEEDLESS_DUPLICATE
    practices = (
        Practice(
            "BP73",
            "Stream large arrays from memory maps or record files instead of turning them into "
            "constants.",
        ),
    )
    links = (
        Link(
            "TensorFlow: build input pipelines, consuming NumPy arrays",
            "https://www.tensorflow.org/guide/data",
        ),
        Link(
            "TensorFlow: better performance with tf.function, large constants",
            "https://www.tensorflow.org/guide/function",
        ),
        Link(
            "Image sets that stay as constants",
            "https://github.com/tensorflow/tensorflow/issues/27414",
        ),
    )
    examples = (
        Example(
            bad="""
                import numpy as np
                import tensorflow as tf

                features = np.load("features.npy")
                ds = tf.data.Dataset.from_tensor_slices(features)  # leak
                ds = ds.shuffle(1000).batch(64)
            """,
            good="""
                import numpy as np
                import tensorflow as tf

                features = np.load("features.npy", mmap_mode="r")
                ids = tf.data.Dataset.range(len(features)).shuffle(1000).batch(64)
                ds = ids.map(lambda i: tf.numpy_function(lambda k: features[k], [i], tf.float32))
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import numpy as np
                from tensorflow.data import Dataset

                def pipeline(folder, labels):
                    images = np.load(folder / "images.npy")
                    return Dataset.from_tensor_slices((images, labels)).batch(32)  # leak
            """,
            good="""
                import numpy as np
                from tensorflow.data import Dataset

                def pipeline(folder, labels, signature):
                    images = np.load(folder / "images.npy", mmap_mode="r")
                    rows = lambda: zip(images, labels)
                    return Dataset.from_generator(rows, output_signature=signature).batch(32)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import numpy as np
                import tensorflow as tf

                @tf.function
                def lookup(ids):
                    table = np.load("embeddings.npy")
                    return tf.gather(tf.constant(table), ids)  # leak
            """,
            good="""
                import numpy as np
                import tensorflow as tf

                table = tf.Variable(np.load("embeddings.npy"), trainable=False)

                @tf.function
                def lookup(ids):
                    return tf.gather(table, ids)
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="The file is mapped, not read.",
            code="""
                import numpy as np
                import tensorflow as tf

                features = np.load("features.npy", mmap_mode="r")
                ds = tf.data.Dataset.from_tensor_slices(features)
            """,
        ),
        Negative(
            why="Lists of paths and labels are small.",
            code="""
                import tensorflow as tf

                ds = tf.data.Dataset.from_tensor_slices((paths, labels)).map(load)
            """,
        ),
        Negative(
            why="Literals and computed arrays are small, or not known.",
            code="""
                import numpy as np
                import tensorflow as tf

                ds = tf.data.Dataset.from_tensor_slices(np.arange(100))
                mean = tf.constant([0.485, 0.456, 0.406])
            """,
        ),
        Negative(
            why="A part of the array is used.",
            code="""
                import numpy as np
                import tensorflow as tf

                features = np.load("features.npy")
                sample = tf.data.Dataset.from_tensor_slices(features[:100])
            """,
        ),
        Negative(
            why="An eager constant is one copy, on the device that needs it.",
            code="""
                import numpy as np
                import tensorflow as tf

                weights = tf.constant(np.load("weights.npy"))
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        loads = [one for one in body.calls_of(_LOAD) if one.argument("mmap_mode", 1) is None]
        if not loads:
            return
        sites = [*body.calls_of(*_MAKERS)]
        if body.is_traced:
            sites += body.calls_of(*_CONSTANTS)
        for site in sites:
            for given in site.arguments[:1]:
                loaded = _loaded(given, loads)
                if loaded is None:
                    continue
                yield self.report(
                    site.place,
                    RelatedPlace(loaded.place, "The array is read here."),
                    certainty=Certainty.LIKELY,
                    callee=shown(site.callee, 32),
                    array=shown(loaded.bound_to or "the array", 20),
                )


def _loaded(given: Argument, loads: list[CallSite]) -> CallSite | None:
    """The call that read an argument, or a part of one, which is handed over as it is."""
    whole = given.path is not None
    for load in loads:
        parts: tuple[Value, ...] = (given.value,) if whole else given.value.items or ()
        bound = load.bound_to is not None and (not whole or given.path == load.bound_to)
        if given.place == load.place or (bound and any(_made_by(one, load) for one in parts)):
            return load
    return None


def _made_by(value: Value, load: CallSite) -> bool:
    """Whether something is made of what one call read, and of nothing else that is made."""
    return [one for one in value.sources if isinstance(one, Place)] == [load.place]
