"""The template for GitLab: its schema holds, and its script runs."""

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.cli.running import CLEAN, LEAK, write
from tests.packaging.pipelines import check_schema, run

ROOT = Path(__file__).parents[2]
SPEC, JOBS = (ROOT / ".gitlab/templates/leakwise.yml").read_text("utf-8").split("---\n")

pytestmark = pytest.mark.xdist_group("packaging")


def interpolated(**given: str) -> tuple[str, list[str], dict[str, str]]:
    """The text of the template for these inputs, the script of its job, and its variables."""
    inputs = {name: one["default"] for name, one in yaml.safe_load(SPEC)["spec"]["inputs"].items()}
    inputs |= given

    def filled(part: object) -> object:
        if isinstance(part, dict):
            return {filled(key): filled(value) for key, value in part.items()}
        if isinstance(part, list):
            return [filled(one) for one in part]
        if isinstance(part, str):
            return re.sub(r"\$\[\[ inputs\.(.+?) \]\]", lambda match: inputs[match[1]], part)
        return part

    jobs = filled(yaml.safe_load(JOBS))
    assert isinstance(jobs, dict)
    job = jobs[inputs["job-name"]]
    variables = {name: one["value"] for name, one in job["variables"].items()}
    return yaml.safe_dump(jobs, sort_keys=False), job["script"], variables


def test_it_holds_the_schema_and_no_input_is_part_of_the_script(tmp_path: Path) -> None:
    text, script, _ = interpolated()
    check_schema("vendor.gitlab-ci", text, tmp_path)
    assert interpolated(paths="a", args="b", requirement="c")[1] == script


def test_it_reports_what_it_finds(tmp_path: Path) -> None:
    work = write(tmp_path / "work", {"a b/leak.py": LEAK, "clean.py": CLEAN, "left.py": LEAK})
    _, (_, check), variables = interpolated(paths="a b\nclean.py", args="--ignore LP008")
    done = run(check, work, variables)
    assert done.returncode == 1, done.stderr
    assert "a b/leak.py:12:14: LP001" in done.stdout
    (issue,) = json.loads((work / "gl-code-quality-report.json").read_text("utf-8"))
    assert issue["location"]["path"] == "a b/leak.py"
    parts = {"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "2"}
    shown = run(check.replace("leakwise", "echo leakwise"), work, variables | parts).stdout
    assert shown.splitlines()[1] == "leakwise check --ignore LP008 --shard 1/2 -- a b clean.py"


def test_it_installs_what_the_input_names_and_runs_no_input(tmp_path: Path) -> None:
    work = write(tmp_path, {"a.py": CLEAN})
    _, (install, _), variables = interpolated()
    done = run(install, work, variables)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    _, (install, check), variables = interpolated(
        requirement="$(touch ran)", paths="; touch ran\n$(touch ran)", args="*"
    )
    assert "Invalid requirement: '$(touch ran)'" in run(install, work, variables).stderr
    assert run(check, work, variables).returncode == 2
    assert not (work / "ran").exists()
