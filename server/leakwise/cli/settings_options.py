"""The options that set settings, for all commands that heed them."""

import os
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from leakwise.cli.rule_completion import complete_selectors
from leakwise.engine.settings import Layer, Overrides, SettingsProblem, layer_of

if TYPE_CHECKING:
    from leakwise.rule import Rule

ORIGIN = "the command line"

Command = TypeVar("Command", bound=Callable[..., Any])

_SELECTORS = "Codes, prefixes of codes, names, root causes or general smells; or ALL."


def _option(key: str, help_: str, **more: Any) -> Callable[[Command], Command]:
    return click.option(f"--{key}", help=help_, **more)


def _several(key: str, metavar: str, help_: str) -> Callable[[Command], Command]:
    return _option(key, f"{help_} Separated by commas.", multiple=True, metavar=metavar)


def _selectors(key: str, help_: str) -> Callable[[Command], Command]:
    more = {"multiple": True, "metavar": "RULES", "shell_complete": complete_selectors}
    return _option(key, f"{help_} Separated by commas.", **more)


_OPTIONS = (
    click.option(
        "--config",
        multiple=True,
        metavar="FILE|KEY=VALUE",
        help="A settings file that holds instead of those found, or one setting in TOML.",
    ),
    click.option("--isolated", is_flag=True, help="Heed no settings files."),
    _selectors("select", f"Run these rules. {_SELECTORS}"),
    _selectors("ignore", "Do not run these rules."),
    _selectors("extend-select", "Run these rules besides."),
    _several("per-file-ignores", "PATTERN:RULE", "Do not run rules in some files."),
    _several("extend-per-file-ignores", "PATTERN:RULE", "The same, besides those of files."),
    _several("severity", "RULE=LEVEL", "Report rules as error, warning, information or hint."),
    _option(
        "minimum-certainty",
        "Show what is at least this sure.",
        type=click.Choice(["sure", "likely", "possible"]),
    ),
    _several("exclude", "PATTERNS", "Leave out these files and folders instead of the usual ones."),
    _several("extend-exclude", "PATTERNS", "Leave out these files and folders too."),
    _option(
        "force-exclude/--no-force-exclude",
        "Leave out excluded files even where they are named.",
        default=None,
    ),
    _option(
        "respect-gitignore/--no-respect-gitignore",
        "Leave out what .gitignore lists; the default.",
        default=None,
    ),
    _option(
        "unsafe-fixes/--no-unsafe-fixes",
        "Make repairs too that may change what the code does; with `--fix` and `--diff`.",
        default=None,
    ),
    _option(
        "environment",
        "The virtual or conda environment whose packages the code uses.",
        metavar="FOLDER",
    ),
)


def settings_options(command: Command) -> Command:
    """Gives a command the options that set settings, and hands it what they say as its argument
    `overrides`."""

    @wraps(command)
    def with_overrides(*arguments: Any, **given: Any) -> Any:
        own = {name: given.pop(name) for name in _NAMES}
        return command(*arguments, overrides=overrides_of(own), **given)

    decorated: Any = with_overrides
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


_NAMES = (
    "config",
    "isolated",
    "select",
    "ignore",
    "extend_select",
    "per_file_ignores",
    "extend_per_file_ignores",
    "severity",
    "minimum_certainty",
    "exclude",
    "extend_exclude",
    "force_exclude",
    "respect_gitignore",
    "unsafe_fixes",
    "environment",
)


def overrides_of(given: Mapping[str, Any]) -> Overrides:
    """What the options say.

    Raises:
        click.UsageError: an option's value is no good.
    """
    file: Path | None = None
    layers: list[Layer] = []
    for one in given["config"]:
        if "=" in one and not os.path.exists(one):
            layers.append(_layer(_inline(one), "--config "))
        elif file is not None:
            raise click.UsageError("`--config` takes one settings file only.")
        elif not os.path.isfile(one):
            why = 'is no file, and no setting such as `run = "off"` either'
            raise click.UsageError(f"`--config {one}` {why}.")
        else:
            file = Path(one)
    if file is not None and given["isolated"]:
        raise click.UsageError(
            "`--isolated` heeds no settings file, so `--config` cannot name one."
        )
    table = dict(_table(given))
    if table:
        layers.append(_layer(table, "--"))
    return Overrides(tuple(layers), given["isolated"], file)


def check_selectors(overrides: Overrides, rules: "tuple[Rule, ...]") -> None:
    """Checks the selectors of options.

    Raises:
        click.UsageError: there is no such rule.
    """
    from leakwise.engine.settings import FolderSettings

    for problem in FolderSettings(overrides.layers, os.getcwd()).selector_problems(rules):
        raise click.UsageError(_sentence(problem, "--"))


def _inline(setting: str) -> Mapping[str, Any]:
    import tomllib

    try:
        return tomllib.loads(setting)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(
            f"`--config {setting}` is not TOML ({error}): text stands in quotes, "
            "as in `--config 'run = \"off\"'`."
        ) from None


def _table(given: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    if given["select"] and not _split(given["select"]):
        raise click.UsageError("`--select` names no rule: write codes or names, or ALL.")
    if given["environment"] == "":
        raise click.UsageError("`--environment` names no folder.")
    for name in ("select", "ignore", "extend_select", "exclude", "extend_exclude"):
        if given[name]:
            yield name.replace("_", "-"), _split(given[name])
    for name in ("per_file_ignores", "extend_per_file_ignores"):
        found: dict[str, list[str]] = {}
        for one in _split(given[name]):
            pattern, mark, selector = one.rpartition(":")
            if not mark:
                option = name.replace("_", "-")
                raise click.UsageError(f"`--{option} {one}` lacks a rule: write `{one}:LP001`.")
            found.setdefault(pattern, []).append(selector)
        if found:
            yield name.replace("_", "-"), found
    severity: dict[str, str] = {}
    for one in _split(given["severity"]):
        selector, mark, level = one.partition("=")
        if not mark:
            raise click.UsageError(f"`--severity {one}` lacks a level: write `{one}=warning`.")
        severity[selector] = level
    if severity:
        yield "severity", severity
    for name in (
        "minimum_certainty",
        "force_exclude",
        "respect_gitignore",
        "unsafe_fixes",
        "environment",
    ):
        if given[name] is not None:
            yield name.replace("_", "-"), given[name]


def _split(values: Iterable[str]) -> list[str]:
    return [one.strip() for value in values for one in value.split(",") if one.strip()]


def _layer(table: Mapping[str, Any], option: str) -> Layer:
    layer, problems = layer_of(table, Layer(ORIGIN, os.getcwd()))
    for problem in problems:
        raise click.UsageError(_sentence(problem, option))
    return layer


def _sentence(problem: SettingsProblem, option: str) -> str:
    end = "" if problem.message.endswith("?") else "."
    key, _, inside = problem.key.partition(".")
    about = f"{inside}: " if inside else ""
    return f"`{option}{key}`: {about}{problem.message}{end}"
