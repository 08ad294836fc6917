"""What goes wrong without stopping the run: one line each on standard error."""

import click

from leakwise.cli.output.printable import printable


def complain(level: str, what: str, path: str | None = None) -> None:
    """Prints `leakwise: LEVEL: PATH: WHAT` on standard error."""
    about = "" if path is None else f"{printable(path)}: "
    click.echo(f"leakwise: {level}: {about}{printable(what)}", err=True)
