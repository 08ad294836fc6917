# mypy: ignore-errors
# ruff: noqa
"""What the methods gather that Lightning's trainer calls for each batch of an evaluation."""

import torch
from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.callbacks import BasePredictionWriter, Callback
from torch import nn


class Segmenter(LightningModule):
    def __init__(self):
        super().__init__()
        self.net = nn.Conv2d(3, 8, 3)
        self.masks, self.shared, self.latest, self.means = [], [], [], []
        self.unclear = []

    def validation_step(self, batch, index):
        masks = self.net(batch[0])
        self.masks.append(masks)  # leak: LP021
        self.masks.append(masks.cpu())
        self.latest.append(masks)
        self.means.append(masks.mean())
        self.shared.append(masks)
        self.unclear.append(masks)
        return nn.functional.mse_loss(masks, batch[1])

    def on_validation_batch_end(self, outputs, batch, index):
        self.latest.clear()
        self.means.append(outputs)  # leak: LP021

    def on_validation_epoch_end(self):
        torch.save(torch.cat(self.masks), "masks.pt")
        self.masks.clear()
        self.means.clear()

    def share(self):
        everything = self.all_gather(torch.cat(self.shared))
        self.shared.clear()
        return everything

    def on_train_epoch_start(self):
        self.shared = []

    def drop(self):
        # Nobody is seen to call it: it may be called for each batch.
        self.unclear.clear()

    def sample(self, images):
        # Not called by the trainer.
        self.masks.append(self.net(images))


class Writer(BasePredictionWriter):
    def __init__(self, folder):
        super().__init__(write_interval="epoch")
        self.folder = folder
        self._begin()

    def _begin(self):
        self.inputs = []
        self.predictions = []
        self.last = None

    def on_predict_batch_end(self, trainer, pl_module, outputs, batch, batch_idx, loader_idx=0):
        images, names = batch
        self.inputs.append(images)  # leak: LP021
        self.predictions.append(outputs)  # leak: LP021
        self.predictions.append(outputs.to("cpu"))
        self.last = outputs

    def on_predict_epoch_end(self, trainer, pl_module):
        torch.save(self.predictions, self.folder)
        self._begin()


class Counting(Callback):
    def __init__(self):
        self.sizes = []

    def on_test_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        self.sizes.append(batch.shape)
        self.sizes.append(len(batch))


class NotACallback:
    def __init__(self):
        self.kept = []

    def on_predict_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        self.kept.append(outputs)
