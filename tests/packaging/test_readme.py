"""What the README shows is what happens."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import leakwise, write
from tests.sources.notebook_files import code, notebook, saved

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")

pytestmark = pytest.mark.xdist_group("packaging")


def command(name: str) -> str:
    """The command line that the README marks with `name`."""
    match = re.search(rf"<!-- command: {name} -->\n```console\n\$ (.+)\n```", README)
    assert match
    return match[1]


def block(language: str, after: str) -> str:
    """The first block of code in `language` behind the words `after`."""
    _, _, rest = README.partition(after)
    match = re.search(rf"```{language}\n(.*?)```", rest, re.DOTALL)
    assert match
    return match[1]


def test_the_picture_of_a_finding(tmp_path: Path) -> None:
    script = block("python", "<!-- picture -->")
    done = leakwise("check", "train.py", cwd=write(tmp_path, {"train.py": script}))
    assert block("console", "<!-- picture -->") == f"$ leakwise check train.py\n{done.stdout}"


def test_the_notebook(tmp_path: Path) -> None:
    script = block("python", "<!-- picture -->")
    setup, start, loop = script.partition("total_loss = 0.0")
    cells = code(setup.rstrip()), code((start + loop).rstrip())
    folder = write(tmp_path, {"train.ipynb": saved(notebook(*cells))})
    line, _, shown = block("console", "<!-- notebook -->").partition("\n")
    assert leakwise(*line.split()[2:], cwd=folder).stdout == shown


def test_the_command_for_ones_own_code(tmp_path: Path) -> None:
    work = tmp_path / "leakwise"
    left_out = shutil.ignore_patterns(".*_cache", ".git", ".venv", "__pycache__", "node_modules")
    shutil.copytree(ROOT, work, ignore=left_out)
    script = block("python", "<!-- picture -->")
    folder = write(tmp_path / "mine", {"train.py": script})
    line = command("check").replace("PATH", str(folder))
    assert str(folder) in line
    outside = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        ["bash", "-c", line], cwd=work, env=outside, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "LP001 accumulate-loss-with-graph" in done.stdout


def test_the_test_command_is_the_one_that_ci_runs() -> None:
    taken = "sed -n '/<!-- command: test -->/,/^```$/s/^\\$ //p' README.md"
    script = (ROOT / ".ci/run").read_text("utf-8")
    assert taken in script
    found = subprocess.run(
        ["bash", "-c", taken], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout == command("test") + "\n"
    assert "pytest" in command("test")
