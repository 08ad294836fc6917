# mypy: ignore-errors
# ruff: noqa
"""A network calls its own `forward` by name, step by step."""

import torch
from torch import nn


class Melody(nn.Module):
    def __init__(self, notes, width):
        super().__init__()
        self.embed = nn.Embedding(notes, width)
        self.cell = nn.GRUCell(width, width)
        self.head = nn.Linear(width, notes)

    def forward(self, note, memory):
        memory = self.cell(self.embed(note), memory)
        return self.head(memory), memory

    def sample(self, length):
        note, memory = torch.zeros(1).long(), torch.zeros(1, self.head.in_features)
        tune = []
        for _ in range(length):
            scores, memory = self.forward(note, memory)  # leak: LP013
            #                ^^^^^^^^^^^^^^^^^^^^^^^^^^
            note = torch.multinomial(scores.softmax(-1), 1).squeeze(1)
            tune.append(note.item())
        return tune

    @torch.no_grad()
    def generate(self, length):
        note, memory = torch.zeros(1).long(), torch.zeros(1, self.head.in_features)
        tune = []
        for _ in range(length):
            # ok: nothing is recorded
            scores, memory = self.forward(note, memory)
            note = torch.multinomial(scores.softmax(-1), 1).squeeze(1)
            tune.append(note.item())
        return tune
