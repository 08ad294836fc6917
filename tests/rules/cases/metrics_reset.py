# mypy: ignore-errors
# ruff: noqa
"""Metrics beside others that are reset."""

import lightning as L
from torchmetrics import AUROC, Accuracy


class Classifier(L.LightningModule):
    def __init__(self, net):
        super().__init__()
        self.net = net
        self.accuracy = Accuracy(task="binary")
        self.auroc = AUROC(task="binary")

    def validation_step(self, batch, batch_idx):
        x, y = batch
        scores = self.net(x)
        self.accuracy.update(scores, y)
        self.auroc.update(scores, y)  # leak: LP033

    def on_validation_epoch_end(self):
        self.log("accuracy", self.accuracy.compute())
        self.accuracy.reset()
        self.log("auroc", self.auroc.compute())
