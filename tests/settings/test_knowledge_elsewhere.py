"""What users tell of libraries counts for the files of the project that pass on what these give."""

from pathlib import Path

import pytest

from tests.cli.running import leakwise, write
from tests.settings.test_knowledge import HEAD, MODEL, found

TELLS = 'knowledge.models = ["acme.zoo.build"]\n'
OPERATIONS = '[knowledge]\ntensors = ["acme.ops.scaled"]\ndetaching = ["acme.ops.number"]\n'
KEPT = ["x.py:6:17: LP007"]
USER = MODEL.format(imports="from nets import make", build="make")
MAKER = "from acme.zoo import build\n\n\ndef make(size):\n    return build(size)\n"


@pytest.mark.parametrize(
    "maker",
    [
        MAKER,
        "from acme.zoo import build as make\n",
        "import acme.zoo\n\nmake = acme.zoo.build\n",
        MAKER.replace("acme.zoo", ".acme.zoo"),
    ],
)
def test_what_a_function_of_another_file_gives(tmp_path: Path, maker: str) -> None:
    write(tmp_path, {"x.py": USER, "nets.py": maker, "pyproject.toml": ""})
    assert found(tmp_path, "x.py") == []
    write(tmp_path, {"leakwise.toml": TELLS})
    assert found(tmp_path, "x.py") == KEPT
    assert found(tmp_path) == KEPT
    write(tmp_path, {"leakwise.toml": ""})
    assert found(tmp_path) == []


def test_what_becomes_of_a_graph_in_another_file(tmp_path: Path) -> None:
    embed = "\n\ndef {name}(value):\n    return acme.ops.{name}(head(value))\n"
    helpers = "import acme.ops\n" + HEAD.partition("\n\n\ndef")[0] + "\n"
    helpers += "".join(embed.format(name=name) for name in ("scaled", "number"))
    uses = MODEL.replace('model = {build}("small")\n', "").replace("model(", "{build}(")
    files = {
        f"{name}.py": uses.format(imports=f"from helpers import {name}", build=name)
        for name in ("scaled", "number")
    }
    acme = {"acme/__init__.py": "", "acme/ops.py": HEAD}
    write(tmp_path, {**files, **acme, "helpers.py": helpers, "pyproject.toml": ""})
    assert found(tmp_path) == ["number.py:5:17: LP002"]
    write(tmp_path, {"leakwise.toml": OPERATIONS})
    assert found(tmp_path) == ["scaled.py:5:17: LP002"]


def test_of_the_nearest_settings_of_the_other_file(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "x.py": USER.replace("from nets", "from part.nets"),
        "y.py": USER.replace("from nets", "from other.nets"),
        "part/nets.py": MAKER,
        "part/leakwise.toml": TELLS,
        "other/nets.py": MAKER,
        "pyproject.toml": "",
    }
    write(tmp_path, files)
    assert found(tmp_path) == KEPT
    write(tmp_path, {"leakwise.toml": TELLS, "part/leakwise.toml": ""})
    assert found(tmp_path) == ["y.py:6:17: LP007"]
    assert leakwise("check", "--isolated", "--no-cache", cwd=tmp_path).returncode == 0
