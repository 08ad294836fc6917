# What is a tensor in one case and None, or a number that is written there, in the other.
import torch
from torch import nn


class Scored:
    def __init__(self, net: nn.Module, head=None, width=4):
        self.net = net
        self.head = nn.Linear(width, 1) if head is None else None  #? Module torch.nn.Linear

    def score(self, x, y, wanted, weight, other):
        out = self.net(x)
        loss = nn.functional.mse_loss(out, y) if wanted else None  #? Tensor attached scalar
        penalty = 0.0 if weight is None else (out**2).mean() * weight  #? Tensor attached
        calm = None if out is None else out.detach()  #? Tensor detached
        # Another value leaves it open.
        shown = loss.item() if hasattr(loss, "item") else loss  #? Number
        mixed = out if wanted else other  #? unknown
        told = "none" if wanted else out  #? unknown
        return loss, penalty
