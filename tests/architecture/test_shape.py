"""What the design says of packages and files, where no other tool holds it."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for folder in ("server", "rules", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
VAGUE = re.compile(r"(?:^|_)(?:utils?|helpers?|common|managers?|misc)(?:_|$)")


def test_files_are_short() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in SOURCES}
    long = {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n >= 400}
    assert long == {}


def test_files_are_named_after_a_subject() -> None:
    assert [str(path) for path in SOURCES if VAGUE.search(path.stem)] == []


def test_every_package_has_its_layer() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(contract for contract in contracts if contract["type"] == "layers")["layers"]
    named = {name.strip() for layer in layers for name in layer.split("|")}
    folder = ROOT / "server/leakwise"
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    assert named == {f"leakwise.{name}" for name in modules | packages} | {"leakwise_rules"}


def test_only_the_agreed_files_lie_at_the_top() -> None:
    seen = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    generated = {"build", "dist", "shared"}
    assert seen - generated <= {
        "LICENSE",
        "README.md",
        "pyproject.toml",
        "rules",
        "server",
        "tests",
        "vscode-client",
    }


def test_every_module_of_the_facts_is_described() -> None:
    described = (ROOT / "server/ARCHITECTURE.md").read_text("utf-8")
    facts = ROOT / "server/leakwise/facts"
    tables = {facts / "apis"}
    modules = [path for path in facts.rglob("*.py") if not tables & {*path.parents}]
    names = [path.stem for path in modules if path.stem != "__init__"]
    assert [name for name in names if f"`{name}`" not in described] == []
