"""A check of a large tree that is ended from outside leaves all as it was, and nobody behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leakwise.sources.keeping import kept
from tests.benchmarks.training_files import functions
from tests.cli.running import CLEAN, LEAK, command, environment, leakwise, names_in, write

SECONDS = 30.0
"""For what takes a tenth of a second on an idle machine."""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs process groups")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that takes two processes more than half a minute."""
    folder = write(tmp_path_factory.mktemp("large"), {"pyproject.toml": "", "first.py": LEAK})
    # Each asks about another file, so that there are processes that answer.
    for number in range(400):
        imported = f"from part_{(number + 1) % 400} import losses\n"
        text = imported + functions(200, seed=number).text
        write(folder, {f"part_{number}.py": text + "print(losses())\n"})
    return folder


def members(group: int) -> list[int]:
    """The processes of a group that still run."""
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, check=True
    )
    rows = (line.split() for line in listed.stdout.splitlines())
    return [int(pid) for pid, of, state in rows if int(of) == group and state[0] != "Z"]


@pytest.mark.parametrize(
    ("number", "to_all", "status", "wait"),
    [
        (signal.SIGINT, True, 130, 0.0),
        (signal.SIGINT, True, 130, 1.5),
        (signal.SIGTERM, False, 143, 1.0),
        (signal.SIGTERM, True, 143, 1.0),
        (1, True, 129, 1.0),
    ],
    ids=["Ctrl-C as they begin", "Ctrl-C", "kill", "kill all", "terminal closed"],
)
def test_ended_while_its_processes_work(
    tree: Path, number: int, to_all: bool, status: int, wait: float
) -> None:
    leakwise("check", "first.py", cwd=tree)
    write(tree, {"out.json": "of an earlier check"})
    cache = tree / ".leakwise_cache"
    before = {path.name for path in cache.iterdir()}
    assert any(name.startswith("findings-") for name in before)
    run = subprocess.Popen(
        command("check", "--jobs", "2", "--output-format", "json", "--output-file", "out.json"),
        cwd=tree,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        while len(members(run.pid)) < 3:
            assert run.poll() is None
            time.sleep(0.02)
        time.sleep(wait)
        began = time.monotonic()
        (os.killpg if to_all else os.kill)(run.pid, number)
        output, errors = run.communicate(timeout=SECONDS)
        while left := members(run.pid):
            assert time.monotonic() - began < SECONDS, left
            time.sleep(0.02)
    finally:
        run.kill()
    assert run.returncode == status
    assert (output, errors.strip()) == (b"", b"")
    assert (tree / "out.json").read_text() == "of an earlier check"
    assert before <= {path.name for path in cache.iterdir()}
    assert all(kept(path) is not None for path in cache.glob("*.json"))
    assert not list(cache.glob("writing-*"))
    assert not [name for name in names_in(tree) if not name.endswith((".py", ".toml", "out.json"))]


def test_ctrl_c_is_answered_while_it_loads(tmp_path: Path) -> None:
    """What is imported before `main` is called is what would end with a traceback."""
    script = (
        "import sys, leakwise.__main__; print(*[n for n in sys.modules if n[:9] == 'leakwise.'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["leakwise.__main__"]


BEGINNING = """\
import os, signal
os.register_at_fork(after_in_parent=lambda: os.kill(os.getpid(), signal.{}))
from leakwise.__main__ import main
main()
"""


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_ended_while_its_processes_begin(tree: Path, name: str, status: int) -> None:
    """Python drops what is raised in the code that it runs around a fork."""
    done = subprocess.run(
        [sys.executable, "-c", BEGINNING.format(name), "check", "--jobs", "2", "--no-cache"],
        cwd=tree,
        env=environment(),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.strip()) == (status, b"", b"")


DROPPING = """\
import os, signal, sys, weakref
from leakwise.__main__ import main
class Holder:
    def find_spec(self, name, path=None, target=None):
        if name == "leakwise.cli.pool":
            self.held = None
holder = Holder()
holder.held = Holder()
noticed = weakref.ref(holder.held, lambda gone: os.kill(os.getpid(), signal.{}))
sys.meta_path.insert(0, holder)
main()
"""


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_ended_while_python_drops_what_is_raised(tree: Path, name: str, status: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DROPPING.format(name), "check", "--jobs", "2", "--no-cache"],
        cwd=tree,
        env=environment(),
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr.strip()) == (status, b"", b"")


def test_ended_while_it_repairs(tmp_path: Path) -> None:
    """Files are repaired whole or not at all."""
    names = [f"{number:03}.py" for number in range(300)]
    write(tmp_path, dict.fromkeys(names, LEAK))
    run = subprocess.Popen(
        command("check", "--fix", "--unsafe-fixes", "--jobs", "1"),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    while (tmp_path / names[5]).read_text() == LEAK:
        assert run.poll() is None
        time.sleep(0.01)
    os.killpg(run.pid, signal.SIGINT)
    _, errors = run.communicate(timeout=SECONDS)
    assert (run.returncode, errors.strip()) == (130, b"")
    assert names_in(tmp_path) == names
    texts = {(tmp_path / name).read_text() for name in names}
    assert texts == {LEAK, CLEAN}
