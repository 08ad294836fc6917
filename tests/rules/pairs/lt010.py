# mypy: ignore-errors
# ruff: noqa
"""LT010: model.compile called again in a loop."""

# smelly
import keras

for episode in range(1000):
    model.compile(optimizer="adam", loss=weighted_loss(episode))  # leak
    model.fit(x, y, verbose=0)

# repaired
import keras

weight = keras.Variable(1.0, trainable=False)


def weighted_loss(t, p):
    return weight * keras.losses.mean_squared_error(t, p)


model.compile(optimizer="adam", loss=weighted_loss)
for episode in range(1000):
    weight.assign(schedule(episode))
    model.fit(x, y, verbose=0)
