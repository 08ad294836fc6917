"""What an unknown function gives whose results are backpropagated elsewhere."""

import pytest

from tests.facts.reading import bodies, described, indented

HEAD = "import torch\nfrom torch import nn\nfrom m import f\n"
BODY = """
def fit(net: nn.Module, criterion, other, scaler, x, y):
    {trained}
    v = {asked}
"""

PASSES_GRAPHS_ON = {
    "a loss": "loss = criterion(net(x), y)\n    loss.backward()",
    "scaled": "loss = criterion(net(x), y)\n    scaler.scale(loss).backward()",
    "handed to an engine": "loss = criterion(net(x), y)\n    scaler.backward(loss)",
    "a part of a sum": "loss = criterion(net(x), y) / 4 + f(x)\n    loss.backward()",
    "named": "part = criterion(net(x), y)\n    loss = part + 1\n    loss.backward()",
}


@pytest.mark.parametrize("trained", PASSES_GRAPHS_ON.values(), ids=PASSES_GRAPHS_ON.keys())
def test_what_it_makes_of_an_output_refers_to_its_graph(trained: str) -> None:
    body = bodies(HEAD + BODY.format(trained=trained, asked="criterion(net(y), x)"))["fit"]
    assert described(body.value("v")) == "tensor attached scalar likely"


@pytest.mark.parametrize(
    ("trained", "asked"),
    [
        ("loss = criterion(net(x), y)", "criterion(net(y), x)"),
        ("loss = criterion(net(x), y)\n    loss.backward()", "other(net(y), x)"),
        ("loss = criterion(net(x), y)\n    loss.backward()", "criterion(y, x)"),
        ("loss = criterion(net(x), y)\n    loss.backward()", "criterion(net(y).detach(), x)"),
        ("loss = criterion.start(net(x))\n    loss.backward()", "criterion(net(y), x)"),
    ],
)
def test_of_others_nothing_is_known(trained: str, asked: str) -> None:
    body = bodies(HEAD + BODY.format(trained=trained, asked=asked))["fit"]
    assert described(body.value("v")) == "unknown"


def test_without_recording_it_makes_no_graph() -> None:
    asked = "None\n    with torch.no_grad():\n        v = criterion(net(y), x)"
    trained = "loss = criterion(net(x), y)\n    loss.backward()"
    body = bodies(HEAD + BODY.format(trained=trained, asked=asked))["fit"]
    assert not body.value("v").carries_graph


MAKES_GRAPHS = {
    "given to a criterion": "loss = nn.MSELoss()(net(x), y)\nloss.backward()",
    "under a name": "out = net(x)\nloss = nn.functional.mse_loss(out, y)\nloss.backward()",
    "one of several": "out, rest = net(x, y)\nloss = (out - y).mean()\nloss.backward()",
    "a part of it": "out = net(x)\nloss = out.loss / 2\nloss.backward()",
    "by known functions": "out = net(x)\nloss = torch.exp(out.mean() - y).sum()\nloss.backward()",
    "twice": "loss = (net(x) - net(y)).mean()\nloss.backward()",
}
MAKES_NONE_FOR_SURE = {
    "two that may": "loss = (net(x) - other(y)).mean()\nloss.backward()",
    "what prepares data": "loss = other(net(x)).mean()\nloss.backward()",
    "what may be given to a network": "loss = other(net(x), y)\nloss.backward()",
    "cut": "loss = (other(x) - net(x).detach()).mean()\nloss.backward()",
    "never backpropagated": "loss = (net(x) - y).mean()\nprint(loss)",
    "an attribute of data": "loss = (net.to(x) - y).mean()\nloss.backward()",
    "without recording": (
        "loss = (net(x) - y).mean()\nloss.backward()\ntorch.set_grad_enabled(False)"
    ),
}


def _made(trained: str) -> str:
    lines = indented(f"{trained}\nv = net(y)")
    code = f"{HEAD}def fit(net, criterion, other, x, y):\n{lines}"
    return described(bodies(code)["fit"].value("v"))


@pytest.mark.parametrize("trained", MAKES_GRAPHS.values(), ids=MAKES_GRAPHS.keys())
def test_what_alone_can_have_made_a_graph_makes_others(trained: str) -> None:
    assert _made(trained) == "output attached likely"


@pytest.mark.parametrize("trained", MAKES_NONE_FOR_SURE.values(), ids=MAKES_NONE_FOR_SURE.keys())
def test_of_what_may_have_made_none_nothing_is_known(trained: str) -> None:
    assert _made(trained) == "unknown"


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (
            "class Run:\n    def __init__(self, net):\n        self.net = net",
            "output attached likely",
        ),
        ("class Run:\n    def net(self, x):\n        return f(x)", "unknown"),
        ("from m import Base\nclass Run(Base):\n    pass", "unknown"),
    ],
)
def test_methods_may_prepare_data(head: str, wanted: str) -> None:
    code = f"""{HEAD}
{head}

    def fit(self, x, y):
        loss = (self.net(x) - y).mean()
        loss.backward()
        v = self.net(y)
"""
    assert described(bodies(code)["Run.fit"].value("v")) == wanted


CLASS = """
class Base:
    def fit(self, x, y):
        loss = self.criterion(self.net(x), y)
        {start}

class Run(Base):
    def __init__(self, net: nn.Module, criterion):
        self.net = net
        self.criterion = criterion

    def check(self, x, y):
        v = self.criterion(self.net(x), y)
"""


@pytest.mark.parametrize(
    ("start", "wanted"),
    [("loss.backward()", "tensor attached scalar likely"), ("loss.item()", "unknown")],
)
def test_by_another_method_of_the_class(start: str, wanted: str) -> None:
    body = bodies(HEAD + CLASS.format(start=start))["Run.check"]
    assert described(body.value("v")) == wanted


def test_the_loss_function_starts_no_backward_pass_itself() -> None:
    trained = "loss = criterion(net(x), y)\n    loss.backward()"
    body = bodies(HEAD + BODY.format(trained=trained, asked="criterion(net(y), x)"))["fit"]
    assert not body.passed_on(frozenset({call.place for call in body.module_calls}))
