"""What a run of a command takes: time, processor and memory, of it and of all its processes."""

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

REST_SECONDS = 0.05
"""Between two looks at memory; a look that takes long is followed by a longer rest."""


class Failed(Exception):
    """The command did not do its work."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds by the clock and of processors, and MiB at the highest point; these are None where
    the system does not tell them."""

    seconds: float
    processor: float
    together: float | None
    """Of all processes at a time, pages that they share counted once."""
    alone: float | None
    """Of the first process."""


def measured(command: Sequence[str], environment: dict[str, str]) -> Measured:
    """Runs a command in a session of its own, which is ended when this is interrupted.

    Raises:
        Failed: its status is above 1, which linters have for findings, or it printed a traceback.
    """
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        run = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
        memory = _Memory(run.pid)
        memory.start()
        try:
            _, status, used = os.wait4(run.pid, 0)
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)
            raise
        finally:
            memory.stop()
        seconds = time.perf_counter() - start
        run.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = errors.read().decode(errors="replace")
        if run.returncode not in (0, 1) or "Traceback" in said:
            last = " ".join(said.strip().splitlines()[-1:])
            raise Failed(f"exit status {run.returncode}: {last}"[:100])
    # What ends before a look at all processes has been seen by itself at least.
    together = max(filter(None, (memory.together, memory.alone)), default=None)
    return Measured(seconds, used.ru_utime + used.ru_stime, together, memory.alone)


class _Memory(threading.Thread):
    """Looks again and again what a process and its descendants hold."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.together: float | None = None
        self.alone: float | None = None
        self._pid = pid
        self._ended = threading.Event()

    def run(self) -> None:
        """Looks until it is stopped."""
        rest = 0.0
        while not self._ended.wait(rest):
            began = time.perf_counter()
            sizes = [_kibibytes(f"/proc/{one}/smaps_rollup", "Pss:") for one in _family(self._pid)]
            known = [size for size in sizes if size]
            if known:
                self.together = max(self.together or 0.0, sum(known) / 1024)
            # The highest point so far, as the system has kept it.
            highest = _kibibytes(f"/proc/{self._pid}/status", "VmHWM:")
            if highest:
                self.alone = max(self.alone or 0.0, highest / 1024)
            rest = max(REST_SECONDS, 10 * (time.perf_counter() - began))

    def stop(self) -> None:
        """Ends the looking."""
        self._ended.set()
        self.join()


def _family(pid: int) -> list[int]:
    """A process and its descendants; none where the system does not tell."""
    found = [pid]
    for one in found:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += map(int, children.read_text().split())
    return found


def _kibibytes(path: str, key: str) -> int | None:
    with contextlib.suppress(OSError):
        for line in Path(path).read_text().splitlines():
            if line.startswith(key):
                return int(line.split()[1])
    return None
