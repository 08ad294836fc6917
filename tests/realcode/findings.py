"""Findings of `leakwise check` in pinned packages, and the list of those that are known.

The list names places only, never the code that stands there.
"""

import ast
import json
import subprocess
import sys
import time
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_KNOWN = "findings.tsv"
# What `leakwise check` says of a defect of its own.
_FAILURE = "please report this"
# Seconds for one package: far more than any needs.
_LIMIT = 1800
_COLUMNS = ("package", "path", "line", "code")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A finding: its path (with slashes) inside the package, its one-based line and its rule."""

    package: str
    path: str
    line: int
    code: str


@dataclass(slots=True)
class Outcome:
    """What one run of `leakwise check` gave."""

    files: int
    lines: int
    seconds: float
    places: list[Place] = field(default_factory=list)
    messages: dict[Place, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    crash: str = ""


def known(lists: Path) -> list[Place]:
    """The findings written down in the folder `lists`, in their order."""
    path = lists / _KNOWN
    rows = path.read_text("utf-8").splitlines()[1:] if path.exists() else []
    columns = (row.split("\t") for row in rows)
    return [Place(package, where, int(line), code) for package, where, line, code in columns]


def write(places: Iterable[Place], lists: Path) -> None:
    """Writes `places` down as the known ones."""
    rows = [_COLUMNS, *((p.package, p.path, str(p.line), p.code) for p in sorted(places))]
    (lists / _KNOWN).write_text("".join("\t".join(row) + "\n" for row in rows), "utf-8")


def check(package: str, folder: Path, jobs: int | None) -> Outcome:
    """Runs `leakwise check` over `folder`."""
    paths = [path for path in folder.rglob("*.py") if path.is_file()]
    lines = sum(path.read_bytes().count(b"\n") for path in paths)
    # `-P`, and our own working folder: nothing of the package can be imported.
    command = [sys.executable, "-P", "-m", "leakwise", "check", "--output-format", "json"]
    if jobs:
        command += ["--jobs", str(jobs)]
    start = time.perf_counter()
    try:
        done = subprocess.run(
            [*command, str(folder)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=_LIMIT,
        )
    except subprocess.TimeoutExpired:
        return Outcome(len(paths), lines, _LIMIT, crash=f"no end within {_LIMIT} seconds")
    outcome = Outcome(len(paths), lines, time.perf_counter() - start)
    outcome.warnings = [line.replace(f"{folder}/", "") for line in done.stderr.splitlines()]
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:
        outcome.crash = f"exit status {done.returncode}"
        return outcome
    if _FAILURE in done.stderr:
        outcome.crash = "a rule or the analysis failed"
    for finding in json.loads(done.stdout):
        path = Path(finding["filename"])
        name = path.absolute().relative_to(folder.absolute()).as_posix()
        place = Place(package, name, finding["location"]["row"], finding["code"])
        outcome.places.append(place)
        outcome.messages[place] = finding["message"]
        if finding["fix"] and not _parses_fixed(path, finding["fix"]["edits"]):
            outcome.crash = f"the fix of {name}:{place.line} {place.code} breaks the file"
    return outcome


def _parses_fixed(path: Path, edits: list[dict[str, Any]]) -> bool:
    """True when the file at `path`, where it parses, still does after `edits`."""
    with tokenize.open(path) as file:
        text = file.read()
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    fixed = text
    # From the end on; of those at one place the last one first, so that they stand in their order.
    for edit in sorted(edits, key=lambda edit: _offset(edit["location"], starts))[::-1]:
        start = _offset(edit["location"], starts)
        end = _offset(edit["end_location"], starts)
        fixed = fixed[:start] + edit["content"] + fixed[end:]
    return _parses(fixed) or not _parses(text)


def _parses(text: str) -> bool:
    """True for what this Python takes as a module."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _offset(location: dict[str, int], starts: list[int]) -> int:
    return starts[location["row"] - 1] + location["column"] - 1
