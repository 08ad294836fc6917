# mypy: ignore-errors
# ruff: noqa
"""Parts of one tensor that was made before the loop share its graph: gathering them adds none."""

import torch
import torch.distributed.autograd as dist_autograd
import torch.distributed.rpc as rpc
from torch import nn
from torchmetrics.functional import confusion_matrix, jaccard_index


def projected(generator: nn.Module, latent, names):
    images, _ = generator(latent)
    found = {}
    for index, name in enumerate(names):
        found[name] = {"image": images[index], "latent": index}
    torch.save(found, "found.pt")


def parts(generator: nn.Module, latent, names):
    images = generator(latent)
    kept = []
    for index in range(len(names)):
        kept.append(images[index])
    torch.save(kept, "kept.pt")


def parts_of_each(generator: nn.Module, latents, names):
    kept = []
    for latent in latents:
        images = generator(latent)
        for index in range(len(names)):
            kept.append(images[index])  # leak: LP002
    torch.save(kept, "kept.pt")


def computed(generator: nn.Module, latent, names):
    images = generator(latent)
    kept = []
    for index in range(len(names)):
        kept.append(generator(images[index]))  # leak: LP002
    torch.save(kept, "kept.pt")


@torch.no_grad()
def overlaps(model: nn.Module, loader):
    device = torch.device("cuda")
    scores, tables = [], []
    for batch in loader:
        out = model(batch.to(device)).argmax(dim=-1)
        scores.append(jaccard_index(out, batch.y, num_classes=3))
        tables.append(confusion_matrix(out, batch.y, num_classes=3))  # leak: LP021
    return torch.stack(scores), torch.stack(tables)


class Remote(nn.Module):
    def __init__(self, where):
        super().__init__()
        self.table = rpc.remote(where, nn.Embedding, args=(7, 4))
        self.rnn = nn.LSTM(4, 4)

    def forward(self, batch, hidden):
        out, hidden = self.rnn(self.table.to_here()(batch), hidden)
        return self.table.rpc_sync().forward(out), hidden


def remote(batches):
    model = Remote("there")
    hidden = (torch.zeros(1, 2, 4), torch.zeros(1, 2, 4))
    criterion = nn.CrossEntropyLoss()
    for batch in batches:
        with dist_autograd.context() as context:
            hidden[0].detach_()
            hidden[1].detach_()
            out, hidden = model(batch, hidden)
            loss = criterion(out, batch)
            dist_autograd.backward(context, [loss])
    rpc.shutdown()


def targets(critic: torch.nn.Module, optimizer, states, following, rewards, going_on, count):
    values, later = critic(states), critic(following)
    gathered = []
    for j in range(count):
        gathered.append(rewards[j] + 0.9 * later[j] * going_on[j])
    loss = torch.nn.functional.mse_loss(torch.tensor(gathered), values)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def targets_one_by_one(critic: torch.nn.Module, optimizer, states, following, rewards):
    values = critic(states)
    gathered = []
    for later, reward in zip(following, rewards):
        gathered.append(reward + 0.9 * critic(later)[0])  # leak: LP007
    loss = torch.nn.functional.mse_loss(torch.tensor(gathered), values)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
