# mypy: ignore-errors
# ruff: noqa
"""Totals that begin anew every so many rounds, beside sums that are backpropagated then; losses
that are made where their backward pass starts."""

import lightning
import torch
from torch import nn


def logged(model, batches, optimizer, criterion):
    total, losses, cut = 0.0, [], 0.0
    for step, (x, y) in enumerate(batches):
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss  # leak: LP001
        losses.append(loss)  # leak: LP002
        cut += loss.item()
        if step % 100 == 99:
            print(total / 100, len(losses), cut / 100)
            total, cut = 0.0, 0.0
            losses.clear()


def smoothed(model, batches, optimizer, criterion):
    smooth = 0.0
    for step, (x, y) in enumerate(batches):
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        smooth = 0.9 * smooth + 0.1 * loss  # leak: LP003
        if not step % 100:
            smooth = 0.0


def over_several(model, batches, optimizer, criterion):
    total = 0.0
    for step, (x, y) in enumerate(batches):
        total = total + criterion(model(x), y)
        if (step + 1) % 4 == 0:
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
            total = 0.0


def played(policy: nn.Module, env, optimizer):
    chances = []
    for step in range(10_000):
        choice = torch.distributions.Categorical(logits=policy(env.state))
        action = choice.sample()
        chances.append(choice.log_prob(action) * env.step(action))
        if step % 20 == 19:
            optimizer.zero_grad()
            (-torch.stack(chances).sum()).backward()
            optimizer.step()
            chances = []


def weighted_in_turns(model, batches, optimizer, criterion):
    for step, (x, y) in enumerate(batches):
        loss = criterion(model(x), y)
        if step % 4 == 0:
            loss = loss * 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def chunks_on_the_device(net: nn.Module, batches, save):
    net.eval().to("cuda")
    outputs = []
    with torch.no_grad():
        for step, x in enumerate(batches):
            outputs.append(net(x.to("cuda")))
            if step % 10 == 9:
                save(outputs)
                outputs = []


def made_in_place(model, batches, optimizer, criterion, scaler):
    outputs, others = [], []
    for x, y in batches:
        out = model(x)
        scaler.scale(criterion(out, y)).backward()
        scaler.step(optimizer)
        outputs.append(out)  # leak: LP002
        others.append(out.detach())


def added_up(model, batches, optimizer, criterion):
    total = 0
    for x, y in batches:
        total += criterion(model(x), y)  # leak: LP014
    total.backward()
    optimizer.step()


class Returned(lightning.LightningModule):
    def __init__(self, network, criterion):
        super().__init__()
        self.network = network
        self.criterion = criterion
        self.outputs = []

    def training_step(self, batch, index):
        out = self.network(batch[0])
        self.outputs.append(out)  # leak: LP002
        return self.criterion(out, batch[1])


class Clipped:
    def __init__(self, policy, optimizer):
        self.policy = policy
        self.optimizer = optimizer

    def update(self, rollouts):
        values_total, moves_total = 0, 0
        for state, move, old, wanted, gain in rollouts:
            value, chance, spread = self.policy.judged(state, move)
            ratio = (chance - old).exp()
            move_loss = -torch.min(ratio * gain, ratio.clamp(0.8, 1.2) * gain).mean()
            value_loss = 0.5 * (value - wanted).pow(2).mean()
            self.optimizer.zero_grad()
            (value_loss * self.policy.weight + move_loss - spread * 0.01).backward()
            self.optimizer.step()
            values_total += value_loss  # leak: LP001
            moves_total += move_loss  # leak: LP001
        return values_total / len(rollouts), moves_total / len(rollouts)


def styled(transformer, judge, batches, optimizer, gram, styles, distance):
    styles_total = 0.0
    for x in batches:
        style = 0.0
        for got, wanted in zip(judge(transformer(x)), styles):
            style += distance(gram(got), wanted)
        style *= 1e5
        style.backward()
        optimizer.step()
        styles_total += style  # leak: LP001
    return styles_total
