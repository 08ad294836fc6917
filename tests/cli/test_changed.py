"""`leakwise check --changed` and `--diff-base`: findings on lines that changed since a revision."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.running import CLEAN, LEAK, environment, leakwise, write
from tests.cli.test_baseline import LOOP, concise
from tests.cli.test_fix import BROKEN, MENDED
from tests.sources.notebook_files import code, notebook, saved

AUTHOR = ("-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgSign=false")
OLD = LEAK + LOOP
"""Two leaks, in rows 12 and 19."""


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *AUTHOR, *arguments],
        cwd=folder,
        env=environment(GIT_CONFIG_GLOBAL=os.devnull),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


def committed(folder: Path, files: dict[str, str | bytes]) -> Path:
    """A repository with these files in a commit more."""
    write(folder, files)
    if not (folder / ".git").exists():
        git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x")
    return folder


def test_lines_that_are_not_committed(tmp_path: Path) -> None:
    folder = committed(tmp_path, {"src/a.py": OLD, "b.py": LEAK})
    assert concise(folder, "--changed") == []
    moved = "import os\n\n" + OLD.replace("total += loss\n", "total += 2 * loss\n", 1)
    write(folder, {"src/a.py": moved.replace("\n", "\r\n"), "new.py": LEAK})
    found = ["new.py:12:14: LP001", "src/a.py:14:14: LP001"]
    # Where line ends were converted, no line counts that is else the same.
    assert concise(folder, "--changed") == found
    assert concise(folder / "src", "--changed") == ["a.py:14:14: LP001"]
    git(folder, "add", "-A")
    assert concise(folder, "--changed") == found
    shown = leakwise("check", "--changed", "--show-files", cwd=folder).stdout
    assert shown.splitlines() == ["new.py", "src/a.py"]
    done = leakwise("check", "--changed", "--statistics", cwd=folder)
    assert (done.returncode, done.stdout) == (1, "2\tLP001\taccumulate-loss-with-graph\n")
    assert leakwise("check", "--changed", "--exit-zero", cwd=folder).returncode == 0
    assert leakwise("check", "--changed", "b.py", cwd=folder).stdout == (
        "No leaks found in 0 files.\n"
    )


def test_lines_since_a_branch_parted(tmp_path: Path) -> None:
    folder = committed(tmp_path, {"a.py": OLD, "b.py": CLEAN})
    git(folder, "switch", "-qc", "topic")
    committed(folder, {"b.py": LEAK})
    git(folder, "switch", "-q", "main")
    committed(folder, {"a.py": OLD.replace("+= loss", "+= loss.item()")})
    git(folder, "switch", "-q", "topic")
    write(folder, {"c.py": LEAK})
    # What main did since then is no change of this branch.
    assert concise(folder, "--diff-base", "main") == ["b.py:12:14: LP001", "c.py:12:14: LP001"]
    assert concise(folder, "--diff-base", "HEAD") == ["c.py:12:14: LP001"]
    assert concise(folder, "--diff-base", git(folder, "rev-parse", "HEAD")) == ["c.py:12:14: LP001"]


@pytest.mark.parametrize("how", ["committed", "staged"])
def test_renamed_files_are_compared_with_what_they_were(tmp_path: Path, how: str) -> None:
    folder = committed(tmp_path, {"a.py": OLD})
    git(folder, "mv", "a.py", "ü b.py")
    write(folder, {"ü b.py": OLD.replace("total += loss", "total += 3 * loss", 1)})
    if how == "committed":
        committed(folder, {})
    assert concise(folder, "--diff-base", "HEAD~1" if how == "committed" else "HEAD") == [
        "ü b.py:12:14:"
    ]


def test_cells_of_notebooks(tmp_path: Path) -> None:
    setup, _, loop = LEAK.partition("total = 0.0\n")
    old = code(setup), code("total = 0.0\n" + loop)
    folder = committed(tmp_path, {"n.ipynb": saved(notebook(*old))})
    output = {"output_type": "stream", "name": "stdout", "text": ["x\n"]}
    ran = code(setup, outputs=[output]), code("x = 1"), {**old[1], "execution_count": 7}
    write(folder, {"n.ipynb": saved(notebook(*ran), indent=4)})
    assert leakwise("check", "--changed", cwd=folder).stdout == (
        "No leaks found in 1 file. 1 finding that is not new is left out.\n"
    )
    changed = code("total = 0.0\n" + loop.replace("+= loss", "+= 2 * loss"))
    write(folder, {"n.ipynb": saved(notebook(old[0], changed))})
    assert concise(folder, "--changed") == ["n.ipynb:cell 2:7:14:"]


def test_other_files_are_known(tmp_path: Path) -> None:
    model = LEAK.partition("total = 0.0\n")[0]
    folder = committed(tmp_path, {"model.py": model, "a.py": CLEAN})
    text = LEAK.replace(model, "import torch\nfrom model import criterion, model, optimizer\n")
    write(folder, {"a.py": text})
    assert concise(folder, "--changed") == ["a.py:9:14: LP001"]


def test_only_what_changed_is_repaired_or_ignored(tmp_path: Path) -> None:
    folder = committed(tmp_path, {"a.py": f"import torch\n{BROKEN}\n"})
    write(folder, {"a.py": f"import torch\n{BROKEN}\nprint()\n{BROKEN}\n"})
    shown = leakwise("check", "--changed", "--diff", cwd=folder).stdout
    assert shown.endswith(f" {BROKEN}\n print()\n-{BROKEN}\n+{MENDED}\n")
    text = (folder / "a.py").read_bytes()
    stdin = ("--changed", "--diff", "-", "--stdin-filename", "a.py")
    assert leakwise("check", *stdin, cwd=folder, stdin=text).stdout == shown
    leakwise("check", "--changed", "--add-ignore", cwd=folder)
    assert (folder / "a.py").read_text() == (
        f"import torch\n{BROKEN}\nprint()\n{BROKEN}  # leakwise: ignore[LP038]\n"
    )


def test_a_repository_without_a_commit(tmp_path: Path) -> None:
    git(write(tmp_path, {"a.py": LEAK}), "init", "-q")
    assert concise(tmp_path, "--changed") == ["a.py:12:14: LP001"]


@pytest.mark.skipif(os.name == "nt", reason="a script of POSIX")
def test_nothing_that_the_repository_names_is_run(tmp_path: Path) -> None:
    folder = committed(tmp_path, {"a.py": CLEAN, ".gitattributes": "*.py filter=f diff=f\n"})
    script = folder / "script"
    script.write_text(f"#!/bin/sh\ntouch {folder}/ran\ncat\n")
    script.chmod(0o755)
    for hook in ("post-index-change", "reference-transaction"):
        (folder / ".git/hooks").mkdir(exist_ok=True)
        (folder / ".git/hooks" / hook).symlink_to(script)
    names = "core.fsmonitor core.pager diff.external diff.f.textconv diff.f.command filter.f.clean"
    for name in names.split():
        git(folder, "config", name, str(script))
    write(folder, {"a.py": LEAK, "git": "#!/bin/sh\ntouch ran\n"})
    (folder / "git").chmod(0o755)
    (folder / "ran").unlink(missing_ok=True)
    path = os.pathsep.join(("", ".", os.environ["PATH"]))
    done = leakwise("check", "--changed", "--output-format", "concise", cwd=folder, PATH=path)
    assert done.stdout.startswith("a.py:12:14: LP001"), done.stderr
    assert not (folder / "ran").exists()
    # The same configuration does run the script where git looks at files by itself.
    git(folder, "status")
    assert (folder / "ran").exists()


def test_a_hook_of_another_repository_does_not_mislead(tmp_path: Path) -> None:
    other = committed(tmp_path / "other", {"a.py": LEAK})
    folder = committed(tmp_path / "mine", {"a.py": CLEAN})
    write(folder, {"a.py": LEAK})
    hook = {"GIT_DIR": str(other / ".git")}
    done = leakwise("check", "--changed", cwd=folder, stdin=b"", **hook)
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--diff-base", "nope"], "has no revision 'nope' - check the spelling"),
        (["--diff-base", "--output=x"], "has no revision '--output=x'"),
        (["--diff-base="], "has no revision ''"),
        (["--diff-base", "main...main"], "has no revision 'main...main'"),
        (["--diff-base", "orphan"], "'orphan' and HEAD have no commit in common"),
        (["--diff-base", "main", "--changed"], "exclude one another"),
        (["--changed", "-"], "`--changed` needs `--stdin-filename`"),
        (["--changed", "/"], "/ is in no git repository"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, arguments: list[str], why: str) -> None:
    folder = committed(tmp_path, {"a.py": CLEAN})
    git(folder, "switch", "-q", "--orphan", "orphan")
    committed(folder, {"b.py": CLEAN})
    git(folder, "switch", "-q", "main")
    write(folder, {"a.py": LEAK})
    done = leakwise("check", *arguments, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr
    assert sorted(os.listdir(folder)) == [".git", "a.py"]


def test_without_git_or_with_a_damaged_repository(tmp_path: Path) -> None:
    folder = committed(tmp_path, {"a.py": CLEAN})
    write(folder, {"a.py": LEAK})
    done = leakwise("check", "--changed", cwd=folder, PATH=str(tmp_path / "none"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: There is no git on PATH, which knows what changed - install it.\n"
    for file in sorted((folder / ".git/objects").glob("??/*")):
        file.chmod(0o644)
        file.write_bytes(b"damaged")
    done = leakwise("check", "--changed", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: git cannot read ")


def test_submodules_are_compared_with_what_the_superproject_had(tmp_path: Path) -> None:
    library = committed(tmp_path / "library", {"old.py": LEAK})
    folder = committed(tmp_path / "work", {"a.py": CLEAN})
    allowed = ("-c", "protocol.file.allow=always")
    git(folder, *allowed, "submodule", "add", "-q", str(library), "lib")
    committed(folder, {})
    git(folder, "branch", "base")
    assert concise(folder, "--diff-base", "base") == []
    committed(folder / "lib", {"new.py": LEAK})
    committed(folder, {"b.py": LEAK})
    write(folder, {"lib/open.py": LEAK})
    found = ["lib/new.py:12:14: LP001", "lib/open.py:12:14: LP001"]
    assert concise(folder, "--diff-base", "base") == ["b.py:12:14: LP001", *found]
    # Also where it alone is checked, and where a revision of its own has the same name.
    git(folder / "lib", "branch", "base")
    assert concise(folder, "--diff-base", "base", "lib") == found
    assert concise(folder / "lib", "--diff-base", "base") == ["open.py:12:14: LP001"]
    assert concise(folder, "--changed") == ["lib/open.py:12:14: LP001"]
    # A commit that was never fetched is told of.
    git(folder, "update-index", "--cacheinfo", f"160000,{'12' * 20},lib")
    git(folder, "commit", "-qm", "z")
    git(folder, "branch", "far")
    done = leakwise("check", "--diff-base", "far", cwd=folder)
    assert "lib has no commit 1212" in done.stderr
    assert "All of its lines count as changed" in done.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs another user")
def test_a_repository_of_somebody_else_says_how_it_is_trusted(tmp_path: Path) -> None:
    folder = committed(tmp_path / "theirs", {"a.py": CLEAN})
    for path in (folder, folder / ".git"):
        os.chown(path, 65534, 65534)
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = leakwise("check", "--changed", cwd=folder, stdin=b"", **own)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"trust it by `git config --global --add safe.directory {folder}`." in done.stderr
