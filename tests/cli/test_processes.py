"""Several processes: none is lost, none stays behind."""

import multiprocessing
import os
import pickle
import pty
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from leakwise.cli.checking import check_together
from leakwise.cli.processes import check_files
from leakwise.engine.outside import Outside
from leakwise.engine.settings import Overrides, SettingsResolver
from leakwise.facts.symbols.project_index import ProjectIndex
from tests.cli.running import LEAK, command, environment, leakwise, write
from tests.cli.stumbling import stumbling_rule

NEVER_ENDS = "import torch\nnever_ends = 1\n"
SLOW = "import torch\ntakes_its_time = 1\n"


@pytest.fixture
def rule(tmp_path: Path) -> str:
    """`PYTHONPATH` with the stumbling rule on it."""
    folder = str(stumbling_rule(tmp_path / "installed"))
    return os.pathsep.join(filter(None, [folder, os.environ.get("PYTHONPATH", "")]))


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


def test_a_process_that_dies_costs_one_file(work: Path, rule: str) -> None:
    files: dict[str, str | bytes] = {f"{number:03}.py": LEAK for number in range(120)}
    write(work, {**files, "050.py": "import torch\ndies_here = 1\n"})
    done = leakwise("check", "--jobs", "2", "--output-format", "concise", cwd=work, PYTHONPATH=rule)
    assert done.stderr == (
        "leakwise: warning: 050.py: the checking process died on it (out of memory?)"
        " - check it alone, and please report it if that fails too\n"
    )
    names = [line.partition(":")[0] for line in done.stdout.splitlines() if "LP001" in line]
    assert names == sorted(set(files) - {"050.py"})
    assert done.returncode == 1


def test_a_rule_that_raises_costs_only_its_own_findings(work: Path, rule: str) -> None:
    write(work, {"a.py": LEAK + "raises_here = 1\n"})
    done = leakwise("check", cwd=work, PYTHONPATH=rule)
    assert done.stderr.startswith("leakwise: warning: a.py: rule XX001 failed (")
    assert "on purpose" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "a.py:12:14: LP001" in done.stdout
    assert done.returncode == 1


