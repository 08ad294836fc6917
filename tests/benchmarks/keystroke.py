"""Keystroke to diagnostics: our server beside ruff's and python-lsp-server, in one run.

Types a leaking line character by character into the middle of made-up training files. Each key is
one `didChange`; the clock runs from its sending until the diagnostics of that version are there.
Servers take turns, line by line, so that a busy moment of the machine hits all of them.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks import figures, peers
from tests.benchmarks.lsp_client import Client, ServerGone
from tests.benchmarks.servers import Contender, contenders
from tests.benchmarks.training_files import (
    Notebook,
    TrainingFile,
    functions,
    notebook,
    one_main,
    script,
)
from tests.benchmarks.typist import CellTypist, Typist


@dataclass(slots=True)
class Measurement:
    """What one server took for one file."""

    times: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    """What the keys of one line took of a processor, on the average."""
    diagnostics: int = 0
    leak_reported: bool = False
    failure: str = ""


def typist_at(client: Client, uri: str, file: TrainingFile | Notebook) -> Typist:
    """Who types into the file, or into a cell of the notebook."""
    if isinstance(file, Notebook):
        return CellTypist(client, uri, file)
    return Typist(client, uri, file)


def measure(
    contenders: Sequence[Contender],
    file: TrainingFile | Notebook,
    folder: Path,
    lines: int,
    seconds: float,
) -> dict[str, Measurement]:
    """Types `lines` lines into `file` at every contender, or as many as fit in `seconds` each."""
    path = folder / (file.name.replace(" ", "_").replace(",", "").replace("()", "") + ".py")
    path.write_text(file.text)
    results = {contender.name: Measurement() for contender in contenders}
    with ExitStack() as stack:
        typists: dict[str, Typist] = {}
        for contender in contenders:
            try:
                client = stack.enter_context(Client(contender.command, contender.pulls))
                client.initialize(folder.as_uri(), contender.options)
                typist = typist_at(client, path.as_uri(), file)
                typist.open(file.text)
                typists[contender.name] = typist
            except (ServerGone, OSError) as error:
                results[contender.name].failure = str(error)
        for turn in range(lines + 1):
            for name, typist in list(typists.items()):
                result = results[name]
                if sum(result.times) > seconds:
                    continue
                try:
                    before = figures.processor_seconds(typist.server)
                    times = typist.type_line()
                    after = figures.processor_seconds(typist.server)
                    result.diagnostics = len(typist.diagnostics)
                    result.leak_reported = typist.reports_leak()
                    typist.erase_line()
                except ServerGone as error:
                    result.failure = str(error)
                    del typists[name]
                    continue
                if turn > 0:  # The first line warms the caches of server and machine.
                    result.times += times
                    if before is not None and after is not None:
                        result.processor.append((after - before) / len(times))
    return results


def rows(results: dict[str, Measurement]) -> Iterator[list[str]]:
    """Table rows: each server's figures, and its p95 beside ruff's in the same mode."""
    for name, result in results.items():
        if not result.times:
            yield [name, result.failure or "no figures", *[""] * 7]
            continue
        p50, p95 = (figures.percentile(result.times, share) for share in (0.50, 0.95))
        ruff = results.get("ruff, " + name.rpartition(" ")[2])
        reference = figures.percentile(ruff.times, 0.95) if ruff and ruff.times else None
        yield [
            name + (f" (then {result.failure})" if result.failure else ""),
            *(figures.milliseconds(t) for t in (p50, p95, max(result.times))),
            figures.ratio(p95, reference),
            figures.milliseconds(figures.percentile(result.processor, 0.5))
            if result.processor
            else "-",
            str(len(result.times)),
            str(result.diagnostics),
            "yes" if result.leak_reported else "no",
        ]


FILES: dict[str, Callable[[], TrainingFile | Notebook]] = {
    "200": lambda: functions(200),
    "1000": lambda: functions(1000),
    "10000": lambda: functions(10_000),
    "main": lambda: one_main(500),
    "script": lambda: script(500),
    "notebook": lambda: notebook(100),
}


def main() -> None:
    """Prints one table for each file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", nargs="+", choices=FILES, default=list(FILES))
    parser.add_argument("--lines", type=int, default=12, help="typed lines (%(default)s)")
    parser.add_argument(
        "--seconds", type=float, default=15, help="at most, for a server and file (%(default)s)"
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help="servers whose name has this")
    peers.add_options(parser, (peers.RUFF, peers.PYLSP))
    options = parser.parse_args()
    chosen = [
        contender
        for contender in contenders(options)
        if not options.only or any(word in contender.name for word in options.only)
    ]
    head = ["server", "p50 ms", "p95 ms", "max ms", "p95 to ruff", "cpu ms"]
    head += ["keys", "diagnostics", "on line"]
    with tempfile.TemporaryDirectory() as folder:
        for file in (FILES[name]() for name in options.files):
            results = measure(chosen, file, Path(folder), options.lines, options.seconds)
            print(f"\n{file.name}\n\n{figures.table(head, list(rows(results)))}", flush=True)
    print(
        "\nOne key at a time, the first typed line not counted. 'on line': the typed leak was"
        " reported once whole.\n'cpu ms': what a key took of a processor, the median of the lines"
        " typed (Linux).\npylsp waits 500 ms for the typist to pause before it looks."
    )


if __name__ == "__main__":
    main()
