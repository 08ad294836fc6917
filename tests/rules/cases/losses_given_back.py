# mypy: ignore-errors
# ruff: noqa
"""Functions of whose results their callers start a backward pass: what they gather for that, and
what else keeps it."""

import torch
from extension import distance


class Completion:
    def __init__(self, network, optimizer):
        self.network = network
        self.optimizer = optimizer
        self.totals = []

    def fit(self, batches):
        for batch in batches:
            loss = self.losses(batch)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.totals.append(loss)  # leak: LP002

    def losses(self, batch):
        terms = []
        for cloud in batch:
            terms.append(distance(cloud))
        return torch.stack(terms).mean()

    def report(self, batches):
        for batch in batches:
            coarse, told = self.parts(batch)
            self.optimizer.zero_grad()
            coarse.backward()
            self.optimizer.step()
            self.totals.append(told)  # leak: LP002

    def parts(self, batch):
        near = distance(batch)
        far = distance(batch)
        loss = near + far
        return loss, far

    def measure(self, batches):
        gaps = torch.zeros(len(batches))
        for number, batch in enumerate(batches):
            loss = self.losses(batch)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            with torch.no_grad():
                gaps[number] = loss
        return gaps

    def learn_to_learn(self, rounds):
        for tasks in rounds:
            whole = self.adapted(tasks)
            self.optimizer.zero_grad()
            whole.backward()
            self.optimizer.step()

    def adapted(self, tasks):
        losses = []
        for task in tasks:
            inner = distance(self.network(task))
            inner.backward()
            losses.append(distance(self.network(task)))
        return torch.stack(losses).mean()
