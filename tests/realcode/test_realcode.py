"""The findings in pinned packages stay as they are known, and a change of them is told."""

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

LEAKING = """\
import torch
from torch import nn

model = nn.Linear(4, 1)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
total = 0.0
for x, y in torch.utils.data.DataLoader([(torch.ones(4), torch.ones(1))]):
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
    total += loss
"""
LEAK_LINE = LEAKING.count("\n")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.realcode", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.fixture
def lists(tmp_path: Path) -> list[str]:
    """Options that name a lock file with one made-up package, already downloaded."""
    wheels = tmp_path / "cache" / "wheels"
    wheels.mkdir(parents=True)
    wheel = wheels / "leaky-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("leaky/train.py", LEAKING)
        archive.writestr("leaky/data.bin", "not Python")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    row = ("leaky", "1.0", wheel.name, digest, "")
    (tmp_path / "packages.tsv").write_text(
        "package\tversion\twheel\tsha256\tpart\n" + "\t".join(row) + "\n"
    )
    return ["--lists", str(tmp_path), "--cache", str(tmp_path / "cache")]


def test_a_new_finding_is_told_until_it_is_written_down(lists: list[str], tmp_path: Path) -> None:
    place = f"leaky/train.py:{LEAK_LINE} LP001"
    first = run(*lists)
    assert (first.returncode, f"  + {place}" in first.stdout) == (1, True), first.stdout
    updated = run(*lists, "--update")
    assert updated.returncode == 0, updated.stdout
    known = (tmp_path / "findings.tsv").read_text()
    assert known == f"package\tpath\tline\tcode\nleaky\tleaky/train.py\t{LEAK_LINE}\tLP001\n"
    again = run(*lists)
    assert (again.returncode, "(+0 -0)" in again.stdout) == (0, True), again.stdout


def test_a_finding_that_went_is_told(lists: list[str], tmp_path: Path) -> None:
    (tmp_path / "findings.tsv").write_text(
        "package\tpath\tline\tcode\n"
        f"leaky\tleaky/train.py\t{LEAK_LINE}\tLP001\nleaky\tleaky/train.py\t9\tLP002\n"
    )
    done = run(*lists)
    assert (done.returncode, "  - leaky/train.py:9 LP002" in done.stdout) == (1, True), done.stdout


def test_a_package_that_is_not_the_pinned_one_is_refused(lists: list[str], tmp_path: Path) -> None:
    lock = tmp_path / "packages.tsv"
    *kept, last = lock.read_text().splitlines()
    columns = last.split("\t")
    columns[3] = "0" * 64
    lock.write_text("\n".join([*kept, "\t".join(columns)]) + "\n")
    done = run(*lists)
    assert (done.returncode, "is not the" in done.stdout) == (2, True), done.stdout


@pytest.mark.timeout(900)
def test_findings_in_real_packages_are_the_known_ones() -> None:
    done = run("--part", "ci")
    if done.returncode == 3:
        pytest.skip(done.stdout.strip().splitlines()[-1])
    assert done.returncode == 0, done.stdout + done.stderr
