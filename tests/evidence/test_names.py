"""That the tables name what is there, for each library that is installed."""

import importlib
import importlib.util
import warnings

import pytest

from leakwise.facts.apis import (
    arrays,
    keras,
    libraries,
    tensorflow,
    torch_classes,
    torch_functions,
)
from leakwise.facts.apis.resources import RELEASE_FUNCTIONS, RESOURCES

NAMES = {
    *torch_functions.FUNCTIONS,
    *torch_functions.OPAQUE,
    *torch_classes.MODULE_FUNCTIONS,
    *torch_classes.MODULE_BASES,
    *torch_classes.NOT_MODULES,
    *libraries.LIBRARIES,
    *keras.CALLS,
    *tensorflow.CALLS,
    *tensorflow.OPAQUE,
    *arrays.CALLS,
    *arrays.OPAQUE,
    *RESOURCES,
    *RELEASE_FUNCTIONS,
}
# Of older versions than those at hand, which code still uses.
OLDER = {
    "keras.backend.function",
    "keras.engine.training.Model",
    "keras.models.Functional",
    "keras.models.model_from_config",
    "tensorflow.contrib.summary.create_file_writer",
    "transformers.AdamW",
    "transformers.optimization.AdamW",
    "zarr.ZipStore",
    "zarr.DBMStore",
    "zarr.LMDBStore",
    "zarr.SQLiteStore",
    "zarr.storage.DBMStore",
    "zarr.storage.LMDBStore",
    "zarr.storage.SQLiteStore",
}
ROOTS = sorted({name.partition(".")[0] for name in NAMES} - {"builtins"})


def is_there(name: str) -> bool:
    """Whether a dotted name is there; one whose module needs another library counts as there."""
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            value: object = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError as missing:
            if missing.name is not None and not name.startswith(missing.name.split(".")[0]):
                return True
            continue
        for part in parts[length:]:
            value = getattr(value, part, None)
        return value is not None
    return False


@pytest.mark.parametrize("root", ROOTS)
def test_names_are_there(root: str) -> None:
    if importlib.util.find_spec(root) is None:
        pytest.skip(f"{root} is not installed")
    first = ("tensorflow.", "tensorflow.compat.v1.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        missing = {
            name
            for name in NAMES - OLDER
            if name.startswith(root + ".")
            and not is_there(name)
            and not (root == "tensorflow" and is_there(name.replace(*first, 1)))
        }
    assert missing == set()
