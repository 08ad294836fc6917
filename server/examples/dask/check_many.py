"""Checks many repositories at once on a Dask cluster, and joins what was found in one SARIF log.

    python check_many.py REPOSITORIES FINDINGS.sarif [--scheduler ADDRESS]

REPOSITORIES is a folder of checkouts, which all workers can read under the same path. Without
`--scheduler` the workers are processes of this machine. Needs `pip install leakwise
"dask[distributed]"` where the workers run.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from distributed import Client, as_completed

# With -P no checkout is taken for the library.
LEAKWISE = [sys.executable, "-P", "-m", "leakwise"]
CLEAN_OR_FOUND = (0, 1)


def check(repository: str, folder: str) -> str:
    """The SARIF log of one repository, a folder in `folder`; its paths start with its name.

    Raises:
        RuntimeError: it could not be checked.
    """
    # The cluster runs as many of these as it has threads, so each takes one process.
    options = ["--jobs", "1", "--output-format", "sarif"]
    done = subprocess.run(
        [*LEAKWISE, "check", *options, "--", repository],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode not in CLEAN_OR_FOUND:
        raise RuntimeError(f"{repository}: {done.stderr.strip()}")
    return done.stdout


def check_all(client: Client, folder: Path, log: Path) -> list[str]:
    """Checks each folder in `folder` and writes `log`; gives what went wrong, by repository."""
    names = sorted(path.name for path in folder.iterdir() if path.is_dir())
    futures = client.map(check, names, folder=str(folder), pure=False)
    wrong = []
    with tempfile.TemporaryDirectory() as parts:
        for number, future in enumerate(as_completed(futures)):
            # One by one to the disk, so that memory holds none but the last.
            if future.status == "error":
                wrong.append(str(future.exception()))
            else:
                Path(parts, f"{number}.sarif").write_text(future.result(), "utf-8")
            future.release()
        subprocess.run([*LEAKWISE, "merge-sarif", parts, "--output-file", log], check=True)
    return sorted(wrong)


def main() -> int:
    """Does what the command line says; 2 where a repository could not be checked."""
    parser = argparse.ArgumentParser(description="Check many repositories on a Dask cluster.")
    parser.add_argument("repositories", type=Path, help="a folder of checkouts")
    parser.add_argument("log", type=Path, help="the SARIF log to write")
    parser.add_argument("--scheduler", help="the address of a Dask scheduler")
    given = parser.parse_args()
    with Client(given.scheduler, dashboard_address=None) as client:
        wrong = check_all(client, given.repositories.resolve(), given.log)
    for problem in wrong:
        sys.stderr.write(f"{problem}\n")
    return 2 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
