"""Where tensors lie, what their numbers are and whose storage they show."""

import pytest

from leakwise.facts.terms.storage import Device, Numbers, View
from tests.facts.reading import bodies

GIVEN = """
import torch
from torch import nn
net = nn.Linear(2, 2)
x = torch.ones(2, 3)
y = net(x).relu()
device = "cuda" if torch.cuda.is_available() else "cpu"
"""

DEVICES = {
    "moved by name": ("v = y.cuda()", Device.ACCELERATOR),
    "moved to a string": ("v = y.to('cuda:0')", Device.ACCELERATOR),
    "moved to a number": ("v = y.to(0)", Device.ACCELERATOR),
    "moved where there is one": ("v = y.to(device)", Device.EITHER),
    "moved with a type": ("v = y.to('cuda', torch.float16)", Device.ACCELERATOR),
    "moved by keyword": ("v = y.to(device='mps', non_blocking=True)", Device.ACCELERATOR),
    "moved as somebody likes": ("v = y.to('cuda', non_blocking=unknown)", Device.ACCELERATOR),
    "moved and cast": ("v = y.to('cuda', unknown)", Device.ACCELERATOR),
    "laid out anew": ("v = y.cuda().to(memory_format=torch.channels_last)", Device.ACCELERATOR),
    "moved by unknown keywords": ("v = y.cuda().to(**unknown)", None),
    "made with unknown keywords": ("v = torch.zeros(3, **unknown)", None),
    "moved back": ("v = y.to('cuda').detach().cpu()", Device.CPU),
    "moved to nobody knows where": ("v = y.cuda().to(unknown)", None),
    "cast where it lies": ("v = y.cuda().to(torch.float64)", Device.ACCELERATOR),
    "moved where another lies": ("z = y.cuda()\nv = x.to(z)", Device.ACCELERATOR),
    "moved to another's device": ("z = y.cuda()\nv = x.to(z.device)", Device.ACCELERATOR),
    "computed": ("v = y.cuda() * 2 + 1", Device.ACCELERATOR),
    "of two devices": ("v = y.cuda() * y", None),
    "a slice": ("v = y.cuda()[0]", Device.ACCELERATOR),
    "indices": ("v = y.cuda().argmax(1)", Device.ACCELERATOR),
    "on one way only": ("v = y.cuda()\nif x.any():\n    v = v.cpu()", Device.EITHER),
    "of a module": ("v = y", None),
    "of a module that was moved": ("n = net.cuda()\nv = n(x)", Device.ACCELERATOR),
    "of a module that was moved in place": ("net.to('cuda')\nv = net(x)", Device.ACCELERATOR),
    "of a module moved where there is one": ("net.to(device)\nv = net(x)[0]", Device.EITHER),
    "of a module moved back": ("net.cuda()\nnet.cpu()\nv = net(x)", Device.CPU),
    "of a module that was only cast": ("net.half()\nv = net(unknown)", None),
    "of a module given what was moved": ("v = net(x.cuda())", Device.ACCELERATOR),
    "of what is not known, moved": ("v = unknown.to('cuda')", Device.ACCELERATOR),
    "of a module given what is not known, moved": (
        "v = net(unknown.cuda(non_blocking=True)).relu()",
        Device.ACCELERATOR,
    ),
}


@pytest.mark.parametrize("case", DEVICES)
def test_devices(case: str) -> None:
    code, expected = DEVICES[case]
    assert bodies(GIVEN + code)[""].value("v").device is expected


NUMBERS = {
    "cast to integers": ("v = y.long()", Numbers.WHOLE),
    "cast by name": ("v = y.to(torch.int64)", Numbers.WHOLE),
    "cast by an old name": ("v = y.type(torch.LongTensor)", Numbers.WHOLE),
    "cast by a string": ("v = y.type('torch.cuda.LongTensor')", Numbers.WHOLE),
    "indices": ("v = y.argmax()", Numbers.WHOLE),
    "half": ("v = y.half()", Numbers.FLOATING),
    "indices of a maximum": ("w, v = y.max(1)", Numbers.WHOLE),
    "the greater of two": ("v = y.max(y)", None),
}


@pytest.mark.parametrize("case", NUMBERS)
def test_numbers(case: str) -> None:
    code, expected = NUMBERS[case]
    value = bodies(GIVEN + code)[""].value("v")
    assert value.numbers is expected
    assert value.carries_graph is (expected is not Numbers.WHOLE)


