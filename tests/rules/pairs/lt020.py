# mypy: ignore-errors
# ruff: noqa
"""LT020: load_model inside a request handler or loop."""

# smelly
import keras


@app.post("/score")
def score():
    model = keras.models.load_model("ranker.keras")  # leak
    return {"score": float(model(parse(request))[0, 0])}


# repaired
import keras

model = keras.models.load_model("ranker.keras")


@app.post("/score")
def score():
    return {"score": float(model(parse(request))[0, 0])}
