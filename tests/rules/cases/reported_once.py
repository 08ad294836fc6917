# mypy: ignore-errors
# ruff: noqa
"""One cause, one finding: of several loops and of several rules that could tell of it."""

import torch
from torch import nn


class LanguageModel(nn.Module):
    def __init__(self, vocabulary, size):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, size)
        self.lstm = nn.LSTM(size, size, batch_first=True)
        self.head = nn.Linear(size, vocabulary)

    def forward(self, tokens, hidden=None):
        out, hidden = self.lstm(self.embedding(tokens), hidden)
        return self.head(out), hidden


def train(batches, epochs, optimizer):
    model = LanguageModel(10000, 256)
    hidden = None
    for epoch in range(epochs):
        for tokens, targets in batches:
            logits, hidden = model(tokens, hidden)  # leak: LP011
            loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            loss.backward(retain_graph=True)
            optimizer.step()


class Collector:
    def __init__(self):
        self.predictions = []

    def add(self, predictions):
        self.predictions.append(predictions)


def evaluate(model: LanguageModel, batches):
    model.eval()
    collector = Collector()
    for tokens in batches:
        collector.add(model(tokens))  # leak: LP008
    return collector.predictions


def infer(model: LanguageModel, batches):
    collector = Collector()
    for tokens in batches:
        collector.add(model(tokens))  # leak: LP007
    return [one[0].argmax() for one in collector.predictions]
