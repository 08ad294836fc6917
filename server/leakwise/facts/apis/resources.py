"""Calls that acquire something which somebody must release: how, and what happens if nobody does.

The sources stand beside the groups. What is said of dropped names was measured with CPython, where
an object goes when its last reference goes; `tests/evidence/test_resources.py` holds the
measurements that need no further library.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from leakwise.facts.apis.concurrency import CONCURRENCY
from leakwise.facts.apis.files import BUFFER, FILE, FILES
from leakwise.facts.apis.held import NOTHING, Resource, named
from leakwise.facts.apis.told import told_resource
from leakwise.facts.apis.wordlists import words
from leakwise.facts.terms.values import Kind, Value

# https://docs.pytorch.org/docs/stable/tensorboard.html and torch/utils/tensorboard/writer.py;
# https://tensorboardx.readthedocs.io. A thread writes, and keeps the writer's queue.
WRITER = Resource(
    Kind.WRITER,
    "summary writer",
    "a thread and a file",
    release=words("close"),
    freed_when_dropped=False,
)
# https://www.tensorflow.org/api_docs/python/tf/summary/create_file_writer: `with w.as_default()`
# does not close. https://www.tensorflow.org/api_docs/python/tf/compat/v1/summary/FileWriter.
_WRITERS = {
    **named(
        WRITER,
        "torch.utils.tensorboard.SummaryWriter torch.utils.tensorboard.writer.SummaryWriter",
        "torch.utils.tensorboard.FileWriter torch.utils.tensorboard.writer.FileWriter",
        "tensorboardX.SummaryWriter tensorboardX.writer.SummaryWriter tensorboardX.FileWriter",
        "tensorflow.summary.FileWriter tensorflow.train.SummaryWriter",
    ),
    **named(
        replace(WRITER, with_releases=False, freed_when_dropped=True),
        "tensorflow.summary.create_file_writer tensorflow.contrib.summary.create_file_writer",
    ),
    **named(
        replace(FILE, noun="record file"),
        "tensorflow.io.TFRecordWriter tensorflow.python_io.TFRecordWriter",
        "tensorflow.io.gfile.GFile tensorflow.gfile.GFile tensorflow.gfile.Open",
        "tensorflow.gfile.FastGFile",
    ),
}

# Runs of experiment trackers: https://docs.wandb.ai/ref/python/init,
# https://mlflow.org/docs/latest/python_api/mlflow.html#mlflow.start_run,
# https://docs.neptune.ai/api/neptune, https://www.comet.com/docs/v2, https://aimstack.readthedocs.io,
# https://clear.ml/docs (Task.close).
RUN = Resource(
    Kind.RESOURCE,
    "run",
    "threads and a connection",
    release=words("finish"),
    release_functions=words("wandb.finish wandb.join"),
    freed_when_dropped=False,
)
_RUNS = {
    **named(RUN, "wandb.init"),
    **named(
        replace(RUN, release=NOTHING, release_functions=words("mlflow.end_run")),
        "mlflow.start_run",
    ),
    **named(
        replace(RUN, release=words("stop"), release_functions=NOTHING),
        "neptune.init_run neptune.init",
    ),
    **named(
        replace(RUN, release=words("end"), release_functions=NOTHING, with_releases=False),
        "comet_ml.Experiment comet_ml.OfflineExperiment",
    ),
    **named(
        replace(RUN, release=words("close"), release_functions=NOTHING, with_releases=False),
        "aim.Run clearml.Task.init",
    ),
}

# https://docs.pytorch.org/docs/stable/profiler.html and autograd.html#profiler;
# https://www.tensorflow.org/api_docs/python/tf/profiler/experimental.
PROFILER = Resource(
    Kind.PROFILER,
    "profiler",
    "every event that it recorded",
    release=words("stop"),
    freed_when_dropped=False,
    started_by=words("start"),
)
_OF_PROFILER = replace(
    PROFILER,
    release=NOTHING,
    with_releases=False,
    started_by=NOTHING,
    of_process=True,
)
_PROFILERS = {
    **named(PROFILER, "torch.profiler.profile torch.profiler.profiler.profile"),
    **named(
        replace(PROFILER, release=NOTHING, started_by=words("__enter__")),
        "torch.autograd.profiler.profile torch.autograd.profiler.emit_nvtx",
        "torch.autograd.profiler.emit_itt tensorflow.profiler.experimental.Profile",
    ),
    **named(
        replace(_OF_PROFILER, release_functions=words("tensorflow.profiler.experimental.stop")),
        "tensorflow.profiler.experimental.start",
    ),
    **named(
        replace(
            _OF_PROFILER,
            release_functions=words("tensorflow.summary.trace_off tensorflow.summary.trace_export"),
        ),
        "tensorflow.summary.trace_on",
    ),
    **named(
        replace(_OF_PROFILER, release_functions=words("torch.cuda.profiler.stop")),
        "torch.cuda.profiler.start",
    ),
    **named(
        replace(_OF_PROFILER, release_functions=words("tracemalloc.stop")), "tracemalloc.start"
    ),
}

# https://www.tensorflow.org/api_docs/python/tf/compat/v1/Session, /InteractiveSession,
# /train/MonitoredTrainingSession. A plain session closes itself when its last reference goes
# (`BaseSession.__del__`); an interactive one is the default session until it is closed.
SESSION = Resource(
    Kind.SESSION,
    "session",
    "its graph, variables and threads",
    release=words("close"),
    # https://www.tensorflow.org/api_docs/python/tf/compat/v1/train/Saver, /Tensor#eval,
    # /Operation#run, /Variable#load.
    lent_to=words("restore save eval run load"),
)
SESSION_BORROWERS = words(
    "tensorflow.saved_model.loader.load tensorflow.saved_model.load "
    "tensorflow.saved_model.simple_save tensorflow.train.start_queue_runners "
    "tensorflow.graph_util.convert_variables_to_constants"
)
"""Functions that use a session which they are given, and do not keep it:
https://www.tensorflow.org/api_docs/python/tf/compat/v1/saved_model/load and its neighbours."""
_SESSIONS = {
    **named(
        SESSION,
        "tensorflow.Session tensorflow.train.MonitoredTrainingSession",
        "tensorflow.train.MonitoredSession tensorflow.train.SingularMonitoredSession",
    ),
    **named(
        replace(SESSION, noun="interactive session", with_releases=False, freed_when_dropped=False),
        "tensorflow.InteractiveSession",
    ),
    **named(
        Resource(
            Kind.RESOURCE,
            "server",
            "a port and threads",
            with_releases=False,
        ),
        "tensorflow.distribute.Server tensorflow.train.Server",
    ),
}

