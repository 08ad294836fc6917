"""Pinned packages of real training code: fetched from PyPI, checked by hash, unpacked, never run.

Only wheels are taken: pip runs nothing of a wheel to download it, where a source distribution's
build code would be run for its metadata.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_LOCK = "packages.tsv"
_COLUMNS = ("package", "version", "wheel", "sha256", "part")


class Unreachable(Exception):
    """A package could not be downloaded."""


class WrongHash(Exception):
    """A wheel is not the one that was pinned."""


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """A wheel of one version; `part` is `ci` where every run of the tests checks it."""

    name: str
    version: str
    wheel: str
    sha256: str
    part: str = ""


def pinned(lists: Path) -> list[Package]:
    """The packages of the lock file in the folder `lists`, by name."""
    lock = lists / _LOCK
    rows = lock.read_text("utf-8").splitlines()[1:] if lock.exists() else []
    return sorted(Package(*row.split("\t")) for row in rows)


def pin(requirements: Iterable[str], lists: Path, cache: Path) -> None:
    """Writes what PyPI now gives for each of `requirements` into the lock file.

    Raises `Unreachable`.
    """
    packages = {package.name: package for package in pinned(lists)}
    for requirement in requirements:
        wheel = _download(requirement, cache)
        name = requirement.partition("==")[0]
        part = packages[name].part if name in packages else ""
        packages[name] = Package(name, wheel.name.split("-")[1], wheel.name, _sha256(wheel), part)
    rows = [
        _COLUMNS,
        *((p.name, p.version, p.wheel, p.sha256, p.part) for p in sorted(packages.values())),
    ]
    (lists / _LOCK).write_text("".join("\t".join(row) + "\n" for row in rows), "utf-8")


def unpacked(package: Package, cache: Path) -> Path:
    """The folder under `cache` that holds the Python files of `package`.

    Raises `Unreachable` or `WrongHash`.
    """
    folder = cache / f"{package.name}-{package.version}-{package.sha256[:12]}"
    if folder.exists():
        return folder
    wheel = cache / "wheels" / package.wheel
    if not wheel.exists():
        wheel = _download(f"{package.name}=={package.version}", cache)
    if wheel.name != package.wheel or _sha256(wheel) != package.sha256:
        wheel.unlink()
        raise WrongHash(f"{wheel.name} is not the {package.wheel} that was pinned")
    with tempfile.TemporaryDirectory(dir=cache) as temporary:
        fresh = Path(temporary) / "files"
        fresh.mkdir()
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(fresh, [n for n in archive.namelist() if n.endswith(".py")])
        try:
            fresh.rename(folder)
        except OSError:
            # Another process was quicker; anything else is told.
            if not folder.exists():
                raise
    return folder


def _download(requirement: str, cache: Path) -> Path:
    """The wheel for `requirement`, in the cache's folder of wheels."""
    wheels = cache / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as temporary:
        command = [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"),
            *("--timeout", "20", "--retries", "2", "--disable-pip-version-check"),
            *("--only-binary=:all:", "--platform=any", "--implementation=py", "--abi=none"),
            *("--python-version=3.12", "--ignore-requires-python"),
            *("--dest", temporary, requirement),
        ]
        done = subprocess.run(command, capture_output=True, text=True)
        found = list(Path(temporary).glob("*.whl"))
        if done.returncode or len(found) != 1:
            reason = (done.stderr.strip().splitlines() or ["pip gave no wheel"])[-1]
            raise Unreachable(f"{requirement}: {reason}")
        target = wheels / found[0].name
        shutil.move(found[0], target)
    return target


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
