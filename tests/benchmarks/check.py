"""`leakwise check` beside TorchFix over the same folders, with ruff as the floor."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import figures, peers
from tests.benchmarks.training_files import functions

_PLAIN = '''\
"""Part {n} of a program that trains nothing."""

import os


def names_{n}(folder, suffix):
    found = []
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if name.endswith(suffix):
                found.append(os.path.join(root, name))
    return sorted(found)


'''


WARM = "warm "


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder to check, with what it holds."""

    name: str
    path: Path
    files: int
    lines: int

    @classmethod
    def of(cls, name: str, path: Path) -> "Folder":
        """Counts the Python files under `path`."""
        files = [file for file in path.rglob("*.py") if file.is_file()]
        return cls(name, path, len(files), sum(f.read_bytes().count(b"\n") for f in files))


def made_up(home: Path, files: int, lines: int) -> Iterator[Folder]:
    """A folder of training code, and one of as much code without any framework."""
    training, plain = home / "training", home / "plain"
    for folder in (training, plain):
        folder.mkdir()
    for n in range(files):
        (training / f"train_{n}.py").write_text(functions(lines, seed=n * lines).text)
        count = lines // _PLAIN.count("\n")
        text = "".join(_PLAIN.format(n=n * count + part) for part in range(count))
        (plain / f"plain_{n}.py").write_text(text)
    yield Folder.of("training code", training)
    yield Folder.of("no framework", plain)


def seconds(command: list[str], jobs: int, repeat: int) -> float | str:
    """The quickest of `repeat` runs; a text where the tool failed."""
    environment = {**os.environ, "RAYON_NUM_THREADS": str(jobs)}
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        done = subprocess.run(command, env=environment, capture_output=True)
        best = min(best, time.perf_counter() - start)
        # Findings make it 1, for TorchFix also none; above that the tool did not do its work.
        if done.returncode not in (0, 1) or b"Traceback" in done.stderr:
            last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
            return f"exit status {done.returncode}: {' '.join(last)}"[:100]
    return best


def commands(options: argparse.Namespace, kept: Path) -> Iterator[tuple[str, int, list[str]]]:
    """Name, jobs and command (without the folder) of each tool that there is. What is called warm
    knows its results from a run before, kept below `kept`."""
    ruff, torchfix = peers.find(peers.RUFF, options), peers.find(peers.TORCHFIX, options)
    for jobs in options.jobs:
        if torchfix.path:
            yield "torchfix", jobs, [str(torchfix.path), "--select", "ALL", "-j", str(jobs)]
        leakwise = [*peers.LEAKWISE, "check", "--jobs", str(jobs)]
        yield "leakwise", jobs, [*leakwise, "--no-cache"]
        yield WARM + "leakwise", jobs, [*leakwise, "--cache-dir", str(kept / "leakwise")]
        if ruff.path:
            command = [str(ruff.path), "check", "--isolated"]
            yield "ruff", jobs, [*command, "--no-cache"]
            yield WARM + "ruff", jobs, [*command, "--cache-dir", str(kept / "ruff")]
    for peer, found in ((peers.RUFF, ruff), (peers.TORCHFIX, torchfix)):
        if found.absence:
            print(f"{peer.name} is not in the tables: {found.absence}", file=sys.stderr)


def print_table(folder: Folder, options: argparse.Namespace, kept: Path) -> None:
    """Runs every tool over `folder`."""
    rows = []
    reference: dict[int, float] = {}
    for name, jobs, command in commands(options, kept):
        if name.startswith(WARM):
            seconds([*command, str(folder.path)], jobs, 1)
        took = seconds([*command, str(folder.path)], jobs, options.repeat)
        if isinstance(took, str):
            rows.append([f"{name}, {jobs} jobs", took, "", ""])
            continue
        if name == "torchfix":
            reference[jobs] = took
        speed = figures.ratio(reference.get(jobs, 0.0), took) if jobs in reference else "-"
        rows.append([f"{name}, {jobs} jobs", f"{took:.2f}", f"{folder.lines / took:,.0f}", speed])
    print(f"\n{folder.name}: {folder.files:,} files, {folder.lines:,} lines\n")
    head = ["tool", "seconds", "lines a second", "faster than torchfix"]
    print(figures.table(head, rows), flush=True)


def main() -> None:
    """Prints one table for each folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, help="folders, instead of made-up ones")
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--repeat", type=int, default=1, help="take the best of (%(default)s)")
    parser.add_argument("--files", type=int, default=100, help="made up (%(default)s)")
    parser.add_argument("--lines", type=int, default=200, help="of each of them (%(default)s)")
    peers.add_options(parser, (peers.RUFF, peers.TORCHFIX))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        if options.paths:
            folders = [Folder.of(str(path), path) for path in options.paths]
        else:
            folders = list(made_up(Path(home), options.files, options.lines))
        for folder in folders:
            print_table(folder, options, Path(home))


if __name__ == "__main__":
    main()
