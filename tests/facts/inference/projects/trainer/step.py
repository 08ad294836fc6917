"""One step; its metrics are stored by the trainer in the other file."""

import torch.nn.functional as F


def training_step(model, batch):
    model.train()
    x, y = batch
    out = model(x)  #? Output attached likely
    loss = F.cross_entropy(out, y)  #? Tensor attached scalar
    return loss, {"loss": loss, "hits": out.argmax(1) == y}


def metrics_of(out):
    hits = out.argmax(1)
    count = out.size(0)  #? Number
    return {"hits": hits, "count": count}
