"""REINFORCE: log-probabilities kept by one method are consumed by another."""

import torch
from torch import nn, optim
from torch.distributions import Categorical


class Agent:
    def __init__(self, net: nn.Module, lr: float = 1e-3):
        self.net = net  #? Module
        self.optimizer = optim.Adam(net.parameters(), lr=lr)  #? Optimizer
        self.log_probs = []  #? Container ()
        self.rewards = []

    def act(self, state):
        logits = self.net(torch.as_tensor(state))  #? Output attached
        distribution = Categorical(logits=logits)
        action = distribution.sample()
        log_prob = torch.log_softmax(logits, -1)[action]  #? Tensor attached
        self.log_probs.append(log_prob)
        return action.item()  #? Number

    def update(self):
        log_probs = torch.stack(self.log_probs)  #? Tensor attached
        loss = -log_probs.sum()  #? Tensor attached scalar likely
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.log_probs.clear()
        left = self.log_probs  #? Container
        return loss.item()  #? Number
