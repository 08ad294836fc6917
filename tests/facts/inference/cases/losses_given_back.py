# What a function gives of which its callers start a backward pass.
import torch
from extension import chamfer
from meters import Meter


class Completion:
    def __init__(self, network, optimizer):
        self.network = network
        self.optimizer = optimizer
        self.history = {}

    def step(self, batch):
        loss, parts, clouds = self.losses(batch)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.history["parts"] = parts["coarse"]  #? Tensor attached scalar likely

    def losses(self, batch):
        clouds = self.network(batch)
        coarse = chamfer(clouds, batch).mean()  #? Tensor attached scalar likely
        fine = chamfer(clouds, batch).mean()
        if batch.weighted:
            fine = fine * batch.weight
        loss = coarse + fine  #? Tensor attached scalar likely
        return loss, {"coarse": coarse}, clouds

    @torch.no_grad()
    def look(self, batch):
        loss, parts, clouds = self.losses(batch)  #? loss: Tensor detached scalar
        return loss


def score(batch):
    value = chamfer(batch)  #? unknown
    return value


def rank(batches):
    return [score(batch) for batch in batches]


def margin(batch):
    near = chamfer(batch)  #? Tensor attached scalar likely
    return near


def fit(batches):
    for batch in batches:
        gap = margin(batch)
        gap.backward()
