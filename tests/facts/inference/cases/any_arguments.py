# What functions are given beyond their parameters, and what is unpacked into records.
from collections import namedtuple

import torch
from torch import nn

Pair = namedtuple("Pair", ("left", "right"))
net = nn.Linear(2, 2)


def first_of(*given):
    return given[0]


def all_of(*given):
    return Pair(*given)


def rest_of(first, *rest):
    return rest[0]


def run(x):
    out = net(x)  #? Output attached
    both = (1, out)
    made = Pair(*both)
    left = made.left  #? Number
    right = made.right  #? Output attached
    some = Pair(*x)
    unseen = some.right  #? unknown
    one = first_of(out, 2)  #? Output attached
    other = first_of(2, out)  #? Number
    two = all_of(1, out).right  #? Output attached
    behind = rest_of(1, out)  #? Output attached
    before = rest_of(out, 1)  #? Number
    several = first_of(*both)  #? unknown


def by_name(**named):
    return named["loss"]


def each_by_name(**named):
    found = []
    for _, value in named.items():
        found.append(value)
    return found


def run_by_name(x, unseen):
    out = net(x)
    picked = by_name(loss=out, rate=1)  #? Output attached
    number = by_name(loss=1, rate=out)  #? Number
    spread = by_name(**{"loss": out, "rate": 1})  #? Output attached
    whole = by_name(**out)  #? Output attached
    each = each_by_name(loss=out, rate=unseen.rate)[0]  #? Output attached
    cut = each_by_name(loss=out.detach(), rate=1)[0]  #? unknown


class Stepping:
    """What a call two calls deeper gives is known for any arguments; for these, from further off, it
    is not looked into."""

    @staticmethod
    def scores(logits, labels):
        return logits.gather(-1, labels).sum(-1)

    def outputs(self, network: nn.Module, batch: dict):
        logits = network(batch["x"]).logits
        return self.scores(logits, batch["y"]), self.scores(logits, batch["z"])

    def parts(self, network: nn.Module, batch: dict):
        chosen, other = self.outputs(network, batch)
        return chosen - other, {"chosen": chosen.detach()}

    def loss(self, network: nn.Module, batch: dict):
        margin, told = self.parts(network, batch)
        whole = margin.mean()  #? Tensor attached scalar likely
        chosen = told["chosen"]  #? Tensor detached
        return whole

    def without(self, network: nn.Module, batch: dict):
        with torch.no_grad():
            margin, told = self.parts(network, batch)
        whole = margin.mean()  #? Tensor detached scalar
        return whole
