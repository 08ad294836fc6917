"""What git has of files at an earlier revision.

Only objects and the index are asked for, never the files themselves: git would run filters on them
that the repository's configuration names. What else it could run is switched off.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from leakwise.cli.loading import CouldNotRun
from leakwise.cli.output.printable import printable

_OPTIONS = (
    "--no-pager",
    "--no-replace-objects",
    "--literal-pathspecs",
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "safe.bareRepository=explicit"),
)
_ENVIRONMENT = {
    # Missing objects of partial clones are not fetched: that runs what the repository names.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_PLACES = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
)
"""What says in hooks that the repository is another than that of the folder."""
_FILES = (b"100644", b"100755")
_SUBMODULE = b"160000"
_SECONDS = 300


class Repository:
    """The files of a repository as they were at the commit that the working tree is compared with:
    that of `HEAD`, or the one in which `revision` and `HEAD` part, or `commit` itself."""

    def __init__(self, folder: str, revision: str | None, commit: str | None = None) -> None:
        """The repository that has `folder`.

        Raises:
            CouldNotRun: there is no git, no repository or no such revision or commit.
        """
        self.top = _top(folder)
        if commit is not None and self._commit_of(commit) is None:
            raise CouldNotRun(
                f"{self.top} has no commit {commit}, at which its superproject had it - fetch it."
            )
        self._commit = commit or self._compared(revision)

    @cached_property
    def hashes(self) -> dict[str, str]:
        """The hash of each file's content, by its path from the top, with `/`."""
        return {path: hash_ for mode, hash_, path in self._entries if mode in _FILES}

    @cached_property
    def submodules(self) -> dict[str, str]:
        """The commit that each submodule was at, by its path from the top."""
        return {path: hash_ for mode, hash_, path in self._entries if mode == _SUBMODULE}

    @cached_property
    def _entries(self) -> list[tuple[bytes, str, str]]:
        """The mode, hash and path of all that the commit has, but for folders."""
        if self._commit is None:
            return []
        listed = self._ask("ls-tree", "-r", "-z", "--full-tree", self._commit)
        found: list[tuple[bytes, str, str]] = []
        for entry in filter(None, listed.split(b"\0")):
            about, _, path = entry.partition(b"\t")
            mode, _, hash_ = about.split(b" ")
            found.append((mode, hash_.decode(), os.fsdecode(path)))
        return found

    @cached_property
    def renamed(self) -> dict[str, str]:
        """The earlier paths of the files that were renamed since, in commits or in the index."""
        if self._commit is None:
            return {}
        form = ("--raw", "-z", "-M", "-l1000", "--diff-filter=R", "--ignore-submodules=all")
        plain = ("--no-ext-diff", "--no-textconv", "--no-color")
        listed = self._ask("diff-index", "--cached", *form, *plain, self._commit)
        fields = [os.fsdecode(one) for one in listed.split(b"\0")]
        return dict(zip(fields[2::3], fields[1::3], strict=False))

    def content(self, path: str) -> bytes | None:
        """What the file at a path from the top held; None where there was none."""
        hash_ = self.hashes.get(path) or self.hashes.get(self.renamed.get(path, ""))
        return None if hash_ is None else self._ask("cat-file", "blob", hash_)

    def _compared(self, revision: str | None) -> str | None:
        """The commit to compare with; None where there is none yet."""
        head = self._head()
        if revision is None:
            return head
        commit = self._commit_of(revision)
        if commit is None:
            raise CouldNotRun(
                f"{self.top} has no revision {printable(repr(revision))} - check the spelling, or "
                "fetch it: a shallow clone has few."
            )
        if head is None:
            return commit
        parted = self._run("merge-base", commit, head)
        if parted.returncode:
            raise CouldNotRun(
                f"{printable(repr(revision))} and HEAD have no commit in common in {self.top} - a "
                "shallow clone needs more history, such as by `git fetch --unshallow`."
            )
        return parted.stdout.decode().split()[0]

    def _head(self) -> str | None:
        """The commit that is checked out; None where none was made yet."""
        done = self._run("rev-parse", "--verify", "--quiet", "HEAD")
        if done.returncode:
            return None
        commit = done.stdout.decode().strip()
        self._ask("cat-file", "-e", commit)
        return commit

    def _commit_of(self, revision: str) -> str | None:
        # What begins with a hyphen is an option, and never the name of a revision.
        if not revision or revision.startswith("-") or "\0" in revision:
            return None
        done = self._run("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        return done.stdout.decode().strip() if done.returncode == 0 else None

    def _ask(self, *arguments: str) -> bytes:
        done = self._run(*arguments)
        if done.returncode:
            raise _unreadable(self.top, done.stderr)
        return done.stdout

    def _run(self, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
        return _run(self.top, arguments)


def _top(folder: str) -> str:
    """The top folder of the repository that has `folder`, without links."""
    done = _run(folder, ("rev-parse", "--show-toplevel"))
    if done.returncode:
        if b"not a git repository" in done.stderr:
            raise CouldNotRun(f"{folder} is in no git repository - check a folder that is in one.")
        raise _unreadable(folder, done.stderr)
    return os.path.realpath(os.fsdecode(done.stdout.removesuffix(b"\n")))


def _unreadable(folder: str, told: bytes) -> CouldNotRun:
    why = f"git cannot read {folder}: {_first_line(told)}"
    if b"dubious ownership" in told:
        why += f" - trust it by `git config --global --add safe.directory {folder}`"
    return CouldNotRun(f"{why}.")


def _run(folder: str, arguments: Sequence[str]) -> "subprocess.CompletedProcess[bytes]":
    environment = {name: text for name, text in os.environ.items() if name not in _PLACES}
    try:
        return subprocess.run(
            [_program(), *_OPTIONS, *arguments],
            cwd=folder,
            env={**environment, **_ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except OSError as error:
        raise CouldNotRun(f"git cannot be run in {folder} ({error.strerror}).") from None
    except subprocess.TimeoutExpired:
        raise CouldNotRun(f"git gave no answer in {folder} within {_SECONDS} seconds.") from None


def _program() -> str:
    """The path of git. The current folder is not looked into, even where the system does."""
    name = "git.exe" if os.name == "nt" else "git"
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if os.path.isabs(folder) and (found := shutil.which(str(Path(folder, name)))):
            return found
    raise CouldNotRun("There is no git on PATH, which knows what changed - install it.")


def _first_line(told: bytes) -> str:
    text = told.decode(errors="replace").strip().splitlines()
    return printable(text[0].removeprefix("fatal: ").rstrip(".")) if text else "no reason given"
