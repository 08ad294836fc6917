# Policy gradients, replay buffers, actor and critic.
import random
from collections import deque, namedtuple
from itertools import count

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.distributions import Categorical

Transition = namedtuple("Transition", ("state", "action", "next_state", "reward"))
SavedAction = namedtuple("SavedAction", ["log_prob", "value"])


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.affine1 = nn.Linear(4, 128)
        self.action_head = nn.Linear(128, 2)
        self.value_head = nn.Linear(128, 1)
        self.saved_actions = []
        self.rewards = []

    def forward(self, x):
        x = F.relu(self.affine1(x))  #? Tensor attached
        action_prob = F.softmax(self.action_head(x), dim=-1)  #? Tensor attached
        state_values = self.value_head(x)  #? Output attached
        return action_prob, state_values


policy = Policy()  #? Module
optimizer = optim.Adam(policy.parameters(), lr=3e-2)  #? Optimizer
eps = np.finfo(np.float32).eps.item()  #? Number


def select_action(state):
    state = torch.from_numpy(state).float()  #? Tensor detached
    probs, state_value = policy(state)  #? probs: Tensor attached; state_value: Output attached
    m = Categorical(probs)
    action = m.sample()  #? Tensor detached
    log_prob = m.log_prob(action)  #? Tensor attached
    policy.saved_actions.append(SavedAction(log_prob, state_value))
    return action.item()  #? Number


def finish_episode(gamma=0.99):
    R = 0
    saved_actions = policy.saved_actions
    policy_losses = []
    value_losses = []
    returns = []
    for r in policy.rewards[::-1]:
        R = r + gamma * R
        returns.insert(0, R)
    returns = torch.tensor(returns)  #? Tensor detached
    returns = (returns - returns.mean()) / (returns.std() + eps)  #? Tensor detached
    for (log_prob, value), R in zip(saved_actions, returns):
        advantage = R - value.item()  #? Tensor detached
        policy_losses.append(-log_prob * advantage)
        value_losses.append(F.smooth_l1_loss(value, torch.tensor([R])))
    optimizer.zero_grad()
    loss = torch.stack(policy_losses).sum() + torch.stack(value_losses).sum()  #? Tensor attached scalar likely
    loss.backward()
    optimizer.step()
    del policy.rewards[:]
    del policy.saved_actions[:]
    return loss


class ReplayMemory:
    def __init__(self, capacity):
        self.memory = deque([], maxlen=capacity)  #? Container

    def push(self, *args):
        self.memory.append(Transition(*args))

    def sample(self, batch_size):
        return random.sample(self.memory, batch_size)

    def __len__(self):
        return len(self.memory)  #? Number


class DQNAgent:
    def __init__(self, n_observations, n_actions):
        self.policy_net = nn.Linear(n_observations, n_actions)  #? Module
        self.target_net = nn.Linear(n_observations, n_actions)  #? Module
        self.target_net.load_state_dict(self.policy_net.state_dict())
        self.optimizer = optim.AdamW(self.policy_net.parameters())
        self.memory = ReplayMemory(10000)  #? Instance
        self.steps_done = 0

    def act(self, state):
        self.steps_done += 1  #? Number
        if random.random() > 0.1:
            with torch.no_grad():
                return self.policy_net(state).max(1).indices.view(1, 1)  #? Tensor detached
        return torch.tensor([[random.randrange(2)]])  #? Tensor detached

    def optimize(self):
        if len(self.memory) < 128:
            return None
        transitions = self.memory.sample(128)
        batch = Transition(*zip(*transitions))
        state_batch = torch.cat(batch.state)
        action_batch = torch.cat(batch.action)
        q_values = self.policy_net(state_batch).gather(1, action_batch)  #? Tensor attached
        with torch.no_grad():
            next_values = self.target_net(state_batch).max(1).values  #? Tensor detached
            best, _ = self.target_net(state_batch).max(1)  #? best: Tensor detached
        expected = best * 0.99 + 1  #? Tensor detached
        criterion = nn.SmoothL1Loss()
        loss = criterion(q_values, expected.unsqueeze(1))  #? Tensor attached scalar
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_value_(self.policy_net.parameters(), 100)
        self.optimizer.step()
        return loss.item()  #? Number

    def td_error(self, s, a, r, s2, done):
        q = self.policy_net(s)[range(32), a]  #? Output attached
        target = r + 0.9 * self.target_net(s2).detach().max(1)[0] * (1 - done)  #? Tensor
        error = q - target  #? Tensor attached
        return error.abs().detach().numpy()  #? Array


class PPO:
    def __init__(self, actor: nn.Module, critic: nn.Module, clip=0.2):
        self.actor = actor  #? Module
        self.critic = critic
        self.clip = clip
        self.buffer = {"obs": [], "logp": [], "adv": []}

    def loss(self, obs, old_logp, adv, ret):
        logp = self.actor(obs)  #? Output attached
        ratio = torch.exp(logp - old_logp)  #? Tensor attached
        clipped = torch.clamp(ratio, 1 - self.clip, 1 + self.clip) * adv  #? Tensor attached
        policy_loss = -torch.min(ratio * adv, clipped).mean()  #? Tensor attached scalar
        value_loss = ((self.critic(obs) - ret) ** 2).mean()  #? Tensor attached scalar
        with torch.no_grad():
            kl = (old_logp - logp).mean()
            clip_fraction = ((ratio - 1).abs() > self.clip).float().mean()  #? Tensor detached scalar
        return policy_loss + 0.5 * value_loss, {"kl": kl, "clip": clip_fraction}

    def update(self, batch):
        loss, info = self.loss(*batch)  #? loss: Tensor attached scalar; info["clip"]: Tensor detached scalar
        loss.backward()
        return info


def main(env):
    running_reward = 10  #? Number 10
    for i_episode in count(1):
        state, _ = env.reset()
        ep_reward = 0
        for t in range(1, 10000):  #? t: Number
            action = select_action(state)  #? Number
            state, reward, done, _, _ = env.step(action)
            policy.rewards.append(reward)
            ep_reward += reward
            if done:
                break
        loss = finish_episode()  #? Tensor attached scalar
