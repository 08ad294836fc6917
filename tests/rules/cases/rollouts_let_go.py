# mypy: ignore-errors
# ruff: noqa
"""Rollouts that are kept with their graphs, trained on and then let go, and one that is not."""

import torch


class Memory:
    def __init__(self):
        self.values, self.rewards = [], []

    def remember(self, value, reward):
        self.values.append(value)
        self.rewards.append(reward)

    def clear_memory(self):
        self.values, self.rewards = [], []

    def sample_memory(self):
        return self.values, self.rewards


def work(agent: torch.nn.Module, optimizer, env, episodes, most):
    memory = Memory()
    for episode in range(episodes):
        state, done, steps = env.reset(), False, 0
        while not done:
            value = agent(state)
            state, reward, done = env.step(value.argmax().item())
            steps += 1
            memory.remember(value, reward)
            if steps % most == 0 or done:
                values, rewards = memory.sample_memory()
                loss = agent.calc_loss(values, rewards)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                memory.clear_memory()


def hoard(agent: torch.nn.Module, optimizer, env, episodes):
    memory = Memory()
    for episode in range(episodes):
        state, done = env.reset(), False
        while not done:
            value = agent(state)
            state, reward, done = env.step(value.argmax().item())
            memory.remember(value, reward)  # leak: LP012
            optimizer.zero_grad()
            (value.max() - reward).square().backward()
            optimizer.step()
