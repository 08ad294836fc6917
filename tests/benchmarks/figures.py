"""Figures and the tables they are printed in."""

import math
import subprocess
from collections.abc import Sequence
from pathlib import Path


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` (0 to 1) of them do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def milliseconds(seconds: float) -> str:
    """Seconds as milliseconds, with the digits that mean something."""
    value = seconds * 1000
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def ratio(value: float, reference: float | None) -> str:
    """How many times `reference` the value is; a dash without one."""
    return f"{value / reference:.2f}x" if reference else "-"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table: the first column flush left, the others flush right."""
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = [head, [("-" * w if i == 0 else "-" * (w - 1) + ":") for i, w in enumerate(widths)]]
    return "\n".join(
        "| "
        + " | ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        + " |"
        for row in (*lines, *rows)
    )


def resident_mebibytes(pid: int) -> float:
    """Resident memory of a process and all its descendants in MiB, pages they share counted twice.

    Raises `OSError` where there is no `ps`.
    """
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,rss="], capture_output=True, text=True, check=True
    ).stdout
    children: dict[int, list[int]] = {}
    size: dict[int, int] = {}
    for line in listing.splitlines():
        child, parent, kibibytes = (int(part) for part in line.split())
        children.setdefault(parent, []).append(child)
        size[child] = kibibytes
    total, waiting = 0, [pid]
    while waiting:
        process = waiting.pop()
        total += size.get(process, 0)
        waiting += children.get(process, [])
    return total / 1024


def processor_seconds(pid: int) -> float | None:
    """The time that all threads of a process ran on a processor, to the nanosecond; None where the
    system does not tell. What else the machine does hardly counts in it."""
    try:
        times = [
            int(one.read_text().split()[0]) for one in Path(f"/proc/{pid}/task").glob("*/schedstat")
        ]
    except (OSError, ValueError, IndexError):
        return None
    return sum(times) / 1e9 if times else None
