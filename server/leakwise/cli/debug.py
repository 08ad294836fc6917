"""`leakwise debug`: what the facts say of a file, for the authors of rules."""

from pathlib import Path

import click

from leakwise.cli.output.printable import printable
from leakwise.cli.paths import NamedPath
from leakwise.facts import ModuleFacts, describe
from leakwise.facts.interpreter.trace import trace
from leakwise.facts.reading import read
from leakwise.sources import UnreadableError


@click.group(hidden=True)
def debug() -> None:
    """Look into the analysis."""


@debug.command()
@click.pass_context
def commands(context: click.Context) -> None:
    """Print the reference of the command line: `server/COMMANDS.md`."""
    from leakwise.cli.reference import reference

    root = context.find_root()
    assert isinstance(root.command, click.Group)
    click.echo(reference(root.command, root), nl=False)


@debug.command()
@click.argument("file", type=NamedPath())
def values(file: Path) -> None:
    """Print what is known of each line of FILE: the line, what stands there, and its value."""
    try:
        document = read(file)
    except UnreadableError as error:
        raise click.UsageError(f"{file}: {error}.") from error
    for traced in trace(ModuleFacts(document)):
        text = " ".join(traced.text.split())
        click.echo(printable(f"{traced.line + 1}: {text}: {describe(traced.value)}"))
