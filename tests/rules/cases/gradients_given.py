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


def weights_kept(net, weigh, batches):
    weights, outputs = [], []
    for batch in batches:
        y = net(batch)
        w = weigh(batch)
        y.backward(w)
        weights.append(w)
        outputs.append(y)  # leak: LP002
    return weights, outputs


def losses_given_to_an_engine(build, net, batches):
    engine = build(net)
    losses = []
    for batch in batches:
        y = engine(batch)
        engine.backward(y)
        engine.step()
        losses.append(y)  # leak: LP002
    return losses


def losses_given_to_an_accelerator(accelerator, net, batches):
    losses = []
    for batch in batches:
        y = net(batch)
        accelerator.backward(y)
        losses.append(y)  # leak: LP002
    return losses
