"""Notebooks, checked by the real command."""

import json
from pathlib import Path

import pytest

from tests.cli.running import CLEAN, LEAK, leakwise, write
from tests.sources.notebook_files import code, markdown, notebook, saved

HEAD, LOOP = LEAK[: LEAK.index("total =")], LEAK[LEAK.index("total =") :]
LEAKING = saved(
    notebook(markdown("# Training"), code("!pip install torch\n" + HEAD), code("%%time\n" + LOOP))
)
"""A notebook with LP001 in row 8 of its third cell, column 14."""


def test_names_flow_across_cells_and_places_count_in_theirs(tmp_path: Path) -> None:
    done = leakwise(
        "check", "--output-format", "concise", cwd=write(tmp_path, {"a.ipynb": LEAKING})
    )
    assert done.stdout.startswith("a.ipynb:cell 3:8:14: LP001 accumulate-loss-with-graph ")
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""
    assert done.returncode == 1


def test_text_shows_lines_as_they_are_written_and_other_cells(tmp_path: Path) -> None:
    step = "    loss = criterion(model(x), y)\n    loss.backward()\n    return loss"
    text = saved(
        notebook(
            code(HEAD),
            code(f"def step(x, y):\n{step}"),
            code("total = 0\nfor x, y in loader:\n    loss = step(x, y)\n    %time total += loss"),
        )
    )
    done = leakwise("check", cwd=write(tmp_path, {"a.ipynb": text}))
    assert "a.ipynb:cell 3:4:20: LP001" in done.stdout
    assert " 4 |     %time total += loss\n   |                    ^^^^\n" in done.stdout


def test_json_tells_the_cell(tmp_path: Path) -> None:
    done = leakwise("check", "--output-format", "json", cwd=write(tmp_path, {"a.ipynb": LEAKING}))
    (found,) = json.loads(done.stdout)
    assert found["cell"] == 3
    assert found["location"] == {"row": 8, "column": 14}
    assert [edit["cell"] for edit in found["fix"]["edits"]] == [3]
    assert found["fix"]["edits"][0]["location"] == {"row": 8, "column": 18}
    assert {related["cell"] for related in found["related"]} == {3}


def test_from_standard_input(tmp_path: Path) -> None:
    arguments = ("check", "-", "--stdin-filename", "a.ipynb", "--output-format", "concise")
    done = leakwise(*arguments, cwd=tmp_path, stdin=LEAKING.encode())
    assert done.stdout.startswith("a.ipynb:cell 3:8:14: LP001 ")
    assert leakwise(*arguments, cwd=tmp_path, stdin=b"[]").stderr.startswith(
        "leakwise: warning: a.ipynb: is a damaged notebook (it is no JSON object) - "
    )


def test_damaged_ones_are_told_of_and_the_others_checked(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"a.ipynb": LEAKING[:-9], "b.ipynb": LEAKING, "c.py": LEAK}
    done = leakwise("check", "--output-format", "concise", cwd=write(tmp_path, files))
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["b.ipynb", "c.py"]
    (complaint,) = done.stderr.splitlines()
    assert complaint.startswith("leakwise: warning: a.ipynb: is a damaged notebook (line ")


def test_other_languages_are_told_of(tmp_path: Path) -> None:
    text = saved(notebook(code("library(torch)"), language="R"))
    done = leakwise("check", cwd=write(tmp_path, {"a.ipynb": text}))
    assert "a.ipynb: is a notebook in r - only those in Python are checked" in done.stderr


def test_magics_and_cells_of_other_programs_are_no_errors(tmp_path: Path) -> None:
    cells = [
        code("%load_ext autoreload\n%autoreload 2\nfiles = !ls\nmodel?"),
        code("%%bash\nfor x in y; do echo $x; done"),
        code("pip install torch"),
        code(CLEAN),
    ]
    done = leakwise("check", cwd=write(tmp_path, {"a.ipynb": saved(notebook(*cells))}))
    assert (done.stdout, done.stderr) == ("No leaks found in 1 file.\n", "")


def test_what_does_not_parse_is_named_by_its_cell(tmp_path: Path) -> None:
    text = saved(notebook(code(HEAD), code("x = 1\ny = = 2"), code(LOOP)))
    done = leakwise("check", "--output-format", "concise", cwd=write(tmp_path, {"a.ipynb": text}))
    assert "a.ipynb: line 2 of cell 2 does not parse (" in done.stderr
    assert done.stdout.startswith("a.ipynb:cell 3:7:14: LP001 ")


@pytest.mark.parametrize("folder", [".ipynb_checkpoints", "sub/.ipynb_checkpoints"])
def test_checkpoints_are_left_out(tmp_path: Path, folder: str) -> None:
    write(tmp_path, {f"{folder}/a-checkpoint.ipynb": LEAKING, "b.py": CLEAN})
    assert leakwise("check", cwd=tmp_path).stdout == "No leaks found in 1 file.\n"


def test_comments_suppress_in_cells(tmp_path: Path) -> None:
    on_the_line = LOOP.rstrip() + "  # leakwise: ignore[LP001]"
    timed = on_the_line.replace("    total +=", "    %time total +=")
    for loop in (on_the_line, "%%time\n" + on_the_line, timed, "# leakwise: skip-file\n" + LOOP):
        write(tmp_path, {"a.ipynb": saved(notebook(code(HEAD), code(loop)))})
        assert leakwise("check", cwd=tmp_path).stdout == "No leaks found in 1 file.\n"
