# mypy: ignore-errors
# ruff: noqa
"""LP032: a process group that stays."""

# smelly
import torch.distributed as dist
import torch.multiprocessing as mp


def worker(rank, world, net, loader, optimizer):
    dist.init_process_group("nccl", rank=rank, world_size=world)  # leak
    for x in loader:
        net(x).mean().backward()
        optimizer.step()


# repaired
import torch.distributed as dist
import torch.multiprocessing as mp


def worker(rank, world, net, loader, optimizer):
    dist.init_process_group("nccl", rank=rank, world_size=world)
    try:
        for x in loader:
            net(x).mean().backward()
            optimizer.step()
    finally:
        dist.destroy_process_group()
