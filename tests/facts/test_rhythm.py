"""How often functions run: each case is a program, a function in it, and the answer."""

import textwrap

import pytest

from tests.facts.reading import bodies

HEAD = """
import keras
import lightning as L
import tensorflow as tf
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset
from transformers import Trainer, TrainerCallback
from other import Base, data, epochs, net, opt
"""

CONVENTIONS = [
    ("nn.Module", "forward", "STEP"),
    ("nn.Module", "__init__", "ONCE"),
    ("nn.Module", "other", "UNKNOWN"),
    ("nn.Linear", "forward", "STEP"),
    ("L.LightningModule", "training_step", "STEP"),
    ("L.LightningModule", "validation_step", "STEP"),
    ("L.LightningModule", "on_train_epoch_end", "EPOCH"),
    ("L.LightningModule", "on_validation_epoch_start", "EPOCH"),
    ("L.LightningModule", "on_train_batch_end", "STEP"),
    ("L.LightningModule", "configure_optimizers", "ONCE"),
    ("L.Callback", "on_validation_batch_start", "STEP"),
    ("Dataset", "__getitem__", "STEP"),
    ("torch.utils.data.IterableDataset", "__iter__", "EPOCH"),
    ("torch.autograd.Function", "forward", "STEP"),
    ("keras.layers.Layer", "call", "STEP"),
    ("tf.keras.Model", "train_step", "STEP"),
    ("keras.Model", "build", "ONCE"),
    ("keras.callbacks.Callback", "on_epoch_end", "EPOCH"),
    ("tf.keras.callbacks.Callback", "on_train_batch_end", "STEP"),
    ("keras.callbacks.Callback", "on_batch_end", "STEP"),
    ("keras.callbacks.Callback", "on_train_end", "ONCE"),
    ("Trainer", "compute_loss", "STEP"),
    ("Trainer", "evaluation_loop", "EPOCH"),
    ("TrainerCallback", "on_step_end", "STEP"),
    ("TrainerCallback", "on_evaluate", "EPOCH"),
    ("Base", "training_step", "UNKNOWN"),
    ("", "forward", "UNKNOWN"),
    ("", "__init__", "ONCE"),
]


@pytest.mark.parametrize(("base", "method", "expected"), CONVENTIONS)
def test_by_the_convention_of_a_framework(base: str, method: str, expected: str) -> None:
    found = bodies(f"{HEAD}\nclass A({base}):\n    def {method}(self, *args): pass\n")
    assert found[f"A.{method}"].rhythm.name == expected


def test_by_a_base_in_the_file() -> None:
    found = bodies(
        f"{HEAD}\nclass B(L.LightningModule): pass\n"
        "class A(B):\n    def training_step(self, batch): pass\n"
    )
    assert found["A.training_step"].rhythm.name == "STEP"


LOOPS = {
    "batches of a loader": ("for batch in DataLoader(data):\n    f()", "STEP"),
    "batches of a named loader": ("for x, y in data.val_loader:\n    f()", "STEP"),
    "epochs": ("for epoch in range(10):\n    f()", "EPOCH"),
    "counted epochs": ("for _ in range(epochs):\n    f()", "EPOCH"),
    "steps of an epoch": ("for step in range(data.steps_per_epoch):\n    f()", "STEP"),
    "an unknown loop": ("for x in data:\n    f()", "REPEATED"),
    "a while loop": ("while data:\n    f()", "REPEATED"),
    "a comprehension": ("found = [f() for x in data]", "REPEATED"),
    "a loop that trains": ("for x in data:\n    f()\n    net(x).backward()", "STEP"),
    "round a loop that trains": (
        "for i in range(3):\n    f()\n    for x in data:\n        net(x).backward()",
        "EPOCH",
    ),
    "a batch loop in an epoch loop": (
        "for epoch in range(3):\n    for batch in data:\n        f()",
        "STEP",
    ),
    "once": ("f()", "ONCE"),
    "never": ("pass", "UNKNOWN"),
    "through a function": ("def g():\n    f()\nfor epoch in range(3):\n    g()", "EPOCH"),
    "through two functions": (
        "def h():\n    f()\ndef g():\n    h()\nfor batch in DataLoader(data):\n    g()",
        "STEP",
    ),
    "through a method that frameworks call": (
        "class A(nn.Module):\n    def forward(self, x):\n        return f()",
        "STEP",
    ),
    "the most frequent call": ("f()\nfor batch in DataLoader(data):\n    f()", "STEP"),
    "itself": ("def g():\n    f()\n", "UNKNOWN"),
}


@pytest.mark.parametrize("name", LOOPS)
def test_by_the_loops_that_call_it(name: str) -> None:
    code, expected = LOOPS[name]
    assert bodies(f"{HEAD}\ndef f():\n    pass\n{code}\n")["f"].rhythm.name == expected


def test_functions_that_call_each_other() -> None:
    found = bodies("def f():\n    g()\ndef g():\n    f()\n")
    assert found["f"].rhythm.name == "UNKNOWN"


def test_a_method_of_the_class() -> None:
    found = bodies(
        f"""{HEAD}
class A:
    def fit(self):
        for epoch in range(3):
            self.run()
    def run(self):
        for batch in DataLoader(data):
            self.one()
    def one(self):
        pass
"""
    )
    assert [found[f"A.{name}"].rhythm.name for name in ("fit", "run", "one")] == [
        "UNKNOWN",
        "EPOCH",
        "STEP",
    ]


STARTS = {
    "by its name": """
        def main():
            train()
    """,
    "it reads the command line": """
        def run_it():
            options = parser.parse_args()
    """,
    "a command of click": """
        import click

        @click.command()
        def run_it(path):
            train(path)
    """,
    "hydra": """
        import hydra

        @hydra.main(config_path="conf")
        def run_it(config):
            train(config)
    """,
}


@pytest.mark.parametrize("code", STARTS.values(), ids=STARTS)
def test_where_a_program_begins(code: str) -> None:
    found = bodies(HEAD + textwrap.dedent(code))
    name = "main" if "main" in found else "run_it"
    assert found[name].rhythm.name == "ONCE"


def test_what_a_loop_calls_is_repeated_though_it_reads_the_command_line() -> None:
    found = bodies(
        HEAD
        + """
def main():
    options = parser.parse_args()

for _ in range(3):
    main()
"""
    )
    assert found["main"].rhythm.name == "REPEATED"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("net.register_forward_hook(note)", "STEP"),
        ("for one in net.modules():\n    one.register_full_backward_hook(hook=note)", "STEP"),
        ("net.register_forward_pre_hook(partial(note, 1))", "STEP"),
        ("net.register_load_state_dict_post_hook(note)", "UNKNOWN"),
        ("net.register_forward_hook(print)", "UNKNOWN"),
        ("net.register(note)", "UNKNOWN"),
    ],
)
def test_a_hook_runs_in_each_pass(code: str, expected: str) -> None:
    head = HEAD + "from functools import partial\n\ndef note(*seen):\n    print(seen)\n\n"
    assert bodies(head + code)["note"].rhythm.name == expected


def test_a_method_that_a_hook_was_made_of_runs_in_each_pass() -> None:
    found = bodies(
        HEAD
        + """
class Spy:
    def __init__(self, watched):
        watched.register_forward_hook(self.note)

    def note(self, module, inputs, output):
        pass
"""
    )
    assert found["Spy.note"].rhythm.name == "STEP"
