"""The `leakwise` command; each part of it is imported when it is called."""

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from leakwise import __version__

PARTS = {
    "baseline": "leakwise.cli.baseline",
    "check": "leakwise.cli.check",
    "clean": "leakwise.cli.clean",
    "completion": "leakwise.cli.completion",
    "config": "leakwise.cli.config",
    "debug": "leakwise.cli.debug",
    "merge-sarif": "leakwise.cli.merge_sarif",
    "rule": "leakwise.cli.rule",
    "server": "leakwise.commands",
}
"""Where the function of each name stands."""


class Parts(click.Group):
    """A group whose commands are imported one by one, as they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return list(PARTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command called `cmd_name`; None when there is none."""
        if cmd_name not in PARTS:
            return None
        command: click.Command = getattr(import_module(PARTS[cmd_name]), cmd_name.replace("-", "_"))
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; it is done when who reads its output has closed that."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Click itself would exit with 1, which says that something was found.
            raise click.exceptions.Exit(0) from None


@click.group(cls=Parts, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="leakwise", message="%(prog)s %(version)s")
def leakwise() -> None:
    """Find resource leaks in PyTorch, TensorFlow and Keras code."""


@click.command()
@click.option("--stdio", is_flag=True, help="Talk on standard input and output: the default.")
@click.option("--tcp", is_flag=True, help="Wait for one client on a TCP port.")
@click.option("--ws", is_flag=True, help="Wait for a client of WebSocket.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=2087, show_default=True, help="Which port."
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="warning",
    show_default=True,
    help="What to log, on standard error and in the editor.",
)
@click.option(
    "--log-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="PATH",
    help="Log into this file, at its end, instead of standard error.",
)
@click.pass_context
def server(
    context: click.Context,
    stdio: bool,
    tcp: bool,
    ws: bool,
    host: str,
    port: int,
    log_level: str,
    log_file: Path | None,
) -> None:
    """Run the language server, for editors."""
    if stdio + tcp + ws > 1:
        raise click.UsageError("Choose one of `--stdio`, `--tcp` and `--ws`.")
    from leakwise import lsp

    try:
        lsp.configure_log(log_level, log_file)
    except OSError as error:
        why = f"{log_file} cannot be written ({error.strerror}); name another file."
        raise click.UsageError(why) from error
    if tcp:
        context.exit(lsp.serve_tcp(host, port))
    if ws:
        context.exit(lsp.serve_websocket(host, port))
    context.exit(lsp.serve_stdio())
