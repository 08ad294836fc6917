# mypy: ignore-errors
# ruff: noqa
"""LT018: Keras callback that appends weights, predictions or batches for ever."""

# smelly
import keras


class Snapshots(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.weights = []

    def on_train_batch_end(self, batch, logs=None):
        self.weights.append(self.model.get_weights())  # leak


# repaired
import keras


class Snapshots(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.save_weights(f"epoch{epoch}.weights.h5")
