# mypy: ignore-errors
# ruff: noqa
"""Backward passes that are given the gradient to begin with: what they start from is what
`backward()` is called on."""

import torch


def segments(a, gradient, count):
    weights = torch.rand(count, 10, requires_grad=True)
    parts = []
    for index in range(count):
        parts.append(a[index] * weights[index])
    joined = torch.cat(parts)
    joined.backward(gradient)
    return weights.grad


def segments_dropped(a, gradient, count):
    weights = torch.rand(count, 10, requires_grad=True)
    parts = []
    for index in range(count):
        parts.append(a[index] * weights[index])  # leak: LP002
    gradient.backward(a)
    print(len(parts))