# https://matplotlib.org/stable/api/_as_gen/matplotlib.pyplot.figure.html: "If you are creating many
# figures, make sure you explicitly call pyplot.close".
FIGURE = Resource(
    Kind.FIGURE,
    "figure",
    "its canvas and data",
    release_functions=words("matplotlib.pyplot.close"),
    with_releases=False,
    freed_when_dropped=False,
)
_FIGURES = {
    **named(FIGURE, "matplotlib.pyplot.figure"),
    **named(
        replace(FIGURE, part=0), "matplotlib.pyplot.subplots", "matplotlib.pyplot.subplot_mosaic"
    ),
}

# https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html,
# torch/utils/hooks.py::RemovableHandle (a context manager that removes), torch/autograd/graph.py,
# https://docs.pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_step_pre_hook.html.
HOOK = Resource(
    Kind.HOOK_HANDLE,
    "hook",
    "what the hook refers to",
    release=words("remove"),
    freed_when_dropped=False,
)
_HOOK_FUNCTIONS = named(
    HOOK,
    *(
        f"torch.nn.modules.module.register_module_{name}"
        for name in (
            "forward_hook",
            "forward_pre_hook",
            "full_backward_hook",
            "full_backward_pre_hook",
            "backward_hook",
            "buffer_registration_hook",
            "module_registration_hook",
            "parameter_registration_hook",
        )
    ),
    "torch.optim.optimizer.register_optimizer_step_pre_hook",
    "torch.optim.optimizer.register_optimizer_step_post_hook",
    "torch.autograd.graph.register_multi_grad_hook",
)

RESOURCES: dict[str, Resource] = {
    **FILES,
    **_WRITERS,
    **_RUNS,
    **CONCURRENCY,
    **_PROFILERS,
    **_SESSIONS,
    **_FIGURES,
    **_HOOK_FUNCTIONS,
}
"""By the canonical name of the function or class that is called. `acquired` looks closer."""

RESOURCE_KINDS: frozenset[Kind] = frozenset(one.kind for one in RESOURCES.values())

