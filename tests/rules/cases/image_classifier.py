# mypy: ignore-errors
# ruff: noqa
"""A classifier with a training and a validation phase per epoch, in the manner of many scripts."""

import argparse
import os

import torch
import torch.nn as nn
import torchvision.models as models
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--epochs", type=int, default=90)
    args = parser.parse_args()

    model = models.resnet18(weights=None)
    model = model.cuda()
    criterion = nn.CrossEntropyLoss().cuda()
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=30)

    train_set = datasets.ImageFolder(os.path.join(args.data, "train"), transforms.ToTensor())
    val_set = datasets.ImageFolder(os.path.join(args.data, "val"), transforms.ToTensor())
    train_loader = DataLoader(train_set, batch_size=256, shuffle=True, num_workers=4)
    val_loader = DataLoader(val_set, batch_size=256, num_workers=4)

    best = 0.0
    for epoch in range(args.epochs):
        train(train_loader, model, criterion, optimizer, epoch)
        validate_leaking(val_loader, model, criterion)
        accuracy = validate(val_loader, model, criterion)
        scheduler.step()
        best = max(best, accuracy)


def train(loader, model, criterion, optimizer, epoch):
    losses = []
    running = 0.0
    correct = 0
    model.train()
    for i, (images, target) in enumerate(loader):
        images = images.cuda(non_blocking=True)
        target = target.cuda(non_blocking=True)
        output = model(images)
        loss = criterion(output, target)
        correct += (output.argmax(dim=1) == target).float().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        running += loss * images.size(0)  # leak: LP001
        losses.append(loss.data)
        if i % 10 == 0:
            print(f"{epoch} {i} {loss.item():.3f}")
    return running / len(loader.dataset), correct, losses


def validate(loader, model, criterion):
    model.eval()
    total, correct = 0.0, 0
    with torch.no_grad():
        for images, target in loader:
            output = model(images.cuda())
            total += criterion(output, target.cuda())
            correct += (output.argmax(1) == target.cuda()).sum().item()
    return correct / len(loader.dataset)


def validate_leaking(loader, model, criterion):
    model.eval()
    total, correct = 0.0, 0
    for images, target in loader:
        output = model(images.cuda())  # leak: LP008
        total += criterion(output, target.cuda())
        correct += (output.argmax(1) == target.cuda()).sum().item()
    return total, correct


if __name__ == "__main__":
    main()
