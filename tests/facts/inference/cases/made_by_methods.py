# What a constructor's own methods make, though they read attributes that it sets.
import torch
from keras import layers
from keras.models import Sequential
from torch import nn


class Pricing:
    def __init__(self, width, depth):
        self.width = width
        self.depth = depth
        self.net = self._network()  #? KerasModel
        self.online, self.frozen = self._pair()
        self.ready = self._network  #? Function

    def _network(self):
        net = Sequential()
        for _ in range(self.depth):
            net.add(layers.Dense(self.width))
        return net  #? KerasModel

    def _pair(self):
        return self._network(), self._network()

    def price(self, offer):
        self.frozen  #? KerasModel
        return self.net.predict(offer)  #? Array


class Encoder(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.sizes = sizes
        self.body = self.stack()  #? Module

    def stack(self):
        return nn.Sequential(*[nn.Linear(a, b) for a, b in self.sizes])  #? Module

    def forward(self, x):
        return self.body(x)  #? Output attached


class Derived(Pricing):
    def __init__(self, width):
        super().__init__(width, 2)
        self.second = self._network()  #? KerasModel
        self.kind = self.label  #? unknown

    @property
    def label(self):
        return self.width


class Circle:
    def __init__(self, start):
        self.start = start
        self.state = self.first(3)  #? unknown

    def first(self, rounds):
        if rounds:
            return self.first(rounds - 1)
        return torch.zeros(self.start)
