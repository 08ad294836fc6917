"""Leakwise in JupyterLab, which finds it by itself."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.editors.installed import FOLDER, environment, needs
from tests.editors.programs import write_notebook
from tests.editors.test_vscode import told

HERE = Path(__file__).parent
LAB = FOLDER / "jl"
SHOTS = FOLDER / "screenshots-jupyterlab"

pytestmark = [
    needs("Node", "Chromium", "playwright-core", "JupyterLab"),
    pytest.mark.xdist_group("editors"),
]


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """The Python of an environment that holds JupyterLab's packages, and Leakwise."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    theirs = LAB / "lib" / version / "site-packages"
    if not theirs.is_dir():
        pytest.skip(f"JupyterLab is not installed for {version}")
    folder = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=60)
    ours = Path(pytest.__file__).parents[1]
    lines = [f"import site; site.addsitedir({os.fspath(one)!r})" for one in (theirs, ours)]
    packages = folder / "lib" / version / "site-packages"
    (packages / "both.pth").write_text("\n".join(lines), "utf-8")
    return folder / "bin/python"


@pytest.fixture
def address(python: Path, tmp_path: Path) -> Iterator[str]:
    """That of a notebook in a JupyterLab with no settings about Leakwise."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    write_notebook(notebooks / "cells.ipynb")
    news = tmp_path / "settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    news.parent.mkdir(parents=True)
    news.write_text('{"fetchNews": "false", "checkForUpdates": false}', "utf-8")
    places = {
        "JUPYTER_PATH": LAB / "share/jupyter",
        "JUPYTER_CONFIG_PATH": LAB / "etc/jupyter",
        "JUPYTER_CONFIG_DIR": tmp_path / "config",
        "JUPYTER_DATA_DIR": tmp_path / "data",
        "JUPYTER_RUNTIME_DIR": tmp_path / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": tmp_path / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": tmp_path / "workspaces",
        "IPYTHONDIR": tmp_path / "ipython",
    }
    command = [os.fspath(python), "-m", "jupyterlab", "--ip=127.0.0.1", f"--port={port}"]
    command += ["--no-browser", "--IdentityProvider.token=", "--allow-root"]
    command += [f"--notebook-dir={notebooks}", f"--app-dir={LAB / 'share/jupyter/lab'}"]
    shown = environment() | {name: os.fspath(place) for name, place in places.items()}
    log = tmp_path / "log"
    with log.open("wb") as out:
        lab = subprocess.Popen(command, stdout=out, stderr=out, env=shown, cwd=notebooks)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api", lab, log)
        yield f"http://127.0.0.1:{port}/lab/tree/cells.ipynb"
    finally:
        lab.terminate()
        lab.wait(30)


def _wait_for(url: str, lab: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end and lab.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(log.read_text("utf-8", "replace")[-3000:])


def test_a_notebook_shows_the_finding(address: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    found = told(["node", HERE / "jupyterlab.mjs", address, SHOTS], 240)["notebook"]
    assert "error" not in found, found
    assert found["marked"] == "loss"
    assert "keeps the autograd graph of every iteration" in found["panel"]
