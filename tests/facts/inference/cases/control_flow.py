# Branches, loops, exceptions, patterns, scopes: what holds behind them.
import asyncio
import contextlib
import functools
from typing import Iterator

import torch
import torch.nn.functional as F
from torch import nn

try:
    from apex import amp
except ImportError:
    amp = None

net = nn.Linear(2, 2)
x = torch.ones(2)
flag = bool(int("1"))  #? Number
total = 0.0
seen = []


def branches(a, b):
    if a:
        v = net(x)
    else:
        v = net(x).detach()
    w = v  #? Output
    if b:
        u = 1
    elif a:
        u = 2
    else:
        u = 3
    t = u  #? Number
    s = net(x).sum() if a else net(x).mean()  #? Tensor attached scalar
    r = net(x).sum() if a else 0  #? Tensor attached scalar
    if (n := net(x)) is not None:  #? n: Output attached
        m = n  #? Output attached
    k = n  #? Output attached
    if a:
        q = net(x)
    p = q  #? Output attached
    return w


def early(a):
    v = net(x)
    if a:
        v = v.detach()
        return v  #? Tensor detached
    w = v  #? Output attached
    for i in range(3):
        if i == 1:
            w = 1
            continue
        if i == 2:
            break
        w = net(x)
    z = w  #? Output attached
    while True:
        y = net(x)
        if a:
            break
    u = y  #? Output attached
    raise ValueError(u)
    never = 1  #? unreached


def loops(loader):
    acc = 0
    hist = []
    prev = None
    for i, batch in enumerate(loader):  #? i: Number
        loss = net(batch).sum()  #? Tensor attached scalar
        acc += loss  #? Tensor attached scalar
        acc2 = acc / (i + 1)  #? Tensor attached scalar
        hist.append(loss.item())
        prev = loss  #? Tensor attached scalar
    else:
        done = True  #? Number True
    mean = acc / len(loader)  #? Tensor attached scalar
    old = prev  #? Tensor attached scalar
    first = hist[0]  #? Number
    while acc.item() > 1:
        acc = acc.detach() * 0.5  #? Tensor detached scalar
    after = acc  #? Tensor scalar
    for _ in range(3):
        loss = loss.detach() + 1  #? Tensor detached scalar
    for short in [1, 2, 3]:  #? short: Number
        pass
    squares = [i**2 for i in range(3)]  #? Container of Number
    nested = [[net(x).sum() for _ in range(2)] for _ in range(3)]
    inner = nested[0][0]  #? Tensor attached scalar
    generator = (net(x).sum() for _ in range(3))
    summed = sum(generator)  #? Tensor attached scalar
    best = max(l.item() for l in [loss])  #? Number
    filtered = [l for l in [net(x).sum()] if l.item() > 0]  #? Container of Tensor attached scalar
    return mean


def exceptions(a):
    v = 0
    try:
        v = net(x)
        w = v  #? Output attached
    except RuntimeError as error:
        v = torch.zeros(2)
        return v  #? Tensor detached
    else:
        u = v  #? Output attached
    finally:
        t = 1  #? Number 1
    s = v  #? Output attached
    with contextlib.suppress(ValueError):
        r = net(x)  #? Output attached
    q = r  #? Output attached
    try:
        p = net(x).detach()
    except* ValueError:
        p = net(x).detach()
    o = p  #? Tensor detached
    return s


def patterns(out, command):
    match {"loss": net(x).sum(), "n": 3}:
        case {"loss": found, "n": n, **rest}:  #? unreached
            a = found  #? Tensor attached scalar
            b = n  #? Number 3
        case _:
            a = None
    c = a
    match (net(x), 1):
        case (first, second):
            d = first  #? Output attached
            e = second  #? Number 1
        case [first, *others]:
            f = others  #? Container (Number 1)
    match command:
        case "train":
            g = net(x)  #? Output attached
        case "eval" | "test":
            g = net(x).relu()
        case str(text):
            g = net(x)
        case other:
            g = net(x)
            h = other  #? unknown
    i = g  #? Output attached
    match net(x):
        case torch.Tensor() as tensor:
            j = tensor  #? Output attached
        case whole:
            k = whole  #? Output attached
    return c


