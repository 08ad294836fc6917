# mypy: ignore-errors
# ruff: noqa
"""LT001: Keras models built in a loop without clearing the session."""

# smelly
import keras

scores = []
for units in range(8, 512, 8):
    model = keras.Sequential(  # leak
        [keras.Input((20,)), keras.layers.Dense(units), keras.layers.Dense(1)]
    )
    model.compile("adam", "mse")
    model.fit(x, y, verbose=0)
    scores.append(model.evaluate(x_val, y_val, verbose=0))

# repaired
import keras

scores = []
for units in range(8, 512, 8):
    keras.backend.clear_session()
    model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(units), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, y, verbose=0)
    scores.append(model.evaluate(x_val, y_val, verbose=0))
