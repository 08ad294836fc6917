"""Which rules run, and how severe what they find is: through `leakwise check`."""

from pathlib import Path

import pytest

from tests.cli.running import LEAK, leakwise, write

ONE = "x.py:12:14: LP001 accumulate-loss-with-graph"


def found(folder: Path, *arguments: str) -> tuple[int, bool]:
    """The exit status, and whether LP001 was reported; nothing else may be."""
    done = leakwise("check", "--output-format", "concise", *arguments, cwd=folder)
    assert done.stderr == ""
    assert done.stdout == "" or done.stdout.startswith(ONE)
    return done.returncode, bool(done.stdout)


CASES = [
    ('select = ["LP001"]', True),
    ('select = ["lp001"]', True),
    ('select = ["LP00"]', True),
    ('select = ["LP01"]', False),
    ('select = ["LT", "LG"]', False),
    ('select = ["retained-history"]', True),
    ('select = ["open-without-close"]', False),
    ('select = ["LT"]\nextend-select = ["accumulate-loss-with-graph"]', True),
    ('ignore = ["LP"]', False),
    ('ignore = ["LP"]\nextend-select = ["LP001"]', True),
    ('select = ["LP001"]\nignore = ["LP001"]', False),
    ('select = ["LP001"]\nignore = ["ALL"]', True),
    ('[per-file-ignores]\n"*.py" = ["ALL"]', False),
    ('[per-file-ignores]\n"!y.py" = ["LP"]', False),
    ('[per-file-ignores]\n"!x.py" = ["LP"]', True),
    ('[per-file-ignores]\n"tests/**" = ["ALL"]', True),
]


def test_rules_are_selected(tmp_path: Path) -> None:
    for number, (settings, _) in enumerate(CASES):
        write(tmp_path / str(number), {"x.py": LEAK, "leakwise.toml": settings})
    done = leakwise("check", "--output-format", "concise", cwd=tmp_path)
    assert done.stderr == ""
    found = {int(line.partition("/")[0]) for line in done.stdout.splitlines()}
    for number, (settings, reported) in enumerate(CASES):
        assert (number in found) == reported, settings


def test_a_folder_of_tests_is_left_alone(tmp_path: Path) -> None:
    ignores = '[tool.leakwise.per-file-ignores]\n"tests/*" = ["LP001"]\n'
    write(tmp_path, {"tests/deep/x.py": LEAK, "pyproject.toml": ignores})
    assert found(tmp_path) == (0, False)
    assert found(tmp_path / "tests/deep") == (0, False)


@pytest.mark.parametrize(
    ("severity", "status"),
    [('"LP001" = "hint"', 0), ('LP = "hint"\nLP001 = "warning"', 1), ('ALL = "information"', 0)],
)
def test_severity_is_set(tmp_path: Path, severity: str, status: int) -> None:
    write(tmp_path, {"x.py": LEAK, "leakwise.toml": f"[severity]\n{severity}"})
    assert found(tmp_path, "x.py") == (status, True)


@pytest.mark.parametrize(
    ("options", "reported"),
    [
        (("--select", "LT,LP001"), True),
        (("--select", "LT"), False),
        (("--ignore", "LP002", "--ignore", "LP001"), False),
        (("--per-file-ignores", "x.py:LP001"), False),
        (("--config", 'select = ["LT"]'), False),
        (("--config", 'select = ["LT"]', "--extend-select", "LP"), True),
        (("--minimum-certainty", "sure"), True),
    ],
)
def test_options_win_over_files(tmp_path: Path, options: tuple[str, ...], reported: bool) -> None:
    write(tmp_path, {"x.py": LEAK, "leakwise.toml": 'select = ["LP002"]'})
    assert found(tmp_path, *options, "x.py")[1] == (
        reported if "--select" in options or "--config" in options else False
    )
    assert found(tmp_path, "--isolated", *options, "x.py")[1] == reported


def test_standard_input_has_the_settings_of_its_name(tmp_path: Path) -> None:
    write(tmp_path, {"a/leakwise.toml": 'ignore = ["LP001"]'})
    for name, status in (("a/x.py", 0), ("b/x.py", 1)):
        done = leakwise("check", "-", "--stdin-filename", name, cwd=tmp_path, stdin=LEAK.encode())
        assert done.returncode == status
