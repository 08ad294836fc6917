"""What the interpreter knows of programs, as comments in them state it; see `expectations`."""

from pathlib import Path

import pytest

from tests.facts.inference.expectations import disappointments, expectations

HERE = Path(__file__).parent
PROGRAMS = [
    path for folder in ("cases", "projects") for path in sorted((HERE / folder).rglob("*.py"))
]


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: str(path.relative_to(HERE)))
def test_values_are_as_stated(path: Path) -> None:
    assert disappointments(path) == []


STATED = """\
import torch
net = torch.nn.Linear(2, 2)  #? Module torch.nn.Linear; net(1): Output attached
#? Tensor attached scalar
loss = net(1).sum()
pair = loss, 3  #? Container (Tensor attached scalar, Number 3)
for i, (a, b) in enumerate([(1, loss)]):  #? i: Number; b: Tensor attached scalar
    pass
"""


def test_what_is_so_is_found_so(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(STATED, encoding="utf-8")
    assert len(expectations(program)) == 6
    assert disappointments(program) == []


def test_what_is_not_so_is_told(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    wrong = STATED.replace("attached scalar\nloss", "detached\nloss")
    program.write_text(wrong.replace("#? Module", "#?! Module"), encoding="utf-8")
    assert disappointments(program) == [
        "line 2: Module torch.nn.Linear, which was known to be missed",
        "line 2: net(1): Output attached, which was known to be missed",
        "line 4: Tensor attached scalar, not Tensor detached",
    ]
