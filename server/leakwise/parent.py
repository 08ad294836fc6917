"""The process that started this one, which is not to be outlived."""

import signal
import sys

_PR_SET_PDEATHSIG = 1
"""https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html"""


def woken_without_parent() -> None:
    """Has this process go on when the thread that started it ends, should it be stopped then: it
    sees the end of its pipes, and leaves nothing behind. Linux alone offers that."""
    if sys.platform != "linux":
        return
    import ctypes

    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGCONT, 0, 0, 0)
    except (OSError, AttributeError):
        # A system library without it: one that is stopped then stays until it is continued.
        return
