# mypy: ignore-errors
# ruff: noqa
"""Networks of the file that hand a hidden state to a recurrent layer and give it back, and such that cut it."""

import torch
from torch import nn


class LanguageModel(nn.Module):
    def __init__(self, words):
        super().__init__()
        self.embed = nn.Embedding(words, 64)
        self.rnn = nn.LSTM(64, 64)
        self.out = nn.Linear(64, words)

    def forward(self, tokens, state):
        features, state = self.rnn(self.embed(tokens), state)
        return self.out(features), state


def train(batches, words, start):
    model = LanguageModel(words)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    state = start
    for tokens, targets in batches:
        scores, state = model(tokens, state)  # leak: LP011
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


import torch
from torch import nn


class Cutting(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(8, 8)

    def forward(self, x, state):
        out, state = self.rnn(x, state.detach())
        return out, state


class Fresh(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(8, 8)

    def forward(self, x, state):
        out, _ = self.rnn(x, torch.zeros(1, 4, 8))
        return out, state


def train(batches, optimizer):
    cutting, fresh = Cutting(), Fresh()
    one, other = torch.zeros(1, 4, 8), torch.zeros(1, 4, 8)
    for x, y in batches:
        a, one = cutting(x, one)
        b, other = fresh(x, other)
        optimizer.zero_grad()
        (a - b - y).pow(2).mean().backward()
        optimizer.step()


class Player:
    def __init__(self, words):
        self.network = LanguageModel(words)
        self.state = torch.zeros(1, 1, 64)

    def move(self, tokens):
        scores, self.state = self.network(tokens, self.state)  # leak: LP011
        return scores.argmax(-1).item()


def play(game, words):
    player = Player(words)
    while not game.over:
        game.step(player.move(game.tokens))


def train_cutting_in_place(batches, words, start, optimizer):
    model = LanguageModel(words)
    state = start
    for tokens, targets in batches:
        for part in state:
            part.detach_()
        scores, state = model(tokens, state)
        loss = nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
