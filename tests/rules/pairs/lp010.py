# mypy: ignore-errors
# ruff: noqa
"""LP010: gradients with a graph that nobody resets."""

# smelly
import torch

for x in batches:
    w = torch.randn(32, 32, requires_grad=True)
    energy = (x @ w).sigmoid().sum()
    energy.backward(create_graph=True)  # leak
    print(w.grad.abs().sum().item())

# repaired
import torch

for x in batches:
    w = torch.randn(32, 32, requires_grad=True)
    energy = (x @ w).sigmoid().sum()
    (slope,) = torch.autograd.grad(energy, w, create_graph=True)
    print(slope.abs().sum().item())
