# What a module that holds modules gives when one goes through it.
import torch
from torch import nn


class Tower(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.blocks = nn.ModuleList(blocks)  #? Module torch.nn.ModuleList
        self.heads = nn.ModuleDict({"near": nn.Linear(4, 4)})
        self.tail = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
        self.plain = nn.Linear(4, 4)

    def forward(self, x):
        for block in self.blocks:  #? block: Module likely
            y = block(x)  #? Output attached likely
        for number, block in enumerate(self.blocks):  #? number: Number; block: Module likely
            y = block(x)  #? Output attached likely
        for block, head in zip(self.blocks, self.heads.values()):  #? head: Module
            y = head(x)  #? Output attached
        for name, head in self.heads.items():  #? name: Other; head: Module
            y = head(x)
        for part in self.tail:  #? part: Module likely
            y = part(x)
        made = [torch.tanh(block(x)) for block in self.blocks]  #? Container of Tensor attached likely
        # Nothing else can be gone through.
        for part in self.plain:  #? part: unknown
            pass
        return made


tower = Tower([])
pyramid = tower(torch.rand(2, 4))  #? Container of Tensor attached likely
seen = list(map(lambda level: level.detach() / 2, pyramid))  #? Container of Tensor detached
sums = map(torch.sum, pyramid)  #? Container of Tensor attached scalar
sizes = list(map(len, pyramid))  #? Container of Number
others = map(tower, [torch.rand(2, 4)])


def halved(level):
    return level.detach() / 2


halves = list(map(halved, pyramid))  #? Container of Tensor detached
