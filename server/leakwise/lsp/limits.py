"""A limit on how long one thread may work: what takes longer is given up in its own thread."""

import ctypes
import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_AGAIN_SECONDS = 0.5
"""Who catches everything is told again."""


class GivenUp(BaseException):
    """What was to be done took too long. No `Exception`, which rules may catch."""


class Limit:
    """Runs work of one thread at a time, and breaks it off after some seconds.

    Work is broken off between two steps of Python; what a library does meanwhile ends first.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._changed = threading.Condition()
        self._thread = 0
        self._deadline: float | None = None
        self._watching = False
        self._idle = False
        self._closed = False

    def run(self, work: Callable[[], T]) -> T:
        """What `work` gives.

        Raises:
            GivenUp: it took too long.
        """
        with self._changed:
            self._thread = threading.get_ident()
            self._deadline = time.monotonic() + self.seconds
            if not self._watching:
                self._watching = True
                threading.Thread(target=self._watch, name="limit", daemon=True).start()
            elif self._idle:
                self._changed.notify()
        try:
            return work()
        finally:
            self._finish()

    def close(self) -> None:
        """Ends the thread that watches."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _finish(self) -> None:
        while True:
            try:
                with self._changed:
                    self._deadline = None
                    # What was raised and did not arrive yet would arrive anywhere.
                    _raise_in(self._thread, None)
                return
            except GivenUp:
                continue

    def _watch(self) -> None:
        with self._changed:
            while not self._closed:
                self._idle = self._deadline is None
                left = None if self._deadline is None else self._deadline - time.monotonic()
                if left is None or left > 0:
                    self._changed.wait(left)
                else:
                    _raise_in(self._thread, GivenUp)
                    self._deadline = time.monotonic() + _AGAIN_SECONDS


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), None if error is None else ctypes.py_object(error)
    )
