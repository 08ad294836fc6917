"""Plays episodes with the agent of the other file."""

from agent import Agent
from torch import nn

agent = Agent(nn.Linear(4, 2))  #?! Instance
history = []
for episode in range(10):  #? Number
    for step in range(100):
        action = agent.act(step)  #?! Number
    loss = agent.update()  #?! Number
    history.append(loss)
mean = sum(history) / len(history)  #?! Number
