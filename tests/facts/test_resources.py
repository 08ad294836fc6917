"""Which calls acquire something, by name and by arguments."""

import pytest

from leakwise.facts.apis import canonical
from leakwise.facts.apis.resources import METHODS, RELEASE_FUNCTIONS, acquired
from leakwise.facts.terms.values import NONE, NUMBER, OTHER, UNKNOWN, Kind, Value
from tests.facts.reading import bodies

NAMES = {
    "builtins.open": Kind.FILE,
    "h5py.File": Kind.FILE,
    "PIL.Image.open": Kind.FILE,
    "torch.utils.tensorboard.SummaryWriter": Kind.WRITER,
    "tensorflow.compat.v1.summary.FileWriter": Kind.WRITER,
    "tensorflow.compat.v1.Session": Kind.SESSION,
    "tensorflow.compat.v1.InteractiveSession": Kind.SESSION,
    "torch.multiprocessing.Pool": Kind.POOL,
    "torch.distributed.init_process_group": Kind.PROCESS_GROUP,
    "matplotlib.pyplot.subplots": Kind.FIGURE,
    "wandb.init": Kind.RESOURCE,
    "torch.autograd.graph.register_multi_grad_hook": Kind.HOOK_HANDLE,
}


@pytest.mark.parametrize("name", NAMES)
def test_calls_that_acquire(name: str) -> None:
    resource = acquired(canonical(name), [], {})
    assert resource is not None
    assert resource.kind is NAMES[name]


def text(value: str) -> Value:
    return OTHER.but(constant=value)


ARCHIVES: dict[str, tuple[list[Value], dict[str, Value], bool]] = {
    "an archive": ([text("a.npz")], {}, True),
    "an array": ([text("a.npy")], {}, False),
    "unknown": ([UNKNOWN], {}, False),
    "mapped": ([UNKNOWN], {"mmap_mode": text("r")}, True),
    "not mapped": ([UNKNOWN], {"mmap_mode": NONE}, False),
    "mapped by position": ([UNKNOWN, text("r")], {}, True),
}


@pytest.mark.parametrize("case", ARCHIVES)
def test_numpy_holds_archives_and_mapped_arrays_open(case: str) -> None:
    arguments, keywords, held = ARCHIVES[case]
    assert (acquired("numpy.load", arguments, keywords) is not None) is held


def test_a_figure_with_a_number_may_be_there_already() -> None:
    assert acquired("matplotlib.pyplot.figure", [], {"figsize": UNKNOWN}) is not None
    assert acquired("matplotlib.pyplot.figure", [NUMBER], {}) is None
    assert acquired("matplotlib.pyplot.figure", [], {"num": UNKNOWN}) is None


def test_functions_release_kinds() -> None:
    assert RELEASE_FUNCTIONS["matplotlib.pyplot.close"] == {Kind.FIGURE}
    assert Kind.PROCESS_GROUP in RELEASE_FUNCTIONS["torch.distributed.destroy_process_group"]


def test_hooks_of_tensors_go_with_the_tensor() -> None:
    assert METHODS[Kind.TENSOR]["register_hook"].freed_when_dropped
    assert not METHODS[Kind.MODULE]["register_forward_hook"].freed_when_dropped


@pytest.mark.parametrize(
    ("opened", "count"),
    [
        ("Image.open(path)", 1),
        ("Image.open(io.BytesIO(path))", 0),
        ("Image.open(buffer)", 0),
        ("zipfile.ZipFile(file=buffer)", 0),
        # Only the file below is one more that is open.
        ("Image.open(open(path, 'rb'))", 1),
        ("gzip.open(filename=open(path, 'rb'))", 1),
        ("Image.open(os.path.join(path, 'a.png'))", 1),
        ("Image.open(str(path))", 1),
        ("Image.open(path / 'a.png')", 1),
        ("Image.open(f'{path}.png')", 1),
        ("Image.open(Path(path, 'a.png'))", 1),
        ("Image.open('{}.png'.format(path))", 1),
        ("open(made(path))", 1),
        # It may be a buffer in memory.
        ("Image.open(made(path))", 0),
    ],
)
def test_what_is_opened_on_memory_or_an_open_file_opens_none(opened: str, count: int) -> None:
    code = f"""
import gzip, io, os, zipfile
from pathlib import Path
from PIL import Image
from other import made

def run(path):
    buffer = io.BytesIO()
    kept = {opened}
"""
    assert len(bodies(code)["run"].acquisitions) == count
