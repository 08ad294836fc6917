"""Nothing of a workspace is run, however it is made."""

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import leakwise, write
from tests.symbols.planted import MODULES, compiled, plant

# It begins as `python -m leakwise` does, with the workspace on its search path.
PARENT = """
from leakwise.__main__ import leave_current_folder
leave_current_folder()
import json, sys
from pathlib import Path
from leakwise.facts.symbols.client import Symbols
from leakwise.facts.symbols.questions import Question

symbols = Symbols([Path.cwd()], lambda question, answer: None, sys.stderr.write)
questions = [Question("symbol", str(Path.cwd()), name) for name in sys.argv[1:]]
symbols.ask("test", questions)
answers = symbols.wait(questions)
symbols.close()
found = {one.name: type(answers[one].found).__name__ for one in answers}
assert not {"jedi", "parso", "leakwise.facts.symbols.worker"} & set(sys.modules)
print(json.dumps(found))
"""

ASKED = [
    "models.Net",
    "models.net.Net",
    "models.native.Net",
    "models.native.Other",
    "models._native.x",
    "_native.x",
    "_json.x",
    "_socket.socket",
    "json.Net",
    "installed.Net",
    "_installed.x",
    "net.Net",
    "gi.repository.Net",
    "gi.Net",
    "random.Net",
    "numpy.Net",
    "os.path.join",
    "missing.Net",
]


def variables(workspace: Path) -> dict[str, str]:
    return {
        "VIRTUAL_ENV": str(workspace / ".venv"),
        "CONDA_PREFIX": str(workspace / ".venv"),
        "PATH": f"{workspace}/.venv/bin:{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(workspace),
    }


TRAINING = """\
import torch
from models import Net
from installed import Net as Installed
from models.native import Other
from gi.repository import Net as Desktop
from models._native import fast
net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
total = 0.0
for x, y in torch.utils.data.DataLoader([(torch.ones(4), torch.ones(1))]):
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(net(x), y) + Installed()(x) + Other()(x) + Desktop()(x)
    loss.backward()
    optimizer.step()
    total += loss + fast(x)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="what is planted is POSIX's")
def test_a_check_runs_nothing_of_a_workspace(tmp_path: Path) -> None:
    workspace, marks = tmp_path / "workspace", tmp_path / "marks"
    plant(workspace, marks)
    write(workspace, {"train.py": TRAINING})
    done = leakwise("check", "train.py", cwd=workspace, stdin=b"", **variables(workspace))
    assert [mark.name for mark in marks.iterdir()] == []
    assert done.stderr == ""
    assert "LP001" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="what is planted is POSIX's")
def test_nothing_of_a_workspace_is_run(tmp_path: Path) -> None:
    workspace, marks = tmp_path / "workspace", tmp_path / "marks"
    plant(workspace, marks)
    assert len(list(workspace.rglob("*.py"))) >= len(MODULES)
    before = sorted(workspace.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-c", PARENT, *ASKED],
        cwd=workspace,
        env={**os.environ, **variables(workspace)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert [mark.name for mark in marks.iterdir()] == []
    assert done.stderr == ""
    assert sorted(workspace.rglob("*")) == before
    found = json.loads(done.stdout)
    # It did look: each of these it read, in the workspace and in its environment.
    for name in ("models.Net", "models.net.Net", "installed.Net", "net.Net", "gi.Net"):
        assert found[name] == "FoundClass", name
    for name in ("_native.x", "_json.x", "_installed.x", "os.path.join", "missing.Net"):
        assert found[name] == "NoneType", name


@pytest.mark.skipif(sys.platform == "win32", reason="what is planted is POSIX's")
def test_what_is_planted_would_leave_marks(tmp_path: Path) -> None:
    workspace, marks = tmp_path / "workspace", tmp_path / "marks"
    plant(workspace, marks)
    for name in MODULES:
        subprocess.run([sys.executable, "-I", workspace / name], capture_output=True, check=False)
    subprocess.run([workspace / ".venv/bin/python"], check=True)
    packages = workspace / ".venv/lib/python3.11/site-packages"
    site = f"import site; site.addsitedir({str(packages)!r})"
    subprocess.run([sys.executable, "-I", "-c", site], capture_output=True, check=False)
    left = {mark.name for mark in marks.iterdir()}
    assert {name.replace("/", "-") for name in MODULES} | {"interpreter", "pth"} <= left


CONFINED = """
import sys
from leakwise.facts.symbols.confinement import confine
seen = []
confine(sys.argv[1], seen.append)
open(sys.argv[1] + "/inside", "w").close()
open(sys.argv[2]).close()
assert seen == [sys.argv[2]], seen
import wave
import leakwise.text
try:
    {}
except (ImportError, PermissionError) as error:
    assert "the worker does" in str(error), error
    print("refused")
"""

REFUSED = {
    "program": "__import__('subprocess').Popen(['true'])",
    "shell": "__import__('os').system('true')",
    "fork": "__import__('os').fork()",
    "replacement": "__import__('os').execv('/bin/true', ['true'])",
    "connection": "__import__('socket').create_connection(('127.0.0.1', 9))",
    "foreign module": "__import__('hypothesis')",
    "other search path": "sys.path.insert(0, '/'); __import__('colorsys')",
    "writing": "open(sys.argv[2], 'a')",
    "writing below": "__import__('os').open(sys.argv[2], 1)",
    "writing beside": "open(sys.argv[1] + 'x', 'w')",
}


@pytest.mark.skipif(sys.platform == "win32", reason="the programs are POSIX's")
@pytest.mark.parametrize("what", REFUSED)
def test_a_confined_process_refuses(what: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    file = tmp_path / "file.py"
    file.write_text("")
    code = CONFINED.format(REFUSED[what])
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "folder"), str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "refused\n", done.stderr


def test_a_confined_process_loads_no_library(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    library = compiled(tmp_path, marks)
    if library is None:
        pytest.skip("no compiler")
    code = CONFINED.format(f"__import__('ctypes').CDLL({str(library)!r})")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.py").write_text("")
    arguments = [str(tmp_path / "folder"), str(tmp_path / "file.py")]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False
    )
    assert done.stdout == "refused\n", done.stderr
    assert list(marks.iterdir()) == []
    ctypes.CDLL(str(library))
    assert [mark.name for mark in marks.iterdir()] == ["extension"]
