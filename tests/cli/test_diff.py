"""`leakwise check --diff`: what repairs would change is shown, and nothing is written."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import CLEAN, LEAK, command, environment, leakwise, write
from tests.cli.test_fix import BROKEN, MENDED
from tests.sources.notebook_files import code, markdown, notebook, saved

SHOWN = f"""\
--- a.py
+++ a.py
@@ -1,2 +1,2 @@
 import torch
-{BROKEN}
+{MENDED}
"""
WOULD = "Would make 1 repair in 1 file.\n"


def test_the_repairs_are_shown_and_nothing_is_written(tmp_path: Path) -> None:
    text = f"import torch\n{BROKEN}\n"
    write(tmp_path, {"a.py": text, "b.py": LEAK, "c.py": CLEAN})
    done = leakwise("check", "--diff", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (1, SHOWN, WOULD)
    assert leakwise("check", "--diff", "--fix", cwd=tmp_path).stdout == SHOWN
    assert leakwise("check", "--diff", "--exit-zero", cwd=tmp_path).returncode == 0
    assert (tmp_path / "a.py").read_text() == text
    for clean in ("b.py", "c.py"):
        done = leakwise("check", "--diff", clean, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_unsafe_repairs_are_shown_where_they_are_asked_for(tmp_path: Path) -> None:
    done = leakwise("check", "--diff", "--unsafe-fixes", cwd=write(tmp_path, {"b.py": LEAK}))
    assert done.returncode == 1
    assert done.stdout.endswith("-    total += loss\n+    total += loss.item()\n")
    assert (tmp_path / "b.py").read_text() == LEAK


@pytest.mark.parametrize(
    "content",
    [
        f"import torch\n{BROKEN}\n".encode(),
        f"\ufeffimport torch\r\n{BROKEN}\r\n# é\u2028\x0c".encode(),
        f"import torch\n{BROKEN}".encode(),
        f"# coding: latin-1\nimport torch\n# é\n{BROKEN}\n".encode("latin-1"),
    ],
    ids=["plain", "windows", "no-newline", "latin-1"],
)
def test_the_diff_can_be_applied(tmp_path: Path, content: bytes) -> None:
    shown, mended = tmp_path / "shown", tmp_path / "mended"
    for folder in (shown, mended):
        write(folder, {"my code/a.py": content})
    leakwise("check", "--fix", cwd=mended)
    assert leakwise("check", "--diff", "--output-file", "p", cwd=shown).returncode == 1
    apply = ["git", "apply", "-p0", "--whitespace=nowarn", "p"]
    subprocess.run(apply, cwd=shown, check=True, timeout=60)
    assert leakwise("check", "--diff", cwd=shown).stdout == ""
    after = (shown / "my code/a.py").read_bytes()
    assert after == (mended / "my code/a.py").read_bytes() != content


def test_the_cells_of_a_notebook_are_shown_one_by_one(tmp_path: Path) -> None:
    cells = markdown("x"), code("%matplotlib inline\nimport torch"), code(f"%%time\n{BROKEN}")
    text = saved(notebook(*cells))
    done = leakwise("check", "--diff", cwd=write(tmp_path, {"n.ipynb": text}))
    assert done.stdout == (
        "--- n.ipynb:cell 3\n+++ n.ipynb:cell 3\n@@ -1,2 +1,2 @@\n %%time\n"
        f"-{BROKEN}\n\\ No newline at end of file\n+{MENDED}\n\\ No newline at end of file\n"
    )
    assert done.returncode == 1
    assert (tmp_path / "n.ipynb").read_text() == text


@pytest.mark.parametrize("name", [(), ("--stdin-filename", "a.py")])
def test_standard_input(tmp_path: Path, name: tuple[str, ...]) -> None:
    text = f"import torch\n{BROKEN}\n"
    done = leakwise("check", "--diff", "-", *name, cwd=tmp_path, stdin=text.encode())
    shown = SHOWN if name else SHOWN.replace("a.py", "-")
    assert (done.returncode, done.stdout, done.stderr) == (1, shown, WOULD)


def test_what_does_not_go_with_it(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": LEAK})
    done = leakwise("check", "--diff", "--statistics", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "`--diff` prints no findings that `--statistics` could count." in done.stderr
    done = leakwise("check", "--diff", "--output-format", "sarif", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "`--diff` prints diffs, not `--output-format sarif`." in done.stderr


def test_a_file_that_cannot_be_repaired_is_told_of(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": f"import torch\n{BROKEN}\n", "bad.py": b"\xff\xfe"})
    done = leakwise("check", "--diff", "a.py", "bad.py", "none.py", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, SHOWN)
    assert "leakwise: error: none.py: does not exist" in done.stderr
    assert "leakwise: warning: bad.py: is in UTF-16" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")
def test_what_a_file_holds_does_not_steer_the_terminal(tmp_path: Path) -> None:
    import pty

    write(tmp_path, {"a.py": f"import torch\n{BROKEN}\n# \x1b[2J\n"})
    ours, theirs = pty.openpty()
    with open(ours, "rb", buffering=0) as read:
        done = subprocess.run(
            command("check", "--diff"), cwd=tmp_path, stdout=theirs, env=environment(), check=False
        )
        os.close(theirs)
        shown = read.read(10_000)
    assert done.returncode == 1
    assert f"\x1b[32m+{MENDED}\x1b[0m" in shown.decode()
    assert b" # \xef\xbf\xbd[2J" in shown


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege")
def test_a_file_that_has_two_names_is_shown_once(tmp_path: Path) -> None:
    write(tmp_path, {"z.py": LEAK})
    (tmp_path / "a.py").symlink_to("z.py")
    done = leakwise("check", "--diff", "--unsafe-fixes", cwd=tmp_path)
    assert done.stdout.count("\n+++ ") == 1
    assert done.stderr == "Would make 1 repair in 1 file.\n"
