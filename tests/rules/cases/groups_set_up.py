# mypy: ignore-errors
# ruff: noqa
"""A process group that a function of its own begins, for another that trains."""

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import nn
from torch.nn.parallel import DistributedDataParallel


def setup(rank, world):
    dist.init_process_group("nccl", rank=rank, world_size=world)  # leak: LP032
    torch.cuda.set_device(rank)


def worker(rank, world, batches):
    setup(rank, world)
    network = DistributedDataParallel(nn.Linear(8, 2).to(rank), device_ids=[rank])
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    for x, y in batches:
        loss = nn.functional.cross_entropy(network(x.to(rank)), y.to(rank))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


if __name__ == "__main__":
    mp.spawn(worker, args=(4, []), nprocs=4)
