"""Brings the project's parts together."""

import torch
from evaluation import evaluate, evaluate_quietly, total_loss
from models import Net, build_model, loss_and_accuracy
from torch import nn, optim
from torch.utils.data import DataLoader

loader = DataLoader([])  #? Loader


def main():
    net = Net()  #?! Module
    model = build_model("net")  #?! Module
    wrapped = nn.DataParallel(net)  #? Module
    optimizer = optim.SGD(net.parameters(), lr=0.1)  #? Optimizer
    criterion = nn.CrossEntropyLoss()
    for x, y in loader:
        logits = net(x)  #? Output attached likely
        loss, hits = loss_and_accuracy(logits, y)  #? loss: Tensor attached scalar likely
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        loss, correct = evaluate(net, loader)  #?! loss: Tensor detached scalar; correct: Number
    quiet = evaluate_quietly(net, loader)  #?! Tensor detached scalar
    total = total_loss(net, loader, criterion)  #? Tensor attached scalar likely
    total.backward()
    shown = total.item()  #? Number


main()
