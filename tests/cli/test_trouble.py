"""Files that cannot be checked: one clear line each, and the rest goes on."""

import os
from pathlib import Path

import pytest

from tests.cli.running import LEAK, leakwise, write


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"\x7fELF\0\0", "bad.py: is binary, not text - leave it out"),
        (
            "import torch\n".encode("utf-16"),
            "bad.py: is in UTF-16, which Python cannot read - save it as UTF-8",
        ),
        (
            b"import torch\n\n\nname = '\xe9'\n",
            "bad.py: is not UTF-8 (byte 0xe9 in line 4) - save it as UTF-8 or add a coding line",
        ),
        (
            b"# coding: nonsense\nimport torch\n",
            "bad.py: names an unknown encoding, 'nonsense' - correct its coding line",
        ),
        (
            b"import torch\n\nfor x in :\n    pass\n",
            "bad.py: line 3 does not parse (invalid syntax)"
            " - correct it; all that parses was checked",
        ),
    ],
    ids=["binary", "utf-16", "latin-1", "unknown", "syntax"],
)
def test_one_line_and_the_rest_goes_on(tmp_path: Path, content: bytes, line: str) -> None:
    folder = write(tmp_path, {"bad.py": content, "leak.py": LEAK})
    done = leakwise("check", cwd=folder)
    assert done.stderr == f"leakwise: warning: {line}\n"
    assert done.returncode == 1
    assert "leak.py:12:14: LP001" in done.stdout


def test_what_parses_of_a_broken_file_is_checked(tmp_path: Path) -> None:
    done = leakwise("check", cwd=write(tmp_path, {"a.py": LEAK + "\ndef half(:\n"}))
    assert done.returncode == 1
    assert "a.py:12:14: LP001" in done.stdout
    assert done.stderr.startswith("leakwise: warning: a.py: line 14 does not parse (")


def test_a_coding_line_is_honoured(tmp_path: Path) -> None:
    leak = "# -*- coding: latin-1 -*-\n" + LEAK + "name = 'é'\n"
    done = leakwise("check", cwd=write(tmp_path, {"a.py": leak.encode("latin-1")}))
    assert (done.returncode, done.stderr) == (1, "")
    assert "a.py:13:14: LP001" in done.stdout


def test_a_byte_order_mark_does_not_count(tmp_path: Path) -> None:
    leak = b"\xef\xbb\xbf" + LEAK.replace("\n", "\r\n").encode()
    done = leakwise("check", cwd=write(tmp_path, {"a.py": leak}))
    assert (done.returncode, done.stderr) == (1, "")
    assert "a.py:12:14: LP001" in done.stdout


def test_a_missing_path(tmp_path: Path) -> None:
    done = leakwise("check", "gone.py", "a.py", cwd=write(tmp_path, {"a.py": LEAK}))
    assert done.stderr == "leakwise: error: gone.py: does not exist - check the spelling\n"
    assert "a.py:12:14: LP001" in done.stdout
    assert done.returncode == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_unreadable_files_and_folders(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a.py": LEAK, "b/c.py": LEAK, "leak.py": LEAK})
    (folder / "a.py").chmod(0)
    (folder / "b").chmod(0)
    done = leakwise("check", cwd=folder)
    (folder / "b").chmod(0o700)
    assert done.stderr.splitlines() == [
        "leakwise: warning: b: cannot be listed (Permission denied) - check its permissions",
        "leakwise: warning: a.py: cannot be read (Permission denied) - make it readable",
    ]
    assert done.returncode == 1


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs Linux's /proc")
def test_a_file_that_breaks_off_while_it_is_read(tmp_path: Path) -> None:
    write(tmp_path, {"leak.py": LEAK})
    done = leakwise("check", "/proc/self/mem", "leak.py", cwd=tmp_path)
    assert done.stderr == (
        "leakwise: warning: /proc/self/mem: cannot be read (Input/output error)"
        " - make it readable\n"
    )
    assert "leak.py:12:14: LP001" in done.stdout
    assert done.returncode == 1


def test_binary_standard_input(tmp_path: Path) -> None:
    done = leakwise("check", "-", cwd=tmp_path, stdin=b"\0\1")
    assert done.stderr == "leakwise: warning: -: is binary, not text - leave it out\n"


@pytest.mark.parametrize(
    "content",
    [
        "x = " + "(" * 5000,
        "x = " + "+".join(["1"] * 20000),
        "import torch\n" + "x = " + "-" * 20000 + "1\n",
        "import torch\nx = " + "f(" * 900 + ")" * 900 + "\n",
        "import torch\nx = '\\d'\nassert (1, 2)\nx is 'a'\n",
        "import torch\n" + "".join(" " * n + "if x:\n" for n in range(150)),
        "import torch\n\x0c\n\u2028\r\rx = 1\x1a",
        "print 'torch'\nimport torch\nexec 'x'\n",
    ],
)
def test_odd_files_do_not_stop_the_run(tmp_path: Path, content: str) -> None:
    done = leakwise("check", cwd=write(tmp_path, {"odd.py": content, "leak.py": LEAK}))
    assert done.returncode == 1
    assert "leak.py:12:14: LP001" in done.stdout
    assert "the analysis failed" not in done.stderr
    assert len(done.stderr.splitlines()) <= 1