MODULE_HOOKS: frozenset[str] = words(
    "register_forward_hook register_forward_pre_hook register_full_backward_hook "
    "register_full_backward_pre_hook register_backward_hook register_state_dict_pre_hook "
    "register_state_dict_post_hook register_load_state_dict_pre_hook "
    "register_load_state_dict_post_hook"
)
TENSOR_HOOKS: frozenset[str] = words("register_hook register_post_accumulate_grad_hook")
OPTIMIZER_HOOKS: frozenset[str] = words(
    "register_step_pre_hook register_step_post_hook register_state_dict_pre_hook "
    "register_state_dict_post_hook register_load_state_dict_pre_hook "
    "register_load_state_dict_post_hook"
)
TENSOR_HOOK = replace(HOOK, noun="tensor hook", freed_when_dropped=True)
METHODS: dict[Kind, dict[str, Resource]] = {
    Kind.MODULE: dict.fromkeys(MODULE_HOOKS, HOOK),
    Kind.CRITERION: dict.fromkeys(MODULE_HOOKS, HOOK),
    Kind.TENSOR: dict.fromkeys(TENSOR_HOOKS, TENSOR_HOOK),
    Kind.OUTPUT: dict.fromkeys(TENSOR_HOOKS, TENSOR_HOOK),
    Kind.OPTIMIZER: dict.fromkeys(OPTIMIZER_HOOKS, HOOK),
}
"""Methods that acquire, by what they are called on. A tensor's hooks go with the tensor."""

HOOK_WORDS: frozenset[str] = MODULE_HOOKS | TENSOR_HOOKS | OPTIMIZER_HOOKS
RESOURCE_WORDS: frozenset[str] = HOOK_WORDS | {
    "load",
    *(name.rpartition(".")[2] for name in RESOURCES),
}
"""Without one of these no body acquires anything, but through an import under another name."""

RELEASE_METHODS: frozenset[str] = frozenset(
    method for one in (*RESOURCES.values(), HOOK) for method in one.release
)
"""Every method that releases something."""

RELEASE_FUNCTIONS: dict[str, frozenset[Kind]] = {
    function: frozenset(one.kind for one in RESOURCES.values() if function in one.release_functions)
    for function in sorted({name for one in RESOURCES.values() for name in one.release_functions})
}
"""By the name of a releasing function: what it releases. It is given the thing; called without
arguments (or, `plt.close`, with `'all'`) it releases all."""

# matplotlib.pyplot.close: without an argument it closes "the current figure".
RELEASES_LATEST: frozenset[str] = words("matplotlib.pyplot.close")
"""Functions that, called without an argument, release what was taken last."""

# What `open` methods of known objects give: `Path(p).open()`, `fsspec.open(p).open()`,
# `zipfile.ZipFile(p).open(name)`.
OPENERS: frozenset[str] = words(
    "pathlib.Path pathlib.PosixPath fsspec.open fsspec.core.OpenFile zipfile.ZipFile"
)

# https://docs.python.org/3/library/contextlib.html: an `ExitStack` leaves what it is given when it
# is left itself; `closing` calls `close()` where its block ends.
ENTER_METHODS: frozenset[str] = words("enter_context enter_async_context")
CLOSING: frozenset[str] = words("contextlib.closing contextlib.aclosing")

# By these methods an object says that it gives back what it holds. The trainers of Keras and
# Lightning call the last ones.
CLOSERS: frozenset[str] = words(
    "close __exit__ __aexit__ __del__ teardown tear_down shutdown stop cleanup clean_up finalize "
    "finish release remove remove_hooks clear dispose destroy terminate end aclose disconnect "
    "unregister on_train_end on_fit_end on_test_end"
)

_MAPPED = "mmap_mode"
_ARCHIVE = ".npz"


def acquired(
    name: str, arguments: Sequence[Value], keywords: Mapping[str, Value]
) -> Resource | None:
    """What a call of the qualified `name` acquires; None where it is nothing, or not known.

    `np.load` holds a file only for archives and mapped arrays; `plt.figure(3)` may be one that
    is there already; recording of some profilers is switched off by an argument; what is opened on
    a buffer in memory holds no descriptor.
    """
    if name == "numpy.load":
        path = arguments[0] if arguments else keywords.get("file")
        text = path.constant if path is not None else None
        mapped = keywords.get(_MAPPED) or (arguments[1] if len(arguments) > 1 else None)
        archive = isinstance(text, str) and text.endswith(_ARCHIVE)
        if archive or (mapped is not None and mapped.constant is not None):
            return FILE
        return None
    resource = RESOURCES.get(name) or told_resource(name)
    if resource is None:
        return None
    if resource.kind is Kind.FIGURE and resource.part is None and (arguments or "num" in keywords):
        return None
    if "enabled" in keywords and keywords["enabled"].constant is False:
        return None
    if resource.kind is Kind.FILE and any(
        one.kind is Kind.OTHER and one.name == BUFFER for one in (*arguments, *keywords.values())
    ):
        return None
    return resource
