# mypy: ignore-errors
# ruff: noqa
"""Loops over data, by the names of what they go through, and over what is named alike."""

import tensorflow as tf


def side_by_side(model, rows, fields, folds, metadata, loader):
    made = []
    for index in range(rows[fields].shape[0]):
        made.append(model(rows[fields][index : index + 1], training=False))
    for fold in folds:
        made.append(model(fold, training=False))
    for one in metadata:
        made.append(model(one, training=False))
    for one in loader:
        made.append(model(one, training=False))  # leak: LT011
    return made
