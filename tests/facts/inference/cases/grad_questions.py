# What holds where code asks whether autograd records, or whether a tensor requires gradients.
import torch
from torch import is_grad_enabled, nn

net = nn.Linear(2, 2)
x = torch.ones(2)


def branches():
    if not torch.is_grad_enabled():
        quick = net(x)  #? Output detached
    else:
        quick = net(x)  #? Output attached
    y = net(x)  #? Output attached
    if is_grad_enabled():
        z = net(x)  #? Output attached
    else:
        z = net(x)  #? Output detached
    if torch.is_inference_mode_enabled():
        z = net(x)  #? Output detached
    return net(y)  #? Output attached


def several(a):
    if a and not torch.is_grad_enabled():
        y = net(x)  #? Output detached
    else:
        y = net(x)  #? Output attached
    if a or torch.is_grad_enabled():
        y = net(x)  #? Output attached
    else:
        y = net(x)  #? Output detached
    if torch.is_grad_enabled() is False:
        y = net(x)  #? Output detached
    return net(x) if torch.is_grad_enabled() else None


def one_or_other():
    y = None if torch.is_grad_enabled() else net(x)  #? Output detached
    z = net(x).relu() if not torch.is_grad_enabled() else torch.ones(2)  #? Tensor detached
    return net(x)  #? Output attached


def early():
    if torch.is_grad_enabled():
        return net(x)  #? Output attached
    return net(x)  #? Output detached


def kept():
    before = torch.is_grad_enabled()
    if not before:
        y = net(x)  #? Output detached
    torch.set_grad_enabled(False)
    if before:
        y = net(x)  #? Output detached
    torch.set_grad_enabled(before)
    return net(x)  #? Output attached


def switched():
    if not torch.is_grad_enabled():
        torch.set_grad_enabled(True)
        y = net(x)  #? Output attached
    return net(x)  #? Output attached


def of_tensors(a):
    y = net(x).relu()
    if not y.requires_grad:
        z = y * 2  #? Tensor detached
    elif a:
        z = y * 3  #? Tensor attached
    w = y * 2  #? Tensor attached
    if y.grad_fn is None:
        return y  #? Tensor detached
    v = y  #? Tensor attached
    if y.requires_grad:
        y = y.detach()
    u = y  #? Tensor detached
    return u
