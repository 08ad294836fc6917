"""The pipelines of CI.md: their schemas hold, and their commands run."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.running import LEAK, write
from tests.packaging.pipelines import check_schema, run

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "server/CI.md").read_text("utf-8")

pytestmark = pytest.mark.xdist_group("packaging")


def block(mark: str) -> str:
    """The code below the comment `mark`."""
    match = re.search(rf"<!-- {mark} -->\n```\w+\n(.*?)```", TEXT, re.DOTALL)
    assert match, mark
    return match[1]


def steps(job: dict[str, Any]) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


def test_the_matrix_for_github(tmp_path: Path) -> None:
    text = block("github matrix")
    check_schema("vendor.github-workflows", text, tmp_path)
    jobs = yaml.safe_load(text)["jobs"]
    shards = jobs["check"]["strategy"]["matrix"]["shard"]
    work = write(tmp_path / "work", {f"leak_{n}.py": LEAK for n in range(4)})
    install, check = steps(jobs["check"])
    assert install == "pipx install leakwise"
    for shard in shards:
        done = run(check.replace("${{ matrix.shard }}", str(shard)), work)
        assert done.returncode in (0, 1), done.stderr
        (work / "parts" / f"leakwise-{shard}").mkdir(parents=True)
        (work / f"{shard}.sarif").rename(work / f"parts/leakwise-{shard}/{shard}.sarif")
    (merge,) = steps(jobs["report"])
    assert run(merge.removeprefix("pipx run "), work).returncode == 0
    (log,) = json.loads((work / "leakwise.sarif").read_text("utf-8"))["runs"]
    assert len(log["results"]) == 4


def test_the_parts_for_gitlab(tmp_path: Path) -> None:
    text = block("gitlab parallel")
    check_schema("vendor.gitlab-ci", text, tmp_path)
    job = yaml.safe_load(text)["leakwise"]
    work = write(tmp_path / "work", {f"leak_{n}.py": LEAK for n in range(4)})
    found = []
    for index in range(1, job["parallel"] + 1):
        own = {"CI_NODE_INDEX": str(index), "CI_NODE_TOTAL": str(job["parallel"])}
        assert run(job["script"][1], work, own).returncode in (0, 1)
        report = job["artifacts"]["reports"]["codequality"].replace("$CI_NODE_INDEX", str(index))
        found += json.loads((work / report).read_text("utf-8"))
    assert len({issue["fingerprint"] for issue in found}) == 4


def test_what_is_kept_lies_where_the_examples_say(tmp_path: Path) -> None:
    github = yaml.safe_load(block("github cache"))["jobs"]["leakwise"]
    gitlab = yaml.safe_load(block("gitlab cache"))["leakwise"]
    work = write(tmp_path, {"leak.py": LEAK, "pyproject.toml": ""})
    for command in (steps(github)[-1], gitlab["script"][-1]):
        assert run(command, work).returncode == 1
    assert gitlab["cache"]["paths"] == [github["steps"][1]["with"]["path"]] == [".leakwise_cache"]
    assert list(work.glob(".leakwise_cache/findings-*"))


def test_the_examples_hold_their_schemas_and_name_inputs_that_there_are(tmp_path: Path) -> None:
    check_schema("vendor.github-workflows", block("github action"), tmp_path)
    check_schema("vendor.gitlab-ci", block("gitlab include"), tmp_path)
    check_schema("vendor.github-workflows", block("github cache"), tmp_path)
    check_schema("vendor.gitlab-ci", block("gitlab cache"), tmp_path)
    action = yaml.safe_load((ROOT / ".github/actions/leakwise/action.yml").read_text("utf-8"))
    job = yaml.safe_load(block("github action"))["jobs"]["leakwise"]
    assert job["steps"][1]["uses"].partition("@")[0].endswith("/.github/actions/leakwise")
    assert set(job["steps"][1]["with"]) <= set(action["inputs"])
    assert set(re.findall(r"^\| `(.+?)` \|", TEXT, re.MULTILINE)) == set(action["inputs"])
    (include,) = yaml.safe_load(block("gitlab include"))["include"]
    spec, _ = (ROOT / include["file"].lstrip("/")).read_text("utf-8").split("---\n")
    assert set(include["inputs"]) <= set(yaml.safe_load(spec)["spec"]["inputs"])
    (repository,) = yaml.safe_load(block("pre-commit"))["repos"]
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert [hook["id"] for hook in hooks] == [hook["id"] for hook in repository["hooks"]]
