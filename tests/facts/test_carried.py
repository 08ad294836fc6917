"""What a loop hands from round to round with its graph, and who calls a function."""

import pytest

from tests.facts.reading import bodies

_START = "import torch\ndef step(net: torch.nn.Module, x, n):\n    x = torch.zeros(4)\n"

CARRIED = {
    "fed back": ("    for i in range(n):\n        x = net(x)\n", ["x"]),
    "in a while": ("    while n:\n        x = x + net(x)\n", ["x"]),
    "detached": ("    for i in range(n):\n        x = net(x).detach()\n", []),
    "numbers": ("    for i in range(n):\n        x = net(x).argmax(-1)\n", []),
    "recording off": (
        "    with torch.no_grad():\n        for i in range(n):\n            x = net(x)\n",
        [],
    ),
    "bound in the loop": ("    for i in range(n):\n        y = net(x)\n", []),
    "made before": ("    y = net(x)\n    for i in range(n):\n        print(y)\n", []),
    "of the inner of two loops": (
        "    for i in range(n):\n        for j in range(n):\n            x = net(x)\n",
        ["x"],
    ),
}


@pytest.mark.parametrize("case", CARRIED)
def test_what_is_carried_with_a_graph(case: str) -> None:
    code, paths = CARRIED[case]
    assert [one.path for one in bodies(_START + code)["step"].carried] == paths


def test_the_callers_of_a_function_are_found() -> None:
    found = bodies("""
    def one():
        return 1

    def two():
        return one()

    class Job:
        def run(self):
            self.work()

        def work(self):
            two()

    def three():
        print("one")
    """)
    assert [body.name for body in found["one"].callers()] == ["two"]
    assert [body.name for body in found["two"].callers()] == ["work"]
    assert [body.name for body in found["Job.work"].callers()] == ["run"]
    assert found["three"].callers() == ()
    assert found[""].callers() == ()
