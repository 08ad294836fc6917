# mypy: ignore-errors
# ruff: noqa
"""Sums and lists of losses that are backpropagated, in this function or by its caller."""

import torch
import torch.nn as nn
import torch.nn.functional as F


def multi_task(model: nn.Module, heads, loader, optimizer):
    for x, targets in loader:
        features = model(x)
        total = 0
        for head, target in zip(heads, targets):
            total = total + F.mse_loss(head(features), target)
        optimizer.zero_grad()
        total.backward()
        optimizer.step()


def truncated(model: nn.Module, criterion, sequences, optimizer, window=20):
    for sequence in sequences:
        hidden = None
        loss = 0
        for t, (x, y) in enumerate(sequence):
            out, hidden = model(x, hidden)
            loss += criterion(out, y)
            if (t + 1) % window == 0:
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                hidden = hidden.detach()
                loss = 0


def maml(model: nn.Module, tasks, meta_optimizer, inner_lr):
    meta_loss = 0.0
    for task in tasks:
        x, y = task
        grads = torch.autograd.grad(F.mse_loss(model(x), y), model.parameters(), create_graph=True)
        fast = [p - inner_lr * g for p, g in zip(model.parameters(), grads)]
        meta_loss += F.mse_loss(model.functional_forward(x, fast), y)
    meta_optimizer.zero_grad()
    (meta_loss / len(tasks)).backward()
    meta_optimizer.step()


def style_loss(extractor: nn.Module, image, grams):
    loss = 0
    for feature, gram in zip(extractor(image), grams):
        loss += F.mse_loss(feature @ feature.t(), gram)
    return loss


def contrastive(encoder: nn.Module, views, scaler, optimizer):
    embeddings = []
    with torch.autocast("cuda"):
        for view in views:
            embeddings.append(encoder(view))
        loss = torch.stack(embeddings).std(dim=0).mean()
    scaler.scale(loss).backward()
    scaler.step(optimizer)
    scaler.update()


class Seq2Seq(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.cell = nn.GRUCell(size, size)
        self.out = nn.Linear(size, size)

    def forward(self, x, steps):
        outputs = []
        state = x
        for _ in range(steps):
            state = self.cell(x, state)
            outputs.append(self.out(state))
        return torch.stack(outputs, dim=1)

    def loss(self, x, targets):
        loss = 0.0
        for output, target in zip(self(x, len(targets)).unbind(1), targets):
            loss = loss + F.mse_loss(output, target)
        return loss


def adversarial(generator: nn.Module, critic: nn.Module, loader, opt_g, opt_d):
    g_losses, d_losses = [], []
    for real in loader:
        fake = generator(torch.randn(real.size(0), 100))
        opt_d.zero_grad()
        d_loss = critic(fake.detach()).mean() - critic(real).mean()
        d_loss.backward()
        opt_d.step()
        opt_g.zero_grad()
        g_loss = -critic(fake).mean()
        g_loss.backward()
        opt_g.step()
        d_losses.append(d_loss.item())
        g_losses.append(g_loss)  # leak: LP002
    return g_losses, d_losses


class Smooth(nn.Module):
    def slopes(self, points, heights):
        # A gradient asked for with its graph is differentiated again, by the caller.
        slope = 0
        for height in heights:
            slope = slope + torch.autograd.grad(height.sum(), points, create_graph=True)[0]
        return slope.pow(2).mean()


def logged_by_name(model, loader, optimizer):
    logs, means, counts, last = {}, {}, {}, {}
    for x in loader:
        loss = model(x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        logs["loss"] = logs.get("loss", 0) + loss  # leak: LP001
        means["loss"] = 0.9 * means["loss"] + 0.1 * loss  # leak: LP003
        counts["loss"] = counts.get("loss", 0) + loss.item()
        last["loss"] = loss + 1
    return logs, means, counts, last


def logged_anew(model, loader, optimizer):
    for x in loader:
        logs = {}
        for part in x:
            loss = model(part)
            logs["loss"] = logs.get("loss", 0) + loss
        optimizer.zero_grad()
        logs["loss"].backward()
        optimizer.step()
