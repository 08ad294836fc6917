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


def check(repository: str, folder: str) -> tuple[str, str]:
    """The SARIF log of one repository, a folder in `folder`, whose paths start with its name; or
    why it could not be checked, where there is none."""
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
        return "", f"{repository}: {done.stderr.strip()}"
    return done.stdout, ""


def check_all(client: Client, folder: Path, names: list[str], log: Path) -> list[str]:
    """Checks the repositories of these names in `folder` and writes `log`, where one of them could
    be checked; gives what went wrong, by repository."""
    futures = client.map(check, names, folder=str(folder), pure=False)
    wrong = []
    with tempfile.TemporaryDirectory() as parts:
        for number, future in enumerate(as_completed(futures)):
            # One by one to the disk, so that memory holds none but the last.
            # Such as of a worker that was lost.
            failed = future.status == "error"
            found, problem = ("", str(future.exception())) if failed else future.result()
            if problem:
                wrong.append(problem)
            else:
                Path(parts, f"{number}.sarif").write_text(found, "utf-8")
            future.release()
        if len(wrong) < len(names):
            subprocess.run([*LEAKWISE, "merge-sarif", parts, "--output-file", log], check=True)
    return sorted(wrong)


def main() -> int:
    """Does what the command line says; 2 where a repository could not be checked."""
    parser = argparse.ArgumentParser(description="Check many repositories on a Dask cluster.")
    parser.add_argument("repositories", type=Path, help="a folder of checkouts")
    parser.add_argument("log", type=Path, help="the SARIF log to write")
    parser.add_argument("--scheduler", help="the address of a Dask scheduler")
    given = parser.parse_args()
    folder = given.repositories.resolve()
    if not folder.is_dir():
        parser.error(f"{given.repositories} is no folder")
    names = sorted(path.name for path in folder.iterdir() if path.is_dir())
    if not names:
        parser.error(f"{given.repositories} has no folder to check")
    with Client(given.scheduler, dashboard_address=None) as client:
        wrong = check_all(client, folder, names, given.log)
    for problem in wrong:
        sys.stderr.write(f"{problem}\n")
    return 2 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
