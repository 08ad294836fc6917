# Networks that a trainer hands to the methods that one writes for it.
import pytorch_lightning as pl
import torch
from transformers import Trainer, TrainerCallback


class Distilling(Trainer):
    def __init__(self, *args, teacher=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.extra = []

    def compute_loss(self, model, inputs, return_outputs=False, **kwargs):
        outputs = model(**inputs)  #? Output attached likely
        extra = outputs.hidden_states[-1].pow(2).mean()  #? Tensor attached scalar likely
        self.extra.append(extra)
        loss = outputs.loss + extra  #? Tensor attached scalar likely
        return (loss, outputs) if return_outputs else loss

    def prediction_step(self, model, inputs, prediction_loss_only, ignore_keys=None):
        with torch.no_grad():
            outputs = model(**inputs)  #? Output detached likely
        return outputs


class Watching(TrainerCallback):
    def on_step_end(self, args, state, control, model=None, **kwargs):
        model  #? Module likely


class Sampling(pl.Callback):
    def on_validation_epoch_end(self, trainer, pl_module):
        images = pl_module(torch.randn(4, 8))  #? Output detached likely

    def on_train_epoch_end(self, trainer, pl_module):
        images = pl_module(torch.randn(4, 8))  #? Output attached likely


class Unrelated:
    def compute_loss(self, model, inputs):
        return model(inputs)  #? unknown


class Collecting(pl.callbacks.BasePredictionWriter):
    def on_predict_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        outputs  #? Output detached likely
        images, names = batch
        images  #? Output detached likely
        batch_idx  #? unknown

    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        outputs  #? unknown


class Measuring(pl.LightningModule):
    def on_test_batch_end(self, outputs, batch, batch_idx):
        outputs  #? Output detached likely
        batch_idx  #? unknown
