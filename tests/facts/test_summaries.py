"""What a call of a function of the file gives, and does to what it is given."""

import pytest

from leakwise.facts import Accumulation, BodyFacts, Keeping
from tests.facts.reading import bodies, described

HEAD = """
import torch
import torch.nn.functional as F
from torch import nn

net = nn.Linear(2, 2)
x = torch.ones(2)
out = net(x)
"""

GIVEN = {
    "a function of its argument, with a graph": (
        "def f(a):\n    return (a ** 2).mean()\nv = f(out)",
        "tensor attached scalar",
    ),
    "the same function of what has none": (
        "def f(a):\n    return (a ** 2).mean()\nv = f(out.detach())",
        "tensor detached scalar",
    ),
    "both in one program": (
        "def f(a):\n    return (a ** 2).mean()\nw = f(out)\nv = f(out.detach())",
        "tensor detached scalar",
    ),
    "the argument itself": ("def f(a):\n    return a\nv = f(out)", "output attached"),
    "by keyword": ("def f(b, a):\n    return a.sum()\nv = f(a=out, b=1)", "tensor attached scalar"),
    "two calls deep": (
        "def g(a):\n    return a.mean()\ndef f(a):\n    return g(a) * 2\nv = f(out)",
        "tensor attached scalar",
    ),
    "a number of it": ("def f(a):\n    return a.sum().item()\nv = f(out)", "number"),
    "a loss function handed in": (
        "def f(loss, a):\n    return loss(a, x)\nv = f(nn.MSELoss(), out)",
        "tensor attached scalar",
    ),
    "a function handed in": (
        "def g(a):\n    return a.sum()\ndef f(h, a):\n    return h(a)\nv = f(g, out)",
        "tensor attached scalar",
    ),
    "a flag that cuts": (
        "def f(a, cut):\n    if cut:\n        return a.detach()\n    return a.relu()\n"
        "v = f(out, True)",
        "tensor detached",
    ),
    "a flag that does not": (
        "def f(a, cut=False):\n    if cut:\n        return a.detach()\n    return a.relu()\n"
        "v = f(out)",
        "tensor attached",
    ),
    "a flag that switches recording off": (
        "def f(a, train):\n    with torch.set_grad_enabled(train):\n        return net(a)\n"
        "v = f(x, False)",
        "output detached",
    ),
    "called where recording is off": (
        "def f(a):\n    return net(a).sum()\nwith torch.no_grad():\n    v = f(x)",
        "tensor detached scalar",
    ),
    "an argument that calls of a function agree on": (
        "def f(m, a):\n    global v\n    v = m(a)\ndef main():\n    f(nn.Linear(2, 2), 1)\n"
        "v = 0\nmain()",
        "number",
    ),
    "a property": (
        "class T:\n    @property\n    def loss(self):\n        return net(x).sum()\nv = T().loss",
        "tensor attached scalar",
    ),
    "an object of a class inside the class": (
        "class T:\n    class Net(nn.Module):\n        def forward(self, a):\n"
        "            return a.sum()\n    def run(self):\n        return self.Net()(out)\n"
        "v = T().run()",
        "output attached",
    ),
    "itself, called in a circle": (
        "def f(a, n):\n    return a if n == 0 else f(a, n - 1)\nv = f(out, 3)",
        "unknown",
    ),
    "a method's result": (
        "class T:\n    def loss(self, a):\n        return F.mse_loss(a, x)\n"
        "    def run(self):\n        return self.loss(out)\nv = T().run()",
        "tensor attached scalar",
    ),
    "a static method's result": (
        "class T:\n    @staticmethod\n    def loss(a):\n        return a.sum()\nv = T.loss(out)",
        "tensor attached scalar",
    ),
}


@pytest.mark.parametrize("case", GIVEN)
def test_a_call_gives_what_its_arguments_make_of_it(case: str) -> None:
    code, expected = GIVEN[case]
    assert described(bodies(HEAD + code)[""].value("v")) == expected


PARAMETERS = {
    "a network": (
        "def train(model, data):\n    v = model(data)\ndef main():\n"
        "    model = nn.Linear(2, 2)\n    model = model.to('cuda')\n    train(model, x)",
        "output attached likely",
    ),
    "a criterion": (
        "def train(crit, data):\n    v = crit(net(data), data)\ndef main():\n"
        "    train(nn.MSELoss(), x)",
        "tensor attached scalar likely",
    ),
    "different things": (
        "def train(model, data):\n    v = model(data)\ntrain(nn.Linear(2, 2), x)\ntrain(max, x)",
        "unknown",
    ),
    "a tensor: its graph is not known": (
        "def train(v):\n    v = v\ndef main():\n    train(net(x))",
        "output unknown likely",
    ),
    "what a class is made of": (
        "class T:\n    def __init__(self, model):\n        self.model = model\n"
        "    def train(self):\n        v = self.model(x)\nT(nn.Linear(2, 2)).train()",
        "output attached likely",
    ),
    "what a tuple holds": (
        "def build():\n    return nn.Linear(2, 2), 3\ndef train(model):\n    v = model(x)\n"
        "def main():\n    model, n = build()\n    train(model)",
        "output attached likely",
    ),
}


