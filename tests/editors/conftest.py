"""The extension, built as for its users."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.editors.installed import FOLDER

CLIENT = Path(__file__).parents[2] / "vscode-client"
_LEFT_OUT = shutil.ignore_patterns("node_modules", "out", "bundled", "*.vsix")


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the extension's sources with its libraries, which `install.sh` has installed."""
    modules = FOLDER / "client/node_modules"
    if not modules.is_dir():
        pytest.skip(f"the extension's libraries are not in {modules}; see tests/editors/install.sh")
    folder = tmp_path_factory.mktemp("client") / "vscode-client"
    shutil.copytree(CLIENT, folder, ignore=_LEFT_OUT)
    (folder / "node_modules").symlink_to(modules)
    return folder


@pytest.fixture(scope="session")
def vsix(client: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The universal extension."""
    file = tmp_path_factory.mktemp("vsix") / "leakwise.vsix"
    npm("run", "package", "--", "--out", os.fspath(file), folder=client)
    return file


def npm(*arguments: str, folder: Path) -> str:
    """What a script of the extension prints."""
    done = subprocess.run(
        ["npm", *arguments], cwd=folder, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
