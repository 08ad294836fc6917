# mypy: ignore-errors
# ruff: noqa
"""Everyday shapes of training and evaluation code, each with its own way of keeping graphs."""

from collections import defaultdict
import torch, torch.nn as nn, torch.nn.functional as F
from torch.nn.parallel import DistributedDataParallel as DDP
from torch.utils.data import DataLoader
from tqdm import tqdm


def detection(model, optimizer, loader, device):
    totals = defaultdict(float)
    model.train()
    for images, targets in tqdm(loader):
        loss_dict = model(images, targets)
        losses = sum(loss for loss in loss_dict.values())
        optimizer.zero_grad()
        losses.backward()
        optimizer.step()
        for k, v in loss_dict.items():
            totals[k] += v  # leak: LP001
    return totals


def wrapped(net: nn.Module, loader, opt):
    net = nn.DataParallel(net).cuda()
    net = torch.compile(net)
    total = 0.0
    for i, batch in enumerate(tqdm(loader, desc="x"), 1):
        out = net(batch["x"])
        loss = F.cross_entropy(out, batch["y"])
        loss.backward()
        opt.step()
        total += loss  # leak: LP001


def ddp(net: nn.Module, loader, opt, rank):
    net = DDP(net.to(rank), device_ids=[rank])
    total = []
    for batch in loader:
        with torch.autocast("cuda", dtype=torch.bfloat16):
            loss = net(batch)
        opt.zero_grad()
        loss.backward()
        opt.step()
        total += [loss]  # leak: LP002


def score(net: nn.Module, data):
    n = 0
    for i, (x, y) in enumerate(tqdm(DataLoader(data))):
        n += (net(x).argmax(-1) == y).sum().item()  # leak: LP007
    return n


def train_false(net: nn.Module, xs):
    net.train(False)
    res = []
    for x in xs:
        res.append(net(x))  # leak: LP008
    return res


def ensembles(models: nn.ModuleList, xs):
    out = []
    for m in models:
        m.eval()
        for x in xs:
            out.append(m(x))  # leak: LP008
    return out


class GAN:
    def __init__(self, G: nn.Module, D: nn.Module):
        self.G = G
        self.D = D
        self.opt = torch.optim.Adam(self.G.parameters())
        self.bce = nn.BCEWithLogitsLoss()
        self.log = {"g": [], "d": []}

    def fit(self, loader):
        for x in loader:
            fake = self.G(torch.randn(4, 10))
            g = self.bce(self.D(fake), torch.ones(4))
            self.opt.zero_grad()
            g.backward()
            self.opt.step()
            self.log["g"].append(g)  # leak: LP002
            self.log["d"].append(g.item())


def sums(model: nn.Module, loader, opt):
    running = torch.tensor(0.0)
    ema = None
    for x, y in loader:
        l1 = F.l1_loss(model(x), y)
        l2 = F.mse_loss(model(x), y)
        loss = l1 + 0.1 * l2
        loss.backward()
        opt.step()
        opt.zero_grad()
        running = running + l1 + l2  # leak: LP001
        ema = loss if ema is None else 0.9 * ema + 0.1 * loss  # leak: LP003
    print(running)


def hf(model, loader, optimizer, scaler, scheduler):
    tr_loss = 0.0
    logs = []
    for step, batch in enumerate(loader):
        batch = {k: v.cuda() for k, v in batch.items()}
        outputs = model(**batch)
        loss = outputs[0]
        if loss.dim() > 0:
            loss = loss.mean()
        scaler.scale(loss).backward()
        tr_loss += loss  # leak: LP001
        logs.append({"loss": loss, "step": step})  # leak: LP002
        if step % 4 == 0:
            scaler.step(optimizer)
            scaler.update()
            scheduler.step()
            optimizer.zero_grad()
    return tr_loss


def kd(student: nn.Module, teacher: nn.Module, loader, opt):
    teacher.eval()
    outs = []
    for x in loader:
        t = teacher(x)
        s = student(x)
        loss = F.kl_div(s.log_softmax(-1), t.softmax(-1))
        opt.zero_grad()
        loss.backward()
        opt.step()
        outs.append(s.detach())
    return outs


def conf(model: nn.Module, loader):
    model.eval()
    preds = []
    labels = []
    for x, y in loader:
        out = model(x)  # leak: LP008
        preds.extend(out.argmax(1).cpu().numpy())
        labels.extend(y.numpy())
    return preds, labels


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 3)
        self.hidden = torch.zeros(3)
        self.hist = []

    def forward(self, x):
        self.hidden = torch.tanh(self.fc(x) + self.hidden)  # leak: LP004
        self.hist.append(self.hidden)  # leak: LP004
        return self.hidden


def dcgan_main():
    net = Net()
    opt = torch.optim.SGD(net.parameters(), 0.1)
    img_list = []
    losses = dict(train=0, n=0)
    for epoch in range(3):
        for data in DataLoader([1]):
            loss = net(data).sum()
            loss.backward()
            opt.step()
            losses["train"] += loss  # leak: LP001
        net.eval()
        img_list.append(net(torch.ones(3)).cpu())  # leak: LP008