@pytest.mark.parametrize("case", PARAMETERS)
def test_parameters_are_what_all_calls_of_the_file_give_them(case: str) -> None:
    code, expected = PARAMETERS[case]
    found = bodies(HEAD + code)
    train = found.get("train") or found["T.train"]
    assert described(train.value("v")) == expected


def kept(body: BodyFacts) -> list[tuple[str, str, bool]]:
    """What is kept through calls: the holder, what is put into it, and whether it has a graph."""
    return [
        (event.holder, event.stored_text, event.stored.carries_graph)
        if isinstance(event, Keeping)
        else (event.target, event.operand_text, event.operand.carries_graph)
        for event in body.result.events
        if isinstance(event, Keeping | Accumulation) and event.through
    ]


KEPT = {
    "appended to a list that is handed in": (
        "def log(h, a):\n    h.append(a)\ndef run():\n    hist = []\n    log(hist, out)",
        ("hist", "out", True),
    ),
    "appended without its graph": (
        "def log(h, a):\n    h.append(a.detach())\ndef run():\n    hist = []\n    log(hist, out)",
        ("hist", "out", False),
    ),
    "added to an attribute of an object": (
        "class Meter:\n    def __init__(self):\n        self.sum = 0\n"
        "    def update(self, a):\n        self.sum += a\n"
        "def run():\n    meter = Meter()\n    meter.update(out.sum())",
        ("meter.sum", "out.sum()", True),
    ),
    "put into a global list": (
        "LOG = []\ndef log(a):\n    LOG.append(a)\ndef run():\n    log(out)",
        ("LOG", "out", True),
    ),
    "added in a loop of the function": (
        "def log(stats, values):\n    for one in values:\n        stats['loss'] += one\n"
        "def run():\n    stats = {}\n    log(stats, [out.sum()])",
        ("stats['loss']", "[out.sum()]", True),
    ),
}


@pytest.mark.parametrize("case", KEPT)
def test_what_a_function_keeps_of_its_arguments_is_known_at_the_call(case: str) -> None:
    code, expected = KEPT[case]
    assert kept(bodies(HEAD + code)["run"]) == [expected]


NOT_KEPT = {
    "a number": "def log(h, a):\n    h.append(a.item())\ndef run():\n    log([], out.sum())",
    "in a list of its own": "def log(a):\n    h = []\n    h.append(a)\ndef run():\n    log(out)",
    "added to its own name": "def log(t, a):\n    t += a\ndef run():\n    t = 0\n    log(t, out)",
}


@pytest.mark.parametrize("case", NOT_KEPT)
def test_nothing_is_kept_where_it_ends_with_the_call(case: str) -> None:
    assert not kept(bodies(HEAD + NOT_KEPT[case])["run"])


def test_what_a_function_backpropagates_is_backpropagated_by_its_caller() -> None:
    code = "def step(a):\n    a.backward()\ndef run():\n    v = net(x).sum()\n    step(v)"
    body = bodies(HEAD + code)["run"]
    assert body.trains()
    assert body.backpropagated(body.value("v").sources)


def test_only_what_a_function_lets_go_of_escapes() -> None:
    code = (
        "def show(a, b):\n    print(a)\n    unknown(b)\n"
        "def run():\n    v = net(x).sum()\n    w = net(x).sum()\n    show(v, w)"
    )
    body = bodies(HEAD + code)["run"]
    assert not body.passed_on(body.value("v").sources)
    assert body.passed_on(body.value("w").sources)


def test_what_a_function_detaches_before_it_lets_it_go_does_not_escape() -> None:
    code = (
        "def show(a, b):\n"
        "    unknown([x.detach() for x in a])\n"
        "    unknown(list(map(lambda x: x.detach(), a)))\n"
        "    unknown(list(map(lambda x: x + 1, b)))\n"
        "def run():\n    v = net(x).sum()\n    w = net(x).sum()\n    show([v], [w])"
    )
    body = bodies(HEAD + code)["run"]
    assert not body.passed_on(body.value("v").sources)
    assert body.passed_on(body.value("w").sources)


@pytest.mark.parametrize(
    ("begins", "recursive"),
    [
        ("", True),
        ("self.total = 0.0", False),
        ("if self.total is None:\n            self.total = 0.0", True),
    ],
)
def test_a_total_that_a_call_begins_anew_is_not_made_from_its_last_value(
    begins: str, recursive: bool
) -> None:
    code = (
        "class Sums(nn.Module):\n"
        "    def __init__(self):\n        self.total = None\n"
        "    def run(self, rows):\n"
        f"        {begins}\n"
        "        for row in rows:\n"
        "            self.total = self.total + net(row).sum()\n"
        "            self.total += net(row).sum()\n"
    )
    updates = bodies(HEAD + code)["Sums.run"].attribute_updates
    assert {one.recursive for one in updates if one.loops} == {recursive}


def test_two_values_of_one_parameter_have_nothing_more_in_common() -> None:
    code = "def run(data):\n    v = net(data).sum()\n    w = net(data).sum()\n    w.backward()"
    body = bodies(HEAD + code)["run"]
    assert not body.backpropagated(body.value("v").sources)
