# mypy: ignore-errors
# ruff: noqa
"""Networks that are fed with what was read off their outputs: tokens, which have no graph, and
states that their own class detaches."""

import torch
from torch import nn
from networks import Talker, as_batch


def append(batch, tokens):
    return torch.cat((batch, tokens.unsqueeze(1)), 1)


talker = Talker()
talker.eval()
talker.to("cuda")
while text := input():
    batch = as_batch(text)
    for _ in range(40):
        probabilities = talker(batch)  # leak: LP008
        if text == "!":
            tokens = torch.multinomial(probabilities[:, -1, :], 1)
        else:
            values, indices = probabilities[:, -1, :].topk(5)
            tokens = indices.gather(-1, torch.multinomial(values, 1))
        batch = append(batch, tokens)


class Remembering(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.criterion = nn.CrossEntropyLoss()

    def remembered(self, hidden, memories):
        if memories is None:
            return None
        with torch.no_grad():
            return [torch.cat([one, hidden]).detach() for one in memories]

    def forward(self, x, target, *memories):
        hidden = self.layer(x)
        loss = self.criterion(hidden, target)
        return [loss] + self.remembered(hidden, memories or None)


def run(batches):
    model = Remembering().to("cuda")
    memories = tuple()
    for x, y in batches:
        out = model(x, y, *memories)
        memories = out[1:]
