# mypy: ignore-errors
# ruff: noqa
"""LT013: Persistent GradientTape stored beyond the step."""

# smelly
import tensorflow as tf


class Trainer:
    def step(self, x):
        with tf.GradientTape(persistent=True) as self.tape:  # leak
            self.tape.watch(x)
            a = self.model(x)
            b = tf.reduce_sum(a**2)
        return self.tape.gradient(a, x), self.tape.gradient(b, x)


# repaired
import tensorflow as tf


class Trainer:
    def step(self, x):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            a = self.model(x)
            b = tf.reduce_sum(a**2)
        grads = tape.gradient(a, x), tape.gradient(b, x)
        del tape
        return grads
