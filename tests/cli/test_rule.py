"""`leakwise rule`, and the command as a whole."""

from pathlib import Path

import pytest

from leakwise import __version__
from leakwise.engine import every_rule
from leakwise.pages import page
from tests.cli.running import leakwise, write
from tests.cli.stumbling import stumbling_rule


@pytest.mark.parametrize("word", ["LP001", "lp001", "accumulate-loss-with-graph"])
def test_a_page(tmp_path: Path, word: str) -> None:
    done = leakwise("rule", word, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    (asked_for,) = (rule for rule in every_rule() if rule.code == "LP001")
    assert done.stdout == page(asked_for)
    assert done.stdout.startswith("# LP001 accumulate-loss-with-graph\n")


def test_all_rules(tmp_path: Path) -> None:
    done = leakwise("rule", "--all", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    listed = [tuple(line.split()[:2]) for line in done.stdout.splitlines()]
    assert listed == [(rule.code, rule.name) for rule in every_rule()]


def test_an_unknown_rule(tmp_path: Path) -> None:
    done = leakwise("rule", "accumulate-los-with-graph", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean `accumulate-loss-with-graph`?" in done.stderr
    assert "`leakwise rule --all`" in leakwise("rule", "qqq", cwd=tmp_path).stderr


@pytest.mark.parametrize("arguments", [("rule",), ("rule", "LP001", "--all")])
def test_one_rule_or_all(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert leakwise(*arguments, cwd=tmp_path).returncode == 2


def test_version_and_help(tmp_path: Path) -> None:
    assert leakwise("--version", cwd=tmp_path).stdout == f"leakwise {__version__}\n"
    for part in ("check", "rule", "server"):
        assert part in leakwise("--help", cwd=tmp_path).stdout
        assert leakwise(part, "--help", cwd=tmp_path).stdout.startswith(f"Usage: leakwise {part}")


@pytest.mark.parametrize("arguments", [("rule", "--all"), ("rule", "LP001"), ("check",)])
def test_a_rule_package_that_cannot_be_imported(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    folder = stumbling_rule(tmp_path / "installed")
    write(folder, {"stumbling/stumbles_over_words.py": "import no_such_thing\n"})
    done = leakwise(*arguments, cwd=tmp_path, PYTHONPATH=str(folder))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "Error: a rule package cannot be imported (ModuleNotFoundError: No module named"
        " 'no_such_thing') - correct or uninstall it.\n"
    )


def test_one_way_to_serve(tmp_path: Path) -> None:
    assert leakwise("server", "--tcp", "--ws", cwd=tmp_path).returncode == 2