async def fetch(n: int):
    await asyncio.sleep(n)
    return net(x).sum()


async def stream():
    for _ in range(3):
        yield net(x).detach()


async def asynchronous():
    one = await fetch(1)  #? Tensor attached scalar
    task = asyncio.create_task(fetch(2))
    two = await task  #? Tensor attached scalar
    three, four = await asyncio.gather(fetch(1), fetch(2))  #? three: Tensor attached scalar
    async for each in stream():  #? each: Tensor detached
        pass
    async with contextlib.AsyncExitStack() as stack:
        five = net(x)
    return one


def batches(loader) -> Iterator[tuple[torch.Tensor, int]]:
    for i, batch in enumerate(loader):
        yield net(batch), i


def delegated(loader):
    yield from batches(loader)


def generators(loader):
    for out, i in batches(loader):  #? out: Output attached; i: Number
        pass
    for out, i in delegated(loader):  #? out: Output attached; i: Number
        pass
    every = list(batches(loader))
    first = every[0]  #? Container (Output attached, Number)
    one, n = next(batches(loader))  #? one: Output attached; n: Number
    losses = [out.sum() for out, _ in batches(loader)]  #? Container of Tensor attached scalar
    for index, (out, i) in enumerate(batches(loader)):  #? out: Output attached
        pass
    return losses


def scopes():
    counter = 0
    best = net(x)

    def inside():
        nonlocal counter
        counter += 1  #? Number
        seen_best = best  #? Output attached
        return best.sum()

    def with_argument(t: torch.Tensor, scale=2.0):
        return t * scale  #? Tensor

    v = inside()  #? Tensor attached scalar
    w = with_argument(x)  #?! Tensor detached
    compute = lambda t, scale=1: net(t).sum()
    u = compute(x)  #? Tensor attached scalar
    scaled = lambda t, s: t * s
    s = scaled(net(x), 3)  #? Tensor attached
    twice = functools.partial(with_argument, scale=3.0)
    t = twice(x)  #? Tensor
    table = {"sum": lambda t: t.sum(), "cut": lambda t: t.detach()}
    summed = table["sum"](net(x))  #? Tensor attached scalar
    cut = table["cut"](net(x))  #? Tensor detached
    del best
    return v


def global_total(loss):
    global total
    total += loss.item()  #? Number
    seen.append(loss)


def deleted():
    out = net(x)
    out_sum = out.sum()
    del out
    holder = {"a": out_sum}
    del holder["a"]
    gone = holder.get("a")  #? unknown
    return gone


class Configured:
    rate = 0.1
    loss_fn = nn.MSELoss()
    layers = [nn.Linear(2, 2), nn.Linear(2, 2)]
    if flag:
        extra = nn.ReLU()  #? Module
    for index in range(3):
        last = index  #? Number

    @property
    def scale(self):
        return 2.0

    @scale.setter
    def scale(self, value):
        self._scale = value

    @functools.cached_property
    def network(self):
        return nn.Linear(3, 3)

    @classmethod
    def build(cls, n):
        return cls()

    @staticmethod
    def reduce(values: list[torch.Tensor]):
        return torch.stack(values).mean()

    def use(self):
        rate = self.rate  #? Number
        scale = self.scale  #? Number 2.0
        out = self.network(x)  #? Output attached
        loss = self.loss_fn(out, x)  #? Tensor attached scalar
        layer = self.layers[0]  #? Module
        hidden = layer(x)  #? Output attached
        mean = self.reduce([out])  #? Tensor attached scalar
        return hidden


made = Configured.build(3)  #?! Instance
rate = Configured.rate  #? Number
