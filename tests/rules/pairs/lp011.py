# mypy: ignore-errors
# ruff: noqa
"""LP011: a recurrent state that is never cut."""

# smelly
import torch
from torch import nn

lstm, head = nn.LSTM(8, 16), nn.Linear(16, 1)
optimizer = torch.optim.SGD(lstm.parameters(), lr=0.1)
state = None
for x, y in batches:
    out, state = lstm(x, state)  # leak
    loss = nn.functional.mse_loss(head(out), y)
    loss.backward(retain_graph=True)
    optimizer.step()

# repaired
import torch
from torch import nn

lstm, head = nn.LSTM(8, 16), nn.Linear(16, 1)
optimizer = torch.optim.SGD(lstm.parameters(), lr=0.1)
state = None
for x, y in batches:
    if state is not None:
        state = tuple(s.detach() for s in state)
    out, state = lstm(x, state)
    loss = nn.functional.mse_loss(head(out), y)
    loss.backward()
    optimizer.step()
