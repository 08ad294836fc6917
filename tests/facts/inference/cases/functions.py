# Training and evaluation as functions with arguments.
import argparse
from contextlib import nullcontext
from functools import partial

import torch
import torch.nn.functional as F
from torch import nn, optim


def build(args):
    net = nn.Sequential(nn.Linear(10, 10), nn.ReLU(), nn.Linear(10, 2))  #? Module
    if args.parallel:
        net = nn.DataParallel(net)  #? Module
    return net.to(args.device)  #? Module


def train(args, model, device, train_loader, optimizer, epoch):
    model.train()
    losses = []  #? Container ()
    for batch_idx, (data, target) in enumerate(train_loader):
        data, target = data.to(device), target.to(device)  #? data: unknown
        optimizer.zero_grad()
        output = model(data)  #? Output attached likely
        loss = F.nll_loss(output, target)  #? Tensor attached scalar
        loss.backward()
        optimizer.step()
        losses.append(loss)
        if args.dry_run:
            break
    total = sum(losses)  #? Tensor attached scalar
    mean = total / len(losses)  #? Tensor attached scalar
    return mean.item()  #? Number


def test(model, device, test_loader):
    model.eval()
    test_loss = 0
    correct = 0
    with torch.no_grad():
        for data, target in test_loader:
            output = model(data.to(device))  #? Output detached
            test_loss += F.nll_loss(output, target, reduction="sum").item()  #? Number
            pred = output.argmax(dim=1, keepdim=True)  #? Tensor detached
            correct += pred.eq(target.view_as(pred)).sum().item()  #? Number
    test_loss /= len(test_loader.dataset)  #? Number
    accuracy = 100.0 * correct / len(test_loader.dataset)  #? Number
    return test_loss, accuracy  #? Container (Number, Number)


@torch.no_grad()
def validate(model, batches):
    model.eval()
    outs = [model(batch) for batch in batches]  #? Container of Output detached
    stacked = torch.cat(outs)  #? Tensor detached
    return {"mean": stacked.mean(), "max": stacked.max().item(), "all": outs}


@torch.inference_mode()
def predict(model, x):
    model.eval()
    logits = model(x)  #? Output detached
    return logits.softmax(-1), logits.argmax(-1)  #? Container (Tensor detached, Tensor detached)


def step(model, batch, criterion=nn.CrossEntropyLoss(), scale: float = 1.0):
    x, y = batch
    out = model(x)
    loss = F.cross_entropy(out, y)  #? Tensor scalar
    with torch.no_grad():
        acc = (out.argmax(1) == y).float().mean()
    return loss * scale, acc


def regularised(model, loss, weight=1e-4):
    penalty = sum(p.pow(2).sum() for p in model.parameters())  #? Tensor attached scalar
    return loss + weight * penalty


def warm(model, loader):
    model.train()
    for x, y in loader:
        with torch.set_grad_enabled(False):
            h = model(x)  #? Output detached
        with torch.set_grad_enabled(True):
            g = model(x)  #? Output attached
        with torch.enable_grad():
            k = model(x)  #? Output attached
        both = h + g  #? Tensor attached


def phases(model, criterion, loaders):
    for phase in ["train", "val"]:
        if phase == "train":
            model.train()
        else:
            model.eval()
        for x, y in loaders[phase]:
            with torch.set_grad_enabled(phase == "train"):
                outputs = model(x)  #? Output
                _, preds = torch.max(outputs, 1)  #? preds: Tensor detached
                loss = criterion(outputs, y)
                if phase == "train":
                    loss.backward()


def restore(model, x):
    before = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    quiet = model(x)  #? Output detached
    torch.set_grad_enabled(before)
    loud = model(x)  #? Output attached
    model.train()
    return quiet, loud


def restore_in_finally(model, x):
    model.eval()
    was = torch.is_grad_enabled()
    try:
        torch.set_grad_enabled(False)
        quiet = model(x)  #? Output detached
    finally:
        torch.set_grad_enabled(was)
    loud = model(x)  #? Output attached
    return loud


def restore_constant(model, x):
    model.eval()
    torch.set_grad_enabled(False)
    quiet = model(x)  #? Output detached
    torch.set_grad_enabled(True)
    return model(x)  #? Output attached


def guarded(model, x, training):
    model.eval()
    context = torch.enable_grad() if training else torch.no_grad()
    with context:
        out = model(x)  #? Output
    with nullcontext():
        plain = model(x)  #? Output attached
    with torch.no_grad() if not training else nullcontext():
        other = model(x)  #? Output
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()
    model = build(args)  #? Module
    optimizer = optim.SGD(model.parameters(), lr=0.1)  #? Optimizer
    scheduler = optim.lr_scheduler.StepLR(optimizer, 1)
    loader = torch.utils.data.DataLoader([])  #? Loader
    for epoch in range(1, 11):  #? Number
        mean = train(args, model, args.device, loader, optimizer, epoch)  #? Number
        loss, accuracy = test(model, args.device, loader)  #? loss: Number; accuracy: Number
        report = validate(model, loader)  #? report["max"]: Number; report["mean"]: Tensor detached scalar
        probs, labels = predict(model, loader)  #? probs: Tensor detached; labels: Tensor detached
        scheduler.step()
    reduce = partial(torch.sum, dim=0)
    summed = reduce(model(torch.ones(2)))  #?! Tensor attached
    relu = lambda t: torch.relu(t)  #? Function
    hidden = relu(model(torch.ones(2)))  #? Tensor attached
    cut = (lambda t: t.detach())(hidden)  #? Tensor detached


if __name__ == "__main__":
    main()
