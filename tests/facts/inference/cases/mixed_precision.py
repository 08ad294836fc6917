# GradScaler, autocast, accumulation of gradients, clipping, schedulers, distributed training.
import deepspeed
import lightning as L
import torch
import torch.distributed as dist
import torch.nn as nn
from torch.amp import GradScaler
from torch.cuda.amp import autocast
from torch.nn.parallel import DistributedDataParallel as DDP
from torch.utils.data import DataLoader
from tqdm import tqdm

model = nn.Transformer().cuda()  #? Module
model = DDP(model, device_ids=[0])  #? Module
compiled = torch.compile(model)  #? Module
scripted = torch.jit.script(model)  #? Module
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scaler = GradScaler("cuda")
criterion = nn.CrossEntropyLoss(label_smoothing=0.1).cuda()  #? Criterion
loader = DataLoader([1, 2, 3])
accumulate = 4


def train_one_epoch(epoch: int):
    model.train()
    running = 0.0
    bar = tqdm(enumerate(loader), total=len(loader))  #? Loader of Container (Number, unknown)
    for i, (images, targets) in bar:  #? i: Number; images: unknown
        images = images.cuda(non_blocking=True)  #? unknown
        with autocast():
            logits = model(images)  #? Output attached
            loss = criterion(logits, targets) / accumulate  #? Tensor attached scalar
        scaled = scaler.scale(loss)  #? Tensor attached scalar
        scaled.backward()
        if (i + 1) % accumulate == 0:
            scaler.unscale_(optimizer)
            norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)  #? Tensor detached
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad(set_to_none=True)
        running += loss.item() * accumulate  #? Number
        bar.set_postfix(loss=running / (i + 1))
    reduced = loss.detach().clone()  #? Tensor detached scalar
    dist.all_reduce(reduced)
    mean = reduced / dist.get_world_size()  #? Tensor detached scalar
    return running / len(loader)  #? Number


def autocast_dtype(images, targets):
    with torch.autocast(device_type="cuda", dtype=torch.bfloat16):
        out = compiled(images)  #? Output attached
        loss = torch.nn.functional.cross_entropy(out, targets)  #? Tensor attached scalar
    loss.backward()
    with torch.no_grad(), torch.autocast("cuda"):
        quiet = scripted(images)  #? Output detached
    with torch.autocast("cuda"), torch.no_grad():
        quiet = model.module(images)  #? Output detached
    return loss.float()  #? Tensor attached scalar


def micro_batches(batch):
    losses = []
    for micro in batch.chunk(4):
        out = model(micro)  #? Output attached
        loss = criterion(out, micro) / 4  #? Tensor attached scalar
        loss.backward()
        losses.append(loss.detach())
    total = torch.stack(losses).sum()  #? Tensor detached scalar
    return total.item()  #? Number


def deepspeed_loop(config):
    engine, opt, _, _ = deepspeed.initialize(model=model, config=config)
    for batch in loader:
        loss = engine(batch)  #? Output attached
        engine.backward(loss)
        engine.step()


def fabric_loop():
    fabric = L.Fabric(accelerator="cuda")
    net, opt = fabric.setup(nn.Linear(2, 2), optimizer)  #? net: Module
    data = fabric.setup_dataloaders(loader)
    for batch in data:
        opt.zero_grad()
        loss = net(batch).sum()  #? Tensor attached scalar
        fabric.backward(loss)
        value = loss.item()  #? Number


def unresolved_helper(helper, batch):
    out = model(batch)
    loss = helper(out, batch)  #? Tensor attached likely
    loss = helper(loss)  #? Tensor attached scalar likely
    loss.backward()
    shown = loss.item()  #? Number


def siblings(helper, batch):
    loss, logits = helper(batch)  #? loss: Tensor attached scalar likely
    loss.backward()
    kept = logits  #?! Tensor attached


def by_key(helper, batch):
    output = helper(batch)  #? Output attached likely
    output["loss"].backward()
    loss = output["loss"]  #? Output attached likely
    fields = helper(batch)
    fields.loss.backward()


def last_of_list(batch):
    losses = []
    for part in batch:
        losses.append(model(part).sum())
    losses[-1].backward()
    kept = losses  #? Container of Tensor attached scalar
    last = losses[-1]  #? Tensor attached scalar


def from_the_rest(model, batch):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loss = model(batch)["loss"]  #? Output attached likely
    loss.mean().backward()
    metrics = {"loss": loss.detach(), "lr": 0.1}
    metrics["acc"] = (loss > 0).float().mean()
    shown = {key: float(value) for key, value in metrics.items()}  #? Container of Number
    return metrics  #? Container {loss: Tensor detached, lr: Number, acc: Tensor detached scalar}


def in_a_manager_that_is_not_known(model: torch.nn.Module, batches, context, other):
    for x, y in batches:
        with context():
            out = model(x)  #? Output attached
            loss = (out - y).pow(2).mean()  #? Tensor attached scalar
        with other():
            out = model(x)  #? Output
        loss.backward()
