"""Runs `leakwise check` with the inputs of the action, which come as variables LEAKWISE_*."""

import os
import shlex
import subprocess
import sys

COULD_NOT_RUN = 2


def check(*options: str) -> int:
    """The status of `leakwise check` with these options before those of the inputs."""
    arguments = shlex.split(os.environ["LEAKWISE_ARGS"])
    paths = [line.strip() for line in os.environ["LEAKWISE_PATHS"].splitlines() if line.strip()]
    command = [sys.executable, "-P", "-m", "leakwise", "check"]
    return subprocess.run([*command, *options, *arguments, "--", *paths], check=False).returncode


def main() -> int:
    """Checks, and tells the status as the step's output."""
    status = 0
    if sarif := os.environ["LEAKWISE_SARIF"].strip():
        status = check("--output-format", "sarif", "--output-file", sarif, "--exit-zero")
    if status == 0:
        status = check("--output-format", os.environ["LEAKWISE_FORMAT"].strip())
    with open(os.environ["GITHUB_OUTPUT"], "a", encoding="utf-8") as outputs:
        outputs.write(f"status={status}\n")
    return status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ValueError as error:
        sys.stdout.write(f"::error title=leakwise::The input `args` is wrong ({error}).\n")
        sys.exit(COULD_NOT_RUN)