def test_a_process_that_has_grown_is_replaced(
    work: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With so little allowed each file has a process of its own, and nothing is lost."""
    monkeypatch.setattr("leakwise.cli.pool.MOST_MEMORY", 1)
    names = [f"{number:03}.py" for number in range(30)]
    write(work, dict.fromkeys(names, LEAK))
    paths = [str(work / name) for name in names]
    files = list(check_files(paths, 2, [str(work)], Overrides(), {}, with_fixes=False))
    assert sorted(file.path for file in files) == paths
    assert all(len(file.findings) == 1 for file in files)
    assert capsys.readouterr() == ("", "")
    assert multiprocessing.active_children() == []


EVALUATES = """\
import torch
from torch import nn
def evaluate_{0}(loader):
    model = nn.Linear(2, 2)
    model.eval()
    for x in loader:
        print(model(x).argmax().item())
"""
CALLS = "import torch\nfrom part_{0} import evaluate_{0}\n{1}\n    evaluate_{0}([])\n"


def test_those_that_take_the_place_of_others_need_not_read_the_project_again(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(16):
        how = "with torch.no_grad():" if number % 2 else "if 1:"
        # Long enough for more than one process.
        text = EVALUATES.format(number) + "# and so on\n" * 1000
        write(work, {f"part_{number}.py": text, f"run_{number}.py": CALLS.format(number, how)})
    paths = sorted(str(path) for path in work.glob("*.py"))
    read = work / "read"
    lists = ProjectIndex._list

    def noted(index: ProjectIndex) -> None:
        with read.open("a") as stream:
            stream.write(f"{os.getpid()}\n")
        lists(index)

    monkeypatch.setattr(ProjectIndex, "_list", noted)
    told = {}
    for memory in (1 << 40, 1):
        monkeypatch.setattr("leakwise.cli.pool.MOST_MEMORY", memory)
        files = check_files(paths, 2, [str(work)], Overrides(), {}, with_fixes=False)
        told[memory] = {file.path: file.findings for file in files}
    assert told[1] == told[1 << 40]
    assert sum(map(len, told[1].values())) == 8
    # Two each time that began first, and the one that began all others.
    assert len(read.read_text().splitlines()) <= 5


@contextmanager
def busy(work: Path, rule: str) -> Iterator[tuple[subprocess.Popen[bytes], set[int], int]]:
    """A run whose two checking processes never come to an end: the run itself, their numbers,
    and a pipe that ends when all three do."""
    write(work, {f"{number:03}.py": NEVER_ENDS for number in range(120)})
    told, tells = os.pipe()
    run = subprocess.Popen(
        command("check", "--jobs", "2"),
        cwd=work,
        env=environment(PYTHONPATH=rule, STUMBLING_TELLS=str(tells)),
        pass_fds=(tells,),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    os.close(tells)
    try:
        text = b""
        while text.count(b"\n") < 2:
            part = os.read(told, 100)
            assert part, "the run ended before its processes began"
            text += part
        yield run, {int(number) for number in text.split()}, told
    finally:
        os.close(told)
        run.kill()
        run.communicate()


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "kill"]
)
def test_stopped_it_leaves_quietly_and_alone(
    work: Path, rule: str, number: signal.Signals, status: int
) -> None:
    with busy(work, rule) as (run, children, told):
        if number == signal.SIGINT:
            os.killpg(run.pid, number)
        else:
            run.send_signal(number)
        output, errors = run.communicate(timeout=60)
        assert run.returncode == status
        assert (output, errors.strip()) == (b"", b"")
        assert os.read(told, 1) == b""
        for child in children:
            with pytest.raises(ProcessLookupError):
                os.kill(child, 0)


def test_its_processes_do_not_outlive_it(work: Path, rule: str) -> None:
    with busy(work, rule) as (run, _, told):
        run.kill()
        assert os.read(told, 1) == b""


def test_a_reader_that_has_enough_is_no_trouble(work: Path) -> None:
    """What was found is told by the status all the same, also from what is kept."""
    write(work, {f"{number:03}.py": LEAK for number in range(300)})
    for _ in range(3):
        run = subprocess.Popen(
            command("check"), cwd=work, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert run.stdout is not None
        assert run.stderr is not None
        assert run.stdout.readline().startswith(b"000.py:12:14: LP001")
        run.stdout.close()
        assert run.stderr.read() == b""
        run.stderr.close()
        assert run.wait(60) == 1
        # From here on times prove that nothing has changed.
        time.sleep(1)


def terminal_shows(work: Path, *arguments: str, **variables: str) -> str:
    """What a run with standard error on a terminal shows there."""
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        command("check", *arguments),
        cwd=work,
        env=environment(TERM="xterm", **variables),
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 1000):
            shown += part
    except OSError:
        # How Linux tells that the terminal has no other side any more.
        pass
    os.close(ours)
    assert run.wait(60) == 0
    return shown.decode()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_bar_shows_when_it_takes_long(work: Path, rule: str, jobs: str) -> None:
    quick: dict[str, str | bytes] = {f"{number:03}.py": "import torch\n" for number in range(60)}
    write(work, {**quick, "slow.py": SLOW})
    shown = terminal_shows(work, "--jobs", jobs, PYTHONPATH=rule)
    assert "Checking" in shown
    assert "100%" in shown


def test_no_bar_shows_when_it_does_not(work: Path) -> None:
    write(work, {"a.py": "import torch\n"})
    assert terminal_shows(work) == ""


def test_colour_is_for_terminals_alone(work: Path) -> None:
    write(work, {"a.py": LEAK})
    ours, theirs = pty.openpty()
    for variables, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        env = {**environment(TERM="xterm"), **variables}
        subprocess.run(command("check"), cwd=work, env=env, stdout=theirs, check=False)
        assert (b"\x1b[" in os.read(ours, 10000)) == coloured
    os.close(theirs)
    os.close(ours)
    assert "\x1b" not in leakwise("check", cwd=work).stdout


def test_what_is_found_can_cross_processes(work: Path) -> None:
    write(work, {"a.py": LEAK})
    checked = next(
        check_together([str(work / "a.py")], Outside(()), SettingsResolver(), with_fixes=True)
    )
    assert checked.findings
    assert pickle.loads(pickle.dumps(checked)) == checked
