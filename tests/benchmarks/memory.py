"""Memory of the server with many files open, and over very many edits.

Counted is the resident memory of the server and all its child processes. The typed lines are all
different, so that nothing kept for a text that was seen before can hide growth.
"""

import argparse
import itertools
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks import figures, peers
from tests.benchmarks.lsp_client import Client, ServerGone
from tests.benchmarks.servers import Contender, contenders
from tests.benchmarks.training_files import LEAK, functions
from tests.benchmarks.typist import Typist


def open_files(client: Client, folder: Path, count: int, lines: int) -> list[Typist]:
    """Opens `count` unlike files and waits for the diagnostics of each."""
    typists = []
    for n in range(count):
        file = functions(lines, seed=n * lines)
        path = folder / f"train_{n}.py"
        path.write_text(file.text)
        typist = Typist(client, path.as_uri(), file)
        typist.open(file.text)
        typists.append(typist)
    return typists


def edit(typists: list[Typist], edits: int, step: int, client: Client) -> None:
    """Makes `edits` edits, one file after the other; prints the memory after every `step`."""
    done, first, printed = 0, figures.resident_mebibytes(client.pid), 0
    start = time.perf_counter()
    for n, typist in zip(itertools.count(), itertools.cycle(typists), strict=False):
        done += len(typist.type_line(f"{LEAK} * {n}")) + 2
        typist.erase_line()
        if done // step > printed:
            printed = done // step
            size = figures.resident_mebibytes(client.pid)
            rate = done / (time.perf_counter() - start)
            print(
                f"{done:>9,} edits: {size:.0f} MiB ({size - first:+.1f} since opening),"
                f" {rate:.0f} edits a second",
                flush=True,
            )
        if done >= edits:
            return


def measure(contender: Contender, options: argparse.Namespace) -> list[str]:
    """One row: the server's memory when started, and with all files open."""
    try:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            client = stack.enter_context(Client(contender.command, contender.pulls))
            client.initialize(folder.as_uri(), contender.options)
            fresh = figures.resident_mebibytes(client.pid)
            typists = open_files(client, folder, options.files, options.lines)
            full = figures.resident_mebibytes(client.pid)
            if contender.name.startswith("leakwise"):
                print(f"\n{contender.name}: {full:.0f} MiB with {options.files} files open")
                edit(typists, options.edits, options.step, client)
            return [contender.name, f"{fresh:.0f}", f"{full:.0f}"]
    except (ServerGone, OSError) as error:
        return [contender.name, f"no figures: {error}", ""]


def main() -> None:
    """Prints the memory over the edits, then one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100, help="open files (%(default)s)")
    parser.add_argument("--lines", type=int, default=1000, help="of each file (%(default)s)")
    parser.add_argument("--edits", type=int, default=100_000, help="(%(default)s)")
    parser.add_argument("--step", type=int, default=10_000, help="edits a line (%(default)s)")
    parser.add_argument("--mode", choices=("push", "pull"), default="push")
    peers.add_options(parser, (peers.RUFF, peers.PYLSP))
    options = parser.parse_args()
    wanted = (c for c in contenders(options) if c.name.endswith(options.mode))
    rows = [measure(contender, options) for contender in wanted]
    head = ["server", "started MiB", f"{options.files} files of {options.lines} lines MiB"]
    print(f"\n{figures.table(head, rows)}")


if __name__ == "__main__":
    main()
