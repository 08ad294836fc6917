# mypy: ignore-errors
# ruff: noqa
"""A script without functions whose epochs hold a training and a validation loop."""

import torch
import torch.nn.functional as F
from torch import nn, optim
from torch.utils.data import DataLoader

net = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
opt = optim.Adam(net.parameters(), lr=1e-3)
train_loader = DataLoader(train_data, batch_size=64, shuffle=True)
val_loader = DataLoader(val_data, batch_size=64)

train_losses, val_losses = [], []
for epoch in range(20):
    epoch_loss = 0
    net.train()
    for x, y in train_loader:
        opt.zero_grad()
        loss = F.cross_entropy(net(x.view(x.size(0), -1)), y)
        loss.backward()
        opt.step()
        epoch_loss += loss  # leak: LP001
    train_losses.append(epoch_loss.item())

    net.eval()
    val_loss = 0
    with torch.no_grad():
        for x, y in val_loader:
            val_loss += F.cross_entropy(net(x.view(x.size(0), -1)), y)
    val_losses.append(val_loss / len(val_loader))

net.eval()
outputs = []
for x, y in val_loader:
    outputs.append(net(x.view(x.size(0), -1)))  # leak: LP008
