"""What a loop adds to, averages with and joins to what it carries on."""

import pytest

from leakwise.facts import Kind, Mix
from tests.facts.reading import bodies

PROGRAM = """
import torch
from torch import nn

net = nn.Linear(4, 1)
v = {start}
for x in data:
    out = net(x)
    {statement}
"""

MIXED = {
    "v += out": (Mix.SUM, ["out"]),
    "v = v + out": (Mix.SUM, ["out"]),
    "v = out + v - 1": (Mix.SUM, ["out"]),
    "v = 0.9 * v + 0.1 * out": (Mix.AVERAGE, ["0.1 * out"]),
    "v = v / 2 + out": (Mix.AVERAGE, ["out"]),
    "v = (v * n + out) / (n + 1)": (Mix.AVERAGE, ["out"]),
    "v = 0.5 * (out + v)": (Mix.AVERAGE, ["out"]),
    "v = v + (out - v) / n": (Mix.AVERAGE, ["(out - v) / n"]),
    "v = out if v is None else 0.9 * v + out": (Mix.AVERAGE, ["out", "out"]),
    "v = v.lerp(out, 0.1)": (Mix.AVERAGE, ["out"]),
    "v = torch.lerp(v, out, 0.1)": (Mix.AVERAGE, ["out"]),
    "v = torch.cat([v, out])": (Mix.JOINED, ["out"]),
    "v = torch.stack((out, v), dim=0)": (Mix.JOINED, ["out"]),
    "v = out": None,
    "v = torch.cat([out, out])": None,
    "v = helper.cat([v, out])": None,
    "v = torch.lerp(out, v, 0.1)": None,
    "v = v * out": None,
    "v = net(v)": None,
}


@pytest.mark.parametrize("statement", MIXED)
def test_how_a_statement_mixes(statement: str) -> None:
    code = PROGRAM.format(start="torch.zeros(1)", statement=statement)
    found = {
        (one.how, one.operand_text)
        for one in bodies(code)[""].accumulations
        if one.target == "v" and one.operand.carries_graph
    }
    wanted = MIXED[statement]
    assert found == (set() if wanted is None else {(wanted[0], text) for text in wanted[1]})


@pytest.mark.parametrize("test", ["v is None", "v is not None"])
def test_what_is_bound_on_its_first_use_goes_on(test: str) -> None:
    first, later = "v = out", "v = 0.9 * v + out"
    if "not" in test:
        first, later = later, first
    code = f"""
import torch
net = torch.nn.Linear(4, 1)
v = None
for x in data:
    out = net(x)
    if {test}:
        {first}
    else:
        {later}
"""
    found = [one for one in bodies(code)[""].accumulations if one.operand.carries_graph]
    assert [one.fresh_in for one in found] == [()]


def test_what_is_bound_anew_under_another_test_starts_anew() -> None:
    code = """
import torch
net = torch.nn.Linear(4, 1)
v = None
for x in data:
    out = net(x)
    if x:
        v = out
    else:
        v = 0.9 * v + out
"""
    (found,) = [one for one in bodies(code)[""].accumulations if one.operand.carries_graph]
    assert len(found.fresh_in) == 1


NARROWED = {
    "if torch.is_tensor(v):\n    v = v.item()": Kind.NUMBER,
    "if isinstance(v, torch.Tensor):\n    v = v.item()": Kind.NUMBER,
    "if isinstance(v, (int, float)):\n    pass\nelse:\n    v = v.item()": Kind.NUMBER,
    "if not isinstance(v, float):\n    v = float(v)": Kind.NUMBER,
    "if hasattr(v, 'item'):\n    v = v.item()": Kind.NUMBER,
    "v = v.item() if torch.is_tensor(v) else v": Kind.NUMBER,
    "v = v if isinstance(v, float) else v.item()": Kind.NUMBER,
    "if torch.is_tensor(v) and v.numel() == 1:\n    v = v.item()": Kind.UNKNOWN,
    "if isinstance(v, Other):\n    v = v.item()": Kind.TENSOR,
}


@pytest.mark.parametrize("code", NARROWED)
def test_a_test_whether_it_is_a_tensor_holds_for_a_tensor(code: str) -> None:
    head = "import torch\nnet = torch.nn.Linear(4, 1)\nv = net(x).sum()\n"
    assert bodies(head + code)[""].value("v").kind is NARROWED[code]


GROWN = {
    "v.append(out)": ["out"],
    "v += [out]": ["out"],
    "v += [out, x]": ["[out, x]"],
    "v += pair(out)": ["pair(out)"],
    "v.extend([out])": ["out"],
    "v.extend([*v, out])": ["[*v, out]"],
    "v.extend([*out])": ["[*out]"],
    "v = v + [out]": ["out"],
    "v = [out] + v": ["out"],
    "v = [*v, out]": ["out"],
    "v = [out, *v]": ["out"],
    "v = (v + [out])[-5:]": [],
    "v = [out]": [],
    "v = [*other, out]": [],
}


@pytest.mark.parametrize("statement", GROWN)
def test_what_makes_a_list_longer(statement: str) -> None:
    code = PROGRAM.format(start="[]", statement=statement)
    found = [one.stored_text for one in bodies(code)[""].keepings if one.holder == "v"]
    assert found == GROWN[statement]
