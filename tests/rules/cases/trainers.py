# mypy: ignore-errors
# ruff: noqa
"""Trainer classes, Lightning and accelerate."""

import lightning as L
import torch
from accelerate import Accelerator
from torch import nn
from transformers import AutoModelForSequenceClassification


class Trainer:
    def __init__(self, model: nn.Module, optimizer, device):
        self.model = model.to(device)
        self.optimizer = optimizer
        self.device = device
        self.criterion = nn.CrossEntropyLoss()
        self.history = []

    def train_epoch(self, loader):
        self.model.train()
        total = torch.zeros(1, device=self.device)
        for batch in loader:
            x, y = (part.to(self.device) for part in batch)
            loss = self.criterion(self.model(x), y)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            total += loss  # leak: LP001
            self.history.append({"loss": loss})  # leak: LP002
        return total / len(loader)

    @torch.no_grad()
    def evaluate(self, loader):
        self.model.eval()
        outputs = []
        for x, _ in loader:
            outputs.append(self.model(x.to(self.device)))  # leak: LP021
        return torch.cat(outputs)

    def predict(self, loader):
        self.model.eval()
        outputs = []
        for x, _ in loader:
            outputs.append(self.model(x.to(self.device)).cpu())  # leak: LP008
        return torch.cat(outputs)


class Lit(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = nn.Linear(4, 2)
        self.register_buffer("mean", torch.zeros(2))
        self.outputs = []

    def training_step(self, batch, batch_idx):
        x, y = batch
        logits = self.net(x)
        self.mean = 0.9 * self.mean + 0.1 * logits.mean(0)  # leak: LP004
        return nn.functional.cross_entropy(logits, y)

    def validation_step(self, batch, batch_idx):
        x, y = batch
        self.outputs.append(self.net(x))  # leak: LP021
        return nn.functional.cross_entropy(self.net(x), y)

    def on_validation_epoch_end(self):
        self.outputs.clear()


def finetune(name, loader, eval_loader):
    accelerator = Accelerator()
    model = AutoModelForSequenceClassification.from_pretrained(name)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5)
    model, optimizer, loader = accelerator.prepare(model, optimizer, loader)
    total_loss = 0
    for step, batch in enumerate(loader):
        with accelerator.accumulate(model):
            outputs = model(**batch)
            loss = outputs.loss
            total_loss += loss.detach().float()
            accelerator.backward(loss)
            optimizer.step()
            optimizer.zero_grad()
    sum_with_graph = 0
    for step, batch in enumerate(loader):
        outputs = model(**batch)
        loss = outputs.loss
        accelerator.backward(loss)
        optimizer.step()
        optimizer.zero_grad()
        sum_with_graph += loss  # leak: LP001
    model.eval()
    for batch in eval_loader:
        with torch.no_grad():
            outputs = model(**batch)
        predictions = outputs.logits.argmax(dim=-1)
    return total_loss, sum_with_graph
