"""Checks in parts: each file in one part, and the joined findings are those of the whole."""

import json
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sarif import loader
from sarif_pydantic import Sarif

from leakwise.cli.sharding import Shard
from tests.cli.running import CLEAN, LEAK, WASTE, environment, leakwise, write

ROOT = Path(__file__).parents[2]


@given(
    names=st.sets(st.text(st.characters(exclude_characters="\0/."), min_size=3), max_size=20),
    total=st.integers(1, 9),
)
@settings(max_examples=60, deadline=None)
def test_each_file_is_in_exactly_one_part_wherever_the_project_lies(
    names: set[str], total: int
) -> None:
    def parts(folder: str) -> list[list[str]]:
        paths = [f"{folder}/{name}" for name in sorted(names)]
        found = [Shard(number, total).of(paths, [folder]) for number in range(1, total + 1)]
        assert sorted(chain.from_iterable(found)) == sorted(paths)
        return [[path.removeprefix(folder) for path in part] for part in found]

    assert parts("/one") == parts("/quite/another")


def test_parts_are_about_equal() -> None:
    paths = [f"/p/package_{n // 10}/module_{n}.py" for n in range(1000)]
    assert all(200 < len(Shard(number, 4).of(paths, ["/p"])) < 300 for number in range(1, 5))


MANY: dict[str, str | bytes] = {
    "pyproject.toml": "",
    "model.py": "from torch import nn\ndef build():\n    return nn.Linear(4, 1)\n",
    **{f"sub/leak {n}.py": LEAK for n in range(2)},
    **{f"clean_{n}.py": CLEAN for n in range(2)},
    "waste.py": WASTE,
    "broken.py": "import torch\nfor x in :\n",
    # Nothing in the file itself says that this is a network.
    "uses.py": WASTE.replace("nn.Linear(4, 1)", "build()").replace(
        "torch import nn", "model import build"
    ),
}


