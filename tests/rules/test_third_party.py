"""A rule package of somebody else's: built, installed, found, run, and tested by its own tests."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.cli.running import environment, leakwise, write

PACKAGE = Path(__file__).parent / "third_party" / "acme-leak-rules"
SCRIPT = textwrap.dedent("""
    import torch
    import acme_data as data

    for epoch in range(100):
        store = data.open_store("samples")
        train(torch.as_tensor(store.read()))
""")


def run(*arguments: str | Path, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder into which pip installed the package's wheel."""
    folder = tmp_path_factory.mktemp("acme")
    run("-m", "build", "--no-isolation", "--wheel", "--outdir", folder, PACKAGE)
    wheel = next(folder.glob("*.whl"))
    run("-m", "pip", "install", "-q", "--no-deps", "--target", folder / "site", wheel)
    return str(folder / "site")


def test_its_rule_is_listed_and_has_a_page(installed: str, tmp_path: Path) -> None:
    listed = leakwise("rule", "--all", cwd=tmp_path, PYTHONPATH=installed).stdout
    assert "ACME001 sample-store-opened-in-loop" in " ".join(listed.split())
    page = leakwise("rule", "acme001", cwd=tmp_path, PYTHONPATH=installed).stdout
    assert page.startswith("# ACME001 sample-store-opened-in-loop\n")
    assert "## When it is not a leak" in page


def test_its_findings_and_fixes_are_those_of_any_rule(installed: str, tmp_path: Path) -> None:
    write(tmp_path, {"script.py": SCRIPT})
    done = leakwise("check", "script.py", cwd=tmp_path, PYTHONPATH=installed)
    assert done.stdout.startswith("script.py:6:13: ACME001 ")
    assert done.returncode == 1
    arguments = ("check", "--output-format", "json", "script.py")
    report = json.loads(leakwise(*arguments, cwd=tmp_path, PYTHONPATH=installed).stdout)
    assert "ACME001" in json.dumps(report)
    assert "Open it in a `with` block" in json.dumps(report)


def test_it_is_chosen_and_silenced_like_any_rule(installed: str, tmp_path: Path) -> None:
    write(tmp_path, {"script.py": SCRIPT})
    for arguments in (("--ignore", "ACME001"), ("--select", "LP")):
        done = leakwise("check", *arguments, "script.py", cwd=tmp_path, PYTHONPATH=installed)
        assert done.returncode == 0
    comment = "  # leakwise: ignore[ACME001]\n"
    write(tmp_path, {"script.py": SCRIPT.replace('("samples")\n', '("samples")' + comment)})
    assert leakwise("check", "script.py", cwd=tmp_path, PYTHONPATH=installed).returncode == 0


def test_its_own_tests_pass(installed: str) -> None:
    quiet = ("-q", "-c", "/dev/null", "-p", "no:cacheprovider", "--noconftest")
    said = run("-m", "pytest", *quiet, PACKAGE / "tests", PYTHONPATH=installed)
    assert "3 passed" in said
