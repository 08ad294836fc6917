"""`leakwise check --watch`: what is printed after each change, and how it ends."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import CLEAN, LEAK, command, environment, leakwise, write
from tests.cli.stumbling import stumbling_rule
from tests.cli.test_interrupted import members

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="ends by SIGINT")


class Watching:
    """A running `leakwise check --watch`, and what it has printed so far."""

    def __init__(self, *arguments: str, cwd: Path, **variables: str) -> None:
        self.process = subprocess.Popen(
            command("check", "--watch", "--output-format", "concise", *arguments),
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(**variables),
            start_new_session=True,
        )
        self.lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)

    def until(self, text: str) -> str:
        """What was printed since the last time, once `text` is there."""
        ends = time.monotonic() + 60
        while not any(text in line for line in self.lines):
            assert time.monotonic() < ends, self.lines
            assert self.process.poll() is None, self.lines
            time.sleep(0.05)
        printed = "".join(self.lines)
        self.lines.clear()
        return printed

    def interrupted(self) -> int:
        """The exit status after Ctrl-C, which reaches all processes of a terminal."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=30)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(tmp_path, {"pyproject.toml": "", "train.py": LEAK, "clean.py": CLEAN})


@pytest.fixture
def watching(project: Path) -> Iterator[Watching]:
    running = Watching(".", cwd=project)
    yield running
    running.process.kill()
    running.process.wait()


def test_checks_again_after_each_change(project: Path, watching: Watching) -> None:
    first = watching.until("Watching for changes")
    assert "train.py:12:14: LP001" in first
    time.sleep(1)
    (project / "train.py").write_text(CLEAN)
    second = watching.until("train.py changed")
    assert "LP001" not in second
    (project / "notes.txt").write_text("not looked at\n")
    (project / "pyproject.toml").write_text('[tool.leakwise]\nselect = ["LP002"]\n')
    watching.until("pyproject.toml changed")
    (project / "more.py").write_text(LEAK)
    assert "LP001" not in watching.until("more.py changed")
    assert watching.interrupted() == 130
    assert "Traceback" not in "".join(watching.lines)


def test_a_check_that_runs_ends_with_it(project: Path) -> None:
    """Also where it is told to end from outside, which does not reach all processes."""
    rule = stumbling_rule(project / "rule")
    body = "".join(f"def f{number}(x):\n    takes_its_time(x)\n" for number in range(50))
    write(project, {"slow.py": f"import torch\n{body}"})
    running = Watching("slow.py", cwd=project, PYTHONPATH=str(rule))
    try:
        ends = time.monotonic() + 60
        while len(members(running.process.pid)) < 2:
            assert time.monotonic() < ends
            time.sleep(0.05)
        time.sleep(1)
        running.process.terminate()
        assert running.process.wait(timeout=30) == 143
        ends = time.monotonic() + 10
        while members(running.process.pid):
            assert time.monotonic() < ends
            time.sleep(0.05)
    finally:
        running.process.kill()
    assert running.lines == []


def test_needs_files_that_it_can_check_again(tmp_path: Path) -> None:
    done = leakwise("check", "--watch", "-", cwd=tmp_path, stdin=LEAK.encode())
    assert done.returncode == 2
    assert "`--watch` checks files and folders again" in done.stderr
    done = leakwise("check", "--watch", "nowhere", cwd=tmp_path)
    assert done.returncode == 2
    assert "needs a file or folder that exists" in done.stderr
