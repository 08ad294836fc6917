# mypy: ignore-errors
# ruff: noqa
"""LT002: model.predict on one small input in a loop or per request."""

# smelly
import keras
import tensorflow as tf


def act(model, obs):
    q = model.predict(obs[None, :], verbose=0)  # leak
    return int(q.argmax())


for _ in range(100_000):
    obs = env.step(act(model, obs))

# repaired
import keras
import tensorflow as tf


def act(model, obs):
    q = model(obs[None, :], training=False)
    return int(tf.argmax(q, axis=-1)[0])


for _ in range(100_000):
    obs = env.step(act(model, obs))
