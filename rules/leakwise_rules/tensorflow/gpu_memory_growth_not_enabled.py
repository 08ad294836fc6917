"""LT025 gpu-memory-growth-not-enabled."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Callback, CallSite, Certainty, Definition, Kind
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
from leakwise_rules.evaluation import is_unit_test
from leakwise_rules.wording import shown

_PROCESSES = (
    "multiprocessing.Process",
    "multiprocessing.context.Process",
    "billiard.Process",
    "torch.multiprocessing.Process",
)
_MAPS = (
    "map",
    "imap",
    "imap_unordered",
    "starmap",
    "map_async",
    "starmap_async",
    "apply",
    "apply_async",
    "submit",
)
_GROWTH = (
    "set_memory_growth",
    "set_logical_device_configuration",
    "set_virtual_device_configuration",
    "set_visible_devices",
    "allow_growth",
    "per_process_gpu_memory_fraction",
    "GPUOptions",
)
_VARIABLES = ("TF_FORCE_GPU_ALLOW_GROWTH", "CUDA_VISIBLE_DEVICES", "KERAS_BACKEND")
_THREADS = ("Thread", "dummy")
_WORK = (
    "keras.Sequential",
    "keras.Model",
    "keras.models.",
    "keras.applications.",
    "tensorflow.saved_model.load",
    "tensorflow.GradientTape",
    "tensorflow.Session",
)


class GpuMemoryGrowthNotEnabled(Rule):
    """Several processes use one GPU with TensorFlow, and the first one takes all of its memory.

    ## Why it leaks

    By default TensorFlow maps nearly all memory of every GPU that it sees when it first uses one,
    and keeps it for the life of the process. Of several processes on one GPU the first one gets
    it, and the others fail.

    How much that is depends on the GPU; it was not measured here, and so this is a hint.

    ## Best practice

    Enable memory growth, or set a limit, first thing in each process that shares a GPU:
    `tf.config.experimental.set_memory_growth(gpu, True)` for each of
    `tf.config.list_physical_devices("GPU")`.

    ## When it is not a leak

    One process may well take the whole GPU. Processes that see a GPU each, or none, share nothing.
    Threads share their process's memory.
    """

    code = "LT025"
    name = "gpu-memory-growth-not-enabled"
    message = (
        "Each process that runs `{worker}` takes all memory of the GPUs it sees; enable memory "
        "growth first thing in it."
    )
    severity = Severity.HINT
    since = "0.1.0"
    root_cause = RootCause.MISPLACED_DEVICE_MEMORY
    general_smell = GeneralSmell.NEEDLESS_DUPLICATE
    practices = (
        Practice(
            "BP75",
            "Enable memory growth (or a limit) first thing in each process that shares a GPU.",
        ),
    )
    links = (
        Link(
            "TensorFlow: use a GPU, limiting GPU memory growth",
            "https://www.tensorflow.org/guide/gpu#limiting_gpu_memory_growth",
        ),
    )
    examples = (
        Example(
            bad="""
                import multiprocessing

                import keras

                def worker(cfg):
                    model = keras.models.load_model(cfg.path)
                    model.fit(load(cfg), verbose=0)

                with multiprocessing.get_context("spawn").Pool(4) as pool:
                    pool.map(worker, configs)  # leak
            """,
            good="""
                import multiprocessing

                import keras
                import tensorflow as tf

                def worker(cfg):
                    for gpu in tf.config.list_physical_devices("GPU"):
                        tf.config.experimental.set_memory_growth(gpu, True)
                    model = keras.models.load_model(cfg.path)
                    model.fit(load(cfg), verbose=0)

                with multiprocessing.get_context("spawn").Pool(4) as pool:
                    pool.map(worker, configs)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from multiprocessing import Process

                import tensorflow as tf

                def serve(path, requests):
                    model = tf.saved_model.load(path)
                    for request in requests:
                        model(request)

                def main(paths, requests):
                    workers = []
                    for path in paths:
                        workers.append(Process(target=serve, args=(path, requests)))  # leak
                    for worker in workers:
                        worker.start()
                    for worker in workers:
                        worker.join()
            """,
            good="""
                import os
                from multiprocessing import Process

                import tensorflow as tf

                def serve(path, requests):
                    model = tf.saved_model.load(path)
                    for request in requests:
                        model(request)

                def main(paths, requests):
                    os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"
                    workers = []
                    for path in paths:
                        workers.append(Process(target=serve, args=(path, requests)))
                    for worker in workers:
                        worker.start()
                    for worker in workers:
                        worker.join()
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from concurrent.futures import ProcessPoolExecutor

                from tensorflow.keras.layers import Dense
                from tensorflow.keras.models import Sequential

                def trial(units):
                    model = Sequential([Dense(units), Dense(1)])
                    model.compile("adam", "mse")
                    return model.fit(x, y, verbose=0).history["loss"][-1]

                def search(sizes):
                    with ProcessPoolExecutor(max_workers=4) as executor:
                        return list(executor.map(trial, sizes))  # leak
            """,
            good="""
                from concurrent.futures import ProcessPoolExecutor

                import tensorflow as tf
                from tensorflow.keras.layers import Dense
                from tensorflow.keras.models import Sequential

                def trial(units):
                    for gpu in tf.config.list_physical_devices("GPU"):
                        tf.config.experimental.set_memory_growth(gpu, True)
                    model = Sequential([Dense(units), Dense(1)])
                    model.compile("adam", "mse")
                    return model.fit(x, y, verbose=0).history["loss"][-1]

                def search(sizes):
                    with ProcessPoolExecutor(max_workers=4) as executor:
                        return list(executor.map(trial, sizes))
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="One process may take the whole GPU.",
            code="""
                import keras

                model = keras.models.load_model("net.keras")
                model.fit(x, y)
            """,
        ),
        Negative(
            why="Threads share the memory of their process.",
            code="""
                from concurrent.futures import ThreadPoolExecutor

                import keras

                def score(path):
                    return keras.models.load_model(path).predict(x)

                with ThreadPoolExecutor(4) as executor:
                    print(list(executor.map(score, paths)))
            """,
        ),
        Negative(
            why="The processes do no work with TensorFlow.",
            code="""
                import multiprocessing

                import numpy as np
                import tensorflow as tf

                def decode(path):
                    return np.fromfile(path)

                with multiprocessing.Pool(8) as pool:
                    rows = pool.map(decode, paths)
                ds = tf.data.Dataset.from_tensor_slices(rows)
            """,
        ),
        Negative(
            why="Each process sees a GPU of its own.",
            code="""
                import multiprocessing
                import os

                import keras

                def worker(gpu, cfg):
                    os.environ["CUDA_VISIBLE_DEVICES"] = str(gpu)
                    keras.models.load_model(cfg.path).fit(cfg.data)

                with multiprocessing.Pool(4) as pool:
                    pool.starmap(worker, enumerate(configs))
            """,
        ),
        Negative(
            why="One process at a time gives its memory back when it ends.",
            code="""
                import multiprocessing

                import keras

                def worker(cfg):
                    keras.models.load_model(cfg.path).fit(cfg.data)

                process = multiprocessing.Process(target=worker, args=(cfg,))
                process.start()
                process.join()
                for cfg in configs:
                    process = multiprocessing.Process(target=worker, args=(cfg,))
                    process.start()
                    process.join()
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.calls_of(*_PROCESSES) and not body.method_calls(*_MAPS):
            return
        starts = [one for one in body.callbacks if one.function is not None]
        if not starts or body.file_mentions(*_GROWTH) or is_unit_test(body):
            return
        for callback in starts:
            site = _started(body, callback)
            function = callback.function
            if site is None or function is None or not _works(body, function):
                continue
            if body.sets_environment(*_VARIABLES):
                return
            yield self.report(
                site.place,
                RelatedPlace(function.place, "It uses TensorFlow."),
                certainty=Certainty.LIKELY,
                worker=shown(function.name, 28),
            )


def _works(body: BodyFacts, function: Definition) -> bool:
    """Whether a function computes with TensorFlow or a Keras model."""
    return body.calls_in(function, _WORK) or bool(body.module.facts(function).model_uses)


def _is_waited_for(body: BodyFacts, site: CallSite) -> bool:
    """Whether each round waits for its process to end, so that there is one at a time."""
    return any(
        one.receiver == site.bound_to and one.loops == site.loops
        for one in body.method_calls("join")
        if one.receiver is not None
    )


def _started(body: BodyFacts, callback: Callback) -> CallSite | None:
    """The call that runs a function in several processes; None for threads, for one process, and
    for what is not known."""
    site = body.call_at(callback.call)
    if site is None:
        return None
    if site.value.name in _PROCESSES:
        return site if site.loops and not _is_waited_for(body, site) else None
    pool = site.receiver_value
    if site.method not in _MAPS or pool.kind is not Kind.POOL:
        return None
    return None if any(word in (pool.name or "") for word in _THREADS) else site
