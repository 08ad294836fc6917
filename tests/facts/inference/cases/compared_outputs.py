# What a criterion compares with a target, where the loss is backpropagated, comes from a network.
import torch
from torch import nn
from torch.nn import functional as F


def given_both(model, criterion, batches):
    for x, y in batches:
        out = model(x)  #? Output attached likely
        loss = criterion(out, y)  #? Tensor attached scalar likely
        loss.backward()
        again = model(x)  #? Output attached likely


def made_here(model, batches):
    match = nn.CrossEntropyLoss().to("cuda")
    for x, y in batches:
        out, state = model(x)
        match(out.flatten(0, 1), y).backward()
        match_loss = match(out, y)
        match_loss.backward()
        state  #? Output attached likely


def of_unknown_names(model, other, batches):
    for x, y in batches:
        out = model(x)  #? unknown
        loss = other(out, y)
        loss.backward()


def prepared(model, criterion, change, batches):
    for x, y in batches:
        out = model(change(x))  #? unknown
        loss = criterion(out, y)
        loss.backward()


def runs_the_network(compute_loss, ready, batches):
    for batch in batches:
        inputs = ready(batch)  #? unknown
        loss = compute_loss(inputs, 1)
        loss.backward()


def runs_one(loss_fn, ready, model, batches):
    for batch in batches:
        inputs = ready(batch)  #? unknown
        loss = loss_fn(model, inputs)
        loss.backward()


class Fitting:
    def __init__(self, network, criterion):
        self.network = network
        self.criterion = criterion

    def step(self, x, y):
        loss = self.criterion(self.network(x), y)
        loss.backward()

    def look(self, x):
        return self.network(x)  #? Output attached likely

    @torch.no_grad()
    def silent(self, x):
        return self.network(x)  #? Output detached likely


def summed(model, criterion, batches):
    total = 0
    for x, y in batches:
        total += criterion(model(x), y)  #? Tensor attached
    total.backward()


def summed_of_several(model, criterion, other, batches):
    total = 0
    for x, y in batches:
        total += other(x)
        total += criterion(x, y)
    total.backward()
