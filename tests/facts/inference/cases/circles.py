# Functions whose arguments come from what they gave before.
import gymnasium
import torch
from somewhere import Network
from torch import nn


class Player:
    def __init__(self, env):
        self.env = env
        self.net = Network()
        self.optimizer = torch.optim.Adam(self.net.parameters())
        self.queue = []

    def choose(self, state):
        logits, value = self.net(torch.tensor(state))
        action = logits.argmax().item()
        return action, value

    def play(self, steps):
        state = self.env.reset()
        self.queue.clear()
        for _ in range(steps):
            action, value = self.choose(state)  #? action: Number; value: Output attached likely
            state, reward, done, _ = self.env.step(action)


def preferred(net, state):
    return net(torch.as_tensor(state)).argmax()


env = gymnasium.make("CartPole-v1")
net = torch.nn.Linear(4, 2)
state, _ = env.reset()
while True:
    choice = preferred(net, state)  #? choice: Tensor detached
    state, reward, ended, cut, _ = env.step(choice.item())


class Strategy:
    def __init__(self, model: torch.nn.Module, criterion):
        self.model = model
        self.criterion = criterion
        self.optimizer = torch.optim.Adam(model.parameters())
        self.logits = None

    def train_round(self, loader):
        for self.x, self.y in loader:
            self.x = self.x.cuda()
            self.logits = self.answers()  #? Output attached
            self.learn()

    def test_round(self, loader):
        for self.x, self.y in loader:
            self.x = self.scaled(2)
            self.logits = self.answers()  #? Output attached
            self.hits = self.right().sum()

    def answers(self):
        # What it reads was put there by those who call it.
        return self.model(self.x)  #? Output attached

    def right(self):
        return self.logits.argmax(1) == self.y

    def scaled(self, by):
        return self.x / by

    def learn(self):
        self.optimizer.zero_grad()
        loss = self.criterion(self.logits, self.y)
        loss.backward()
        self.optimizer.step()


class Prepared(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(2, 2)
        start_weights(self.net)
        self.other = in_parallel(self.net)  #? Module

    def forward(self, image):
        y = self.net(image)  #? Output attached
        return self.other(y)  #? Output attached


def start_weights(net):
    for p in net.parameters():
        nn.init.zeros_(p)


def in_parallel(net):
    return nn.DataParallel(net)
