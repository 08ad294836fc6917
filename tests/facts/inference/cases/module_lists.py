# What lists of layers hold, and so what each of their layers gives.
from collections import OrderedDict

import torch
from torch import nn

x = torch.ones(1, 2)


class Embed(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Linear(2, 2)

    def forward(self, image):
        size = image.shape[-1] // 2, 2
        return self.proj(image), size


class Scale(nn.Module):
    def forward(self, image):
        return image * 2


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Linear(2, 2)

    def forward(self, image):
        return self.proj(image).relu()


class Network(nn.Module):
    def __init__(self, count):
        super().__init__()
        self.embeds = nn.ModuleList()
        for _ in range(count):
            self.embeds.append(Embed())
        self.blocks = nn.ModuleList([Block() for _ in range(count)])
        self.scales = nn.ModuleList([Scale(), Scale()])
        layers = [Block()]
        layers.append(nn.Linear(2, 2))
        self.mixed = nn.ModuleList(layers)
        self.heads = nn.ModuleDict({"one": Block(), "two": Block()})
        self.named = nn.ModuleDict()
        for name in ("one", "two"):
            self.named[name] = Embed()
        self.plain = nn.Sequential(nn.ReLU(), nn.Dropout())
        self.whole = nn.Sequential(nn.ReLU(), nn.Linear(2, 2))
        self.grown = nn.Sequential(nn.ReLU())
        self.grown.append(nn.Linear(2, 2))

    def forward(self, image, name):
        for embed in self.embeds:
            y, size = embed(image)  #? y: Output attached; size: Container (Number, Number)
        for block in self.blocks[1:]:
            y = block(image)  #? Tensor attached
        y = self.blocks[0](image)  #? Tensor attached
        for scale in self.scales:
            y = scale(torch.ones(2))  #? Output detached
        for embed, block in zip(self.embeds, self.blocks):
            y, size = embed(image)  #? size: Container (Number, Number)
            y = block(image)  #? Tensor attached
        for i, layer in enumerate(self.mixed):
            y = layer(image)  #? Output attached
        y = self.heads[name](image)  #? Tensor attached
        y, size = self.named[name](image)  #? size: Container (Number, Number)
        for key, head in self.heads.items():
            y = head(image)  #? Tensor attached
        y = self.plain(torch.ones(2))  #? Tensor detached
        y = self.whole(torch.ones(2))  #? Output attached
        y = self.grown(torch.ones(2))  #? Output attached
        return y


named = nn.Sequential(OrderedDict([("proj", nn.Linear(2, 2)), ("act", nn.ReLU())]))
plain = nn.Sequential(OrderedDict([("act", nn.ReLU()), ("pool", nn.AvgPool1d(1))]))
layers = OrderedDict()
layers["proj"] = nn.Linear(2, 2)
filled = nn.Sequential(layers)
named(x)  #? Output attached
plain(x)  #? Tensor detached
filled(x)  #? Output attached
named.proj(x)  #? Output attached
named.act(x)  #? Tensor detached
