"""The hook for pre-commit, as somebody who names this repository in their settings gets it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import CLEAN, LEAK, write

ROOT = Path(__file__).parents[2]
HOOK = (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE", "server", "rules")

pytestmark = pytest.mark.xdist_group("packaging")


def git(folder: Path, *arguments: str) -> None:
    own = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    subprocess.run(["git", *own, *arguments], cwd=folder, check=True, capture_output=True)


def test_the_hook_runs_on_what_is_committed(tmp_path: Path) -> None:
    hook = tmp_path / "leakwise"
    hook.mkdir()
    for name in HOOK:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, hook / name)
    work = write(tmp_path / "work", {"leak.py": LEAK, "clean.py": CLEAN})
    for folder in (hook, work):
        git(folder, "init", "-q")
        git(folder, "add", ".")
        git(folder, "commit", "-qm", "All")
    attempt = [sys.executable, "-m", "pre_commit", "try-repo", str(hook), "leakwise"]
    done = subprocess.run(
        [*attempt, "--verbose", "--files", "leak.py", "clean.py"],
        cwd=work,
        env={**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "leak.py:12:14: LP001 accumulate-loss-with-graph" in done.stdout
    assert "Found 1 warning in 1 of 2 files." in done.stdout
