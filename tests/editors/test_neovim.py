"""Leakwise in a real Neovim, by its keys."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.editors.installed import NEOVIM, environment, needs
from tests.editors.programs import TRAIN

EDITORS = Path(__file__).parents[2] / "server/editors/neovim"
SCRIPT = Path(__file__).with_name("neovim.lua")

pytestmark = needs("Neovim")


@pytest.mark.parametrize("arguments", [[EDITORS], [EDITORS / "older.lua", "older"]])
def test_diagnostics_hover_and_quick_fix(tmp_path: Path, arguments: list[object]) -> None:
    file = tmp_path / "train.py"
    file.write_text(TRAIN, "utf-8")
    configuration, *older = arguments
    command = [NEOVIM, "--headless", "--clean", "-n", "-l", SCRIPT, configuration, file, *older]
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        timeout=120,
        env={**environment(), "XDG_STATE_HOME": str(tmp_path)},
        check=False,
    )
    seen = json.loads(done.stdout.splitlines()[-1])
    assert "error" not in seen, (seen, done.stderr)
    first = seen["first"]
    assert (first["line"], first["column"], first["code"]) == (15, 18, "LP001")
    assert "keeps the autograd graph" in first["message"]
    assert seen["typed"] == 16
    assert "Why it leaks" in seen["hover"]
    assert seen["fixed"] == "    total_loss += loss.item()"
