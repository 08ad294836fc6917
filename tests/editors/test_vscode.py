"""Leakwise in VS Code's own server and window, in a headless browser: one session, many steps."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.editors.installed import FOLDER, environment, needs
from tests.editors.programs import RECORDING, TRAIN, write_notebook

HERE = Path(__file__).parent
SHOTS = FOLDER / "screenshots"

pytestmark = [
    needs("Node", "Chromium", "VS Code", "playwright-core"),
    pytest.mark.xdist_group("editors"),
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workspace")
    (folder / ".vscode").mkdir()
    for name in ("train.py", "unopened.py"):
        (folder / name).write_text(TRAIN, "utf-8")
    (folder / "recording.py").write_text(RECORDING, "utf-8")
    write_notebook(folder / "cells.ipynb")
    return folder


@pytest.fixture(scope="module")
def steps(
    vsix: Path, workspace: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """What each step saw, by its name."""
    data = tmp_path_factory.mktemp("vscode")
    shutil.rmtree(SHOTS, ignore_errors=True)
    SHOTS.mkdir(parents=True)
    command = ["node", HERE / "vscode/ui.mjs", vsix, workspace, data, SHOTS]
    return told(command, 420)


def told(
    command: list[Any], seconds: float, variables: dict[str, str] | None = None
) -> dict[str, dict[str, Any]]:
    """The lines of JSON that a program prints, by the name of the step."""
    shown = environment() | (variables or {})
    words = [os.fspath(word) for word in command]
    try:
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=seconds, env=shown, check=False
        )
        output, errors = done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        output = late.stdout.decode() if isinstance(late.stdout, bytes) else ""
        errors = f"not done after {seconds} s"
    results = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    assert results, errors
    return {one["step"]: one for one in results}


def seen(steps: dict[str, dict[str, Any]], name: str) -> Any:
    assert name in steps, f"not reached; before it: {list(steps.values())[-1:]}"
    assert "error" not in steps[name], steps[name]["error"]
    return steps[name].get("found")


def test_the_first_finding_shows_without_any_setting(steps: dict[str, Any]) -> None:
    seen(steps, "squiggle")


def test_the_problem_has_a_link_and_the_places_of_the_leak(steps: dict[str, Any]) -> None:
    found = seen(steps, "problems")
    assert "keeps the autograd graph of every iteration" in found["texts"]
    assert "The graph is made here." in found["texts"]
    assert "Each iteration of this loop adds one more graph." in found["texts"]
    assert found["link"].startswith("https://")


def test_hovering_shows_the_page_of_the_rule(steps: dict[str, Any]) -> None:
    text = seen(steps, "hover")["text"]
    assert "Best practice" in text
    # VS Code says by itself what was found.
    assert text.count("keeps the autograd graph of every iteration") == 1


def test_the_squiggle_comes_while_typing(
    steps: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    found = seen(steps, "latency")
    with capsys.disabled():
        print(
            f"\nVS Code, keystroke to visible squiggle: median {found['median']:.0f} ms,"
            f" worst {found['worst']:.0f} ms"
        )
    assert found["worst"] > 0


def test_a_quick_fix_repairs_the_line(steps: dict[str, Any]) -> None:
    assert seen(steps, "quick fix")["titles"][0] == "Add the number with `.item()`"


@pytest.mark.parametrize("name", ["ignore", "fix all on save", "notebook"])
def test_each_change_shows(steps: dict[str, Any], name: str) -> None:
    seen(steps, name)


def test_cells_are_repaired_moved_and_made_text(steps: dict[str, Any]) -> None:
    found = seen(steps, "cells")
    assert found["titles"][0] == "Add the number with `.item()`"
    assert "total_loss += loss.item()" in found["fixed"]


def test_the_page_of_the_rule_is_shown_as_markdown(steps: dict[str, Any]) -> None:
    assert "accumulate-loss-with-graph" in seen(steps, "rule page")["seen"]


def test_the_status_tells_version_and_origin(steps: dict[str, Any]) -> None:
    text = seen(steps, "status")["text"]
    assert "Leakwise 0" in text
    assert "bin/leakwise" in text


def test_settings_hold_without_a_restart(steps: dict[str, Any]) -> None:
    found = seen(steps, "settings without restart")
    assert found["before"] == found["after"] != []


def test_a_scan_lists_files_that_are_not_open(steps: dict[str, Any]) -> None:
    found = seen(steps, "scan")
    assert "2 findings" in found["text"]
    assert found["counts"] == ["1"]


def test_a_killed_server_comes_back(steps: dict[str, Any]) -> None:
    found = seen(steps, "server killed")
    assert set(found["before"]).isdisjoint(found["after"])


def test_restarts_wait_for_one_another(steps: dict[str, Any]) -> None:
    assert len(seen(steps, "restarts")["servers"]) == 1


def test_a_wrong_setting_is_told_at_its_line_and_taken_back(steps: dict[str, Any]) -> None:
    text = seen(steps, "wrong setting")["text"]
    assert "did you mean `minimum-certainty`?" in text
    assert "[Ln 2, Col 1]" in text


def test_where_there_is_no_server_a_message_says_what_to_do(
    vsix: Path, workspace: Path, steps: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/node").symlink_to(shutil.which("node") or "node")
    folders = [workspace, tmp_path / "vscode", SHOTS, tmp_path / "bin"]
    found = told(["node", HERE / "vscode/missing.mjs", vsix, *folders], 180)["missing"]
    assert "error" not in found, found
    (message,) = found["messages"]
    assert "No Python was found, and Leakwise needs Python 3.11 or newer." in message
    assert "Open Settings" in message
    assert "not found" in found["status"]
    (asked,) = found["asked"]
    assert "no server is running" in asked
    assert "Show Log" in asked
