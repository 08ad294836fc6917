# What containers keep, and what comes out of them again.
import copy
import itertools
import random
from collections import OrderedDict, deque, namedtuple
from dataclasses import dataclass, field
from typing import NamedTuple, Optional

import torch
import torch.nn.functional as F
from torch import nn

net = nn.Linear(4, 4)
x = torch.ones(4)
loss = net(x).sum()  #? Tensor attached scalar
hard = loss.detach()  #? Tensor detached scalar

# Lists.
losses = [loss, hard]  #? Container (Tensor attached scalar, Tensor detached scalar)
first, second = losses  #? first: Tensor attached scalar; second: Tensor detached scalar
last = losses[-1]  #? Tensor detached scalar
cut = losses[:1]  #? Container of Tensor scalar
more = losses + [loss]  #? Container of Tensor scalar
both = [loss] * 2  #? Container of Tensor attached scalar
kept = [each for each in [loss, loss]]  #? Container of Tensor attached scalar
numbers = [each.item() for each in losses]  #? Container of Number
total = sum(kept)  #? Tensor attached scalar
flat = list(itertools.chain([loss], [loss]))  #? Container of Tensor attached scalar
for index, each in enumerate(kept):  #? index: Number; each: Tensor attached scalar
    pass
for one, two in zip(kept, numbers):  #? one: Tensor attached scalar; two: Number
    pass
head, *tail = loss, 1, 2  #? head: Tensor attached scalar; tail: Container (Number 1, Number 2)
*front, end = [1, 2, hard]  #? front: Container (Number 1, Number 2); end: Tensor detached scalar
a, (b, c) = 1, (loss, hard)  #? a: Number 1; b: Tensor attached scalar; c: Tensor detached scalar
d = e = loss  #? d: Tensor attached scalar; e: Tensor attached scalar
a, b = b, a  #? a: Tensor attached scalar; b: Number
losses.append(3)
mixed = losses[0]  #? unknown
popped = kept.pop()  #? Tensor attached scalar
kept.clear()
gone = kept  #? Container
kept.append(hard)
back = kept[0]  #? Tensor detached scalar
pairs = [(loss, 1), (loss, 2)]
tensors, ids = zip(*pairs)  #? tensors: Container of Tensor attached scalar; ids: Container of Number
ordered = sorted(numbers)  #? Container of Number
as_tuple = tuple(numbers)  #? Container of Number

# Dicts.
out = {"loss": loss, "n": 3, "name": "x"}
value = out["loss"]  #? Tensor attached scalar
count = out["n"]  #? Number 3
name = out["name"]  #? Other 'x'
out["logits"] = net(x)
logits = out["logits"]  #? Output attached
out["loss"] = out["loss"].item()
now = out["loss"]  #? Number
for key in out:  #? key: Other
    pass
for key, held in {"a": loss, "b": loss}.items():  #? key: Other; held: Tensor attached scalar
    pass
summed = sum({"a": loss, "b": loss}.values())  #? Tensor attached scalar
merged = {**{"a": loss}, "b": 1}
merged_a = merged["a"]  #? Tensor attached scalar
merged_b = merged["b"]  #? Number 1
renamed = dict(a=loss, b=hard)
renamed_b = renamed["b"]  #? Tensor detached scalar
copied = dict(renamed)
copied_a = copied.get("a")  #? Tensor attached scalar
taken = copied.pop("a")  #? Tensor attached scalar
update = {"x": 1}
update.update({"y": loss})
updated = update["y"]  #? Tensor attached scalar
update.update(z=hard)
updated_z = update["z"]  #? Tensor detached scalar
means = {k: v.mean() for k, v in {"a": loss}.items()}  #? Container of Tensor attached scalar
values = [v.item() for v in renamed.values()]  #? Container of Number
ordered_dict = OrderedDict()
ordered_dict["a"] = loss
from_ordered = ordered_dict["a"]  #? Tensor attached scalar
nested = {"inner": {"loss": loss}}
deep = nested["inner"]["loss"]  #? Tensor attached scalar
del out["logits"]
absent = out.get("logits")  #? unknown

# Sets, deques, slices.
window = deque(maxlen=10)
window.append(loss)
oldest = window.popleft()  #? Tensor attached scalar
seen = {1, 2}  #? Container of Number
chunked = net(x).chunk(2)  #? Container of Tensor attached
left, right = net(x).relu().chunk(2, dim=-1)  #? left: Tensor attached; right: Tensor attached
copy_of = copy.copy(renamed)

# Records.
Pair = namedtuple("Pair", "loss count")
pair = Pair(loss, count=3)
pair_loss = pair.loss  #? Tensor attached scalar
pair_count = pair.count  #? Number 3
unpacked, _ = pair  #? unpacked: Tensor attached scalar


class Step(NamedTuple):
    loss: torch.Tensor
    hits: int = 0


@dataclass
class Output:
    loss: torch.Tensor
    logits: Optional[torch.Tensor] = None
    names: list[str] = field(default_factory=list)


@dataclass
class Extended(Output):
    extra: float = 0.0


step = Step(loss, 4)
step_loss = step.loss  #? Tensor attached scalar
step_first = step[0]  #? Tensor attached scalar
output = Output(loss=loss.detach(), logits=net(x))
output_loss = output.loss  #? Tensor detached scalar
output_logits = output.logits  #? Output attached
extended = Extended(loss, None, [], 1.0)
extended_loss = extended.loss  #? Tensor attached scalar
extended_extra = extended.extra  #? Number 1.0
output.loss = loss
again = output.loss  #? Tensor attached scalar


def made():
    return Output(loss=loss, logits=loss.detach())


result = made()
result_loss = result.loss  #? Tensor attached scalar
result_logits = result.logits  #? Tensor detached scalar


def consumed(batch: Output, steps: list[Step], table: dict[str, torch.Tensor], *rest: torch.Tensor):
    part = batch.loss  #? Tensor
    for one in steps:  #? one: Instance
        hits = one.hits  #? Number
    for key, tensor in table.items():  #? tensor: Tensor
        pass
    for extra in rest:  #? extra: Tensor
        pass
    shuffled = random.sample(rest, 2)
    return part

# A loop over values that are told apart takes each of them in some round.
report = {"loss": loss, "hard": hard}
for key, value in report.items():  #? value: Tensor attached scalar
    pass
for value in report.values():  #? value: Tensor attached scalar
    pass
for value in (hard, loss, hard):  #? value: Tensor attached scalar
    pass
for value in (hard, hard):  #? value: Tensor detached scalar
    pass
report["rate"] = 0.1
for key, value in report.items():  #? value: Output attached
    kept_by_key = {key: value.item()}  #? Container of Number
report["name"] = "first"
for key, value in report.items():  #? value: unknown
    pass


def reported(model: nn.Module, batches, optimizer, stage):
    told = {}
    for x, y in batches:
        loss = nn.functional.mse_loss(model(x), y)
        told[f"{stage}/shift"] = x.mean().detach()
        told[f"{stage}/loss"] = loss
        for name, value in told.items():
            value  #? Tensor attached
        for name in told:
            told[name] = told[name].detach()
        for name, value in told.items():
            value  #? Tensor


def written_into(model: nn.Module, rows):
    table = torch.zeros(len(rows), 4)  #? Tensor detached
    for number, row in enumerate(rows):
        table[number] = row.detach()
    table  #? Tensor detached
    for number, row in enumerate(rows):
        table[number] = model(row)
    table.sum()  #? Tensor scalar
