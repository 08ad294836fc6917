# mypy: ignore-errors
# ruff: noqa
"""Loops and helpers as they are mostly written: networks and criteria that are parameters, loggers
that take any names, hooks of one layer, a network that a file serves."""

import lightning
import torch
from torch import nn
from torchvision import models


class Journal:
    def __init__(self):
        self.rows = {}

    def note(self, **values):
        for name, value in values.items():
            self.rows.setdefault(name, []).append(value)


def journalled(model, batches, optimizer, distance):
    journal = Journal()
    for x, y in batches:
        loss = distance(model(x), y)
        loss.backward()
        optimizer.step()
        journal.note(loss=loss, rate=optimizer.param_groups[0]["lr"])  # leak: LP006
        journal.note(loss=loss.item(), rate=optimizer.param_groups[0]["lr"])


def journalled_whole(detector, batches, optimizer):
    journal = Journal()
    for x, y in batches:
        losses = detector(x, y)
        sum(losses.values()).backward()
        optimizer.step()
        journal.note(**losses)  # leak: LP006
        journal.note(**{name: one.item() for name, one in losses.items()})


def outputs_kept(model, batches, optimizer, criterion):
    outputs, states, state = [], [], None
    for x, y in batches:
        out, state = model(x, state)
        loss = criterion(out, y)
        loss.backward()
        optimizer.step()
        outputs.append(out)  # leak: LP002
        states.append(out.detach())


def all_at_once(model, batches, optimizer, criterion):
    total = 0
    model.train()
    for x, y in batches:
        total += criterion(model(x), y)  # leak: LP014
    total.backward()
    optimizer.step()


class Probe:
    def __init__(self, model):
        self.model = model

    def look(self, x, layer):
        seen = {}
        layer.register_forward_hook(lambda m, i, o: seen.update(out=o.detach()))  # leak: LP016
        with torch.no_grad():
            self.model(x)
        return seen["out"]


def probe_all(model, batches):
    probe = Probe(model)
    for x in batches:
        print(probe.look(x, model.last).mean())


class OtherProbe(Probe):
    def peek(self, x, layer):
        seen = {}
        layer.register_forward_hook(lambda m, i, o: seen.update(out=o.detach()))
        with torch.no_grad():
            self.model(x)
        return seen["out"]


def probe_each(model, x):
    probe = OtherProbe(model)
    for layer in model.blocks:
        print(probe.peek(x, layer).mean())


caught = []


def catch(module, given, out):
    caught.append(out)  # leak: LP017


def caught_outputs(batches, device):
    model = models.resnet18(weights="DEFAULT").to(device)
    handle = model.avgpool.register_forward_hook(catch)
    for x in batches:
        print(model(x.to(device)).shape)
    handle.remove()
    return torch.cat(caught)


def one_step(model, batch, criterion, optimizer):
    loss = criterion(model(batch[0]), batch[1])
    loss.backward()
    optimizer.step()
    return loss


def in_a_list(model, batches, criterion, optimizer):
    losses = [one_step(model, batch, criterion, optimizer) for batch in batches]  # leak: LP002
    numbers = [one_step(model, batch, criterion, optimizer).item() for batch in batches]
    return sum(losses) / len(losses), numbers


def several_outputs(model, batches, criterion, optimizer):
    for x, y in batches:
        outputs = [model(part) for part in x]
        loss = sum(criterion(output, y) for output in outputs)
        loss.backward()
        optimizer.step()


def by_class(model, batches, criterion, optimizer, count):
    sums, numbers = torch.zeros(count), torch.zeros(count)
    for x, y in batches:
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        sums[y] += loss  # leak: LP001
        numbers[y] += loss.item()
    return sums, numbers


def routed(experts, batches, criterion, optimizer, width):
    for x, y in batches:
        out = torch.zeros(len(x), width)
        for at, expert in enumerate(experts):
            out[x.kind == at] += expert(x)
        criterion(out, y).backward()
        optimizer.step()


class Bank:
    def __init__(self, network, count, width):
        self.network = network
        self.optimizer = torch.optim.SGD(network.parameters(), 0.1)
        self.rows = torch.zeros(count, width)
        self.cut = torch.zeros(count, width)

    def fit(self, batches):
        for at, x, y in batches:
            code = self.network(x)
            loss = nn.functional.cross_entropy(code @ self.rows.detach().T, y)
            loss.backward()
            self.optimizer.step()
            self.rows[at] = code  # leak: LP002
            self.cut[at] = code.detach()


class Player:
    def __init__(self, network, memory):
        self.network = network
        self.memory = memory
        self.optimizer = torch.optim.Adam(network.parameters())
        self.losses = []
        self.numbers = []

    def learn(self):
        state, wanted = self.memory.sample(32)
        loss = (self.network(state) - wanted).pow(2).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.losses.append(loss)  # leak: LP002
        self.numbers.append(loss.item())


class Lit(lightning.LightningModule):
    def __init__(self, network):
        super().__init__()
        self.network = network
        self.outputs = []
        self.fewer = []

    def training_step(self, batch, index):
        x, y = batch
        out = self.network(x)
        loss = nn.functional.mse_loss(out, y)
        self.outputs.append(out)  # leak: LP002
        self.fewer.append(out.detach())
        return loss

    def on_train_epoch_end(self):
        print(len(self.outputs), len(self.fewer))
        self.fewer.clear()


def denoised(model, shape, steps, rates):
    model.eval()
    x = torch.randn(shape)
    for step in reversed(range(steps)):
        noise = model(x, step)  # leak: LP008
        x = (x - rates[step] * noise) / (1 - rates[step]).sqrt()
    return x


class Penalised:
    def __init__(self, critic):
        self.critic = critic
        self.optimizer = torch.optim.Adam(critic.parameters())
        self.penalties = []

    def penalty(self, x):
        x = x.requires_grad_()
        (slope,) = torch.autograd.grad(self.critic(x).sum(), x, create_graph=True)
        found = (slope.norm(dim=1) - 1).pow(2).mean()
        self.penalties.append(found)  # leak: LP002
        return found

    def step(self, x):
        self.optimizer.zero_grad()
        (self.critic(x).mean() + self.penalty(x)).backward()
        self.optimizer.step()

    def fit(self, batches):
        for x in batches:
            self.step(x)


class Deviations:
    def __init__(self, model):
        self.seen, self.numbers = {}, {}
        for name, module in model.named_modules():
            module.register_forward_hook(self.made_for(name))

    def made_for(self, name):
        def hook(module, given, out):
            self.seen.setdefault(name, []).append(out.std())  # leak: LP017
            self.numbers.setdefault(name, []).append(out.std().item())

        return hook
