"""The processes of a running server, as Linux tells of them."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from tests.lsp.raw_client import PATIENCE_SECONDS

SYMBOLS = "leakwise.facts.symbols.worker"
"""What the command of the process has that knows other files."""
SCAN = "leakwise.lsp.scan_worker"
"""What the command of a process has that checks files which are not open."""


def descendants(process: int, command: str = "") -> list[int]:
    """The processes that a process has started, and those that these have, whose command has this
    text in it; none of those that have ended."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
        except (OSError, ValueError):
            continue
        if state != "Z":
            children.setdefault(int(parent), []).append(int(folder.name))
    found, waiting = [], [process]
    while waiting:
        below = children.get(waiting.pop(), [])
        waiting += below
        found += [one for one in below if command in _command(one)]
    return sorted(found)


def started(process: int, command: str, other_than: list[int] | None = None) -> list[int]:
    """Waits until there are descendants with this command, and others than these."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = [one for one in descendants(process, command) if one not in (other_than or ())]
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"No process runs {command}.")


def begun(processes: list[int]) -> bool:
    """Waits until all of the processes are so far that they are woken when the one that started
    them ends, which they load ctypes for; whether that came to pass."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            if all("_ctypes" in Path(f"/proc/{one}/maps").read_text() for one in processes):
                return True
        except OSError:
            return False
        time.sleep(0.02)
    return False


def all_gone(processes: list[int]) -> bool:
    """Waits until none of the processes is left; whether that came to pass."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if not any(_command(one) for one in processes):
            return True
        time.sleep(0.02)
    return False


def emptied(folder: Path) -> bool:
    """Waits until nothing is left in a folder, as processes may have begun that nobody counted;
    whether that came to pass."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if not any(folder.iterdir()):
            return True
        time.sleep(0.02)
    return False


def send(sign: signal.Signals, processes: list[int]) -> None:
    """Sends a signal to processes, of which some may have ended."""
    for process in processes:
        try:
            os.kill(process, sign)
        except ProcessLookupError:
            continue


def memory_of(process: int) -> int:
    """The resident bytes of a process; 0 where the system does not tell."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    return next(_sizes(status), 0)


def processor_of(process: int) -> float:
    """For how many seconds a process ran on a processor; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _sizes(status: str) -> Iterator[int]:
    for line in status.splitlines():
        if line.startswith("VmRSS:"):
            yield int(line.split()[1]) * 1024


def _command(process: int) -> str:
    """The command of a process; empty for one that has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""
