# mypy: ignore-errors
# ruff: noqa
"""What is computed back from a value of one training step, and lists that outlive such steps."""

import torch
from torch import nn


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 32)
        self.value = nn.Linear(32, 1)

    def forward(self, states):
        return self.value(torch.relu(self.body(states)))


def train(environment, steps):
    critic = Critic()
    optimizer = torch.optim.Adam(critic.parameters())
    advantages = []
    for step in range(steps):
        states, rewards, following = environment.play()
        expected = critic(following)
        targets = []
        for reward in reversed(rewards):
            expected = reward + 0.99 * expected
            targets.insert(0, expected)
        advantage = torch.cat(targets).detach() - critic(states)
        optimizer.zero_grad()
        advantage.pow(2).mean().backward()
        optimizer.step()
        advantages.append(advantage)  # leak: LP002
    return advantages


def train_by_epochs(batches, epochs):
    critic = Critic()
    optimizer = torch.optim.Adam(critic.parameters())
    for epoch in range(epochs):
        losses = []
        for states, targets in batches:
            loss = nn.functional.mse_loss(critic(states), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss)  # leak: LP002
        print(epoch, torch.stack(losses).mean().item())
