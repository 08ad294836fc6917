"""Completion in a real zsh and a real fish, which `tests/editors/install.sh` installs."""

import contextlib
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import environment

SECONDS = 60.0
"""For a key, on the slowest machine."""

ZSHRC = r"""
autoload -Uz compinit
compinit -D -u
told() { print -r -- "$BUFFER" >> told; BUFFER='' }
zle -N told
bindkey '^X' told
eval "$(leakwise completion zsh)"
"""
TAB = "\t"


def variables(**changes: str) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}:{environment()['PATH']}"
    return environment(PATH=path, TERM="xterm", **changes)


@pytest.fixture(scope="module")
def zsh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """The keyboard of a zsh that runs on a terminal, and the file to which it writes its line, and
    begins another one, at Ctrl-X."""
    folder = tmp_path_factory.mktemp("zsh")
    (folder / ".zshrc").write_text(ZSHRC)
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        ["zsh", "-i"],
        cwd=folder,
        env=variables(ZDOTDIR=str(folder)),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield ours, folder / "told"
    finally:
        run.kill()
        run.wait()
        os.close(ours)


def typed(keys: str, zsh: tuple[int, Path]) -> str:
    """The line of a zsh after some keys."""
    keyboard, told = zsh
    told.unlink(missing_ok=True)
    os.write(keyboard, f"{keys}\x18".encode())
    shown = b""
    began = time.monotonic()
    while time.monotonic() - began < SECONDS:
        if select.select([keyboard], [], [], 0.05)[0]:
            with contextlib.suppress(OSError):
                shown += os.read(keyboard, 10_000)
        if told.exists() and (line := told.read_text()).endswith("\n"):
            return line.strip()
    raise AssertionError(f"zsh did not answer; it showed {shown.decode()!r}")


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh not found")
@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("leakwise mer" + TAB, "leakwise merge-sarif"),
        ("leakwise check --output-fo" + TAB, "leakwise check --output-format"),
        ("leakwise check --output-format sar" + TAB, "leakwise check --output-format sarif"),
        ("leakwise check --output-format j" + TAB * 2, "leakwise check --output-format json"),
        ("leakwise check --output-format j" + TAB * 3, "leakwise check --output-format json-lines"),
        ("leakwise check --select lp001" + TAB, "leakwise check --select LP001"),
        ("leakwise check --select LP001,lt002" + TAB, "leakwise check --select LP001,LT002"),
        ("leakwise rule accumulate-loss" + TAB, "leakwise rule accumulate-loss-with-graph"),
        ("leakwise completion z" + TAB, "leakwise completion zsh"),
    ],
)
def test_zsh_completes(zsh: tuple[int, Path], keys: str, line: str) -> None:
    assert typed(keys, zsh) == line


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish not found")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("mer", ["merge-sarif"]),
        ("check --output-fo", ["--output-format"]),
        ("check --output-format js", ["json", "json-lines"]),
        ("check --select lp001", ["LP001"]),
        ("check --select LP001,lt002", ["LP001,LT002"]),
        ("rule accumulate-loss", ["accumulate-loss-with-graph"]),
        ("completion ", ["bash", "fish", "zsh"]),
        ("check --cache-dir fol", ["folder/"]),
    ],
)
def test_fish_completes(tmp_path: Path, words: str, expected: list[str]) -> None:
    script = f"leakwise completion fish | source; complete --do-complete 'leakwise {words}'"
    (tmp_path / "folder").mkdir()
    done = subprocess.run(
        ["fish", "--no-config", "-c", script],
        cwd=tmp_path,
        env=variables(HOME=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=2 * SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    # Behind a tab stands what it means.
    assert sorted(line.split("\t")[0] for line in done.stdout.splitlines()) == expected
