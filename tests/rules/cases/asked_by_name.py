# mypy: ignore-errors
# ruff: noqa
"""Models of which nothing tells but their names, and that they are asked about single samples."""

import cv2
import numpy as np
from tensorflow.keras.applications import imagenet_utils


def tiles(model, image, size):
    found = []
    for i in range(0, image.shape[0], size):
        tile = image[i : i + size]
        found.append(model.predict(tile[np.newaxis])[0])  # leak: LT002
    return found


def all_tiles(model, image, size):
    tiles = np.stack([image[i : i + size] for i in range(0, image.shape[0], size)])
    return model.predict(tiles)


def rows(forest, table):
    return [forest.predict(row[None]) for row in table]


def blocks(model, parts):
    for part in parts:
        yield model.predict(part)
