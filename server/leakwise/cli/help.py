"""How `--help` shows a command: its options under headings, with short lists of choices."""

from collections.abc import Iterator

import click

GENERAL = "Options"
_HEADINGS = {
    "Output": (
        "output_format",
        "output_file",
        "statistics",
        "show_files",
        "exit_zero",
    ),
    "Repairs and comments": (
        "fix",
        "unsafe_fixes",
        "diff",
        "exit_non_zero_on_fix",
        "add_ignore",
        "reason",
    ),
    "New findings only": ("baseline", "no_baseline", "changed", "diff_base"),
    "Rules": (
        "select",
        "ignore",
        "extend_select",
        "per_file_ignores",
        "extend_per_file_ignores",
        "severity",
        "minimum_certainty",
    ),
    "Files": (
        "exclude",
        "extend_exclude",
        "force_exclude",
        "respect_gitignore",
        "stdin_filename",
        "shard",
    ),
    "Cache": ("no_cache", "cache_dir"),
    "Settings": ("config", "isolated", "environment"),
}
_FEW = 6
"""The largest number of options that need no headings."""
_METAVAR_WIDTH = 30


class HelpedCommand(click.Command):
    """A command whose help groups its options, as those of `leakwise check` are many."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the options, each group under its heading."""
        for heading, options in headed(self, ctx):
            rows = [row for option in options if (row := _row(option, ctx)) is not None]
            with formatter.section(heading):
                formatter.write_dl(rows, col_max=_METAVAR_WIDTH)


def headed(
    command: click.Command, context: click.Context
) -> Iterator[tuple[str, list[click.Option]]]:
    """The options of a command that are shown, by heading; what has none comes last."""
    shown = [
        one
        for one in command.get_params(context)
        if isinstance(one, click.Option) and not one.hidden
    ]
    left = {option.name: option for option in shown}
    if len(shown) > _FEW:
        for heading, names in _HEADINGS.items():
            if found := [left.pop(name) for name in names if name in left]:
                yield heading, found
    yield GENERAL, list(left.values())


def _row(option: click.Option, context: click.Context) -> tuple[str, str] | None:
    record = option.get_help_record(context)
    if record is None or not isinstance(option.type, click.Choice):
        return record
    names, text = record
    choices = option.type.choices
    if len(names) <= _METAVAR_WIDTH:
        return record
    metavar = option.make_metavar(context)
    return names.replace(metavar, "FORM" if option.name == "output_format" else "CHOICE"), (
        f"{text}  [{', '.join(map(str, choices))}]"
    )
