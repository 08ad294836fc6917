"""`leakwise check --fix`: files are repaired, and all else in them stays."""

import os
import stat
import sys
from pathlib import Path

import pytest

from leakwise.sources.writing import UnwritableError, replace_file
from tests.cli.running import LEAK, leakwise, names_in, write
from tests.sources.notebook_files import code, markdown, notebook, saved

BROKEN = "torch.cuda.memory._record_memory_history()"
MENDED = "torch.cuda.memory._record_memory_history(max_entries=100_000)"


def fixed(folder: Path, name: str, content: bytes) -> bytes:
    """What the file holds after the repair of the one thing that is wrong in it."""
    write(folder, {name: content})
    done = leakwise("check", "--fix", cwd=folder)
    assert (done.stdout, done.stderr) == ("No leaks found in 1 file. 1 repair made.\n", "")
    assert done.returncode == 0
    after = (folder / name).read_bytes()
    assert leakwise("check", "--fix", cwd=folder).stdout == "No leaks found in 1 file.\n"
    assert (folder / name).read_bytes() == after
    assert names_in(folder) == [name]
    return after


@pytest.mark.parametrize(
    "content",
    [
        f"import torch\n{BROKEN}\n".encode(),
        f"\ufeffimport torch\r\n{BROKEN}\r\n# é".encode(),
        f"# coding: latin-1\nimport torch\n# é\n{BROKEN}".encode("latin-1"),
    ],
)
def test_a_file_keeps_its_encoding_and_line_ends(tmp_path: Path, content: bytes) -> None:
    assert fixed(tmp_path, "a.py", content) == content.replace(BROKEN.encode(), MENDED.encode())


