"""Runs what pipelines say, where Leakwise is installed, and holds them against their schemas."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.cli.running import environment


def run(
    script: str,
    cwd: Path,
    variables: Mapping[str, str] | None = None,
    *,
    scripts: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """What a script does in bash as runners start it; `scripts` is the folder of commands that is
    searched first, by default that of this environment."""
    path = f"{scripts or Path(sys.executable).parent}:{environment()['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=cwd,
        env=environment(PATH=path, **(variables or {})),
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


def check_schema(schema: str, text: str, folder: Path) -> None:
    """Fails where `text` does not hold one of the schemas that check-jsonschema brings along."""
    path = folder / "checked.yml"
    path.write_text(text, "utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
    if schema == "vendor.gitlab-ci":
        command += ["--data-transform", "gitlab-ci"]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
