"""`leakwise completion`: what makes a shell complete the command line."""

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_LEAKWISE_COMPLETE"
"""The variable by which the shell asks, which click knows by the command's name."""


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that makes SHELL complete commands, options, rules and formats.

    The shell is to run it when it starts: `eval "$(leakwise completion bash)"` in ~/.bashrc,
    the same with zsh in ~/.zshrc, `leakwise completion fish | source` in config.fish.
    """
    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    click.echo(found(context.find_root().command, {}, "leakwise", VARIABLE).source())
