# mypy: ignore-errors
# ruff: noqa
"""LP037: a module whose hook refers to it."""

# smelly
from torch import nn


class Probe(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4096, 4096)
        self.body.register_forward_hook(lambda m, i, o: self.note(o))  # leak

    def note(self, output):
        self.last = output.detach().mean().item()


for trial in range(100):
    net = Probe()
    evaluate(net)

# repaired
import weakref

from torch import nn


class Probe(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4096, 4096)
        me = weakref.ref(self)
        self.body.register_forward_hook(lambda m, i, o: me().note(o))

    def note(self, output):
        self.last = output.detach().mean().item()


for trial in range(100):
    net = Probe()
    evaluate(net)
