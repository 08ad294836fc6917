"""LT015 in-memory-dataset-cache."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, CallSite, Certainty, Condition, Kind
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

_DECODED = ("image_dataset_from_directory", "audio_dataset_from_directory")
_FILES = ("list_files", "TFRecordDataset", "FixedLengthRecordDataset")
_READS = ("tensorflow.io.read_file", "tensorflow.io.parse_", "tensorflow.io.decode_")
_DECODES = ("tensorflow.image.decode_", "tensorflow.audio.decode_", "tensorflow.io.decode_")
_RANDOM = (
    "tensorflow.image.random_",
    "tensorflow.image.stateless_random",
    "keras.layers.Random",
)
_NAMES = ("decode", "load", "read", "parse")


class InMemoryDatasetCache(Rule):
    """A data set that is read from files, or repeated for ever, is cached in memory.

    ## Why it leaks

    `cache()` without a file name keeps every element that comes by in host memory. Of decoded
    images or records that is the whole data set, several times as large as its files. Behind a
    `repeat()` without a count there is no end, and the cache grows for as long as the training.

    One pass over 64 elements of 1 MiB held 61 MiB, against 1 MiB without `cache()`.

    ## Best practice

    Cache to a file, or only what is known to fit. Put `cache()` in front of `repeat()`, of random
    augmentation and of steps that make elements larger.

    ## When it is not a leak

    With a file name the elements go to the disk. Small data sets, `take(k)`, and slices of arrays
    that are in memory anyway may well be cached. What is cached under a condition is the user's
    choice.
    """

    code = "LT015"
    name = "in-memory-dataset-cache"
    message = "`cache()` keeps {what} in memory, {how}; {repair}."
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.DATA_PIPELINE_REPLICATION
    general_smell = GeneralSmell.WRONG_CACHE
    practices = (
        Practice(
            "BP65",
            "Cache to a file, or only data that is known to fit, and place `cache()` before "
            "`repeat()`, augmentation and size-increasing maps.",
        ),
    )
    links = (
        Link(
            "TensorFlow: better performance with tf.data, caching",
            "https://www.tensorflow.org/guide/data_performance",
        ),
        Link("TensorFlow: input pipelines", "https://www.tensorflow.org/guide/data"),
    )
    examples = (
        Example(
            bad="""
                import tensorflow as tf

                ds = (tf.data.Dataset.list_files("train/*.jpg")  # leak
                      .map(load_and_decode)
                      .repeat()
                      .cache()
                      .batch(64))
            """,
            good="""
                import tensorflow as tf

                ds = (tf.data.Dataset.list_files("train/*.jpg")
                      .map(load_and_decode)
                      .cache("/tmp/train.cache")
                      .repeat()
                      .batch(64))
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf

                def decode(path, label):
                    image = tf.image.decode_jpeg(tf.io.read_file(path), channels=3)
                    return tf.image.resize(image, [224, 224]), label

                def pipeline(paths, labels):
                    ds = tf.data.Dataset.from_tensor_slices((paths, labels))
                    ds = ds.map(decode, num_parallel_calls=tf.data.AUTOTUNE)
                    ds = ds.cache()  # leak
                    return ds.shuffle(1000).batch(32)
            """,
            good="""
                import tensorflow as tf

                def decode(path, label):
                    image = tf.image.decode_jpeg(tf.io.read_file(path), channels=3)
                    return tf.image.resize(image, [224, 224]), label

                def pipeline(paths, labels):
                    ds = tf.data.Dataset.from_tensor_slices((paths, labels))
                    ds = ds.map(decode, num_parallel_calls=tf.data.AUTOTUNE)
                    ds = ds.cache(filename="tf_data.cache")
                    return ds.shuffle(1000).batch(32)
            """,
        ),
        Example(
            bad="""
                from tensorflow import data, image

                class Records:
                    def __init__(self, files):
                        self.files = files

                    def augment(self, example):
                        return image.random_flip_left_right(example["image"])

                    def build(self):
                        records = data.TFRecordDataset(self.files).map(parse_example)
                        return records.map(self.augment).cache().batch(16)  # leak
            """,
            good="""
                from tensorflow import data, image

                class Records:
                    def __init__(self, files):
                        self.files = files

                    def augment(self, example):
                        return image.random_flip_left_right(example["image"])

                    def build(self):
                        records = data.TFRecordDataset(self.files).map(parse_example)
                        return records.cache("records.cache").map(self.augment).batch(16)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                import tensorflow as tf

                train = tf.keras.utils.image_dataset_from_directory("photos/train")
                train = train.cache().shuffle(1000).prefetch(2)  # leak
            """,
            good="""
                import tensorflow as tf

                train = tf.keras.utils.image_dataset_from_directory("photos/train")
                train = train.cache(filename="tf_data.cache").shuffle(1000).prefetch(2)
            """,
        ),
    )
    negatives = (
        Negative(
            why="The cache is a file.",
            code="""
                import tensorflow as tf

                ds = tf.data.Dataset.list_files("*.jpg").map(decode).cache("train.cache").repeat()
            """,
        ),
        Negative(
            why="The arrays are in memory anyway.",
            code="""
                import tensorflow as tf

                ds = tf.data.Dataset.from_tensor_slices((x, y)).map(normalize).cache().batch(32)
            """,
        ),
        Negative(
            why="A few elements are taken.",
            code="""
                import tensorflow as tf

                ds = tf.data.TFRecordDataset(files).map(parse).take(64).cache().repeat()
            """,
        ),
        Negative(
            why="A list of file names is small.",
            code="""
                import tensorflow as tf

                names = tf.data.Dataset.list_files("*.jpg").cache()
                ds = names.repeat(10).map(decode)
            """,
        ),
        Negative(
            why="The user chooses it.",
            code="""
                import tensorflow as tf

                def build(files, cached):
                    ds = tf.data.TFRecordDataset(files).map(parse)
                    if cached:
                        ds = ds.cache()
                    return ds.repeat()
            """,
        ),
        Negative(
            why="It is repeated a known number of times, behind the cache.",
            code="""
                import tensorflow as tf

                ds = tf.data.Dataset.range(10).map(square).cache().repeat()
                small = tf.data.Dataset.range(10).repeat(3).cache()
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for site in body.method_calls("cache"):
            held = site.receiver_value
            if held.kind is not Kind.TF_DATASET or not _in_memory(site):
                continue
            if body.condition(site) is not Condition.ALWAYS:
                continue
            steps = [one for one in body.call_sites if one.place in held.sources]
            found = _reason(body, steps)
            if found is None:
                continue
            step, what, how, repair, severity = found
            movable = repair == _TO_FILE
            yield self.report(
                site.place,
                RelatedPlace(step.statement, "This step comes before it."),
                certainty=Certainty.SURE if severity is None else Certainty.LIKELY,
                severity=severity,
                anchors={"call": (site.place,) if movable else ()},
                what=what,
                how=how,
                repair=repair,
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        for call in finding.anchors["call"]:
            if edits := context.add_argument(call, 'filename="tf_data.cache"'):
                yield Fix("Cache to a file", edits, Applicability.UNSAFE)


_TO_FILE = "give it a file name"
_Reason = tuple[CallSite, str, str, str, Severity | None]


def _in_memory(site: CallSite) -> bool:
    given = site.argument("filename", 0)
    return given is None or given.value.constant == ""


def _reason(body: BodyFacts, steps: list[CallSite]) -> _Reason | None:
    """The step that makes a cache behind it large, what is kept, how it grows, and what to do; None
    where nothing tells that it is large."""
    if any(one.method == "take" for one in steps):
        return None
    for one in steps:
        if one.method == "repeat" and _is_endless(one):
            what = "every repetition of the data set"
            return one, what, "and never ends", "put it before `repeat()`", None
    maps = [one for one in steps if one.method == "map"]
    for one in maps:
        if _calls(body, one, _RANDOM):
            what = "the randomly changed elements"
            return one, what, "the same for every epoch", "put it before them", Severity.INFORMATION
    for one in steps:
        if _called(one) in _DECODED:
            what = "the whole decoded data set"
            return one, what, "however large it is", _TO_FILE, Severity.INFORMATION
    files = any(_called(one) in _FILES for one in steps)
    for one in maps:
        if _calls(body, one, _DECODES + _READS) or (files and _is_named(one)):
            what = "the whole decoded data set"
            return one, what, "however large it is", _TO_FILE, Severity.INFORMATION
    return None


def _called(site: CallSite) -> str:
    return (site.value.name or "").rpartition(".")[2]


def _is_endless(site: CallSite) -> bool:
    count = site.argument("count", 0)
    if count is None:
        return True
    return count.value.name == "None" or count.value.constant == -1


def _calls(body: BodyFacts, site: CallSite, starts: tuple[str, ...]) -> bool:
    """Whether the function of this file that a `map` is given calls one of some functions."""
    given = site.argument("map_func", 0)
    return given is not None and body.handed_function_calls(given.value, starts)


def _is_named(site: CallSite) -> bool:
    """Whether what a `map` is given is called like what decodes."""
    given = site.argument("map_func", 0)
    return given is not None and any(word in (given.path or "").lower() for word in _NAMES)
