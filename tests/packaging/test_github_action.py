"""The action for GitHub, run as its runner does: from a copy of the repository, by its steps."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.cli.running import CLEAN, LEAK, write
from tests.packaging.pipelines import check_schema, run

ROOT = Path(__file__).parents[2]
ACTION = ".github/actions/leakwise"
HOLDS = (".github", "pyproject.toml", "README.md", "LICENSE", "server", "rules")
TEXT = (ROOT / ACTION / "action.yml").read_text("utf-8")
SHADOWS = ("pip", "venv", "ensurepip", "leakwise", "click", "shlex", "subprocess", "os")

pytestmark = pytest.mark.xdist_group("packaging")


@dataclass
class Runner:
    """A runner that has downloaded the action."""

    action: Path
    temporary: Path
    python: str = ""

    def variables(self, outputs: Path) -> dict[str, str]:
        return {
            "RUNNER_TEMP": str(self.temporary),
            "GITHUB_ACTION_PATH": str(self.action / ACTION),
            "GITHUB_OUTPUT": str(outputs),
        }

    def step(self, name: str, work: Path, **given: str) -> tuple[int, str, dict[str, str]]:
        """The status of a step, what it printed, and its outputs."""
        action = yaml.safe_load(TEXT)
        (step,) = [one for one in action["runs"]["steps"] if one["id"] == name]
        inputs = {key: one["default"] for key, one in action["inputs"].items()} | given
        values = {f"inputs.{key}": value for key, value in inputs.items()}
        values["steps.install.outputs.python"] = self.python
        variables = {
            key: re.sub(r"\$\{\{ (.+?) \}\}", lambda match: values[match[1]], value)
            for key, value in step["env"].items()
        }
        outputs = work / "outputs.txt"
        outputs.write_text("")
        done = run(step["run"], work, variables | self.variables(outputs))
        told = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
        return done.returncode, done.stdout + done.stderr, told


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """One on which the installing step has run, in a checkout that would get in its way."""
    folder = tmp_path_factory.mktemp("runner")
    (folder / "action").mkdir()
    for name in HOLDS:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, folder / "action" / name)
    (folder / "temporary").mkdir()
    found = Runner(folder / "action", folder / "temporary")
    status, printed, told = found.step("install", hostile(folder / "work"))
    assert status == 0, printed
    assert not (folder / "work/ran").exists()
    found.python = told["python"]
    return found


def hostile(folder: Path) -> Path:
    """A checkout whose modules are called as those of Python and of libraries."""
    code = "open('ran', 'w').close()\nraise SystemExit(9)\n"
    return write(folder, {f"{name}.py": code for name in SHADOWS})


def test_it_holds_the_schema_and_no_input_is_part_of_a_script(tmp_path: Path) -> None:
    check_schema("vendor.github-actions", TEXT, tmp_path)
    assert all("${{" not in step["run"] for step in yaml.safe_load(TEXT)["runs"]["steps"])


def test_it_annotates_and_writes_sarif(runner: Runner, tmp_path: Path) -> None:
    work = write(hostile(tmp_path), {"a b/leak.py": LEAK, "clean.py": CLEAN, "left.py": LEAK})
    status, printed, told = runner.step(
        "check",
        work,
        **{
            "paths": "a b\nclean.py\n",
            "sarif-file": "found.sarif",
            "args": "--ignore 'LP008, LP004'",
        },
    )
    assert (status, told) == (1, {"status": "1"})
    assert printed.startswith(
        "::warning title=leakwise LP001 (accumulate-loss-with-graph),file=a b/"
    )
    assert len(printed.splitlines()) == 1
    assert not (work / "ran").exists()
    (log,) = json.loads((work / "found.sarif").read_text("utf-8"))["runs"]
    assert [one["ruleId"] for one in log["results"]] == ["LP001"]
    status, printed, told = runner.step("check", work, paths="clean.py")
    assert (status, printed, told) == (0, "", {"status": "0"})


@pytest.mark.parametrize(
    "given",
    [
        {"paths": "$(touch ran); `touch ran`\n; touch ran"},
        {"args": "; touch ran $(touch ran) '`touch ran`' && touch ran"},
        {"args": "--select 'LP001"},
        {"output-format": "github; touch ran"},
        {"sarif-file": "$(touch ran)/x"},
    ],
    ids=str,
)
def test_no_input_runs_anything(runner: Runner, tmp_path: Path, given: dict[str, str]) -> None:
    status, printed, _ = runner.step("check", write(tmp_path, {"a.py": CLEAN}), **given)
    assert status == 2, printed
    assert "Traceback" not in printed
    assert not list(tmp_path.rglob("ran*"))


def test_a_version_is_one(runner: Runner, tmp_path: Path) -> None:
    status, printed, _ = runner.step("install", tmp_path, version="1 @ https://example.org")
    assert status == 2
    assert printed == (
        "::error title=leakwise::The input `version` is no version - write one such as 1.2.3.\n"
    )
