# mypy: ignore-errors
# ruff: noqa
"""What an agent collects for its training steps: with its graph where that is used, without where not."""

import torch
from torch import nn
from torch.distributions import Categorical


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.action = nn.Linear(4, 2)
        self.value = nn.Linear(4, 1)

    def forward(self, seen):
        return Categorical(logits=self.action(seen)), self.value(seen)


class Recomputing:
    """Log-probabilities are computed again when it learns, so the old ones need no graph."""

    def __init__(self, env):
        self.env = env
        self.policy = Policy()
        self.optimizer = torch.optim.Adam(self.policy.parameters())
        self.seen, self.actions = [], []
        self.log_probs = []
        self.values = []

    def collect(self, steps):
        seen = self.env.reset()
        for _ in range(steps):
            actions, value = self.policy(seen)
            action = actions.sample()
            self.seen.append(seen)
            self.actions.append(action)
            self.log_probs.append(actions.log_prob(action))  # leak: LP002
            self.values.append(value)  # leak: LP002
            seen = self.env.step(action.item())

    def learn(self, returns):
        seen, taken = torch.stack(self.seen), torch.stack(self.actions)
        before = torch.stack(self.log_probs).detach()
        with torch.no_grad():
            gain = returns - torch.cat(self.values)
        for _ in range(4):
            actions, value = self.policy(seen)
            ratio = (actions.log_prob(taken) - before).exp()
            loss = -(ratio * gain).mean() + (value - returns).pow(2).mean()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        for held in (self.seen, self.actions, self.log_probs, self.values):
            held.clear()


class StepByStep:
    """Only the values are cut: the log-probabilities are trained through."""

    def __init__(self):
        self.policy = Policy()
        self.optimizer = torch.optim.Adam(self.policy.parameters())
        self.log_probs = []
        self.values = []

    def act(self, seen):
        actions, value = self.policy(seen)
        action = actions.sample()
        self.log_probs.append(actions.log_prob(action))
        self.values.append(value)  # leak: LP002
        return action.item()

    def learn(self, returns):
        gain = returns - torch.stack(self.values).detach()
        loss = -(torch.stack(self.log_probs) * gain).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.log_probs, self.values = [], []


class ThroughAnother:
    """What another method gives may be trained through."""

    def __init__(self):
        self.policy = Policy()
        self.optimizer = torch.optim.Adam(self.policy.parameters())
        self.log_probs = []
        self.values = []

    def act(self, seen):
        actions, value = self.policy(seen)
        action = actions.sample()
        self.log_probs.append(actions.log_prob(action))
        self.values.append(value)
        return action.item()

    def collected(self):
        return torch.stack(self.log_probs), torch.stack(self.values)

    def learn(self, returns, optimize):
        print(torch.stack(self.values).detach().mean())
        log_probs, values = self.collected()
        optimize(self.optimizer, log_probs, values, returns)
        self.log_probs, self.values = [], []


class ThroughPairs:
    """What a loop takes one by one is trained through."""

    def __init__(self):
        self.policy = Policy()
        self.optimizer = torch.optim.Adam(self.policy.parameters())
        self.log_probs = []
        self.values = []

    def act(self, seen):
        actions, value = self.policy(seen)
        action = actions.sample()
        self.log_probs.append(actions.log_prob(action))
        self.values.append(value)
        return action.item()

    def learn(self, returns):
        loss = 0
        for log_prob, value, gained in zip(self.log_probs, self.values, returns):
            loss = loss - log_prob * (gained - value.item()) + (value - gained).pow(2).sum()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        del self.log_probs[:], self.values[:]
