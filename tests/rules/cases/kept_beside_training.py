# mypy: ignore-errors
# ruff: noqa
"""What the methods of a trainer, its meters and its networks keep while a loop trains."""

import torch
from torch import nn


class Mean:
    """Whose annotations promise numbers."""

    def __init__(self) -> None:
        self.total, self.count = 0.0, 0

    def update(self, value: float, n: int = 1) -> None:
        self.total += value * n
        self.count += n


class Trainer:
    def __init__(self, model: nn.Module, criterion: nn.Module, optimizer):
        self.model, self.criterion, self.optimizer = model, criterion, optimizer
        self.meters = {"train": Mean(), "valid": Mean()}
        self.kept, self.penalties = [], []

    def penalty(self):
        found = sum(one.square().sum() for one in self.model.parameters())
        self.penalties.append(found)  # leak: LP002
        return found

    def note(self, x):
        self.kept.append(self.model(x).mean())  # leak: LP002

    def epoch(self, loader):
        for x, y in loader:
            loss = self.criterion(self.model(x), y)
            self.optimizer.zero_grad()
            (loss + self.penalty()).backward()
            self.optimizer.step()
            self.meters["train"].update(loss, len(x))  # leak: LP006
            self.meters["valid"].update(loss.item(), len(x))
            self.note(x)
        print(torch.stack(self.penalties).max())


class Tracing(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(8, 8)
        self.trace = []

    def forward(self, x):
        out = self.layer(x)
        self.trace.append(out.mean())  # leak: LP004
        return out


def fit(model, loader, optimizer):
    for x, y in loader:
        loss = (model(x) - y).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def main(loader):
    model = Tracing().cuda()
    fit(model, loader, torch.optim.Adam(model.parameters()))


class Adversaries(nn.Module):
    """A model that trains its own parts, one step at a time."""

    def __init__(self, maker: nn.Module, judge: nn.Module):
        super().__init__()
        self.maker, self.judge = maker, judge
        self.makers_turn = torch.optim.Adam(self.maker.parameters())
        self.made, self.history = [], []

    def forward(self):
        self.fake = self.maker(self.noise)

    def optimize_parameters(self):
        self.forward()
        self.loss = -self.judge(self.fake).mean()
        self.makers_turn.zero_grad()
        self.loss.backward()
        self.makers_turn.step()
        self.history.append(self.loss)  # leak: LP002
        self.remember()

    def remember(self):
        self.made.append(self.fake)  # leak: LP002


def make_step(model: nn.Module, criterion, optimizer):
    """What an engine of a library calls for each batch."""
    outputs, recent = [], []

    def step(engine, batch):
        x, y = batch
        optimizer.zero_grad()
        output = model(x)
        loss = criterion(output, y)
        loss.backward()
        optimizer.step()
        outputs.append(output)  # leak: LP002
        recent.append(loss.item())
        return loss.item()

    return step


def one_step(model: nn.Module, batch, criterion, optimizer, kept):
    """Who hands it a list knows how long that lives."""
    loss = criterion(model(batch), batch)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    kept.append(loss)
