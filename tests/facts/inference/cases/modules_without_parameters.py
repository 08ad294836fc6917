# Modules without parameters: their output refers to a graph only if what they are given does.
import torch
from torch import nn
from torch.nn.modules.dropout import Dropout2d


class Masked(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.drop = nn.Dropout(p=0.1)  #? Module torch.nn.Dropout
        self.drop_channels = Dropout2d()  #? Module
        self.pool = nn.AdaptiveAvgPool2d(1)  #? Module
        self.pad = nn.ReflectionPad2d(1)  #? Module
        self.slope = nn.PReLU()  #? Module
        self.layer = nn.Linear(size, size)  #? Module
        self.masks = self.drop(torch.ones(16, size))  #? Tensor detached

    def forward(self, images):
        padded = self.pad(images)  #? Tensor
        pooled = self.pool(padded)  #? Tensor
        sloped = self.slope(images)  #? Output attached
        hidden = self.layer(pooled)  #? Output attached
        dropped = self.drop(hidden)  #? Tensor attached
        channels = self.drop_channels(dropped)  #? Tensor attached
        both = nn.Sequential(nn.Linear(2, 2), nn.Dropout())(images)  #? Output attached
        with torch.no_grad():
            cut = self.drop(self.layer(images))  #? Tensor detached
        return channels, sloped, both, cut
