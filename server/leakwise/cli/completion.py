"""`leakwise completion`: what makes a shell complete the command line."""

import click
from click.shell_completion import FishComplete, get_completion_class

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_LEAKWISE_COMPLETE"
"""The variable by which the shell asks, which click knows by the command's name."""

_FISH = """\
function %(complete_func)s
    set -l response (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) \
COMP_CWORD=(commandline -t) %(prog_name)s)
    for completion in $response
        set -l found (string split --max 1 "," $completion)
        switch $found[1]
            case dir
                __fish_complete_directories $found[2]
            case file
                __fish_complete_path $found[2]
            case plain
                echo $found[2]
        end
    end
end
complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


class _Fish(FishComplete):
    """Click's own script cuts what is completed, and its description, at the first comma."""

    source_template = _FISH


@click.command(short_help="Print what makes a shell complete commands.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that makes SHELL complete commands, options, rules and formats.

    The shell is to run it when it starts: `eval "$(leakwise completion bash)"` in ~/.bashrc,
    the same with zsh in ~/.zshrc, `leakwise completion fish | source` in config.fish.
    """
    found = _Fish if shell == _Fish.name else get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    click.echo(found(context.find_root().command, {}, "leakwise", VARIABLE).source())
