# mypy: ignore-errors
# ruff: noqa
"""A hook hands on more of a network than its result."""

import torch
from torch import nn


def distil(student: nn.Module, teacher: nn.Module, loader, optimizer):
    seen = []
    hook = teacher.register_forward_hook(lambda module, given, made: seen.append(made))
    for x in loader:
        print(teacher(x).argmax().item())
        optimizer.zero_grad()
        (student(x) - seen.pop()).pow(2).mean().backward()
        optimizer.step()
    hook.remove()
