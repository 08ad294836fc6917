"""A limit on how long one thread may work: what takes longer is given up in its own thread."""

import ctypes
import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_WAITING_FACTOR = 10
"""How much longer work may take that waits, or whose processor others keep busy."""
_AGAIN_SECONDS = 0.5
"""Who catches everything is told again."""
_SHORTEST_LOOK_SECONDS = 0.05
"""How often is looked whether the time is up, at most."""


class GivenUp(BaseException):
    """What was to be done took too long. No `Exception`, which rules may catch."""


class Limit:
    """Runs work of one thread at a time, and breaks it off after some seconds.

    They are seconds of the processor, so that a busy machine is no reason to break work off; what
    waits is broken off after ten times as many by the clock. Work is broken off between two steps
    of Python; what a library does meanwhile ends first.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._changed = threading.Condition()
        self._thread = 0
        self._used: Callable[[], float] = time.process_time
        self._most_used = 0.0
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
            self._used = _processor_clock(self._thread)
            self._most_used = self._used() + self.seconds
            self._deadline = time.monotonic() + _WAITING_FACTOR * self.seconds
            if not self._watching:
                self._watching = True
                threading.Thread(target=self._watch, name="limit", daemon=True).start()
            elif self._idle:
                self._changed.notify()
        try:
            return work()
        finally:
            self._finish()

    def break_off(self) -> None:
        """Has the work that runs now, if any, given up at once; from any thread."""
        with self._changed:
            if self._deadline is not None:
                self._deadline = time.monotonic()
                self._changed.notify()

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
                if self._deadline is None:
                    self._changed.wait()
                    continue
                left = min(self._most_used - self._used(), self._deadline - time.monotonic())
                if left > 0:
                    self._changed.wait(max(left, _SHORTEST_LOOK_SECONDS))
                else:
                    _raise_in(self._thread, GivenUp)
                    self._changed.wait(_AGAIN_SECONDS)


def _processor_clock(thread: int) -> Callable[[], float]:
    """Tells how many seconds of the processor a running thread has used, as any thread may ask;
    where the system tells of no other thread than one's own, those of the whole process."""
    clock_of = getattr(time, "pthread_getcpuclockid", None)
    if clock_of is None:
        return time.process_time
    clock: int = clock_of(thread)
    return lambda: time.clock_gettime(clock)


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(thread), None if error is None else ctypes.py_object(error)
    )
