# What is known only by use: of losses, of modules, of totals that somebody else backpropagates.
import torch
import torch.nn.functional as F
from torch import nn

from elsewhere import compute_loss, helper, make_model


def total_of(model, loader):
    model.train()
    total = 0
    for x, y in loader:
        loss = F.mse_loss(model(x), y)  #? Tensor attached scalar
        total = total + loss  #? Tensor attached scalar
    return total  #? Tensor attached scalar


def backpropagates(model, loader, optimizer):
    total = total_of(model, loader)  #? Tensor attached scalar
    optimizer.zero_grad()
    total.backward()
    optimizer.step()
    kept = total.item()  #? Number


def unknown_total(loader):
    total = 0
    for x in loader:
        loss = compute_loss(x)  #? Tensor attached scalar likely
        total += loss  #? Tensor attached scalar likely
    total.backward()


def integer_metrics(model, loader):
    model.eval()
    correct = 0
    seen = 0
    confusion = torch.zeros(2, 2)
    with torch.no_grad():
        for x, y in loader:
            out = model(x)  #? Output detached
            correct += (out.argmax(1) == y).sum()  #? Tensor detached scalar
            seen += y.numel()  #? Number
            confusion += torch.ones(2, 2)  #? Tensor detached
    rate = correct / seen  #? Tensor detached scalar
    percent = 100.0 * rate.item()  #? Number
    return percent


def integers_with_grad_on(model, loader):
    model.train()
    correct = torch.tensor(0)  #? Tensor detached
    for x, y in loader:
        out = model(x)  #? Output attached
        hits = torch.eq(out.argmax(1), y).sum()  #? Tensor detached scalar
        correct += hits  #? Tensor detached
        top = out.topk(5)[1]  #? Tensor detached
        above = (out > 0.5).long()  #? Tensor detached
        count = above.sum()  #? Tensor detached scalar
        within = ((out - y).abs() < 0.1).float().mean()  #? Tensor detached scalar
    return correct


def short_loop(model, x):
    model.train()
    total = 0
    for _ in range(3):
        total += model(x).sum()  #? Tensor attached scalar
    for scale in (1.0, 0.5):  #? scale: Number
        total += model(x * scale).mean()  #? Tensor attached scalar
    total.backward()
    return float(total)  #? Number


class Stored:
    def __init__(self, model, optimizer):
        self.model = model  #?! Module
        self.optimizer = optimizer  #?! Optimizer
        self.net = make_model()
        self.records = []

    def train(self, x):
        self.model.train()
        out = self.model(x)  #? Output attached likely
        self.optimizer.zero_grad()
        self.optimizer.step()
        return out

    def elsewhere(self, x):
        out = self.model(x)  #?! Output attached
        return out

    def own(self, x):
        model = self.net  #? unknown
        model.eval()
        out = model(x)  #? Output attached likely
        return out

    def step(self, x, y):
        self.net.train()
        out = self.net(x)  #? Output attached likely
        loss = F.cross_entropy(out, y)  #? Tensor attached scalar likely
        loss.backward()
        metrics = {"loss": loss, "value": loss.item(), "hits": (out.argmax(1) == y).sum()}
        return metrics  #? Container {loss: Tensor attached scalar, value: Number, hits: Tensor detached scalar}

    def run(self, loader):
        for x, y in loader:
            metrics = self.step(x, y)
            loss = metrics["loss"]  #? Tensor attached scalar likely
            value = metrics["value"]  #? Number
            hits = metrics["hits"]  #? Tensor detached scalar
            self.records.append(metrics)
            self.records.append(metrics["value"])
        return self.records


def chained(x):
    a = b = compute_loss(x)  #? a: Tensor attached scalar likely
    a.backward()


def renamed(x):
    loss = compute_loss(x)  #? Tensor attached scalar likely
    total = loss  #? Tensor attached scalar likely
    total.backward()


def weighted(x):
    first, second = compute_loss(x)  #? first: Tensor attached scalar likely
    loss = 0.5 * first + 0.5 * second  #? Tensor attached scalar likely
    loss.backward()


def divided(x):
    loss = compute_loss(x)  #? Tensor attached scalar likely
    loss = loss / 4  #? Tensor attached scalar likely
    loss.backward()


def wrapped(x, scaler, accelerator, fabric):
    one = compute_loss(x)  #? Tensor attached scalar likely
    scaler.scale(one).backward()
    two = compute_loss(x)  #? Tensor attached scalar likely
    accelerator.backward(two)
    three = compute_loss(x)  #? Tensor attached scalar likely
    fabric.backward(three)
    four = compute_loss(x)  #? unknown
    return four


def cut_later(x):
    loss = compute_loss(x)  #? Tensor attached scalar likely
    loss.backward()
    loss = loss.detach()  #? Tensor detached scalar
    value = loss.item()  #? Number
    return value


def on_one_way(x, train):
    loss = compute_loss(x)  #? Tensor attached scalar likely
    if train:
        loss.backward()
    else:
        loss = loss.item()  #? Number
    return loss


def in_a_loop(loader):
    for x in loader:
        out = helper(x)  #? Output attached likely
        out.loss.backward()
        shown = out.loss  #? Output attached scalar likely
        losses = helper(x)  #? Output attached likely
        losses["total"].backward()
        part = losses["other"]  #? Output attached likely


def called_like_a_module(net, x, function):
    out = net(x)  #? Output attached likely
    net.zero_grad()
    plain = function(x)  #? unknown
    named = dict(net.named_parameters())


def called_like_an_optimizer(opt, sched):
    opt.zero_grad()
    opt.step()
    sched.step()
    kept = opt  #? Optimizer
    other = sched  #? unknown


def second_order(net, x):
    net.train()
    y = net(x).sum()  #? Tensor attached scalar
    (grad,) = torch.autograd.grad(y, x, create_graph=True)  #? grad: Tensor attached
    penalty = grad.pow(2).sum()  #? Tensor attached scalar
    total = y + penalty  #? Tensor attached scalar
    total.backward()
