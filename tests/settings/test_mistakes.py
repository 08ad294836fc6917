"""Wrong settings: each is told with its place, and all others hold."""

from pathlib import Path

import pytest

from tests.cli.running import LEAK, leakwise, write

HEAD = '[project]\nname = "x"\n\n[tool.leakwise]\nselect = ["LP001"]\n'


SETTINGS = [
    ('ignor = ["LP001"]', "6: ignor: there is no such setting - did you mean `ignore`?"),
    ("extend_select = []", "6: extend_select: there is no such setting - did you mean"),
    ('ignore = "LP001"', '6: ignore: expected a list of strings, found `"LP001"`'),
    ("ignore = [\n  3,\n]", "6: ignore: expected a string, found `3`"),
    ('run = "on-svae"', "6: run: expected one of `on-type`, `on-save`, `off`"),
    ("unsafe-fixes = 1", "6: unsafe-fixes: expected true or false, found `1`"),
    ('ignore = [\n  "LP002",\n  "LP0001",\n]', "8: ignore: there is no rule or group `LP0001`"),
    ('ignore = ["retaned-history"]', "did you mean `retained-history`?"),
    ('severity.LP002 = "eror"', "6: severity.LP002: expected one of `error`, `warning`"),
    ('[tool.leakwise.severity]\nXY = "error"', "7: severity.XY: there is no rule"),
    ('[tool.leakwise.per-file-ignores]\n"a.py" = ["XY"]', '7: per-file-ignores."a.py": there'),
    ('exclude = ["[z"]', "6: exclude: this pattern fits nothing"),
    ("exclude = ['src\\gen']", "6: exclude: this pattern is a path of Windows - write `/` between"),
    ('environment = "no-such"', "6: environment: there is no folder"),
    ('extend = "other.toml"', "6: extend: there is no file"),
    ('extend = "pyproject.toml"', "6: extend: "),
    ('knowledge.models = ["a b"]', "6: knowledge.models: `a b` is no full name"),
    ("knowledge.model = []", "6: knowledge.model: there is no such setting"),
    ("knowledge = 3", "6: knowledge: expected a table, found `3`"),
]
FILES = [
    (b"[tool.leakwise]\nselect = [\n", ":3: is not TOML"),
    (b"[tool.leakwise]\nselect = LP\n", ":2: is not TOML (Invalid value)"),
    (b"[tool.leakwise\n", ":1: is not TOML"),
    (b"tool.leakwise = 3\n", ":1: expected a table"),
    (b"[tool.leakwise]\n#\xff\n", ":1: is not UTF-8"),
    (b"tool.leakwise.select = " + b"[" * 5000, ": is not TOML"),
]


def complaints(tmp_path: Path, files: list[bytes]) -> list[str]:
    """What is told of each of some settings files, after the path of its folder."""
    for number, text in enumerate(files):
        write(tmp_path / f"{number:02}", {"x.py": LEAK, "pyproject.toml": text})
    done = leakwise("check", "--output-format", "concise", cwd=tmp_path)
    assert done.returncode == 2
    told = sorted(done.stderr.splitlines())
    assert len(told) == len(files) == len(done.stdout.splitlines())
    heads = [f"leakwise: error: {tmp_path}/{number:02}/" for number in range(len(files))]
    assert all(line.startswith(head) for line, head in zip(told, heads, strict=True))
    return [line.removeprefix(head) for line, head in zip(told, heads, strict=True)]


def test_a_mistake_is_told_and_the_rest_holds(tmp_path: Path) -> None:
    files = [f"{HEAD}{settings}\n".encode() for settings, _ in SETTINGS]
    for line, (_, told) in zip(complaints(tmp_path, files), SETTINGS, strict=True):
        assert told in line


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for line, (_, told) in zip(
        complaints(tmp_path, [text for text, _ in FILES]), FILES, strict=True
    ):
        assert told in line


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--select", "LP0001"), "`--select`: there is no rule or group `LP0001`"),
        (("--severity", "LP=hin"), "`--severity`: LP: expected one of"),
        (("--severity", "LP"), "write `LP=warning`"),
        (("--per-file-ignores", "x.py"), "write `x.py:LP001`"),
        (("--config", "none.toml"), "`--config none.toml` is no file"),
        (("--config", "run=off"), "is not TOML"),
        (("--config", "rum='off'"), "`--config rum`: there is no such setting"),
        (("--config", "x.toml", "--isolated"), "`--isolated` heeds no settings file"),
        (("--config", "x.toml", "--config", "x.toml"), "one settings file only"),
        (("--environment", "nowhere"), "`--environment`: there is no folder"),
        (("--minimum-certainty", "shure"), "'sure', 'likely', 'possible'"),
    ],
)
def test_a_wrong_option_stops_the_command(
    tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    write(tmp_path, {"x.py": LEAK, "x.toml": ""})
    done = leakwise("check", *options, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
