"""What users tell of their own libraries, through `leakwise check`."""

import sys
from pathlib import Path

import pytest

from tests.cli.running import leakwise, write

LOOP = "for batch in torch.utils.data.DataLoader([torch.ones(4)]):\n"
MODEL = f"""\
import torch
{{imports}}
model = {{build}}("small")
kept = []
{LOOP}    kept.append(model(batch))
"""
STEP = f"""\
import torch
import acme.ops
from torch import nn
model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
total = 0.0
{LOOP}    loss = model(batch).mean()
    loss.backward()
    optimizer.step()
    total += acme.ops.{{function}}(loss)
"""
HEAD = """\
from torch import nn

head = nn.Linear(4, 1)


def number(value):
    return head(value)
"""
NET = """\
from torch import nn


class Net(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.body = nn.Linear(4, 1)

    def forward(self, x):
        return self.body(x)
"""
RECORDER = """\
import torch
from acme.io import Recorder


def leaks(batches):
    for batch in batches:
        recorder = Recorder(batch)
        recorder.put(batch)


def released(batches):
    for batch in batches:
        recorder = Recorder(batch)
        recorder.put(batch)
        recorder.shut()


def given_back(batch):
    return Recorder(batch)


def managed(batch):
    with Recorder(batch) as recorder:
        recorder.put(batch)


class Owner:
    def __init__(self):
        self.recorder = Recorder("x")

    def end(self):
        self.recorder.shut()
"""


def found(folder: Path, *names: str) -> list[str]:
    done = leakwise("check", "--output-format", "concise", *names, cwd=folder)
    assert done.stderr == ""
    return [" ".join(line.split()[:2]) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("imports", "build"),
    [
        ("from acme.zoo import build", "build"),
        ("from acme.zoo import build as made", "made"),
        ("import acme.zoo as zoo", "zoo.build"),
        ("import acme", "acme.zoo.build"),
    ],
)
def test_a_function_gives_a_model(tmp_path: Path, imports: str, build: str) -> None:
    write(tmp_path, {"x.py": MODEL.format(imports=imports, build=build)})
    assert found(tmp_path) == []
    write(tmp_path, {"leakwise.toml": 'knowledge.models = ["acme.zoo.build"]'})
    assert found(tmp_path) == ["x.py:6:17: LP007"]


def test_a_relative_import_leads_to_it(tmp_path: Path) -> None:
    text = MODEL.format(imports="from ..zoo import build", build="build")
    write(
        tmp_path,
        {
            "acme/runs/x.py": text,
            "other/runs/x.py": text,
            "leakwise.toml": 'knowledge.models = ["acme.zoo.build"]',
        },
    )
    assert found(tmp_path) == ["acme/runs/x.py:6:17: LP007"]


def test_functions_give_tensors_and_numbers(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "kept.py": STEP.format(function="scaled"),
            "number.py": STEP.format(function="number"),
            "acme/__init__.py": "",
            "acme/ops.py": HEAD,
        },
    )
    assert found(tmp_path) == ["number.py:11:14: LP001"]
    told = '[knowledge]\ntensors = ["acme.ops.scaled"]\ndetaching = ["acme.ops.number"]\n'
    write(tmp_path, {"leakwise.toml": told})
    assert found(tmp_path) == ["kept.py:11:14: LP001"]


def test_a_resource_is_to_be_released(tmp_path: Path) -> None:
    write(tmp_path, {"x.py": RECORDER})
    assert found(tmp_path) == []
    write(tmp_path, {"leakwise.toml": 'knowledge.resources = { "acme.io.Recorder" = "shut" }'})
    assert found(tmp_path) == ["x.py:7:20: LG100"]
    done = leakwise("check", cwd=tmp_path)
    assert "What `Recorder` makes is never released: call `shut()` on every path." in done.stdout
    assert leakwise("check", "--ignore", "LG100", cwd=tmp_path).returncode == 0
    told = leakwise("check", "--output-format", "json", cwd=tmp_path).stdout
    assert "recorder.shut()" in told


def test_an_environment_is_named(tmp_path: Path) -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    text = MODEL.format(imports="from kit import Net", build="Net")
    work = write(tmp_path / "work", {"x.py": text, "pyproject.toml": ""})
    packages = f"lib/{version}/site-packages"
    write(tmp_path / "away", {"pyvenv.cfg": "home = nowhere", f"{packages}/kit.py": NET})
    assert found(work, "x.py") == []
    write(work, {"pyproject.toml": '[tool.leakwise]\nenvironment = "../away"'})
    assert found(work, "x.py") == ["x.py:6:17: LP007"]
