# mypy: ignore-errors
# ruff: noqa
"""LP031: a writer for every fold."""

# smelly
from torch.utils.tensorboard import SummaryWriter


def run(fold, train):
    writer = SummaryWriter(f"runs/fold{fold}")  # leak
    for step, loss in enumerate(train(fold)):
        writer.add_scalar("loss", loss, step)


for fold in range(10):
    run(fold, train)

# repaired
from torch.utils.tensorboard import SummaryWriter


def run(fold, train):
    with SummaryWriter(f"runs/fold{fold}") as writer:
        for step, loss in enumerate(train(fold)):
            writer.add_scalar("loss", loss, step)


for fold in range(10):
    run(fold, train)
