# mypy: ignore-errors
# ruff: noqa
"""Lists that grow otherwise than by `append` in the same body."""

import tensorflow as tf
import torch
from torch import nn


def fit(net: nn.Module, loader, optimizer, seen):
    losses, outputs, last, kept = [], [], [], []
    for x, y in loader:
        out = net(x)
        loss = nn.functional.mse_loss(out, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses = losses + [loss]  # leak: LP002
        outputs = [*outputs, out]  # leak: LP002
        last = (last + [loss])[-10:]
        kept = kept + [loss.item()]
        # The list of whoever calls this stays as it was.
        seen = seen + [x]
        # One list in each iteration.
        pair = [out]
        pair = pair + [y]
    return losses, outputs, last, kept


class Projection(tf.keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.inner = tf.keras.layers.Dense(8)
        self.seen = []

    def call(self, x):
        y = self.inner(x)
        self.seen = self.seen + [y]  # leak: LT019
        return y


def put(items, value):
    items.append(value)


def follow(net: nn.Module, loader, optimizer):
    outputs = []
    for x, y in loader:
        out = net(x)
        nn.functional.mse_loss(out, y).backward()
        optimizer.step()
        put(outputs, out)  # leak: LP002
    return outputs


def play(policy: nn.Module, env, optimizer):
    for episode in range(1000):
        # It is backpropagated, whoever fills it.
        rollout = []
        for step in range(200):
            choice = torch.distributions.Categorical(logits=policy(env.state))
            action = choice.sample()
            put(rollout, choice.log_prob(action) * env.step(action))
        optimizer.zero_grad()
        (-torch.stack(rollout).sum()).backward()
        optimizer.step()


def ensemble(seeds, x, y):
    members = []
    for seed in seeds:
        member = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        member.compile("adam", "mse")
        member.fit(x, y)
        put(members, member)
    return members


class Blocks(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.blocks = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.maps = []
        self.last = []

    def forward(self, x):
        self.last = []
        for block in self.blocks:
            x = block(x).relu()
            self.maps.append(x.softmax(-1))  # leak: LP004
            self.last.append(x)
        return x


def fit_blocks(loader, optimizer):
    model = Blocks(64, 4)
    for x, y in loader:
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()


class SeenElsewhere(nn.Module):
    # Who made it may take its maps away.
    def __init__(self, width):
        super().__init__()
        self.block = nn.Linear(width, width)
        self.maps = []

    def forward(self, x):
        x = self.block(x)
        self.maps.append(x.softmax(-1))
        return x


def seen_elsewhere(width):
    model = SeenElsewhere(width)
    return model
