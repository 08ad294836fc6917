# mypy: ignore-errors
# ruff: noqa
"""LG003: a list of images that stay open."""

# smelly
import torch
from PIL import Image


def load(paths):
    images = []
    for path in paths:
        images.append(Image.open(path))  # leak
    return images


# repaired
import torch
from PIL import Image


def load(paths):
    images = []
    for path in paths:
        with Image.open(path) as image:
            images.append(image.convert("RGB"))
    return images
