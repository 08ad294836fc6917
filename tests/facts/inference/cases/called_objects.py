# An object of a class of the file that is called runs the class's `__call__`.
import torch
from torch import nn


class Scaled:
    def __init__(self, factor):
        self.factor = factor

    def __call__(self, out, y):
        return self.factor * nn.functional.mse_loss(out, y)


class Cut:
    def __call__(self, out):
        return out.detach()


def train(net: nn.Module, batches, criterion: Scaled):
    measure, cut = Scaled(2.0), Cut()
    for x, y in batches:
        out = net(x)
        loss = measure(out, y)  #? Tensor attached scalar
        other = criterion(out, y)  #? Tensor attached scalar
        kept = cut(out)  #? Tensor detached
        more = Cut()(out)  #? Tensor detached


# What the top level asks of a name tells the functions that call it.
network = build()
network.eval()
tool = build()


def predict(x):
    y = network(x)  #? Output attached likely
    return tool(y)  #? unknown


def shadowed(network, x):
    return network(x)  #? unknown


# What a network gave, and is asked for a sample, is a distribution: most draw without a graph.
def act(policy: nn.Module, seen):
    moves = policy(seen)  #? Output attached
    chosen = moves.sample()
    #? chosen: Tensor likely
    return moves.log_prob(chosen)  #? Tensor attached


class Judged(nn.Module):
    # Its own `__call__` stands in the place of `forward`.
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def forward(self, x):
        return self.layer(x)

    @torch.no_grad()
    def __call__(self, x):
        return self.forward(x)


judged = Judged()
judged(torch.ones(1, 2))  #? Output detached
judged.forward(torch.ones(1, 2))  #? Output attached
