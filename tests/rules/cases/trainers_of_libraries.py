# mypy: ignore-errors
# ruff: noqa
"""Classes that derive from a library's trainer, which knows nothing of what they invent."""

from elsewhere import Mixin
from transformers import Trainer


class Curves(Trainer):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.curve = []
        self.numbers = []
        self.window = []

    def compute_loss(self, model, inputs, return_outputs=False, **kwargs):
        outputs = model(**inputs)
        loss = outputs.loss
        self.curve.append(loss)  # leak: LP002
        self.numbers.append(loss.item())
        self.window.append(loss)  # leak: LP002
        return (loss, outputs) if return_outputs else loss

    def log(self, logs, *args):
        logs["window"] = sum(float(one) for one in self.window)
        self.window.clear()
        super().log(logs, *args)


class Inherited(Trainer):
    def compute_loss(self, model, inputs, return_outputs=False, **kwargs):
        loss = model(**inputs).loss
        self.label_names.append(loss)
        return loss


class Mixed(Mixin, Trainer):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.curve = []

    def compute_loss(self, model, inputs, return_outputs=False, **kwargs):
        loss = model(**inputs).loss
        self.curve.append(loss)
        return loss
