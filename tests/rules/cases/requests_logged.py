# mypy: ignore-errors
# ruff: noqa
"""What a service keeps of each request, cut from its graph, is no reason to record one."""

import torch
from torch import nn

classifier = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
classifier.load_state_dict(torch.load("classifier.pt", map_location="cpu"))
classifier.eval()
recent, counts = [], {}


def classify(images):
    logits = classifier(images)  # leak: LP008
    recent.append(logits.detach())
    counts["requests"] = logits.detach().sum()
    return int(logits.argmax())


@torch.no_grad()
def classify_many(batches):
    return [int(classifier(one).argmax()) for one in batches]
