"""Settings files: which one holds for a folder, and what it and those that it extends say."""

import os
import sys
from pathlib import Path
from typing import Any

from leakwise.engine.settings.layers import Layer, layer_of
from leakwise.engine.settings.locating import syntax_error
from leakwise.engine.settings.problems import SettingsProblem

PYPROJECT = "pyproject.toml"
NAMES = (".leakwise.toml", "leakwise.toml", PYPROJECT)
"""What settings files are called; of several in one folder the first counts."""

_TABLE = ("tool", "leakwise")

Read = tuple[tuple[Layer, ...], tuple[SettingsProblem, ...]]
"""What a file and those that it extends say, the farthest first, and what is wrong with it."""


def settings_in(folder: str) -> tuple[Path, Read] | None:
    """The settings file of a folder, and what it says; None where it has none."""
    for name in NAMES:
        path = os.path.join(folder, name)
        if os.path.isfile(path) and (read := read_settings(Path(path))) is not None:
            return Path(path), read
    return None


def table_of(path: Path) -> tuple[str, ...]:
    """The keys that lead to the settings in a file with this name."""
    return _TABLE if path.name == PYPROJECT else ()


def user_settings() -> Read | None:
    """What a user has set for code that has no settings of its own; None where nothing is set."""
    path = Path(user_file())
    # Its patterns are for whatever is checked, wherever it lies.
    return read_settings(path, folder=os.getcwd()) if path.is_file() else None


def user_file() -> str:
    """The path of the file with what a user has set, be it there or not."""
    return os.path.join(_user_folder(), "leakwise.toml")


def _user_folder() -> str:
    if sys.platform == "linux":
        # As below, which takes longer to load than a check that knows its result.
        home = os.environ.get("XDG_CONFIG_HOME", "").strip() or os.path.expanduser("~/.config")
        return os.path.join(home, "leakwise")
    import platformdirs

    return platformdirs.user_config_dir("leakwise", appauthor=False)


def read_settings(
    path: Path, *, folder: str | None = None, seen: frozenset[str] = frozenset()
) -> Read | None:
    """What the file at `path` says; None for a `pyproject.toml` that does not speak of Leakwise.

    Paths and patterns in it count from `folder`, its own where none is given. `seen` are the files
    that lead here. Nothing is raised: what is wrong is told.
    """
    start = Layer(str(path), folder or os.path.dirname(os.path.abspath(path)), {}, path)
    try:
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return (), (start.problem("is not UTF-8 - save it as UTF-8"),)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        return (), (start.problem(f"cannot be read ({why}) - make it readable"),)
    if path.name == PYPROJECT and "leakwise" not in text:
        return None
    import tomllib

    try:
        table: Any = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        why, place = syntax_error(text, error)
        why = f"is not TOML ({why}) - correct it; none of its settings hold"
        return (), (SettingsProblem(why, str(path), "", path, place),)
    of = table_of(path)
    start = Layer(start.origin, start.folder, {}, path, text, of)
    for name in of:
        table = table.get(name) if isinstance(table, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        return (), (start.problem("expected a table of settings"),)
    layer, problems = layer_of(table, start)
    layers, others = _extended(layer, seen | {os.path.realpath(path)})
    return (*layers, layer), (*others, *problems)


def _extended(layer: Layer, seen: frozenset[str]) -> Read:
    """What the file says that `layer` extends."""
    wanted = layer.values.get("extend")
    if wanted is None:
        return (), ()
    name = os.path.expanduser(os.path.expandvars(wanted))
    path = Path(os.path.normpath(os.path.join(layer.folder, name)))
    if not path.is_file():
        return (), (layer.problem(f"there is no file {path}", ("extend",), wanted),)
    if os.path.realpath(path) in seen:
        return (), (layer.problem(f"{path} extends itself", ("extend",), wanted),)
    read = read_settings(path, seen=seen)
    if read is None:
        return (), (layer.problem(f"{path} has no [tool.leakwise]", ("extend",), wanted),)
    return read
