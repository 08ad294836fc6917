# mypy: ignore-errors
# ruff: noqa
"""LP033: a metric that keeps every prediction."""

# smelly
import torch
from torch import nn
from torchmetrics.classification import BinaryAUROC

net = nn.Linear(8, 1)
auroc = BinaryAUROC()
for epoch in range(epochs):
    for x, y in loader:
        with torch.no_grad():
            auroc.update(net(x), y)  # leak
    print(epoch, auroc.compute())

# repaired
import torch
from torch import nn
from torchmetrics.classification import BinaryAUROC

net = nn.Linear(8, 1)
auroc = BinaryAUROC()
for epoch in range(epochs):
    for x, y in loader:
        with torch.no_grad():
            auroc.update(net(x), y)
    print(epoch, auroc.compute())
    auroc.reset()
