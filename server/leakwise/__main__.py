"""Starts Leakwise: `leakwise ...` or `python -m leakwise ...`."""

import io
import os
import sys

INTERRUPTED = 130


def main() -> None:
    """Runs the command in `sys.argv` and exits with its status."""
    try:
        status = _run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        status = INTERRUPTED
    except BrokenPipeError:
        # Whoever read has what it wanted; Python's own flush at the end must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    sys.exit(status)


def _run() -> int:
    import click

    from leakwise.commands import leakwise

    # A file name or a source line that the terminal's encoding lacks is printed escaped.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        status: int | None = leakwise.main(prog_name="leakwise", standalone_mode=False)
        return status or 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return INTERRUPTED


def leave_current_folder() -> None:
    """Takes the current folder off `sys.path`, where `python -m` has put it.

    What lies there is to be analysed: a `click.py` in it must not be run in place of a library.
    """
    here = os.getcwd()
    if not sys.flags.safe_path and sys.path and sys.path[0] in ("", here):
        del sys.path[0]


if __name__ == "__main__":
    leave_current_folder()
    main()
