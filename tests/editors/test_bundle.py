"""The extension with the server inside: for this platform and this Python, with no Leakwise around,
in a workspace that is not trusted."""

import os
import platform
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.editors.installed import FOLDER, needs
from tests.editors.programs import TRAIN
from tests.editors.test_vscode import HERE, told

SHOTS = FOLDER / "screenshots-untrusted"

pytestmark = [
    needs("Node", "Chromium", "VS Code", "playwright-core"),
    pytest.mark.xdist_group("editors"),
    pytest.mark.skipif(
        sys.platform != "linux" or platform.machine() != "x86_64", reason="made for linux-x64"
    ),
]


@pytest.fixture(scope="module")
def bundle(client: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bundle")
    # Beside the server's sources, as in the repository.
    for name in ("server", "rules", "pyproject.toml", "README.md", "LICENSE"):
        if not (client.parent / name).exists():
            (client.parent / name).symlink_to(HERE.parents[1] / name)
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    script = client / "scripts/bundle.py"
    command: list[str | Path] = [
        sys.executable,
        script,
        "linux-x64",
        "--python",
        python,
        "--out",
        out,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if "No matching distribution" in done.stderr:
        pytest.skip(f"the libraries cannot be had: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stderr[-3000:]
    return Path(done.stdout.strip())


@pytest.fixture(scope="module")
def python_only(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Variables under which there are Node and a Python without Leakwise."""
    folder = tmp_path_factory.mktemp("bin")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (folder / "python3").symlink_to(Path(sys.base_prefix) / "bin" / version)
    (folder / "node").symlink_to(shutil.which("node") or "node")
    return {"PATH": f"{folder}:/usr/bin:/bin"}


def test_it_runs_with_no_package_around(
    bundle: Path, python_only: dict[str, str], tmp_path: Path
) -> None:
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(tmp_path)
    (tmp_path / "train.py").write_text(TRAIN, "utf-8")
    start = tmp_path / "extension/bundled/start.py"
    command: list[str | Path] = [
        "python3",
        "-I",
        start,
        "check",
        "--output-format",
        "concise",
        "train.py",
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        env={**os.environ, **python_only},
        check=False,
    )
    assert done.stdout.startswith("train.py:16:19: LP001"), done.stderr


def test_an_untrusted_workspace_runs_nothing_of_its_own(
    bundle: Path,
    python_only: dict[str, str],
    tmp_path: Path,
) -> None:
    workspace = tmp_path / "workspace"
    (workspace / ".vscode").mkdir(parents=True)
    (workspace / "train.py").write_text(TRAIN, "utf-8")
    planted, mark = workspace / "planted", tmp_path / "mark"
    planted.write_text(f"#!/bin/sh\ntouch {mark}\necho leakwise 9.9.9\n", "utf-8")
    planted.chmod(0o755)
    settings = f'{{"leakwise.path": ["{planted}"], "leakwise.interpreter": ["{planted}"]}}'
    (workspace / ".vscode/settings.json").write_text(settings, "utf-8")
    SHOTS.mkdir(parents=True, exist_ok=True)
    script = HERE / "vscode/untrusted.mjs"
    command = ["node", script, bundle, workspace, tmp_path / "vscode", SHOTS]
    seen = told(command, 180, python_only)["untrusted"]
    assert "error" not in seen, seen
    assert "bundled with the extension" in seen["status"]
    assert len(seen["servers"]) == 1
    assert not mark.exists()
