# mypy: ignore-errors
# ruff: noqa
"""Files that use PyTorch and TensorFlow side by side: each keeps its own facts."""

import keras
import numpy as np
import tensorflow as tf
import torch
from torch import nn

student = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))
teacher = keras.models.load_model("teacher.keras")
optimizer = torch.optim.Adam(student.parameters())


def distill(loader, temperature):
    total, history, logits = 0.0, [], []
    for x, y in loader:
        soft = tf.nn.softmax(teacher(x.numpy(), training=False) / temperature)
        target = torch.from_numpy(soft.numpy())
        loss = nn.functional.kl_div(student(x).log_softmax(-1), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss  # leak: LP001
        history.append(loss)  # leak: LP002
        history.append(loss.item())
        logits.append(soft)  # leak: LT011
        logits.append(soft.numpy())
    return total, history, logits


def step_of_torch(x, i):
    return student(x) * i


@tf.function
def step_of_tensorflow(x, i):
    return teacher(x) * i


def run_both(batches, x):
    for i in range(1000):
        with torch.no_grad():
            step_of_torch(x, i)
        step_of_tensorflow(x, i)  # leak: LT003


def compile_both(data):
    for x, y in data:
        fast = torch.compile(student)
        teacher.compile(optimizer="adam", loss="mse")  # leak: LT010
        teacher.train_on_batch(x, y)
        with torch.no_grad():
            fast(x)


class Shared:
    """One class with a network of each framework."""

    def __init__(self):
        self.torch_net = nn.Linear(4, 4)
        self.keras_net = keras.Sequential([keras.layers.Dense(4)])
        self.torch_outputs = []
        self.keras_outputs = []

    def predict(self, batches):
        for batch in batches:
            with torch.no_grad():
                self.torch_outputs.append(self.torch_net(torch.as_tensor(batch)).numpy())
            self.keras_outputs.append(self.keras_net(batch))  # leak: LT011
            self.keras_outputs.append(np.asarray(self.keras_net(batch)))

    def export(self, path):
        torch.save(self.torch_net.state_dict(), path)
        self.keras_net.save(path)


def build_many(sizes):
    for size in range(8, 512, 8):
        network = nn.Linear(size, 1)
        model = keras.Sequential([keras.layers.Dense(size)])  # leak: LT001
        model.compile("adam", "mse")
        model.fit(np.ones((4, 4)), np.ones(4))
        print(network, model)
