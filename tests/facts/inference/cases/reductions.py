# Which tensors have one element, and which are reduced along a dimension, or not at all.
import torch
import torch.nn.functional as F
from torch import nn

net = nn.Linear(2, 2)
x, y = torch.ones(3, 2), torch.ones(3, 2)


def functions():
    out = net(x)
    a = torch.mean(out)  #? Tensor attached scalar
    a = torch.mean(out, dim=0)  #? Tensor attached
    a = torch.sum(out, 1)  #? Tensor attached
    a = torch.sum(out, axis=1, keepdim=True)  #? Tensor attached
    a = torch.norm(out, 2)  #? Tensor attached scalar
    a = torch.norm(out, 2, 1)  #? Tensor attached
    a = torch.norm(out, p=2)  #? Tensor attached scalar
    a = torch.norm(out, p=2, dim=-1)  #? Tensor attached
    a = torch.det(out)  #? Tensor attached
    a = out.sum()  #? Tensor attached scalar
    a = out.sum(0)  #? Tensor attached
    a = out.mean(dim=(0, 1))  #? Tensor attached
    return a


def losses(kind, weight):
    out = net(x)
    a = F.mse_loss(out, y)  #? Tensor attached scalar
    a = F.mse_loss(out, y, reduction="sum")  #? Tensor attached scalar
    a = F.mse_loss(out, y, reduction="none")  #? Tensor attached
    a = F.mse_loss(out, y, None, None, "none")  #? Tensor attached
    a = F.mse_loss(out, y, reduce=False)  #? Tensor attached
    a = F.mse_loss(out, y, reduction=kind)  #? Tensor attached
    a = F.cross_entropy(out, y, weight)  #? Tensor attached scalar
    a = (F.mse_loss(out, y, reduction="none") * weight).mean()  #? Tensor attached scalar
    a = F.mse_loss(out, y) * 0.5  #? Tensor attached scalar
    a = F.mse_loss(out, y) * weight  #? Tensor attached
    return a


def criteria(kind):
    out = net(x)
    a = nn.MSELoss()(out, y)  #? Tensor attached scalar
    each = nn.MSELoss(reduction="none")
    a = each(out, y)  #? Tensor attached
    a = each(out, y).sum()  #? Tensor attached scalar
    asked = nn.MSELoss(reduction=kind)
    a = asked(out, y)  #? Tensor attached
    a = nn.MSELoss(reduce=False)(out, y)  #? Tensor attached
    return a


class Trainer:
    def __init__(self, criterion):
        self.each = nn.CrossEntropyLoss(reduction="none")
        self.mean = nn.CrossEntropyLoss()
        self.criterion = criterion

    def step(self):
        a = self.each(net(x), y)  #? Tensor attached
        b = self.mean(net(x), y)  #? Tensor attached scalar
        a.mean().backward()
        loss = self.criterion(net(x), y)  #? Tensor attached scalar likely
        loss.backward()

    def penalty(self):
        out = net(x)
        #? grads: Container of Tensor attached
        grads = torch.autograd.grad(out, x, torch.ones_like(out), create_graph=True)
        rows = self.criterion(net(x), y)  #? Tensor attached likely
        rows.backward(torch.ones_like(rows))


def by_use(criterion, weights):
    rows = criterion(net(x), y)  #? Tensor attached likely
    loss = (rows * weights).mean()  #? Tensor attached scalar likely
    loss.backward()
    terms = criterion(net(x), y) + criterion(net(y), x)  #? Tensor attached scalar likely
    terms.backward()