@pytest.mark.parametrize("indent", [1, 4, None])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_notebook_keeps_all_but_the_source(
    tmp_path: Path, indent: int | None, ascii_only: bool
) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": ["ä\n", "\x1b[0m"]}
    cells = [
        markdown("# Über"),
        code("%matplotlib inline\nimport torch  # ü", outputs=[output], execution_count=3),
        code(f"%%time\n{BROKEN}\n!ls", metadata={"tags": ["b", "a"]}),
        {**code(""), "source": "x = 1\nprint(x)"},
    ]
    text = saved(notebook(*cells, nbformat_minor=2), indent=indent, ascii_only=ascii_only)
    text = text.replace('"nbformat": 4', '"z": 1.50e-3, "nbformat": 4').replace("\n", "\r\n")
    after = fixed(tmp_path, "a.ipynb", text.encode())
    assert after.decode() == text.replace(BROKEN, MENDED)


def test_what_is_not_safe_stays(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": LEAK})
    done = leakwise("check", "--fix", "--output-format", "concise", cwd=tmp_path)
    assert done.stdout.startswith("a.py:12:14: LP001 ")
    assert done.returncode == 1
    assert (tmp_path / "a.py").read_text() == LEAK
    withheld = "1 repair may change what the code does: `--unsafe-fixes` makes it too."
    done = leakwise("check", "--fix", cwd=write(tmp_path, {"b.py": f"import torch\n{BROKEN}\n"}))
    assert done.stdout.endswith(f" in 1 of 2 files. 1 repair made. {withheld}\n")
    assert withheld not in leakwise("check", cwd=tmp_path).stdout


def test_rules_that_are_off_repair_nothing(tmp_path: Path) -> None:
    text = f"import torch\n{BROKEN}\n"
    write(tmp_path, {"a.py": text, "leakwise.toml": 'ignore = ["LP038"]\n'})
    assert leakwise("check", "--fix", cwd=tmp_path).stdout == "No leaks found in 1 file.\n"
    assert (tmp_path / "a.py").read_text() == text


def test_links_stay_links_and_modes_stay(tmp_path: Path) -> None:
    write(tmp_path, {"real/a.py": f"import torch\n{BROKEN}\n"})
    real, link = tmp_path / "real/a.py", tmp_path / "b.py"
    real.chmod(0o640)
    link.symlink_to(real)
    assert "1 repair made" in leakwise("check", "--fix", "b.py", cwd=tmp_path).stdout
    assert link.is_symlink()
    assert real.read_text() == f"import torch\n{MENDED}\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


@pytest.mark.skipif(sys.platform == "win32", reason="needs modes of POSIX")
@pytest.mark.parametrize("change", [["--fix", "--unsafe-fixes"], ["--add-ignore"]])
def test_a_file_that_has_several_names_keeps_them(tmp_path: Path, change: list[str]) -> None:
    elsewhere = write(tmp_path, {"src/a.py": LEAK, "other/kept.py": ""}) / "other/kept.py"
    file = tmp_path / "src/a.py"
    for name in (elsewhere, tmp_path / "src/b.py"):
        name.unlink(missing_ok=True)
        os.link(file, name)
    file.chmod(0o4750)
    done = leakwise("check", *change, "src", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No leaks found in 2 files. 1 ")
    assert file.samefile(elsewhere)
    assert elsewhere.read_text() != LEAK
    assert stat.S_IMODE(file.stat().st_mode) == 0o4750
    assert sorted(os.listdir(tmp_path / "src")) == ["a.py", "b.py"]


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="needs attributes of Linux")
def test_attributes_and_special_bits_stay(tmp_path: Path) -> None:
    file = write(tmp_path, {"a.py": LEAK}) / "a.py"
    try:
        os.setxattr(file, "user.told", b"by hand")
    except OSError:
        pytest.skip("the file system has no attributes")
    file.chmod(0o6755)
    assert leakwise("check", "--fix", "--unsafe-fixes", cwd=tmp_path).returncode == 0
    assert os.getxattr(file, "user.told") == b"by hand"
    assert stat.S_IMODE(file.stat().st_mode) == 0o6755


def test_a_file_that_cannot_be_written_to_its_end_is_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is overwritten, since it has several names."""
    file = write(tmp_path, {"a.py": "old" * 1000}) / "a.py"
    os.link(file, tmp_path / "b.py")
    synced: list[int] = []

    def fsync(descriptor: int) -> None:
        synced.append(descriptor)
        if len(synced) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(KeyboardInterrupt):
        replace_file(file, b"old" * 1000, b"new")
    assert file.read_bytes() == b"old" * 1000
    assert names_in(tmp_path) == ["a.py", "b.py"]


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    file = write(tmp_path, {"a.py": "new"}) / "a.py"
    with pytest.raises(UnwritableError, match="changed while it was checked"):
        replace_file(file, b"old", b"mended")
    with pytest.raises(UnwritableError, match="cannot be written"):
        replace_file(tmp_path / "none.py", b"old", b"mended")
    assert file.read_text() == "new"
    assert names_in(tmp_path) == ["a.py"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a folder without rights")
def test_a_file_that_cannot_be_written_is_told_of(tmp_path: Path) -> None:
    file = write(tmp_path, {"a.py": f"import torch\n{BROKEN}\n"}) / "a.py"
    file.chmod(0o444)
    done = leakwise("check", "--fix", cwd=tmp_path)
    assert "a.py: cannot be written (Permission denied) - make it writable" in done.stderr
    assert "LP038" in done.stdout


def test_standard_input_is_no_file(tmp_path: Path) -> None:
    done = leakwise("check", "--fix", "-", cwd=tmp_path, stdin=LEAK.encode())
    assert done.returncode == 2
    assert "`--fix` repairs files" in done.stderr


def test_comments_that_suppress_nothing_go_and_others_count(tmp_path: Path) -> None:
    unused = "import torch  # leakwise: ignore[LP001]"
    kept = f"{BROKEN}  # leakwise: ignore[LP038] wanted"
    text = saved(notebook(code(unused), code(f"%%time\n{kept}"), code("%%bash\n# leakwise: x")))
    assert fixed(tmp_path, "a.ipynb", text.encode()).decode() == text.replace(
        unused, "import torch"
    )


def test_what_is_not_safe_is_repaired_where_settings_say_so(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": LEAK, "leakwise.toml": "unsafe-fixes = true\n"})
    done = leakwise("check", "--fix", cwd=tmp_path)
    assert done.stdout == "No leaks found in 1 file. 1 repair made.\n"
    assert (tmp_path / "a.py").read_text() == LEAK.replace("+= loss", "+= loss.item()")


def test_what_is_not_safe_is_repaired_where_it_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": LEAK, "pyproject.toml": "[tool.leakwise]\nunsafe-fixes = true\n"})
    assert leakwise("check", "--fix", "--no-unsafe-fixes", cwd=tmp_path).returncode == 1
    write(tmp_path, {"pyproject.toml": ""})
    done = leakwise("check", "--fix", "--unsafe-fixes", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "No leaks found in 1 file. 1 repair made.\n")
    assert (tmp_path / "a.py").read_text() == LEAK.replace("+= loss", "+= loss.item()")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege")
@pytest.mark.parametrize("change", [["--fix", "--unsafe-fixes"], ["--add-ignore"]])
def test_a_file_that_has_two_names_is_changed_once(tmp_path: Path, change: list[str]) -> None:
    write(tmp_path, {"z.py": LEAK})
    (tmp_path / "a.py").symlink_to("z.py")
    done = leakwise("check", *change, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No leaks found in 2 files.")
    assert (tmp_path / "a.py").is_symlink()
    assert leakwise("check", cwd=tmp_path).returncode == 0
