# mypy: ignore-errors
# ruff: noqa
"""LP012: a buffer of recurrent states with their graphs."""

# smelly
from collections import deque

import torch
from torch import nn

cell = nn.LSTMCell(8, 64)
memory = deque(maxlen=10_000)
state = (torch.zeros(1, 64), torch.zeros(1, 64))
for step in range(steps):
    state = cell(observe(), state)
    memory.append((step, state))  # leak

# repaired
from collections import deque

import torch
from torch import nn

cell = nn.LSTMCell(8, 64)
memory = deque(maxlen=10_000)
state = (torch.zeros(1, 64), torch.zeros(1, 64))
for step in range(steps):
    with torch.no_grad():
        state = cell(observe(), state)
    memory.append((step, state))
