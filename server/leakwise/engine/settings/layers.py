"""What one place says of the settings: a file, an editor or the command line."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

from leakwise.engine.settings.locating import locate
from leakwise.engine.settings.problems import START, SettingsProblem, suggestion
from leakwise.engine.settings.schema import Key, keys
from leakwise.sources import is_pattern


@dataclass(frozen=True, slots=True)
class Layer:
    """Settings that one place makes: `values` by their names in `Settings`, only those it makes.

    Patterns and paths in it count from `folder`. `table` has the names of the TOML tables that the
    settings stand in, in a file with `text`.
    """

    origin: str
    folder: str
    values: Mapping[str, Any] = field(default_factory=dict)
    file: Path | None = None
    text: str = ""
    table: tuple[str, ...] = ()

    def place(self, keys: Sequence[str]) -> str:
        """Where a setting stands, in words: the file and its line."""
        if self.file is None:
            return self.origin
        return f"{self.origin}:{locate(self.text, (*self.table, *keys)).start.line + 1}"

    def problem(
        self, message: str, keys: Sequence[str] = (), value: str | None = None
    ) -> SettingsProblem:
        """A problem with the setting that is reached by `keys`, or with one string in it."""
        place = START if self.file is None else locate(self.text, (*self.table, *keys), value)
        return SettingsProblem(message, self.origin, _dotted(keys), self.file, place)


def layer_of(table: Mapping[str, Any], layer: Layer) -> tuple[Layer, list[SettingsProblem]]:
    """`layer` with the values of a raw table, less those that do not fit, each with its problem."""
    problems: list[SettingsProblem] = []
    values = dict(_values(table, keys(), layer, (), problems))
    filled = Layer(layer.origin, layer.folder, values, layer.file, layer.text, layer.table)
    problems += _useless(filled)
    return filled, problems


def _useless(layer: Layer) -> Iterator[SettingsProblem]:
    """What has the right form and means nothing; it does no harm."""
    for name in ("include", "exclude", "extend_exclude"):
        for glob in layer.values.get(name, ()):
            if why := _why_useless(glob):
                yield layer.problem(why, (name.replace("_", "-"),), glob)
    for name in ("per_file_ignores", "extend_per_file_ignores"):
        for glob in layer.values.get(name, {}):
            if why := _why_useless(glob.removeprefix("!")):
                yield layer.problem(why, (name.replace("_", "-"), glob))
    environment = layer.values.get("environment")
    if environment is not None:
        path = os.path.join(layer.folder, os.path.expanduser(environment))
        if not os.path.isdir(path):
            yield layer.problem(f"there is no folder {path}", ("environment",), environment)
    for name, value in layer.values.get("knowledge", {}).items():
        for one in value:
            if not all(part.isidentifier() for part in one.split(".")):
                place = ("knowledge", name.replace("_", "-"))
                yield layer.problem(f"`{one}` is no full name of a function or class", place, one)


def _why_useless(glob: str) -> str | None:
    """Why a pattern fits nothing that somebody may have meant; None where it may."""
    if not is_pattern(glob):
        return "this pattern fits nothing - write it as in `.gitignore`"
    if os.sep == "/" and _PATH_OF_WINDOWS.search(glob):
        return "this pattern is a path of Windows - write `/` between folders, there too"
    return None


_PATH_OF_WINDOWS = re.compile(r"\\\w")


def _values(
    table: Mapping[str, Any],
    known: Mapping[str, Key],
    layer: Layer,
    above: tuple[str, ...],
    problems: list[SettingsProblem],
) -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        key = known.get(name)
        if key is None:
            problems.append(layer.problem(_unknown(name, known, layer), (*above, name)))
            continue
        try:
            if is_dataclass(key.type) and isinstance(key.type, type):
                inner = dict(
                    _values(_table(value), keys(key.type), layer, (*above, name), problems)
                )
                yield key.name, inner
            else:
                yield key.name, _converted(value, key.type)
        except _MisfitError as misfit:
            place = (*above, name, *misfit.inside)
            problems.append(layer.problem(misfit.message, place, misfit.value))


def _unknown(name: str, known: Mapping[str, Key], layer: Layer) -> str:
    if name == "tool" and not layer.table:
        return "settings stand at the top of this file, without `[tool.leakwise]`"
    elsewhere = " - `leakwise config` lists all settings"
    return f"there is no such setting{suggestion(name, known, elsewhere)}"


class _MisfitError(Exception):
    """A value that does not fit; `inside` leads to it in a table, `value` is the wrong string."""

    def __init__(self, message: str, inside: tuple[str, ...] = (), value: str | None = None):
        super().__init__(message)
        self.message = message
        self.inside = inside
        self.value = value


def _table(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _MisfitError(f"expected a table, found {_shown(value)}")
    return value


def _converted(value: Any, type_: Any) -> Any:
    # Loaded where something is set: most runs find no settings.
    import msgspec

    if isinstance(get_origin(type_), type) and issubclass(get_origin(type_), Mapping):
        found: dict[str, Any] = {}
        for name, one in _table(value).items():
            try:
                found[name] = _converted(one, get_args(type_)[1])
            except _MisfitError as misfit:
                inside = (name, *misfit.inside)
                raise _MisfitError(misfit.message, inside, misfit.value) from None
        return found
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        raise _misfit(value, type_, str(error)) from None


def _misfit(value: Any, type_: Any, said: str) -> _MisfitError:
    if isinstance(value, list) and (place := re.search(r"\$\[(\d+)\]", said)):
        value, type_ = value[int(place[1])], get_args(type_)[0]
    text = value if isinstance(value, str) else None
    members = getattr(type_, "__members__", None)
    if members is not None:
        choice = [str(member) for member in members.values()]
        words = ", ".join(f"`{one}`" for one in choice)
        hint = suggestion(text, choice) if text is not None else ""
        return _MisfitError(f"expected one of {words}, found {_shown(value)}{hint}", value=text)
    return _MisfitError(f"expected {_in_words(type_)}, found {_shown(value)}", value=text)


def _in_words(type_: Any) -> str:
    if get_origin(type_) is tuple:
        return "a list of strings"
    return "true or false" if type_ is bool else "a string"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list):
        return "a list"
    shown = f'"{value}"' if isinstance(value, str) else str(value)
    return f"`{shown if len(shown) <= 40 else shown[:39] + '…'}`"


def _dotted(names: Sequence[str]) -> str:
    return ".".join(
        name if re.fullmatch(r"[\w-]+", name, re.ASCII) else f'"{name}"' for name in names
    )
