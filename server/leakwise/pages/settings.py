"""Prints `server/SETTINGS.md`: `python -m leakwise.pages.settings > server/SETTINGS.md`."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any, get_args, get_origin

from leakwise.engine.settings import Key, keys, toml
from leakwise.rule import GeneralSmell, RootCause

_HEAD = """\
# Settings

Made by `python -m leakwise.pages.settings` from the settings themselves. `leakwise config PATH`
shows what holds for a file or folder and where it comes from; `leakwise config --schema` prints the
JSON Schema, which also lies in
[leakwise.schema.json](leakwise/engine/settings/leakwise.schema.json).

## Where settings stand

```toml
# pyproject.toml
[tool.leakwise]
ignore = ["LP008"]
```

```toml
# leakwise.toml or .leakwise.toml
ignore = ["LP008"]
```

- For each file the nearest settings file counts: the one in its folder, or in the nearest above. Of
  several in one folder `.leakwise.toml` counts before `leakwise.toml`, and that before
  `pyproject.toml`, which counts only with a table `[tool.leakwise]`.
- The file that counts adds nothing to those farther up, unless it names one with `extend`.
- Where there is none the user's own counts: `~/.config/leakwise/leakwise.toml` on Linux,
  `~/Library/Application Support/leakwise/leakwise.toml` on macOS,
  `%LOCALAPPDATA%\\leakwise\\leakwise.toml` on Windows.
- Options of the command line and settings of the editor win over files. `--isolated` heeds no
  files, `--config FILE` only that one, and `--config 'run = "off"'` makes one setting.
- A setting that is wrong is told with its file, line and name, and left out; all others hold.
  `leakwise check` then ends with status 2.

## Selectors

Rules are named by their codes (`LP001`), by prefixes of codes (`LP`, `LP01`), by their names, by
groups, or all at once with `ALL`. More specific selectors win over less specific ones: codes and
names over prefixes, longer prefixes over shorter ones and over groups, groups over `LP`, and that
over `ALL`. Where two are equally specific, `ignore` wins. What a nearer place ignores or selects
comes after what farther ones say.

"""


def reference() -> str:
    """The text of `server/SETTINGS.md`."""
    return _HEAD + "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "| groups by root cause | groups by what the code does |"
    yield "| --- | --- |"
    causes, smells = [f"`{one}`" for one in RootCause], [f"`{one}`" for one in GeneralSmell]
    for number in range(max(len(causes), len(smells))):
        cells = (column[number : number + 1] or [""] for column in (causes, smells))
        yield f"| {' | '.join(cell for (cell,) in cells)} |"
    yield ""
    yield "## All settings"
    yield from _settings(keys(), "")


def _settings(known: Mapping[str, Key], above: str) -> Iterator[str]:
    for key in known.values():
        name = f"{above}{key.key}"
        yield f"\n### `{name}`\n"
        yield f"{key.text}\n"
        if is_dataclass(key.type) and isinstance(key.type, type):
            yield from _settings(keys(key.type), f"{name}.")
            continue
        default = "not set" if key.default is None else f"`{toml(key.default)}`"
        yield f"- {_in_words(key.type)}; {default} by default"
        if key.joins:
            yield "- what several places say is taken together"
        yield f"\n```toml\n{above}{key.example}\n```"


def _in_words(type_: Any) -> str:
    members = getattr(type_, "__members__", None)
    if members is not None:
        return " or ".join(f'`"{one}"`' for one in members.values())
    if get_origin(type_) is tuple:
        return "list of strings"
    if isinstance(get_origin(type_), type) and issubclass(get_origin(type_), Mapping):
        return f"table: string to {_in_words(get_args(type_)[1])}"
    return "true or false" if type_ is bool else "string"


if __name__ == "__main__":
    sys.stdout.write(reference() + "\n")
