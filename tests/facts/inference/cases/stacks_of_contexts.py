# What an ExitStack enters holds to the end of its `with`.
from contextlib import ExitStack

import torch
from helpers import quietly

network = torch.nn.Linear(2, 2)
x = torch.ones(2)

with ExitStack() as stack:
    before = network(x)  #? Output attached
    stack.enter_context(torch.no_grad())
    quiet = network(x)  #? Output detached
behind = network(x)  #? Output attached

with ExitStack() as stack:
    log = stack.enter_context(open("log"))
    logged = network(x)  #? Output attached
    stack.enter_context(torch.set_grad_enabled(False))
    asked = network(x)  #? Output detached

with ExitStack() as stack:
    stack.enter_context(quietly(network))
    perhaps = network(x)  #? Output


def step(optimizer):
    with ExitStack() as stack:
        stack.enter_context(quietly(network))
        loss = network(x).sum()  #? Tensor attached scalar
        loss.backward()
        optimizer.step()
