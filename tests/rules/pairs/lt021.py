# mypy: ignore-errors
# ruff: noqa
"""LT021: Sub-model or K.function rebuilt in a loop or callback."""

# smelly
import keras

for x in batches:
    extractor = keras.Model(model.input, model.get_layer("emb").output)  # leak
    feats.append(extractor(x).numpy())

# repaired
import keras

extractor = keras.Model(model.input, model.get_layer("emb").output)
for x in batches:
    feats.append(extractor(x).numpy())
