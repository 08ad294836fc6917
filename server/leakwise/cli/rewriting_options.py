"""The options of `leakwise check` that change files, or show how they would change."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from leakwise.cli.shown import CheckedFile
from leakwise.engine.settings import SettingsResolver

if TYPE_CHECKING:
    from leakwise.cli.newness import Newness
    from leakwise.cli.rewriting import Rewrite

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--fix", is_flag=True, help="Repair files, where that surely changes nothing else."
    ),
    click.option(
        "--diff",
        is_flag=True,
        help="Print what `--fix` would change as unified diffs, and write nothing. "
        "The exit status is 1 when something would be changed.",
    ),
    click.option(
        "--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 where something was repaired."
    ),
    click.option(
        "--add-ignore",
        is_flag=True,
        help="Write `# leakwise: ignore[CODE]` on the lines of all findings.",
    ),
    click.option(
        "--reason", metavar="TEXT", help="Why they are ignored; written behind each comment."
    ),
)


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What is to be done to the files that are checked."""

    fix: bool
    diff: bool
    exit_non_zero_on_fix: bool
    add_ignore: bool
    reason: str | None

    @property
    def rewrites(self) -> bool:
        """Whether files are changed, or it is shown how they would be."""
        return self.fix or self.diff or self.add_ignore

    def check_with(self, *, stdin: bool, output_format: str, statistics: bool) -> None:
        """Checks what is asked for against the other options.

        Raises:
            click.UsageError: two of them exclude one another.
        """
        if self.fix and stdin and not self.diff:
            raise click.UsageError("`--fix` repairs files; standard input is none.")
        if self.exit_non_zero_on_fix and not self.fix:
            raise click.UsageError("`--exit-non-zero-on-fix` needs `--fix`.")
        if self.add_ignore and (self.fix or self.diff):
            other = "--diff" if self.diff else "--fix"
            raise click.UsageError(f"`--add-ignore` and `{other}` exclude one another.")
        if self.add_ignore and stdin:
            raise click.UsageError("`--add-ignore` changes files; standard input is none.")
        if self.reason is not None and not self.add_ignore:
            raise click.UsageError("`--reason` needs `--add-ignore`.")
        if self.reason is not None and not (self.reason.isprintable() and "#" not in self.reason):
            raise click.UsageError("`--reason` takes one line without `#`.")
        if self.diff and statistics:
            raise click.UsageError("`--diff` prints no findings that `--statistics` could count.")
        if self.diff and output_format != "text":
            raise click.UsageError(f"`--diff` prints diffs, not `--output-format {output_format}`.")

    def done(
        self,
        files: list[CheckedFile],
        settings: SettingsResolver,
        newness: "Newness",
        with_fixes: bool,
        stdin: bytes | None,
    ) -> "tuple[list[CheckedFile], list[Rewrite] | None]":
        """The files, with their new findings, after what is asked for; and with `--diff` the
        repairs that it shows. `stdin` is what came on standard input, where that is the only
        file."""
        if self.diff:
            from leakwise.cli.repairing import planned

            return planned(files, settings, newness, stdin)
        if self.fix:
            from leakwise.cli.repairing import repaired

            return repaired(files, settings, newness, with_fixes), None
        if self.add_ignore:
            from leakwise.cli.ignoring import ignored

            reason = " ".join((self.reason or "").split())
            return ignored(files, settings, newness, reason, with_fixes), None
        return files, None


_NAMES = tuple(field.name for field in fields(Rewriting))


def rewriting_options(command: Command) -> Command:
    """Gives a command these options, and hands it what they say as its argument `rewriting`."""

    @wraps(command)
    def with_rewriting(*arguments: Any, **given: Any) -> Any:
        own = {name: given.pop(name) for name in _NAMES}
        return command(*arguments, rewriting=Rewriting(**own), **given)

    decorated: Any = with_rewriting
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]
