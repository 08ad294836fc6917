"""The options of `leakwise check` that leave out what is not new."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from leakwise.cli.shown import STDIN
from leakwise.engine.settings import SettingsResolver

if TYPE_CHECKING:
    from leakwise.cli.baselines import Baselines
    from leakwise.cli.newness import Newness

Command = TypeVar("Command", bound=Callable[..., Any])

_USUAL = "\0"
"""Stands for the baseline of the project, which nobody can name so."""
_OPTIONS = (
    click.option(
        "--baseline",
        metavar="[FILE]",
        is_flag=False,
        flag_value=_USUAL,
        help="Report only what is not in the baseline: FILE, else that of the settings, else the "
        "nearest .leakwise-baseline.json. `leakwise baseline` records it.",
    ),
    click.option(
        "--no-baseline", is_flag=True, help="Report what is in the settings' baseline too."
    ),
    click.option(
        "--changed",
        is_flag=True,
        help="Report only what stands on lines that are not committed: changed since HEAD, "
        "or in files that git does not know yet.",
    ),
    click.option(
        "--diff-base",
        metavar="REV",
        help="The same for lines that changed since REV and HEAD parted, as in "
        "`git diff REV...`, committed or not.",
    ),
)
_NAMES = ("baseline", "no_baseline", "changed", "diff_base")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings are asked for: all where nothing is said."""

    baseline: str | None
    no_baseline: bool
    changed: bool
    diff_base: str | None

    def check_with(self, *, stdin: bool, named: bool) -> None:
        """Checks what is asked for against the other options; `named` tells whether standard input
        has a name.

        Raises:
            click.UsageError: two of them exclude one another.
        """
        if self.baseline is not None and self.no_baseline:
            raise click.UsageError("`--baseline` and `--no-baseline` exclude one another.")
        if self.baseline is not None and stdin and not named:
            raise click.UsageError("`--baseline` needs `--stdin-filename` for standard input.")
        if self.changed and self.diff_base is not None:
            raise click.UsageError("`--changed` and `--diff-base` exclude one another.")
        if self._asks_git and stdin and not named:
            option = "--changed" if self.changed else "--diff-base"
            raise click.UsageError(f"`{option}` needs `--stdin-filename` for standard input.")

    @property
    def is_narrow(self) -> bool:
        """Whether some findings alone are asked for, whatever the settings say."""
        return self.baseline is not None or self._asks_git

    @property
    def _asks_git(self) -> bool:
        return self.changed or self.diff_base is not None

    def opened(self, paths: Sequence[Path], settings: SettingsResolver) -> "Newness":
        """What tells new findings from others in a check of `paths`.

        Raises:
            CouldNotRun: what it is to be told by cannot be read.
        """
        from leakwise.cli.newness import Newness

        paths = paths or (Path(),)
        changes = None
        if self._asks_git:
            from leakwise.cli.changes import Changes

            changes = Changes(self.diff_base, paths)
        if self.no_baseline:
            return Newness(changes=changes)
        said = settings.overrides
        # What other rules would have found is not looked for.
        narrowed = said.layers or said.isolated or said.file is not None
        return Newness(self._baselines(paths, settings), changes, None if narrowed else paths)

    def _baselines(self, paths: Sequence[Path], settings: SettingsResolver) -> "Baselines":
        from leakwise.cli.baselines import Baselines, usual_baseline

        if self.baseline is None:
            return Baselines(settings, None)
        usual = self.baseline == _USUAL
        return Baselines(
            settings, usual_baseline(paths, settings) if usual else Path(self.baseline)
        )


def newness_options(command: Command) -> Command:
    """Gives a command these options, and hands it what they say as its argument `wanted`."""

    @wraps(command)
    def with_wanted(*arguments: Any, **given: Any) -> Any:
        own = {name: given.pop(name) for name in _NAMES}
        if _is_to_be_checked(own["baseline"]):
            # The file's name is not given in `--baseline src`.
            given["paths"] = (Path(own["baseline"]), *given["paths"])
            own["baseline"] = _USUAL
        return command(*arguments, wanted=Wanted(**own), **given)

    decorated: Any = with_wanted
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


def _is_to_be_checked(value: str | None) -> bool:
    """Whether what stands behind `--baseline` is no baseline but something to check."""
    if value is None or value == _USUAL:
        return False
    return value == STDIN or value.endswith((".py", ".ipynb")) or os.path.isdir(value)
