# Functions whose arguments come from what they gave before.
import gymnasium
import torch
from somewhere import Network


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
