"""Editors to test with, as `install.sh` puts them into one folder; tests of others are skipped."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(
    os.environ.get("LEAKWISE_EDITORS") or Path.home() / ".cache" / "leakwise-editors"
).absolute()
CODE = FOLDER / "server/node_modules/code-server/lib/vscode/out/server-main.js"
PLAYWRIGHT = FOLDER / "pw/node_modules/playwright-core"
JUPYTER = FOLDER / "jl/bin/jupyter-lab"
NEOVIM = FOLDER / "nv/bin/nvim"


def _browser() -> str | None:
    return shutil.which("chromium") or shutil.which("google-chrome")


_NEEDED: dict[str, Callable[[], object]] = {
    "Node": lambda: shutil.which("node") and shutil.which("npm"),
    "Chromium": _browser,
    "VS Code": CODE.is_file,
    "playwright-core": PLAYWRIGHT.is_dir,
    "JupyterLab": JUPYTER.is_file,
    "Neovim": NEOVIM.is_file,
}


def needs(*names: str) -> pytest.MarkDecorator:
    """Skips tests where one of these is not installed, and says so."""
    missing = [name for name in names if not _NEEDED[name]()]
    why = f"{', '.join(missing)} not found; tests/editors/install.sh installs it in {FOLDER}"
    return pytest.mark.skipif(bool(missing), reason=why)


def environment() -> dict[str, str]:
    """The variables for an editor: the `leakwise` of this Python comes first on PATH."""

    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    browser = {"CHROMIUM": _browser() or ""}
    return {**os.environ, "PATH": path, "EDITORS": str(FOLDER), **browser}
