"""`leakwise check` on files, folders and standard input."""

import json
import os
from pathlib import Path

import pytest

from tests.cli.running import CLEAN, LEAK, WASTE, leakwise, write


def test_a_clean_file(tmp_path: Path) -> None:
    done = leakwise("check", "a.py", cwd=write(tmp_path, {"a.py": CLEAN}))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "No leaks found in 1 file.\n"


def test_a_leak(tmp_path: Path) -> None:
    done = leakwise("check", "a.py", cwd=write(tmp_path, {"a.py": LEAK}))
    assert (done.returncode, done.stderr) == (1, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("a.py:12:14: LP001 accumulate-loss-with-graph ")
    assert lines[1:3] == [" 12 |     total += loss", "    |              ^^^^"]
    assert "   = warning; to read on: leakwise rule LP001" in done.stdout
    assert lines[-1] == "Found 1 warning in 1 of 1 file."


def test_the_leak_path_is_shown_with_its_source(tmp_path: Path) -> None:
    done = leakwise("check", "a.py", cwd=write(tmp_path, {"a.py": LEAK}))
    made = done.stdout.index("  9 |     loss = criterion(model(x), y)")
    loop = done.stdout.index("  7 | for x, y in torch.utils.data.DataLoader(")
    assert min(made, loop) > 0
    assert "\n    |            ^^^^^^^^^^^^^^^^^^^^^^ " in done.stdout[made:]


def test_the_current_folder_is_the_default(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a.py": LEAK, "sub/b.py": CLEAN, "c.txt": LEAK})
    done = leakwise("check", cwd=folder)
    assert done.returncode == 1
    assert done.stdout.startswith("a.py:12:14: LP001")
    assert done.stdout.endswith("Found 1 warning in 1 of 2 files.\n")


def test_information_alone_does_not_fail(tmp_path: Path) -> None:
    done = leakwise("check", cwd=write(tmp_path, {"a.py": WASTE}))
    assert "LP008" in done.stdout
    assert done.stdout.endswith("Found 1 note in 1 of 1 file.\n")
    assert done.returncode == 0


def test_concise_is_one_line_a_finding(tmp_path: Path) -> None:
    folder = write(tmp_path, {"b.py": LEAK, "a/z.py": LEAK, "c.py": CLEAN})
    done = leakwise("check", "--output-format", "concise", cwd=folder)
    assert [line.split(" ")[:2] for line in done.stdout.splitlines()] == [
        ["a/z.py:12:14:", "LP001"],
        ["b.py:12:14:", "LP001"],
    ]


def test_an_explicit_file_is_checked_whatever_its_name(tmp_path: Path) -> None:
    folder = write(tmp_path, {"train": LEAK, ".gitignore": "train\n"})
    assert leakwise("check", "train", cwd=folder).returncode == 1


def test_each_file_once(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a/b.py": LEAK})
    done = leakwise("check", "a", "a/b.py", str(tmp_path), "--output-format", "concise", cwd=folder)
    assert len(done.stdout.splitlines()) == 1


def test_link_loops_end(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a/b.py": LEAK})
    (tmp_path / "a/loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self.py").symlink_to("self.py")
    done = leakwise("check", "--output-format", "concise", cwd=folder)
    assert len(done.stdout.splitlines()) == 1


def test_standard_input(tmp_path: Path) -> None:
    done = leakwise("check", "-", cwd=tmp_path, stdin=LEAK.encode())
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("-:12:14: LP001")
    named = leakwise(
        "check", "-", "--stdin-filename", "src/train.py", cwd=tmp_path, stdin=LEAK.encode()
    )
    assert named.stdout.startswith("src/train.py:12:14: LP001")


def test_what_is_left_out_is_so_on_standard_input(tmp_path: Path) -> None:
    """As editors and hooks hand it over, which name all that changes."""
    write(tmp_path, {"leakwise.toml": "extend-exclude = ['gen']\n"})
    arguments = ("check", "-", "--output-format", "json", "--stdin-filename")
    for name, option, found in (
        ("gen/a.py", "--force-exclude", 0),
        ("gen/a.py", "--no-force-exclude", 1),
        ("src/a.py", "--force-exclude", 1),
    ):
        done = leakwise(*arguments, name, option, cwd=tmp_path, stdin=LEAK.encode())
        assert (done.returncode, done.stderr) == (min(found, 1), "")
        assert len(json.loads(done.stdout)) == found


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "-", "a.py"),
        ("check", "--stdin-filename", "a.py"),
        ("check", "--jobs", "0"),
        ("check", "--output-format", "xml"),
        ("check", "--nonsense"),
        ("nonsense",),
    ],
)
def test_bad_usage(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = leakwise(*arguments, cwd=write(tmp_path, {"a.py": CLEAN}))
    assert (done.returncode, done.stdout) == (2, "")
    assert "Error: " in done.stderr


def test_columns_count_code_points(tmp_path: Path) -> None:
    leak = LEAK.replace("    total += loss\n", '    "😀é"; total += loss\n')
    done = leakwise("check", "a.py", cwd=write(tmp_path, {"a.py": leak}))
    lines = done.stdout.splitlines()
    assert lines[0].startswith("a.py:12:20: LP001")
    # The emoji takes two columns of the terminal.
    assert lines[2] == "    |                     ^^^^"


def test_tabs_keep_the_underline_in_place(tmp_path: Path) -> None:
    done = leakwise("check", cwd=write(tmp_path, {"a.py": LEAK.replace("    ", "\t")}))
    assert " 12 | \ttotal += loss\n    | \t         ^^^^\n" in done.stdout


def test_source_lines_cannot_steer_the_terminal(tmp_path: Path) -> None:
    leak = LEAK.replace("    total += loss\n", "    total += loss  # \x1b[31m\u202e\x07\n")
    done = leakwise("check", cwd=write(tmp_path, {"a\x1b[2J.py": leak}))
    assert "total += loss  # �[31m��\n" in done.stdout
    assert "\x1b" not in done.stdout


def test_long_lines_are_cut_around_the_finding(tmp_path: Path) -> None:
    leak = LEAK.replace("    total += loss\n", f'    "{"x" * 5000}"; total += loss\n')
    lines = leakwise("check", cwd=write(tmp_path, {"a.py": leak})).stdout.splitlines()
    assert lines[0].startswith("a.py:12:5018: LP001")
    assert lines[1].endswith('x"; total += loss')
    assert len(lines[1]) < 200
    assert lines[1][lines[2].index("^") :].startswith("loss")


def test_no_python_files(tmp_path: Path) -> None:
    done = leakwise("check", cwd=tmp_path)
    assert done.returncode == 0
    assert "leakwise: warning: no Python files or notebooks found" in done.stderr


def test_file_names_that_are_no_text(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.py")
    try:
        Path(path).write_text(LEAK)
    except OSError:
        pytest.skip("the file system takes no such name")
    for form in ("text", "concise", "json"):
        assert leakwise("check", "--output-format", form, cwd=tmp_path).returncode == 1


def test_an_output_that_lacks_the_characters(tmp_path: Path) -> None:
    leak = LEAK.replace("total += loss", "total += loss  # 日")
    done = leakwise("check", cwd=write(tmp_path, {"a.py": leak}), PYTHONIOENCODING="cp437")
    assert done.returncode == 1
    assert "total += loss  # \\u65e5" in done.stdout


def test_what_lies_in_the_current_folder_is_not_imported(tmp_path: Path) -> None:
    trap = "raise SystemExit('imported')\n"
    names = ["click", "leakwise_rules", "libcst", "multiprocessing", "tokenize", "ast", "torch"]
    folder = write(tmp_path, {f"{name}.py": trap for name in names})
    done = leakwise("check", "--output-format", "json", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
