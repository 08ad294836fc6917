"""What is known of lifetimes after edits equals what an analysis from scratch knows."""

import ast
import random

import pytest

from leakwise.facts import ModuleFacts
from leakwise.text import Document, Range
from tests.facts.reading import document

PROGRAM = """
import lightning as L
from functools import cache
import matplotlib.pyplot as plt
from torch import nn
from torch.utils.tensorboard import SummaryWriter
from other import data, epochs, flag, work

HANDLES = []
history = []


def remove_all(handles):
    for handle in handles:
        handle.remove()


def log(writer, step):
    writer.add_scalar("a", step)


def make():
    return SummaryWriter()


def train(net: nn.Module, batches):
    writer = make()
    held = []
    for batch in batches:
        handles = [m.register_forward_hook(lambda m, i, o: held.append(o)) for m in net.modules()]
        history.append(net(batch))
        log(writer, 1)
        if flag:
            continue
        remove_all(handles)
    writer.close()


def remember(net: nn.Module, hook):
    HANDLES.append(net.register_forward_hook(hook))


def forget():
    while HANDLES:
        HANDLES.pop().remove()


@cache
def plot(x):
    figure, axes = plt.subplots()
    axes.plot(x)
    plt.close(figure)


class Logger(L.LightningModule):
    shared = []

    def __init__(self):
        super().__init__()
        self.writer = SummaryWriter()
        self.seen = []

    def training_step(self, batch, index):
        self.seen.append(batch)
        self.shared.append(index)
        log(self.writer, index)

    def on_train_epoch_end(self):
        self.seen.clear()

    def close(self):
        self.writer.close()


for epoch in range(epochs):
    for batch in data:
        train(work, batch)
        plot(batch)
"""
PIECES = (
    "    pass\n",
    "    handle.remove()\n",
    "        self.writer.close()\n",
    "        self.seen = []\n",
    "    return writer\n",
    "    writer.close()\n",
    "    global history\n",
    "        break\n",
    "writer = SummaryWriter()\n",
    "def forget():\n    HANDLES.clear()\n",
    "from torch.utils.tensorboard import SummaryWriter as make\n",
    "    if flag:\n        return\n",
    "class L:\n    LightningModule = object\n",
    "\n",
)


def known(module: ModuleFacts) -> list[tuple[object, ...]]:
    """All that is known of lifetimes in a program, for comparing."""
    found: list[tuple[object, ...]] = []
    lines = module.document.lines
    for definition in module.scopes.all():
        if definition.is_class:
            continue
        body = module.facts(definition)
        name = definition.key
        found.append((name, body.rhythm, str(body.cache and body.cache.limit)))
        for taken in body.acquisitions:
            fate = body.fate(taken)
            loop = body.repeating_loop(taken)
            path = [(one.role, one.place.resolve(lines)) for one in body.leak_path(taken)]
            place = taken.place.resolve(lines)
            found.append((name, place, fate, taken.handed, loop and loop.names, path))
        for kept in body.keepings:
            holder = body.holder(kept)
            assert holder is not None
            limits = sorted((str(one.how), one.function, one.rhythm) for one in holder.limits)
            found.append((name, kept.place.resolve(lines), holder.path, holder.life, limits))
        for callback in body.callbacks:
            parts = [(one.holder, one.grows, one.detached) for one in body.kept_by(callback)]
            found.append((name, callback.place.resolve(lines), callback.of_self, parts))
    return sorted(found, key=repr)


def edited(module: ModuleFacts, old: str, new: str) -> None:
    lines = module.document.lines
    line = next(number for number, text in enumerate(lines) if old in text)
    column = lines[line].index(old)
    changed, change = module.document.replace(Range.of(line, column, line, column + len(old)), new)
    module.update(changed, [change])


def test_a_function_that_loses_a_name_of_its_own_closes_that_of_the_file() -> None:
    code = (
        "from torch.utils.tensorboard import SummaryWriter\nwriter = SummaryWriter()\n"
        "def f():\n    writer = open('a')\n    writer.close()\n"
    )
    module = ModuleFacts(document(code))
    top = module.facts(module.scopes.module)
    assert top.fate(top.acquisitions[0]).lost
    edited(module, "    writer = open('a')\n", "")
    top = module.facts(module.scopes.module)
    assert not top.fate(top.acquisitions[0]).lost


def test_a_condition_that_changes_changes_the_paths() -> None:
    code = (
        "from torch.utils.tensorboard import SummaryWriter\ndef f(a, b):\n    if a:\n"
        "        writer = SummaryWriter()\n    if a:\n        writer.close()\n"
    )
    module = ModuleFacts(document(code))

    def lost() -> bool:
        body = next(module.facts(one) for one in module.scopes.all() if one.name == "f")
        return body.fate(body.acquisitions[0]).lost

    assert not lost()
    edited(module, "if a", "if b")
    assert lost()


def parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


@pytest.mark.parametrize("seed", range(4))
def test_edits_give_what_a_new_analysis_gives(seed: int) -> None:
    chance = random.Random(seed)
    module = ModuleFacts(document(PROGRAM))
    known(module)
    compared = 0
    for _ in range(30):
        before = module.document
        line = chance.randrange(len(before.lines))
        if chance.random() < 0.4:
            span, text = Range.of(line, 0, line + chance.randrange(1, 3), 0), ""
        else:
            other = chance.choice([*PIECES, before.lines[chance.randrange(len(before.lines))]])
            span, text = Range.of(line, 0, line, 0), other
        changed, change = before.replace(span, text)
        module.update(changed, [change])
        known(module)
        if not parses(changed.text):
            back, undone = changed.with_text(before.text)
            module.update(back, [undone])
        module.resync()
        fresh = ModuleFacts(Document.from_text(before.uri, module.document.text))
        assert known(module) == known(fresh)
        compared += 1
    assert compared == 30
