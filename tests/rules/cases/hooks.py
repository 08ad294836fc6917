# mypy: ignore-errors
# ruff: noqa
"""Hooks that stay, and hooks that are taken off."""

import contextlib

import torch
from torch import nn
from torchvision.models import resnet18

model = resnet18()
model.layer4.register_forward_hook(lambda m, i, o: None)


def activations_leaking(net: nn.Module, images):
    store = {}
    net.layer1.register_forward_hook(lambda m, i, o: store.update(out=o.detach()))  # leak: LP016
    with torch.no_grad():
        net(images)
    return store["out"]


def activations(net: nn.Module, images):
    store = {}
    handle = net.layer1.register_forward_hook(lambda m, i, o: store.update(out=o.detach()))
    with torch.no_grad():
        net(images)
    handle.remove()
    return store["out"]


def summary(net: nn.Module, size):
    handles = []
    rows = []

    def register(module):
        handles.append(module.register_forward_hook(lambda m, i, o: rows.append(type(m))))

    net.apply(register)
    with torch.no_grad():
        net(torch.zeros(size))
    for handle in handles:
        handle.remove()
    return rows


@contextlib.contextmanager
def recording(net: nn.Module, out):
    handle = net.register_forward_hook(lambda m, i, o: out.append(o.detach()))
    try:
        yield
    finally:
        handle.remove()


def add_hooks(net: nn.Module, hook):
    return [m.register_forward_hook(hook) for m in net.modules()]


def install(net: nn.Module, hook):
    for name, module in net.named_modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(hook)


class GradCam:
    def __init__(self, net: nn.Module, layer):
        self.net = net
        self.gradients = None
        layer.register_full_backward_hook(self.save)

    def save(self, module, grad_in, grad_out):
        self.gradients = grad_out[0]

    def __call__(self, image):
        self.net.zero_grad()
        score = self.net(image).max()
        score.backward()
        return self.gradients


@torch.no_grad()
def sweep(net: nn.Module, images, strengths):
    for strength in strengths:
        net.fc.register_forward_pre_hook(lambda m, i: (i[0] * strength,))  # leak: LP016
        print(net(images).mean().item())


class Tapped(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 4)
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(self.body(x))

    def tap(self, x):
        taken = []
        handle = self.body.register_forward_hook(lambda m, i, o: taken.append(o))  # leak: LP016
        self(x)
        return taken[0]


def every_module(net: nn.Module, batches, hook):
    for batch in batches:
        for module in net.modules():
            module.register_forward_hook(hook)  # leak: LP016
        net(batch)


def short_lived(x):
    net = nn.Linear(4, 4)
    net.register_forward_hook(lambda m, i, o: print(o.shape))
    return net(x)


def removed_on_one_branch(net: nn.Module, batches, hook, verbose):
    for batch in batches:
        handle = net.register_forward_hook(hook)  # leak: LP016
        net(batch)
        if verbose:
            handle.remove()


def an_early_return(net: nn.Module, batch, hook):
    handle = net.register_forward_hook(hook)  # leak: LP016
    if net(batch) is None:
        return None
    handle.remove()
    return batch


class Watcher:
    def __init__(self, net: nn.Module):
        self.net = net
        self.handles = []

    def look(self, batch, hook):
        self.handles.append(self.net.register_forward_hook(hook))  # leak: LP016
        return self.net(batch)

    def count(self):
        return len(self.handles)


class Closed(Watcher):
    def peek(self, batch, hook):
        self.peeks = [m.register_forward_hook(hook) for m in self.net.modules()]
        return self.net(batch)

    def close(self):
        for one in self.peeks:
            one.remove()


def remove_all(handles):
    for handle in handles:
        handle.remove()


def by_a_helper(net: nn.Module, batches, hook):
    for batch in batches:
        handles = [m.register_forward_hook(hook) for m in net.modules()]
        net(batch)
        remove_all(handles)


HANDLES = []


def remembered(net: nn.Module, batch, hook):
    HANDLES.append(net.register_forward_hook(hook))
    return net(batch)


def forget_them():
    while HANDLES:
        HANDLES.pop().remove()


class Lazy:
    def __init__(self, net: nn.Module):
        self.net = net
        self.handle = None

    def look(self, batch, hook):
        if self.handle is None:
            self.handle = self.net.register_forward_hook(hook)
        return self.net(batch)

    def look_again(self, batch, hook):
        handle = None
        if handle is None:
            handle = self.net.register_forward_hook(hook)  # leak: LP016
        return self.net(batch)


def in_the_first_round(net: nn.Module, batches, hook):
    hooked = False
    for batch in batches:
        if not hooked:
            net.register_forward_hook(hook)
            hooked = True
        net(batch)


class Chain(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, blocks):
        ctx.first = x
        for block in blocks:
            x = block(x)
        ctx.y = x  # leak: LP015
        ctx.blocks = blocks
        return x


class Tracer:
    def __init__(self, net: nn.Module):
        self.handles = []
        for one in net.modules():
            self.handles.append(one.register_forward_hook(self.note))  # leak: LP016
        self.shapes = {}

    def note(self, module, inputs, output):
        self.shapes[module] = output.shape


for trial in range(10):
    model(Tracer(model).shapes)


class Owning(nn.Module):
    def __init__(self, net: nn.Module):
        super().__init__()
        self.net = net
        net.register_forward_hook(self.note)

    def note(self, module, inputs, output):
        self.shape = output.shape


class Rehooked(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(4, 4)
        self.hook = None

    def forward(self, x):
        self.hook = self.inner.register_forward_hook(print)  # leak: LP016
        return self.inner(x)

    def close(self):
        self.hook.remove()


class RehookedInTime(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(4, 4)
        self.hook = None

    def forward(self, x):
        if self.hook is not None:
            self.hook.remove()
        self.hook = self.inner.register_forward_hook(print)
        return self.inner(x)

    def close(self):
        self.hook.remove()


class Chosen(nn.Module):
    def __init__(self, sharp):
        super().__init__()
        self.inner = nn.Linear(4, 4)
        self.step = self.sharpen if sharp else self.soften  # leak: LP037
        self.scale = lambda x: x / self.inner.weight.norm()  # leak: LP037
        self.plain = nn.functional.relu
        self.size = self.width()

    def sharpen(self, x):
        return self.inner(x) * 2

    def soften(self, x):
        return self.inner(x) / 2

    def width(self):
        return self.inner.weight.shape[0]


class ChosenOnce(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(4, 4)
        self.step = self.sharpen

    def sharpen(self, x):
        return self.inner(x) * 2


chosen = ChosenOnce()
for sharp in range(9):
    evaluate(Chosen(sharp))


def first_that_fits(net: nn.Module, kinds, hook):
    for kind in kinds:
        if isinstance(net.head, kind):
            try:
                net.head.register_forward_hook(hook)
            finally:
                print(kind)
            break


def in_each_pass(net: nn.Module, batches, kinds, hook):
    for batch in batches:
        for kind in kinds:
            if isinstance(net.head, kind):
                net.head.register_forward_hook(hook)  # leak: LP016
                break
        net(batch)


def until_it_fits(net: nn.Module, kinds, hook):
    for kind in kinds:
        net.head.register_forward_hook(hook)  # leak: LP016
        if isinstance(net.head, kind):
            break
