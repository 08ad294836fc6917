"""Keras on another backend than TensorFlow is another framework."""

import pytest

from leakwise.engine import Analysis, analyze
from leakwise.text import Document, Range

LOOP = """
import keras

model = keras.models.load_model("net.keras")
outputs = []
for x in batches:
    outputs.append(model(x, training=False))
"""
ELSEWHERE = [
    'import os\nos.environ["KERAS_BACKEND"] = "torch"\n',
    "import os\nos.environ['KERAS_BACKEND'] = 'jax'\n",
    'import os\nos.environ.setdefault("KERAS_BACKEND", "jax")\n',
    'from keras.config import set_backend\nimport keras\nkeras.config.set_backend("torch")\n',
]
TENSORFLOW = [
    "",
    'import os\nos.environ["KERAS_BACKEND"] = "tensorflow"\n',
    'import os\nos.environ["BACKEND"] = "torch"\n',
    'import os\nbackend = os.environ["KERAS_BACKEND"]\n',
]


def codes(text: str) -> list[str]:
    return [one.rule.code for one in analyze(Document.from_text("file:///a.py", text))]


@pytest.mark.parametrize("head", ELSEWHERE)
def test_models_of_another_backend_are_not_tensorflows(head: str) -> None:
    assert codes(head + LOOP) == []


@pytest.mark.parametrize("head", TENSORFLOW)
def test_tensorflow_is_the_backend_unless_the_file_says_otherwise(head: str) -> None:
    assert codes(head + LOOP) == ["LT011"]


def test_the_backend_may_be_changed_while_one_types() -> None:
    doc = Document.from_text("file:///a.py", LOOP)
    analysis = Analysis(doc)
    assert [one.rule.code for one in analysis.findings()] == ["LT011"]
    typed, change = doc.replace(Range.of(0, 0, 0, 0), ELSEWHERE[0])
    analysis.change(typed, [change])
    assert analysis.findings() == []
    back, change = typed.replace(Range.of(0, 0, 2, 0), "")
    analysis.change(back, [change])
    assert [one.rule.code for one in analysis.findings()] == ["LT011"]


KEEPING = """
import keras
from keras.callbacks import Callback


class Snapshots(keras.callbacks.Callback):
    def __init__(self, x):
        super().__init__()
        self.x, self.weights, self.outputs = x, [], []

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append(self.model.get_weights())
        self.outputs.append(self.model(self.x))


class Losses(Callback):
    def __init__(self):
        super().__init__()
        self.losses = []

    def on_epoch_end(self, epoch, logs=None):
        self.losses.append(logs["loss"])
"""


@pytest.mark.parametrize("head", ELSEWHERE)
def test_callbacks_keep_copies_of_weights_on_any_backend(head: str) -> None:
    assert codes(head + KEEPING) == ["LT018"]
    assert codes(KEEPING) == ["LT018", "LT018"]
