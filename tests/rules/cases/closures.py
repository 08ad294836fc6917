# mypy: ignore-errors
# ruff: noqa
"""Closures that an optimizer's step calls: what they add to may outlive the loop's rounds."""

import torch


def transfer(image, optimizer, parts, rounds):
    curve = []
    total = 0.0
    for _ in range(rounds):

        def closure():
            nonlocal total
            optimizer.zero_grad()
            loss = sum(part.loss for part in parts)
            loss.backward()
            curve.append(loss)  # leak: LP002
            total += loss  # leak: LP001
            return loss

        optimizer.step(closure)
    return curve


def transfer_numbers(image, optimizer, parts, rounds):
    curve = []

    def closure():
        optimizer.zero_grad()
        loss = sum(part.loss for part in parts)
        loss.backward()
        curve.append(loss.item())
        return loss

    for _ in range(rounds):
        optimizer.step(closure)
    return curve


def one_list_for_each_batch(net, optimizer, batches, criterion):
    for x, y in batches:
        evaluations = []

        def closure():
            optimizer.zero_grad()
            loss = criterion(net(x), y)
            loss.backward()
            evaluations.append(loss)
            return loss

        optimizer.step(closure)
        print(len(evaluations))


def emptied_for_each_batch(net, optimizer, batches, criterion):
    evaluations = []
    for x, y in batches:

        def closure():
            optimizer.zero_grad()
            loss = criterion(net(x), y)
            loss.backward()
            evaluations.append(loss)
            return loss

        optimizer.step(closure)
        print(len(evaluations))
        evaluations.clear()


def stepped_once(net, optimizer, x, y, criterion):
    evaluations = []

    def closure():
        optimizer.zero_grad()
        loss = criterion(net(x), y)
        loss.backward()
        evaluations.append(loss)
        return loss

    optimizer.step(closure)
    return evaluations[0]
