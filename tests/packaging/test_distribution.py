"""Each way to install Leakwise, used from another folder."""

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

from leakwise import __version__
from tests.cli.running import LEAK

ROOT = Path(__file__).parents[2]

# One worker builds what all of these tests install.
pytestmark = pytest.mark.xdist_group("packaging")


def run(*command: str | Path, cwd: Path, status: int = 0) -> str:
    """What `command` printed; it must leave with `status`."""
    outside = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=cwd, env=outside, capture_output=True, text=True, check=False, timeout=500
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and, in `tree/` and `sdist/`, the wheels from both."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation"]
    run(*build, "--sdist", "--outdir", folder, ROOT, cwd=folder)
    run(*build, "--wheel", "--outdir", folder / "tree", ROOT, cwd=folder)
    source = next(folder.glob("*.tar.gz"))
    with tarfile.open(source) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    unpacked = next((folder / "unpacked").iterdir())
    run(*build, "--wheel", "--outdir", folder / "sdist", unpacked, cwd=folder)
    return folder


@pytest.fixture(params=["wheel", "wheel from sdist", "sdist", "editable"])
def installed(request: pytest.FixtureRequest, dist: Path, tmp_path: Path) -> Path:
    """The folder of scripts of a fresh environment into which Leakwise was installed."""
    targets: dict[str, list[str | Path]] = {
        "wheel": [*(dist / "tree").glob("*.whl")],
        "wheel from sdist": [*(dist / "sdist").glob("*.whl")],
        "sdist": [*dist.glob("*.tar.gz")],
        "editable": ["-e", ROOT],
    }
    venv.create(tmp_path / "env", with_pip=False)
    scripts = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", tmp_path / "env", "install"]
    run(*pip, "-q", *targets[request.param], cwd=tmp_path)
    return scripts


def test_an_installed_leakwise_works_from_another_folder(installed: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (work / "sample.py").write_text(LEAK)
    found = run(installed / "leakwise", "check", "sample.py", cwd=work, status=1)
    assert found.startswith("sample.py:12:14: LP001 ")
    assert run(installed / "leakwise", "rule", "LP001", cwd=work).startswith("# LP001 ")
    python = installed / "python"
    version = run(python, "-m", "leakwise", "--version", cwd=work)
    assert version == f"leakwise {__version__}\n"
    marks = run(
        python,
        "-c",
        "import leakwise, leakwise_rules, pathlib\n"
        "for package in (leakwise, leakwise_rules):\n"
        "    print(pathlib.Path(package.__path__[0], 'py.typed').is_file())",
        cwd=work,
    )
    assert marks == "True\nTrue\n"


def test_the_wheels_are_equal_and_hold_the_two_packages_alone(dist: Path) -> None:
    contents = []
    for folder in ("tree", "sdist"):
        with zipfile.ZipFile(next((dist / folder).glob("*.whl"))) as wheel:
            contents.append({entry.filename: entry.CRC for entry in wheel.infolist()})
    assert contents[0] == contents[1]
    tops = {name.partition("/")[0] for name in contents[0]}
    assert tops == {"leakwise", "leakwise_rules", f"leakwise-{__version__}.dist-info"}
    assert f"leakwise-{__version__}.dist-info/licenses/LICENSE" in contents[0]


def test_the_sdist_holds_what_its_tests_need(dist: Path) -> None:
    with tarfile.open(next(dist.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tests = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("*.py")
        if path.is_file()
    }
    assert tests <= names
    assert {"LICENSE", "README.md", "pyproject.toml", ".ci/run", "rules/README.md"} <= names