def sarif(folder: Path, *arguments: str) -> str:
    done = leakwise("check", "--output-format", "sarif", *arguments, cwd=folder)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def test_the_joined_parts_tell_what_the_whole_tells(tmp_path: Path) -> None:
    folder = write(tmp_path / "work", MANY)
    listed = []
    for number in (1, 2):
        part = f"{number}/2"
        listed += leakwise("check", "--show-files", "--shard", part, cwd=folder).stdout.split("\n")
        (tmp_path / f"{number}.sarif").write_text(sarif(folder, "--shard", part), "utf-8")
    whole = leakwise("check", "--show-files", cwd=folder).stdout.split("\n")
    assert sorted(filter(None, listed)) == sorted(filter(None, whole))
    logs = [f"{number}.sarif" for number in (2, 1, 2)]
    done = leakwise("merge-sarif", *logs, "-o", "all.sarif", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    text = (tmp_path / "all.sarif").read_text("utf-8")
    (joined,) = json.loads(text)["runs"]
    (expected,) = json.loads(sarif(folder))["runs"]
    for one in (joined, expected):
        one["notices"] = [
            notice
            for invocation in one.pop("invocations")
            for notice in invocation["toolExecutionNotifications"]
        ]
        one["notices"] = {json.dumps(notice) for notice in one["notices"]}
    assert joined == expected
    assert len(joined["results"]) == 4
    Sarif.model_validate_json(text)
    assert len(loader.load_sarif_file(str(tmp_path / "all.sarif")).get_records()) == 4


def test_other_roots_stay_apart_unless_they_are_the_same_project(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, {"a.py": LEAK})
        write(tmp_path, {f"logs/{name}.sarif": sarif(tmp_path / name)})
    (apart,) = json.loads(leakwise("merge-sarif", "logs", cwd=tmp_path).stdout)["runs"]
    assert apart["originalUriBaseIds"] == {
        "%SRCROOT%": {"uri": (tmp_path / "one").as_uri() + "/"},
        "%SRCROOT_2%": {"uri": (tmp_path / "two").as_uri() + "/"},
    }
    found = [
        one["codeFlows"][0]["threadFlows"][0]["locations"][0]["location"]["physicalLocation"]
        for one in apart["results"]
    ]
    assert [one["artifactLocation"] for one in found] == [
        {"uri": "a.py", "uriBaseId": "%SRCROOT%"},
        {"uri": "a.py", "uriBaseId": "%SRCROOT_2%"},
    ]
    done = leakwise("merge-sarif", "--same-root", "logs", cwd=tmp_path)
    (same,) = json.loads(done.stdout)["runs"]
    assert len(same["results"]) == len(same["originalUriBaseIds"]) == 1


def test_what_was_joined_before_is_no_part(tmp_path: Path) -> None:
    write(tmp_path, {"logs/part.sarif": sarif(write(tmp_path, {"a.py": LEAK}))})
    for text, count in ((LEAK, 1), (CLEAN, 0)):
        write(tmp_path, {"logs/part.sarif": sarif(write(tmp_path, {"a.py": text}))})
        assert leakwise("merge-sarif", "logs", "-o", "logs/all.sarif", cwd=tmp_path).stderr == ""
        (run,) = json.loads((tmp_path / "logs/all.sarif").read_text("utf-8"))["runs"]
        assert len(run["results"]) == count
    assert json.loads(leakwise("merge-sarif", "logs", "-o", "-", cwd=tmp_path).stdout)["runs"]


def test_logs_that_cannot_be_joined(tmp_path: Path) -> None:
    text = sarif(write(tmp_path, {"a.py": LEAK}))
    driver = json.loads(text)["runs"][0]["tool"]["driver"]
    write(
        tmp_path,
        {
            "good.sarif": text,
            "other.sarif": text.replace(driver["semanticVersion"], "0.0.7"),
            "tool.sarif": text.replace('"name": "leakwise"', '"name": "other"'),
            "rules.sarif": text.replace('"id": "LP001"', '"id": "LP999"'),
            "half.sarif": text[:200],
            "list.sarif": "[]",
            "deep.sarif": "[" * 100_000,
            "binary.sarif": b"\xff\xfe\x00",
            "empty/a.txt": "",
            "kept.sarif": "kept",
        },
    )
    wrong = {
        "other.sarif": "other.sarif is by leakwise 0.0.7, but good.sarif by",
        "tool.sarif": "tool.sarif is no log of leakwise (Invalid enum value 'other'",
        "rules.sarif": "rules.sarif lacks its rule LP001",
        "half.sarif": "half.sarif is no JSON",
        "list.sarif": "list.sarif is no log of leakwise (Expected `object`, got `array`",
        "deep.sarif": "deep.sarif is no JSON",
        "binary.sarif": "binary.sarif is no JSON",
        "gone.sarif": "gone.sarif does not exist - check the spelling",
        "empty": "empty has no file *.sarif",
    }
    for name, why in wrong.items():
        done = leakwise("merge-sarif", "good.sarif", name, "-o", "kept.sarif", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"Error: {why}")
        assert len(done.stderr.splitlines()) == 1
    assert (tmp_path / "kept.sarif").read_text() == "kept"


@pytest.mark.parametrize("part", ["0/2", "3/2", "1/2/3", "\u00b9/2"])
def test_parts_that_are_none(tmp_path: Path, part: str) -> None:
    done = leakwise("check", "--shard", part, cwd=tmp_path)
    assert done.returncode == 2
    assert "write 1/4, 2/4, 3/4 and 4/4 for four parts" in done.stderr


def test_an_empty_part_is_clean_and_standard_input_has_none(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": CLEAN})
    done = [leakwise("check", "--shard", f"{number}/2", cwd=tmp_path) for number in (1, 2)]
    assert [(one.returncode, one.stderr) for one in done] == [(0, "")] * 2
    assert leakwise("check", "-", "--shard", "1/2", cwd=tmp_path).returncode == 2


def test_many_repositories_on_dask(tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs dask[distributed]")
    write(tmp_path / "repositories", {"one/a.py": LEAK, "two/a.py": LEAK, "three/a.py": CLEAN})
    write(tmp_path / "repositories", {"wrong/a.py": LEAK, "wrong/leakwise.toml": "select = 1\n"})
    example = ROOT / "server/examples/dask/check_many.py"
    done = subprocess.run(
        [sys.executable, str(example), "repositories", "found.sarif"],
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path), DASK_DISTRIBUTED__WORKER__DAEMON="False"),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "wrong: leakwise: error: " in done.stderr
    records = loader.load_sarif_file(str(tmp_path / "found.sarif")).get_records()
    assert sorted(one["Location"] for one in records) == ["one/a.py", "two/a.py"]


@pytest.mark.parametrize(
    ("repositories", "why"),
    [
        ("gone", "gone is no folder"),
        ("empty", "empty has no folder to check"),
        ("bad", "one: leakwise: "),
    ],
)
def test_nothing_to_check_on_dask(tmp_path: Path, repositories: str, why: str) -> None:
    pytest.importorskip("distributed", reason="needs dask[distributed]")
    write(tmp_path, {"empty/a.txt": "", "bad/one/leakwise.toml": "select = 1\n"})
    example = ROOT / "server/examples/dask/check_many.py"
    done = subprocess.run(
        [sys.executable, str(example), repositories, "found.sarif"],
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path), DASK_DISTRIBUTED__WORKER__DAEMON="False"),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert why in done.stderr
    assert not (tmp_path / "found.sarif").exists()
