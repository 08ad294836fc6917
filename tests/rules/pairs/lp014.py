# mypy: ignore-errors
# ruff: noqa
"""LP014: one backward pass for all batches."""

# smelly
import torch
from torch import nn
from torch.utils.data import DataLoader

net, criterion = nn.Linear(8, 1), nn.MSELoss()
optimizer = torch.optim.Adam(net.parameters())
loader = DataLoader(samples, batch_size=16)
optimizer.zero_grad()
total = 0.0
for x, y in loader:
    total = total + criterion(net(x), y)  # leak
total.backward()
optimizer.step()

# repaired
import torch
from torch import nn
from torch.utils.data import DataLoader

net, criterion = nn.Linear(8, 1), nn.MSELoss()
optimizer = torch.optim.Adam(net.parameters())
loader = DataLoader(samples, batch_size=16)
optimizer.zero_grad()
for x, y in loader:
    loss = criterion(net(x), y)
    loss.backward()
optimizer.step()
