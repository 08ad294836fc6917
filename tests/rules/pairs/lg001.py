# mypy: ignore-errors
# ruff: noqa
"""LG001: a figure for every epoch."""

# smelly
import matplotlib.pyplot as plt
import torch


def draw(images, path):
    figure, axes = plt.subplots()  # leak
    axes.imshow(images[0])
    figure.savefig(path)


for epoch in range(100):
    draw(torch.rand(4, 8, 8).numpy(), f"epoch{epoch}.png")

# repaired
import matplotlib.pyplot as plt
import torch


def draw(images, path):
    figure, axes = plt.subplots()
    axes.imshow(images[0])
    figure.savefig(path)
    plt.close(figure)


for epoch in range(100):
    draw(torch.rand(4, 8, 8).numpy(), f"epoch{epoch}.png")
