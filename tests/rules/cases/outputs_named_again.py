# mypy: ignore-errors
# ruff: noqa
"""Outputs that autograd Functions keep on their context, and return under another name."""

import torch


class Sigmoid(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.y = torch.sigmoid(x)  # leak: LP015
        result = ctx.y
        return result

    @staticmethod
    def backward(ctx, gradient):
        return gradient * ctx.y * (1 - ctx.y)


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.y = torch.sigmoid(x)
        result = ctx.y
        result = result * 2
        return result
