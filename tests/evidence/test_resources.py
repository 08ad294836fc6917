"""What the table of resources claims of Python's own library."""

import concurrent.futures
import gc
import importlib
import multiprocessing.pool
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from leakwise.facts.apis.resources import RELEASE_FUNCTIONS, RESOURCES

OWN = sorted(
    name
    for name in [*RESOURCES, *RELEASE_FUNCTIONS]
    if name.partition(".")[0] in sys.stdlib_module_names or name.startswith("builtins.")
)


def found(name: str) -> object:
    """What a dotted name stands for; None where there is no such thing."""
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            value: object = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        for part in parts[length:]:
            value = getattr(value, part, None)
        return value
    return None


@pytest.mark.parametrize("name", OWN)
def test_names_of_the_library_exist(name: str) -> None:
    assert callable(found(name))


@pytest.mark.parametrize("name", [name for name in OWN if isinstance(found(name), type)])
def test_classes_have_the_methods_that_release_them(name: str) -> None:
    resource, made = RESOURCES[name], found(name)
    methods = {method for method in resource.release if callable(getattr(made, method, None))}
    assert methods or not resource.release
    assert all(hasattr(made, method) for method in resource.started_by)
    assert hasattr(made, "__exit__") is resource.with_releases


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(sys.platform != "linux", reason="counts descriptors in /proc")
def test_dropped_files_are_closed_and_kept_ones_are_not(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        before = descriptors()
        for _ in range(20):
            open(path, "rb")  # noqa: SIM115
        assert descriptors() == before
        kept = [open(path, "rb") for _ in range(20)]  # noqa: SIM115
        assert descriptors() == before + 20
        for one in kept:
            one.close()
    assert descriptors() == before
    assert RESOURCES["builtins.open"].freed_when_dropped


def settles(measured: Callable[[], int], expected: int) -> bool:
    """Whether something comes down to a number within some seconds."""
    for _ in range(100):
        gc.collect()
        if measured() <= expected:
            return True
        time.sleep(0.05)
    return False


POOLS: dict[str, Callable[[], object]] = {
    "multiprocessing.pool.ThreadPool": lambda: multiprocessing.pool.ThreadPool(2),
    "concurrent.futures.ThreadPoolExecutor": concurrent.futures.ThreadPoolExecutor,
}


@pytest.mark.parametrize("name", POOLS)
def test_dropped_pools_of_threads_end(name: str) -> None:
    assert RESOURCES[name].freed_when_dropped
    before = threading.active_count()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        kept = [POOLS[name]() for _ in range(3)]
        for one in kept:
            list(one.map(os.path.basename, ["a", "b"]))  # type: ignore[attr-defined]
        assert threading.active_count() > before
        del one
        kept.clear()
        assert settles(threading.active_count, before)


def test_a_dropped_thread_goes_on() -> None:
    resource = RESOURCES["threading.Thread"]
    assert not resource.freed_when_dropped
    stop = threading.Event()
    before = threading.active_count()
    threading.Thread(target=stop.wait).start()
    gc.collect()
    assert threading.active_count() == before + 1
    stop.set()
    assert settles(threading.active_count, before)
