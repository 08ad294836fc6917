# mypy: ignore-errors
# ruff: noqa
"""LT019: Layer or model that stores its inputs or outputs on self in call."""

# smelly
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(64)
        self.maps = []

    def call(self, x):
        y = self.dense(x)
        self.maps.append(y)  # leak
        return y


# repaired
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(64)

    def call(self, x, return_map=False):
        y = self.dense(x)
        return (y, y) if return_map else y
