"""Starts Leakwise: `leakwise ...` or `python -m leakwise ...`."""

import errno
import io
import os
import sys

COULD_NOT_RUN = 2
INTERRUPTED = 130


def main() -> None:
    """Runs the command in `sys.argv` and exits with its status."""
    status = 0
    try:
        _open_what_is_closed()
        _answer_what_is_dropped()
        status = _run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        status = INTERRUPTED
    except BrokenPipeError:
        # Whoever read has what it wanted; the status is what it is all the same.
        _drop(sys.stdout)
    except OSError as error:
        _say(f"Error: {_reason(error)}.\n")
        _drop(sys.stdout, sys.stderr)
        status = COULD_NOT_RUN
    sys.exit(status)


def _say(what: str) -> None:
    try:
        sys.stderr.write(what)
        sys.stderr.flush()
    except OSError:
        # There is nobody to tell.
        return


def _open_what_is_closed() -> None:
    """Gives the process the streams that whoever started it has closed, so that no file that is
    opened later takes the place of one."""
    sys.stdin = sys.stdin or os.fdopen(os.open(os.devnull, os.O_RDONLY))
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    sys.stderr = sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")


def _answer_what_is_dropped() -> None:
    """Has Ctrl-C, or a signal to end, end the command also where it comes while Python is in code
    whose exceptions it drops, such as what is called when an object goes."""
    if sys.platform == "win32":
        return
    tell = sys.unraisablehook

    def answer(dropped: "sys.UnraisableHookArgs") -> None:
        raised = dropped.exc_value
        if not isinstance(raised, KeyboardInterrupt | SystemExit):
            tell(dropped)
            return
        import signal

        def again(number: int, frame: object) -> None:
            raise raised

        signal.signal(signal.SIGALRM, again)
        signal.setitimer(signal.ITIMER_REAL, 0.01)

    sys.unraisablehook = answer


def _drop(*streams: object) -> None:
    """Sends what was not written yet nowhere, so that Python's own flush at the end is quiet."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _reason(error: OSError) -> str:
    """Why the command could not go on, and what to do about it."""
    why = error.strerror or type(error).__name__
    if error.filename is not None:
        return f"{os.fsdecode(error.filename)}: {why}"
    try:
        os.getcwd()
    except OSError:
        return "the current folder does not exist any more - go to another one"
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return f"the system gives no more files ({why}) - allow more, as by `ulimit -n`"
    if error.errno in (errno.EAGAIN, errno.ENOMEM):
        return f"the system gives no more processes or memory ({why}) - try `--jobs 1`"
    return f"the output cannot be written ({why}) - make room, or write to another place"


def _run() -> int:
    # Imported here, as all else is, so that Ctrl-C is answered meanwhile.
    from leakwise.cli.cache.again import given_again

    # A file name or a source line that the terminal's encoding lacks is printed escaped.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    arguments = sys.argv[1:]
    known = given_again(arguments)
    if known is not None:
        return known
    import click

    from leakwise.commands import leakwise

    try:
        status: int | None = leakwise.main(
            prog_name="leakwise", standalone_mode=False, obj=arguments
        )
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
    try:
        here = os.getcwd()
    except OSError:
        here = ""
    if not sys.flags.safe_path and sys.path and sys.path[0] in ("", here):
        del sys.path[0]


if __name__ == "__main__":
    leave_current_folder()
    main()
