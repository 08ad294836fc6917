"""Start-up of a server: process start to the answer of `initialize`, and to first diagnostics."""

import argparse
import tempfile
from pathlib import Path

from tests.benchmarks import figures, peers
from tests.benchmarks.lsp_client import Client, ServerGone
from tests.benchmarks.servers import Contender, contenders
from tests.benchmarks.training_files import TrainingFile, functions
from tests.benchmarks.typist import Typist


def start(contender: Contender, folder: Path, file: TrainingFile) -> tuple[float, float]:
    """Seconds from process start to the answer of `initialize`, and to the first diagnostics."""
    path = folder / "train.py"
    path.write_text(file.text)
    with Client(contender.command, contender.pulls) as client:
        answered = client.initialize(folder.as_uri(), contender.options).at - client.started
        opened = Typist(client, path.as_uri(), file).open(file.text)
    return answered, answered + opened


def main() -> None:
    """Prints one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=200, help="of the opened file (%(default)s)")
    parser.add_argument("--runs", type=int, default=10, help="measured starts (%(default)s)")
    peers.add_options(parser, (peers.RUFF, peers.PYLSP))
    options = parser.parse_args()
    file = functions(options.lines)
    rows = []
    for contender in contenders(options):
        try:
            with tempfile.TemporaryDirectory() as folder:
                # The first start fills caches: compiled modules, the disk's.
                runs = [start(contender, Path(folder), file) for _ in range(options.runs + 1)][1:]
        except (ServerGone, OSError) as error:
            rows.append([contender.name, f"no figures: {error}", "", "", ""])
            continue
        columns = [
            figures.milliseconds(figures.percentile(times, share))
            for times in zip(*runs, strict=True)
            for share in (0.5, 1.0)
        ]
        rows.append([contender.name, *columns])
    head = ["server", "initialize p50 ms", "max ms", "first diagnostics p50 ms", "max ms"]
    print(figures.table(head, rows))
    print(f"\n{options.runs} warm starts each, a file of {options.lines} lines opened at once.")


if __name__ == "__main__":
    main()
