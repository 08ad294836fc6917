"""`leakwise check` over ever larger trees of real code: how time and memory grow.

Beside it run ruff, which is the floor, and TorchFix.

A cold run knows nothing and keeps what it finds; a warm one repeats it; before the last one, one
file of the tree was changed. Each size is printed as soon as it ends, and Ctrl-C ends the rest.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import figures, peers
from tests.benchmarks.check import Folder
from tests.benchmarks.measured import Failed, Measured, measured
from tests.benchmarks.real_trees import NotEnough, trees
from tests.realcode.__main__ import cache_folder
from tests.realcode.pinned import Unreachable, WrongHash

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
REST_SECONDS = 3.0
"""What was changed less than this before a check is compared by content in the next one."""
GREW = "grew"
HEAD = (
    *("tool", "seconds", GREW, "cpu s", GREW, "ms per 1,000 lines"),
    *("MiB", GREW, "MiB of the first", GREW),
)


@dataclass(frozen=True, slots=True)
class Contender:
    """A run that is measured: its command, to which the tree comes, and what is done before."""

    name: str
    command: tuple[str, ...]
    before: Callable[[Path], None] = lambda tree: None
    minutes: float = float("inf")
    """It is left out where it would presumably take longer."""


def contenders(options: argparse.Namespace, kept: Path) -> list[Contender]:
    """Those that there are, in the order in which they run; what they keep lies below `kept`."""

    def forget(tree: Path) -> None:
        shutil.rmtree(kept, ignore_errors=True)
        time.sleep(REST_SECONDS)

    found = []
    ruff, torchfix = peers.find(peers.RUFF, options), peers.find(peers.TORCHFIX, options)
    for peer, one in ((peers.RUFF, ruff), (peers.TORCHFIX, torchfix)):
        if one.absence:
            print(f"{peer.name} is not in the tables: {one.absence}", file=sys.stderr)
    if ruff.path:
        # The rules of pyflakes, which follow names through each file.
        check = (str(ruff.path), "check", "--isolated", "--select", "F")
        caching = (*check, "--cache-dir", str(kept / "ruff"))
        found += [
            Contender("ruff, without cache", (*check, "--no-cache")),
            Contender("ruff, cold", caching, forget),
            Contender("ruff, warm", caching),
        ]
    jobs = str(options.jobs)
    leakwise = (*peers.LEAKWISE, "check", "--jobs", jobs, "--cache-dir", str(kept / "leakwise"))
    found += [
        Contender("leakwise, cold", leakwise, forget),
        Contender("leakwise, warm", leakwise),
        Contender("leakwise, one changed", leakwise, _change),
    ]
    if torchfix.path:
        command = (str(torchfix.path), "--select", "ALL", "-j", jobs)
        found.append(Contender("torchfix", command, minutes=options.minutes))
    return found


def _change(tree: Path) -> None:
    """Adds a line to a file about torch, of those the one of middle size."""
    sources = sorted(tree.rglob("*.py"), key=lambda file: (file.stat().st_size, file))
    about = [file for file in sources if b"import torch" in file.read_bytes()] or sources
    with about[len(about) // 2].open("a") as stream:
        stream.write("\n# One more line.\n")


def measure(contender: Contender, folder: Folder, jobs: int) -> Measured | str:
    """What one run takes; a text where it failed."""
    contender.before(folder.path)
    environment = {**os.environ, "RAYON_NUM_THREADS": str(jobs)}
    try:
        return measured([*contender.command, str(folder.path)], environment)
    except Failed as failed:
        return str(failed)


def row(name: str, found: Measured | str, folder: Folder, last: Measured | None) -> list[str]:
    """A line of the table: each figure with how many times that of the tree before it is."""
    if isinstance(found, str):
        return [name, found, *[""] * (len(HEAD) - 2)]
    return [
        name,
        *_grown(found.seconds, last.seconds if last else None, ".2f"),
        *_grown(found.processor, last.processor if last else None, ".2f"),
        f"{found.seconds * 1e6 / folder.lines:.2f}",
        *_grown(found.together, last.together if last else None, ".0f"),
        *_grown(found.alone, last.alone if last else None, ".0f"),
    ]


def _grown(value: float | None, before: float | None, form: str) -> tuple[str, str]:
    if value is None:
        return "-", ""
    return f"{value:{form}}", figures.ratio(value, before) if before else ""


def print_table(
    folder: Folder,
    before: Folder | None,
    runs: list[Contender],
    last: dict[str, Measured],
    left_out: set[str],
    jobs: int,
) -> None:
    """Runs all over one tree. `last` has what they took for the tree `before`, `left_out` what took
    too long for one; both are brought up to date."""
    rows = []
    growth = folder.lines / before.lines if before is not None else 1.0
    for contender in runs:
        known = last.pop(contender.name, None)
        presumably = known.seconds * growth if known is not None else 0.0
        if presumably > contender.minutes * 60 or contender.name in left_out:
            left_out.add(contender.name)
            rows.append(row(contender.name, "left out", folder, None))
            continue
        print(f"{folder.name}: {contender.name} ...", file=sys.stderr, flush=True)
        found = measure(contender, folder, jobs)
        if not isinstance(found, str):
            last[contender.name] = found
        rows.append(row(contender.name, found, folder, known))
    grew = f", {growth:.2f}x the lines of the table above" if before is not None else ""
    print(f"\n{folder.files:,} files, {folder.lines:,} lines{grew}\n")
    print(figures.table(HEAD, rows), flush=True)


def main() -> int:
    """Prints one table for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="LINES")
    parser.add_argument("--jobs", type=int, default=2, help="processes of each tool (%(default)s)")
    parser.add_argument(
        "--minutes",
        type=float,
        default=5.0,
        help="TorchFix is left out where it would take longer, by what it took before"
        " (%(default)s)",
    )
    parser.add_argument(
        "--cache", type=Path, default=cache_folder(), help="where packages are kept"
    )
    peers.add_options(parser, (peers.RUFF, peers.TORCHFIX))
    options = parser.parse_args()
    last: dict[str, Measured] = {}
    left_out: set[str] = set()
    before: Folder | None = None
    with tempfile.TemporaryDirectory() as home:
        runs = contenders(options, Path(home, "kept"))
        try:
            for folder in trees(options.sizes, Path(home), options.cache):
                print_table(folder, before, runs, last, left_out, options.jobs)
                before = folder
        except (NotEnough, Unreachable, WrongHash) as error:
            print(f"no larger tree: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
