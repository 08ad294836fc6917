"""`leakwise config`, the JSON Schema and the page of settings."""

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from leakwise.engine.settings import keys
from leakwise.engine.settings.json_schema import FILE, schema_text
from leakwise.pages.settings import reference
from tests.cli.running import LEAK, leakwise, write

ROOT = Path(__file__).parents[2]
EXAMPLES = [key.example for key in keys().values() if key.key not in ("extend", "environment")]


def test_settings_are_shown_with_where_they_come_from(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "pyproject.toml": '[tool.leakwise]\nignore = ["LP"]\nrun = "off"\n',
            "in/leakwise.toml": 'extend = "../pyproject.toml"\n\nrun = "on-save"\n',
            "in/x.py": LEAK,
        },
    )
    done = leakwise("config", "in/x.py", "--select", "LP,LG001", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    near, far = tmp_path / "in/leakwise.toml", tmp_path / "pyproject.toml"
    lines = done.stdout.splitlines()
    assert 'select = ["LP", "LG001"]  # the command line' in lines
    assert f'ignore = ["LP"]  # {far}:2' in lines
    assert f'run = "on-save"  # {near}:3' in lines
    assert "unsafe-fixes = false  # default" in lines
    assert "# environment is not set" in lines
    assert "LP001" in lines[-1]
    told = json.loads(leakwise("config", "in", "--output-format", "json", cwd=tmp_path).stdout)
    assert told["settings"]["run"] == {"value": "on-save", "origins": [f"{near}:3"]}
    assert not any(code.startswith("LP") for code in told["rules"])


def test_what_is_shown_can_be_a_settings_file(tmp_path: Path) -> None:
    write(tmp_path, {"leakwise.toml": "\n".join(EXAMPLES), "x.py": LEAK})
    first = leakwise("config", cwd=tmp_path)
    assert (first.returncode, first.stderr) == (0, "")
    shown = tomllib.loads(first.stdout)
    assert shown == shown | tomllib.loads("\n".join(EXAMPLES))
    write(tmp_path, {"leakwise.toml": first.stdout})
    second = leakwise("config", cwd=tmp_path)
    assert (second.returncode, tomllib.loads(second.stdout)) == (0, shown)


def test_mistakes_are_told(tmp_path: Path) -> None:
    write(tmp_path, {"leakwise.toml": "rum = 1\n"})
    done = leakwise("config", cwd=tmp_path)
    assert done.returncode == 2
    assert "leakwise.toml:1: rum: there is no such setting - did you mean `run`?" in done.stderr
    done = leakwise("config", "nowhere", cwd=tmp_path)
    assert (done.returncode, "nowhere does not exist" in done.stderr) == (2, True)


def test_a_file_that_is_left_out_is_told_to_be(tmp_path: Path) -> None:
    write(tmp_path, {"leakwise.toml": 'exclude = ["x.py"]', "x.py": LEAK})
    assert "left out" in leakwise("config", "x.py", cwd=tmp_path).stdout
    assert "left out" not in leakwise("config", ".", cwd=tmp_path).stdout


def test_the_page_is_fresh() -> None:
    page = (ROOT / "server/SETTINGS.md").read_text("utf-8")
    assert page == reference() + "\n", "python -m leakwise.pages.settings > server/SETTINGS.md"


def test_the_schema_is_fresh(tmp_path: Path) -> None:
    assert FILE.read_text("utf-8") == schema_text(), f"leakwise config --schema > {FILE}"
    assert leakwise("config", "--schema", cwd=tmp_path).stdout == schema_text()


def test_the_schema_takes_what_is_right_and_nothing_else() -> None:
    schema = json.loads(schema_text())
    jsonschema.Draft7Validator.check_schema(schema)
    check = jsonschema.Draft7Validator(schema)
    check.validate(tomllib.loads("\n".join(key.example for key in keys().values())))
    for wrong in ("ignor = []", 'ignore = "LP"', 'run = "x"', "knowledge.model = []", "run = 1"):
        with pytest.raises(jsonschema.ValidationError):
            check.validate(tomllib.loads(wrong))
