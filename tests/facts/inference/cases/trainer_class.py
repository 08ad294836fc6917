# A trainer object that holds its model, loaders and history.
import logging
from collections import defaultdict, deque

import torch
from torch import nn
from torch.utils.data import DataLoader


class AverageMeter:
    def __init__(self, name, fmt=":f"):
        self.name = name
        self.reset()

    def reset(self):
        self.val = 0
        self.avg = 0
        self.sum = 0
        self.count = 0

    def update(self, val, n=1):
        self.val = val
        self.sum += val * n
        self.count += n
        self.avg = self.sum / self.count


class Trainer:
    log_every = 50
    logger = logging.getLogger("trainer")

    def __init__(self, model, optimizer, config, train_set, criterion=None):
        self.model = model  #? Module
        self.net = nn.Linear(3, 3)  #? Module
        self.optimizer = optimizer
        self.config = config
        self.criterion = criterion or nn.CrossEntropyLoss()
        self.loss_fn = nn.MSELoss()  #? Criterion
        self.loader = DataLoader(train_set, batch_size=4)  #? Loader
        self.history = defaultdict(list)
        self.window = deque(maxlen=100)  #? Container
        self.best = None  #? None
        self.step_count = 0  #? Number
        self.losses = []
        self.ema = None

    def fit(self, epochs):
        for epoch in range(epochs):
            loss = self.train_epoch(epoch)  #? Number
            metrics = self.evaluate()
            value = metrics["loss"]  #? Tensor detached scalar
            if self.best is None or loss < self.best:
                self.best = loss  #? Number
            self.history["loss"].append(loss)
            every = self.log_every  #? Number 50
        return self.history

    def train_epoch(self, epoch):
        self.net.train()
        total = 0.0
        for i, batch in enumerate(self.loader):
            loss, logits = self.train_step(batch)  #? loss: Tensor attached scalar; logits: Output attached
            total += loss.item()  #? Number
            self.step_count += 1  #? Number
            self.window.append(loss.item())
        return total / len(self.loader)  #? Number

    def train_step(self, batch):
        x, y = self.unpack(batch)
        self.optimizer.zero_grad()
        logits = self.net(x)  #? Output attached
        loss = self.loss_fn(logits, y)  #? Tensor attached scalar
        loss.backward()
        self.optimizer.step()
        return loss, logits  #? Container (Tensor attached scalar, Output attached)

    @staticmethod
    def unpack(batch):
        x, y = batch
        return x, y

    @torch.no_grad()
    def evaluate(self):
        self.net.eval()
        total, count = 0.0, 0  #? total: Number 0.0; count: Number 0
        outputs = []
        for x, y in self.loader:
            out = self.net(x)  #? Output detached
            total += self.loss_fn(out, y)  #? Tensor detached scalar
            outputs.append(out)
            count += y.size(0)
        return {"loss": total / count, "outputs": torch.cat(outputs), "n": 3}

    @property
    def device(self):
        return next(self.net.parameters()).device

    @property
    def core(self):
        return self.net.module if hasattr(self.net, "module") else self.net

    def run_core(self, x):
        core = self.core  #? Module
        return core(x)  #? Output attached

    def use(self, x):
        self.model.train()
        out = self.model(x)  #? Output attached likely
        return out

    def step_with_helper(self, x, y):
        def forward(z):
            return self.net(z).relu()

        def loss_of(z):
            return self.loss_fn(forward(z), y)

        h = forward(x)  #? Tensor attached
        loss = loss_of(x)  #? Tensor attached scalar
        return h, loss

    def smooth(self, loss):
        self.ema = loss.detach() if self.ema is None else 0.9 * self.ema + 0.1 * loss.detach()
        return self.ema

    def collect(self, x, y):
        loss = self.loss_fn(self.net(x), y)
        self.losses.append(loss)
        last = self.losses[-1]  #? Tensor attached scalar
        stacked = torch.stack(self.losses)  #? Tensor attached
        self.losses.clear()
        empty = self.losses  #? Container
        return last


def run(config, data):
    trainer = Trainer(nn.Linear(2, 2), None, config, data)  #? Instance
    net = trainer.net  #? Module
    out = trainer.run_core(data)  #? Output attached
    loss, logits = trainer.train_step(data)  #? loss: Tensor attached scalar
    result = trainer.evaluate()  #? result["n"]: Number 3; result["loss"]: Tensor detached scalar
    kept = result.get("loss")  #? Tensor detached scalar
    missing = result.get("other", 0)  #? Number
    meter = AverageMeter("loss")  #? Instance
    meter.update(loss.item(), 4)
    count = meter.count  #? Number
    model = trainer.model  #? Module
    return kept


class Optional(nn.Module):
    shared = None

    def __init__(self, detailed: bool, auxiliary: bool):
        super().__init__()
        if detailed:
            self.detail = nn.Linear(2, 2)
        if auxiliary:
            self.auxiliary = nn.Linear(2, 2)
        else:
            self.auxiliary = None
        if detailed:
            self.shared = nn.Linear(2, 2)

    def forward(self, image):
        y = self.detail(image)  #? Output attached
        y = self.auxiliary(image)  #? Output attached
        return self.shared(image)  #? Output attached
