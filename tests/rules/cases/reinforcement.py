# mypy: ignore-errors
# ruff: noqa
"""Reinforcement learning: graphs that are kept on purpose, and some that are not."""

import random
from collections import deque, namedtuple

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.distributions import Categorical


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 128)
        self.out = nn.Linear(128, 2)
        self.saved_log_probs = []
        self.rewards = []

    def forward(self, x):
        return F.softmax(self.out(F.relu(self.hidden(x))), dim=1)


policy = Policy()
optimizer = torch.optim.Adam(policy.parameters(), lr=1e-2)


def select_action(state):
    probs = policy(torch.from_numpy(state).float().unsqueeze(0))
    m = Categorical(probs)
    action = m.sample()
    policy.saved_log_probs.append(m.log_prob(action))
    return action.item()


def finish_episode():
    policy_loss = []
    for log_prob, reward in zip(policy.saved_log_probs, policy.rewards):
        policy_loss.append(-log_prob * reward)
    optimizer.zero_grad()
    policy_loss = torch.cat(policy_loss).sum()
    policy_loss.backward()
    optimizer.step()
    del policy.rewards[:]
    del policy.saved_log_probs[:]


def actor_critic(env, net: nn.Module, optimizer, episodes):
    for _ in range(episodes):
        log_probs, values, rewards = [], [], []
        entropy = 0
        state = env.reset()
        for _ in range(200):
            dist, value = net(state)
            action = dist.sample()
            entropy += dist.entropy().mean()
            log_probs.append(dist.log_prob(action))
            values.append(value)
            state, reward, done = env.step(action)
            rewards.append(reward)
            if done:
                break
        returns = torch.tensor(rewards)
        advantage = returns - torch.cat(values)
        loss = -(torch.cat(log_probs) * advantage.detach()).mean() + advantage.pow(2).mean()
        loss = loss - 0.001 * entropy
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def dqn(env, q: nn.Module, target: nn.Module, optimizer, steps):
    memory = deque(maxlen=10000)
    recent = deque(maxlen=100)
    losses = []
    state = env.reset()
    for step in range(steps):
        if random.random() < 0.05:
            action = env.sample()
        else:
            with torch.no_grad():
                action = q(state).argmax().item()
        after, reward, done = env.step(action)
        memory.append((state, action, reward, after, done))
        states, actions, rewards, nexts = zip(*random.sample(memory, 32))
        with torch.no_grad():
            expected = rewards + 0.99 * target(nexts).max(1)[0]
        loss = F.smooth_l1_loss(q(states).gather(1, actions), expected)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss)  # leak: LP002
        recent.append(loss)  # leak: LP002
        state = env.reset() if done else after
    return losses, recent


Step = namedtuple("Step", ("state", "score", "reward"))


class AnyStepMemory:
    def __init__(self):
        self.steps = deque(maxlen=5000)
        self.raw = []

    def push(self, *parts):
        self.steps.append(Step(*parts))

    def push_raw(self, first, *rest):
        self.raw.append(rest)


def play(policy: nn.Module, env, steps):
    memory = AnyStepMemory()
    state = env.reset()
    for _ in range(steps):
        score = policy(state)
        state, reward = env.step(score)
        memory.push(state, score, reward)  # leak: LP012
        memory.push_raw(1, score, reward)  # leak: LP012


def play_cut(policy: nn.Module, env, steps):
    memory = AnyStepMemory()
    state = env.reset()
    for _ in range(steps):
        score = policy(state)
        chosen = (score.argmax(), score.detach())
        state, reward = env.step(score)
        memory.push(state, score.detach(), reward)
        memory.push_raw(score, reward)
        memory.push_raw(1, *chosen)
