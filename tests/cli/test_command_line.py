"""The command line itself: its help, its reference, and what shells complete."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from leakwise.cli.reference import EXAMPLES
from leakwise.cli.terminals import LINKS
from tests.cli.running import CLEAN, LEAK, WASTE, command, environment, leakwise, write

ROOT = Path(__file__).parents[2]
COMPLETED = r"""
eval "$(leakwise completion bash)"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_leakwise_completion leakwise
printf '%s\n' "${COMPREPLY[@]}"
"""


def bash(script: str, *arguments: str, cwd: Path) -> str:
    path = f"{Path(sys.executable).parent}:{environment()['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script, "bash", *arguments],
        cwd=cwd,
        env=environment(PATH=path),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode in (0, 1)
    return done.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("mer", "merge-sarif"),
        ("check --output-fo", "--output-format"),
        ("check --output-format js", "json json-lines"),
        ("check --select LP001", "LP001"),
        ("check --select LP001,lt002", "LP001,LT002"),
        ("rule accumulate-loss", "accumulate-loss-with-graph"),
        ("completion ", "bash fish zsh"),
    ],
)
def test_bash_completes(tmp_path: Path, words: str, expected: str) -> None:
    found = bash(COMPLETED, "leakwise", *words.split(" "), cwd=tmp_path).split()
    assert sorted(found) == expected.split()


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_have_scripts(tmp_path: Path, shell: str) -> None:
    done = leakwise("completion", shell, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"_LEAKWISE_COMPLETE={shell}_complete" in done.stdout
    assert leakwise("completion", "tcsh", cwd=tmp_path).returncode == 2


def test_help_groups_options_and_stays_in_the_terminal(tmp_path: Path) -> None:
    text = leakwise("check", "--help", cwd=tmp_path, COLUMNS="80").stdout
    headings = re.findall(r"^([A-Z].*):$", text, re.MULTILINE)
    assert headings[:3] == ["Output", "Repairs and comments", "New findings only"]
    assert headings[-1] == "Options"
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("--select ") == 1
    commands = leakwise("--help", cwd=tmp_path, COLUMNS="80").stdout.partition("Commands:")[2]
    assert commands.count("\n  ") >= 8
    assert "..." not in commands
    assert "Options:\n  --stdio" in leakwise("server", "--help", cwd=tmp_path).stdout


def test_the_reference_is_what_the_commands_say(tmp_path: Path) -> None:
    kept = (ROOT / "server/COMMANDS.md").read_text("utf-8")
    made = leakwise("debug", "commands", cwd=tmp_path).stdout
    assert kept == made, "run: leakwise debug commands > server/COMMANDS.md"


def test_the_examples_of_the_reference_run(tmp_path: Path) -> None:
    log = leakwise("check", "--output-format", "sarif", cwd=tmp_path).stdout
    names = ("part-1.sarif", "part-2.sarif")
    write(tmp_path, {"pyproject.toml": "", **dict.fromkeys(names, log)})
    write(tmp_path, {"src/train.py": LEAK, "src/clean.py": CLEAN, "notebooks/waste.py": WASTE})
    lines = [line for examples in EXAMPLES.values() for line, _ in examples]
    for line in lines:
        assert shlex.split(line)[0] == "leakwise"
        bash(line, cwd=tmp_path)
    assert (tmp_path / "all.sarif").exists()


def test_colours_are_forced_and_forbidden(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": LEAK})

    forced = leakwise("check", cwd=tmp_path, FORCE_COLOR="1", TERM="dumb").stdout
    assert "\x1b[" in forced
    plain = leakwise("check", cwd=tmp_path, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b[" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", forced) == plain


def test_links_are_for_terminals_that_have_them(tmp_path: Path) -> None:
    write(tmp_path, {"a.py": LEAK})
    link = re.compile("\x1b]8;;(https://[^\x1b]+)\x1b\\\\LP001\x1b]8;;\x1b\\\\")
    for form in ("text", "concise", "grouped"):
        arguments = ("check", "--output-format", form)
        plain = leakwise(*arguments, cwd=tmp_path).stdout
        shown = leakwise(*arguments, cwd=tmp_path, FORCE_HYPERLINK="1").stdout
        assert len(link.findall(shown)) == 1
        assert link.sub("LP001", shown) == plain
    forced = leakwise("check", "-o", "out.txt", cwd=tmp_path, FORCE_HYPERLINK="1", FORCE_COLOR="1")
    assert (forced.stdout, "\x1b" in (tmp_path / "out.txt").read_text()) == ("", False)
    for form in ("sarif", "github", "pylint"):
        done = leakwise("check", "--output-format", form, cwd=tmp_path, FORCE_HYPERLINK="1")
        assert "\x1b" not in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="needs a terminal of POSIX")
@pytest.mark.parametrize(
    ("variables", "links"),
    [
        ({}, False),
        ({"TERM_PROGRAM": "vscode"}, True),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "dumb", "WT_SESSION": "1"}, False),
        ({"VTE_VERSION": "5000"}, False),
        ({"VTE_VERSION": "7006"}, True),
        ({"VTE_VERSION": "7006", "FORCE_HYPERLINK": "0"}, False),
        ({"VTE_VERSION": "7006", "NO_COLOR": "1"}, True),
    ],
)
def test_which_terminals_have_links(tmp_path: Path, variables: dict[str, str], links: bool) -> None:
    import pty

    write(tmp_path, {"a.py": LEAK})
    ours, theirs = pty.openpty()
    env = {name: text for name, text in environment().items() if name not in LINKS}
    # The second time it is what was kept.
    for _ in range(2):
        subprocess.run(
            command("check"),
            cwd=tmp_path,
            env={**env, "TERM": "xterm", **variables},
            stdout=theirs,
            check=False,
        )
        assert (b"\x1b]8;;" in os.read(ours, 10000)) == links
    os.close(theirs)
    os.close(ours)
