# Modules of the file without parameters, whose `forward` gives what is not known.
import torch
from torch import nn

from helpers import overlap, reduced


class Overlap(nn.Module):
    def __init__(self, smooth: float = 1.0):
        super().__init__()
        self.smooth = smooth
        self.flatten = nn.Flatten()
        self.reduce = reduced

    def forward(self, prediction, target):
        return overlap(self.flatten(prediction), target, self.smooth)


class Weighted(Overlap):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, prediction, target):
        return overlap(self.weight * prediction, target, self.smooth)


class Both(nn.Module):
    def __init__(self):
        super().__init__()
        self.overlap = Overlap()
        self.terms = [Overlap(0.5), Overlap(2.0)]

    def forward(self, prediction, target):
        return reduced(self.overlap(prediction, target), self.terms)


class Learned(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.features = features

    def forward(self, prediction, target):
        return overlap(self.features(prediction), target, 1.0)


class Kept(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_parameter("weight", nn.Parameter(torch.ones(1)))

    def forward(self, prediction, target):
        return overlap(self.weight * prediction, target, 1.0)


network = nn.Linear(4, 4)
target = torch.ones(4)
made = Overlap()(torch.zeros(4), target)  #? Output detached
computed = Overlap()(network(target), target)  #? Output attached
unseen = Overlap()(given, target)  #? Output
weighted = Weighted()(torch.zeros(4), target)  #? Output attached
both = Both()(torch.zeros(4), target)  #? Output detached
learned = Learned(network)(torch.zeros(4), target)  #? Output attached
kept = Kept()(torch.zeros(4), target)  #? Output attached


def finished_behind(plugin, net, batch, target):
    loss = plugin.loss(net(batch), target)  #? Tensor attached scalar likely
    loss.backward()
    loss = plugin.finish(loss)  #? unknown
    return loss
