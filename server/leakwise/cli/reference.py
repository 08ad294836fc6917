"""The reference of the command line, made from the commands themselves."""

import inspect
from collections.abc import Iterator

import click

from leakwise.cli.help import headed

EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "check": (
        ("leakwise check", "Checks the current folder."),
        (
            "leakwise check src notebooks --select LP --ignore LP008",
            "Checks two folders for the leaks of PyTorch, but for one rule.",
        ),
        ("leakwise check --fix", "Repairs what can be repaired safely, and reports the rest."),
        ("leakwise check - --stdin-filename src/train.py < src/train.py", "Checks what is piped."),
        (
            "leakwise check --output-format sarif --output-file findings.sarif",
            "Writes a log for code scanning.",
        ),
        ("leakwise check --shard 2/4", "Checks the second of four parts of the files."),
    ),
    "baseline": (
        ("leakwise baseline", "Records today's findings."),
        ("leakwise check --baseline", "Reports those that came since."),
    ),
    "config": (("leakwise config src/train.py", "Shows what holds for a file, and why."),),
    "merge-sarif": (
        ("leakwise merge-sarif part-1.sarif part-2.sarif -o all.sarif", "Joins two logs."),
    ),
    "rule": (
        ("leakwise rule LP001", "Prints the page of a rule."),
        ("leakwise rule --all", "Lists all rules."),
    ),
    "completion": (("leakwise completion bash", "Prints the script for bash."),),
}
"""Command lines with what they do, for each command that has some."""

_HEAD = """\
# The command line

Made by `leakwise debug commands` from the commands themselves; `leakwise COMMAND --help` says the
same. [CI.md](CI.md) shows how to use them in pipelines, [SETTINGS.md](SETTINGS.md) describes the
settings.
"""

_TAIL = """
## Exit statuses

| status | means |
| --- | --- |
| 0 | Nothing worse than a note was found; the command did what was asked. |
| 1 | `check` found warnings or errors, or would change files with `--diff`. |
| 2 | The command could not run: a wrong option, path or setting, or what cannot be written. |
| 129, 130, 143 | Its terminal was closed, it was interrupted, or told to end. |

Findings go to standard output, all else to standard error.

## Files

| file | means |
| --- | --- |
| `pyproject.toml`, `leakwise.toml`, `.leakwise.toml` | Settings; the nearest counts. |
| `.leakwise-baseline.json` | The recorded findings, unless the settings name another file. |
| `.leakwise_cache` | What earlier checks found, in the project's folder; may be deleted. |
| `.gitignore` | What it lists is not checked. |

## Environment variables

| variable | means |
| --- | --- |
| `NO_COLOR` | Where it is set and not empty, nothing is coloured. |
| `FORCE_COLOR` | Where it is set and not empty, colours go to pipes too. |
| `FORCE_HYPERLINK` | `1`: codes of rules are links in all terminals and pipes; `0`: in none. |
| `TERM` | A terminal that is `dumb` gets neither colours nor links. |
| `LEAKWISE_CACHE_DIR` | Where what was found is kept, as `--cache-dir`. |
| `LEAKWISE_ANALYSIS_SECONDS` | After how much processor time, in seconds, a rule is given up; 20. |
"""


def reference(root: click.Group, context: click.Context) -> str:
    """The text of `server/COMMANDS.md`; `root` is the whole command."""
    lines = [_HEAD]
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        if command is not None and not command.hidden:
            lines += _section(command, name, context)
    return "\n".join(lines) + _TAIL


def _section(command: click.Command, name: str, parent: click.Context) -> Iterator[str]:
    context = click.Context(command, parent, info_name=name)
    yield f"## leakwise {name}\n"
    synopsis = " ".join(command.collect_usage_pieces(context))
    yield f"```text\nleakwise {name} {synopsis}\n```\n"
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        yield " ".join(paragraph.split()) + "\n"
    for heading, options in headed(command, context):
        yield f"### {heading}\n"
        yield from (_described(option, context) for option in options)
        yield ""
    if name in EXAMPLES:
        yield "### Examples\n"
        yield "```console"
        for line, does in EXAMPLES[name]:
            yield f"$ {line}"
            yield f"# {does}"
        yield "```\n"


def _described(option: click.Option, context: click.Context) -> str:
    names = ", ".join(f"`{one}`" for one in (*option.opts, *option.secondary_opts))
    value = ""
    if not option.is_flag and not isinstance(option.type, click.Choice):
        value = f" `{option.make_metavar(context)}`"
    text = [option.help or ""]
    if isinstance(option.type, click.Choice):
        text.append("One of " + ", ".join(f"`{one}`" for one in option.type.choices) + ".")
    if option.show_default and not option.is_flag:
        text.append(f"The default is `{option.default}`.")
    return f"- {names}{value}: {' '.join(text)}"
