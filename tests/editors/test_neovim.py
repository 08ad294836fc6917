"""Leakwise in a real Neovim, by its keys."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.editors.installed import NEOVIM, environment, needs
from tests.editors.programs import RECORDING, TRAIN

GUIDE = Path(__file__).parents[2] / "server/editors/README.md"
EDITORS = GUIDE.with_name("neovim")
SCRIPT = Path(__file__).with_name("neovim.lua")

pytestmark = needs("Neovim")


def printed(folder: Path, script: Path, *arguments: object) -> dict[str, Any]:
    """What a script prints that Neovim runs, with its last words if it prints nothing."""
    command = [NEOVIM, "--headless", "--clean", "-n", "-l", script, *arguments]
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=120,
        env={**environment(), "XDG_STATE_HOME": str(folder)},
        check=False,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    assert lines, done.stderr
    found: dict[str, Any] = json.loads(lines[-1])
    return found


@pytest.mark.parametrize("arguments", [[EDITORS], [EDITORS / "older.lua", "older"]])
def test_diagnostics_hover_and_quick_fix(tmp_path: Path, arguments: list[object]) -> None:
    file = tmp_path / "train.py"
    file.write_text(TRAIN, "utf-8")
    configuration, *older = arguments
    seen = printed(tmp_path, SCRIPT, configuration, file, *older)
    assert "error" not in seen, seen
    first = seen["first"]
    assert (first["line"], first["column"], first["code"]) == (15, 18, "LP001")
    assert "keeps the autograd graph" in first["message"]
    assert seen["typed"] == 16
    assert "Why it leaks" in seen["hover"]
    assert seen["fixed"] == "    total_loss += loss.item()"


def test_what_the_guide_says_fixes_a_file_before_it_is_written(tmp_path: Path) -> None:
    (snippet,) = re.findall(r"```lua\n([^`]*BufWritePre[^`]*)```", GUIDE.read_text("utf-8"))
    (tmp_path / "on_save.lua").write_text(snippet, "utf-8")
    file = tmp_path / "recording.py"
    file.write_text(RECORDING, "utf-8")
    script = SCRIPT.with_name("neovim_save.lua")
    saved = printed(tmp_path, script, EDITORS, tmp_path / "on_save.lua", file)
    assert saved["modified"] is False
    assert "max_entries=100_000" in saved["text"]