VIEWS = {
    "computed": ("v = y + 1", View.OWN),
    "a row": ("v = y[1]", View.PART),
    "the first row, which may be the only one": ("v = y[0]", None),
    "the first row, all columns": ("v = y[0, ...]", None),
    "a column": ("v = y[:, 0]", View.PART),
    "a slice": ("v = y[:3]", View.PART),
    "the last step": ("v = y[..., -1]", View.PART),
    "a detached slice": ("v = y[1].detach()", View.PART),
    "a row by a name": ("for i in range(3):\n    v = y[i]", View.PART),
    "nearly everything": ("v = y[1:]", View.SHARED),
    "everything": ("v = y[:]", View.SHARED),
    "with a new dimension": ("v = y[None]", View.SHARED),
    "a mask": ("v = y[y > 0]", View.OWN),
    "a list of rows": ("v = y[[0, 2]]", View.OWN),
    "rows by a tensor": ("v = y[y.argmax(1)]", View.OWN),
    "by something unknown": ("v = y[unknown]", None),
    "a part": ("v = y.chunk(2)[0]", View.PART),
    "unpacked parts": ("v, w = y.split(2)", View.PART),
    "narrowed": ("v = y.narrow(0, 0, 1)", View.PART),
    "another shape": ("v = y.view(-1)", View.SHARED),
    "another shape of a part": ("v = y[1].view(-1)", View.PART),
    "a function": ("v = torch.squeeze(y)", View.SHARED),
    "cloned": ("v = y[1].clone()", View.OWN),
    "reduced": ("v = y[1].mean()", View.OWN),
    "perhaps copied": ("v = y[1].contiguous()", None),
    "moved from an accelerator": ("v = y.cuda()[1].cpu()", View.OWN),
    "perhaps moved": ("v = y[1].cpu()", None),
    "an array": ("v = y[1].detach().numpy()", View.PART),
    "an output's column": ("o = net(x)\nv = o[:, 0]", View.PART),
    "an output's first": ("o = net(x)\nv = o[0]", None),
}


@pytest.mark.parametrize("case", VIEWS)
def test_views(case: str) -> None:
    code, expected = VIEWS[case]
    assert bodies(GIVEN + code)[""].value("v").view is expected


LEAVES = {
    "asked for later": ("w = x.requires_grad_()\nv = w * 2", True),
    "asked for in place": ("x.requires_grad_()\nv = x.sum()", True),
    "asked for and taken back": ("x.requires_grad_()\nx.requires_grad_(False)\nv = x * 2", False),
    "a function of it": ("x.requires_grad_()\nv = torch.exp(x)", True),
    "asked for by its flag": ("x.requires_grad = True\nv = x * 2", True),
    "taken back by its flag": (
        "x.requires_grad_()\nx.requires_grad = False\nv = x * 2",
        False,
    ),
    "a slice of it": ("x.requires_grad_()\nv = x[0]", True),
    "with grad off": ("x.requires_grad_()\nwith torch.no_grad():\n    v = x * 2", False),
    "itself": ("v = x.requires_grad_()", False),
    "its data": ("x.requires_grad_()\nv = x.data * 2", False),
    "detached in place": ("y.detach_()\nv = y * 2", False),
}


@pytest.mark.parametrize("case", LEAVES)
def test_what_is_computed_of_leaves_has_a_graph(case: str) -> None:
    code, expected = LEAVES[case]
    assert bodies(GIVEN + code)[""].value("v").carries_graph is expected


DATA = {
    "in place": "p.data -= 0.1 * y",
    "anew": "p.data = p.data - 0.1 * y",
    "of a tensor": "x.data += y",
    "of what may be one": "unknown.data = unknown.data - y",
}


@pytest.mark.parametrize("case", DATA)
def test_what_is_assigned_to_data_leaves_its_graph(case: str) -> None:
    code = f"{GIVEN}for p in net.parameters():\n    for s in range(9):\n        {DATA[case]}\n"
    accumulated = bodies(code)[""].accumulations
    assert not any(one.operand.carries_graph for one in accumulated)


def test_an_attribute_called_data_of_another_object_keeps_graphs() -> None:
    code = f"{GIVEN}class A: pass\na = A()\na.data = y.sum()\nv = a.data"
    assert bodies(code)[""].value("v").carries_graph
