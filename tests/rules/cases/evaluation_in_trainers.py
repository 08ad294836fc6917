# mypy: ignore-errors
# ruff: noqa
"""Evaluation in classes whose base, network and criterion come from other files."""

import torch
from engine import BaseRunner, Task
from torch import nn


class Runner(BaseRunner):
    def __init__(self, network, criterion):
        super().__init__()
        self.network = network
        self.criterion = criterion
        self.optimizer = torch.optim.Adam(self.network.parameters())

    def batch_loss(self, batch):
        return self.criterion(self.network(batch["image"]), batch["label"])

    def fit(self, batches):
        self.network.train()
        for batch in batches:
            self.optimizer.zero_grad()
            self.batch_loss(batch).backward()
            self.optimizer.step()

    def validate(self, batches):
        self.network.eval()
        losses = []
        for batch in batches:
            # The network is run by a method of this class.
            losses.append(self.batch_loss(batch).item())  # leak: LP008
        return sum(losses) / len(losses)

    def report(self, batches):
        self.network.eval()
        self.announce("report")
        total = 0.0
        for batch in batches:
            # A method of the base does not put the network back into training mode.
            total += self.criterion(self.network(batch["image"]), batch["label"])  # leak: LP008
        return total

    def retrain(self, batches):
        self.network.eval()
        self.start_training()
        for batch in batches:
            self.history.append(self.network(batch["image"]))


class Quiet(BaseRunner):
    def __init__(self, network, criterion):
        super().__init__()
        self.network = network
        self.criterion = criterion

    def batch_loss(self, batch):
        return self.criterion(self.network(batch["image"]), batch["label"])

    @torch.no_grad()
    def validate(self, batches):
        self.network.eval()
        return sum(self.batch_loss(batch).item() for batch in batches)

    def adapt(self, batches):
        # Test-time training: what the method gives is backpropagated.
        self.network.eval()
        for batch in batches:
            self.batch_loss(batch).backward()


class Estimator(BaseRunner):
    def __init__(self, net, device):
        super().__init__()
        self._net = net
        self._device = device
        self._optimizer = torch.optim.SGD(self._net.parameters(), lr=0.1)

    def predict(self, x, size=64):
        found = []
        for start in range(0, len(x), size):
            part = torch.from_numpy(x[start : start + size]).to(self._device)
            # Detached at once: nobody wants the graph, and no caller switched it off.
            scores = self._net(part)  # leak: LP007
            found.append(scores.detach().cpu().numpy())
        return found

    def compare(self, other, x):
        return other.predict(x) - self.predict(x)


class Segmentation(Task):
    def __init__(self, net):
        super().__init__()
        self.net = net
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.1)

    def validation_step(self, views):
        # A base that is not in sight may run its steps with recording off.
        masks = []
        for view in views:
            masks.append(self.net(view).detach())
        return masks


class Switched:
    def __init__(self, model: nn.Module, loader):
        self.model = model
        self.loader = loader

    def predict(self):
        outputs = []
        for batch in self.loader:
            outputs.append(self.model(batch))
        return outputs

    def run(self, other):
        # This may be an object of the class: it is not known.
        with torch.no_grad():
            return other.predict()


class Features:
    def __init__(self, model: nn.Module, layer):
        self.model = model
        self.taken = {}
        self.handle = layer.register_forward_hook(self._take)

    def _take(self, module, args, output):
        self.taken["layer"] = output.detach()

    def of(self, x):
        # A hook takes what is wanted; nothing is known of what it is for.
        self.model.eval()
        self.model(x)
        return self.taken

    def close(self):
        self.handle.remove()


class Strategy:
    def __init__(self, model: nn.Module, criterion):
        self.model = model
        self.criterion = criterion
        self.logits = None

    def train(self, loader, optimizer):
        self.model.train()
        for self.x, self.y in loader:
            self.x = self.x.cuda()
            optimizer.zero_grad()
            self.logits = self.answers()
            self.criterion(self.logits, self.y).backward()
            optimizer.step()

    def evaluate(self, streams):
        for stream in streams:
            self.evaluate_stream(stream)

    def evaluate_stream(self, loader):
        for self.x, self.y in loader:
            self.x = self.x.cuda()
            self.logits = self.answers()  # leak: LP007

    def answers(self):
        return self.model(self.x)


class QuietStrategy(Strategy):
    @torch.no_grad()
    def evaluate(self, streams):
        for stream in streams:
            self.evaluate_round(stream)

    def evaluate_round(self, loader):
        for self.x, self.y in loader:
            self.x = self.x.cuda()
            self.logits = self.answers()


class Recommender:
    def __init__(self, model):
        self.model = model
        self.optimizer = torch.optim.Adam(self.model.parameters())

    def train_epoch(self, loader):
        self.model.train()
        total = 0.0
        for batch in loader:
            self.optimizer.zero_grad()
            loss = self.model.ranking_loss(batch)
            loss.backward()
            self.optimizer.step()
            total += loss.item()
        return total

    def valid_epoch(self, loader):
        self.model.eval()
        total = 0.0
        for batch in loader:
            total += self.model.ranking_loss(batch)  # leak: LP008
        return total / len(loader)

    def best(self, loader):
        # What it does is not known: it may switch recording off itself.
        self.model.eval()
        return [self.model.best_items(batch) for batch in loader]

    @torch.no_grad()
    def quiet_epoch(self, loader):
        self.model.eval()
        return sum(self.model.ranking_loss(batch) for batch in loader)
