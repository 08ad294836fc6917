"""The JSON form, which other programs read."""

import json
from pathlib import Path
from typing import Any

from tests.cli.running import CLEAN, LEAK, leakwise, write


def findings(folder: Path, *arguments: str, stdin: bytes = b"") -> Any:
    done = leakwise("check", "--output-format", "json", *arguments, cwd=folder, stdin=stdin)
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_nothing_found(tmp_path: Path) -> None:
    assert findings(write(tmp_path, {"a.py": CLEAN})) == []


def test_one_finding(tmp_path: Path) -> None:
    (found,) = findings(write(tmp_path, {"a.py": LEAK}))
    assert set(found) == {
        "code",
        "name",
        "message",
        "filename",
        "cell",
        "location",
        "end_location",
        "severity",
        "url",
        "fix",
        "related",
    }
    assert found["code"] == "LP001"
    assert found["name"] == "accumulate-loss-with-graph"
    assert found["filename"] == str(tmp_path / "a.py")
    assert found["location"] == {"row": 12, "column": 14}
    assert found["end_location"] == {"row": 12, "column": 18}
    assert found["severity"] == "warning"
    assert found["url"].startswith("https://")
    assert "`total`" in found["message"]


def test_the_fix_can_be_applied(tmp_path: Path) -> None:
    (found,) = findings(write(tmp_path, {"a.py": LEAK}))
    assert found["fix"]["applicability"] == "unsafe"
    assert found["fix"]["message"]
    lines = LEAK.splitlines(keepends=True)
    for edit in found["fix"]["edits"]:
        start, end = edit["location"], edit["end_location"]
        assert start["row"] == end["row"]
        line = lines[start["row"] - 1]
        changed = line[: start["column"] - 1] + edit["content"] + line[end["column"] - 1 :]
        lines[start["row"] - 1] = changed
    assert "".join(lines) == CLEAN


def test_the_leak_path(tmp_path: Path) -> None:
    (found,) = findings(write(tmp_path, {"a.py": LEAK}))
    assert found["related"]
    for place in found["related"]:
        assert set(place) == {"filename", "cell", "message", "location", "end_location"}
        assert place["filename"] == found["filename"]
        assert place["message"]
    assert 7 in [place["location"]["row"] for place in found["related"]]


def test_order_and_several_processes(tmp_path: Path) -> None:
    names = [f"{folder}/{number:03}.py" for folder in "ba" for number in range(60)]
    write(tmp_path, {**dict.fromkeys(names, CLEAN), **dict.fromkeys(names[::10], LEAK)})
    together = findings(tmp_path, "--jobs", "3")
    leaking = sorted(str(tmp_path / name) for name in names[::10])
    assert [item["filename"] for item in together] == leaking
    assert findings(tmp_path, "--jobs", "1") == together


def test_standard_input(tmp_path: Path) -> None:
    (bare,) = findings(tmp_path, "-", stdin=LEAK.encode())
    assert bare["filename"] == "-"
    (named,) = findings(tmp_path, "-", "--stdin-filename", "src/é.py", stdin=LEAK.encode())
    assert named["filename"] == str(tmp_path / "src/é.py")
