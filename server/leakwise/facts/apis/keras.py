"""Keras and TensorFlow by what their calls give. `tf.keras`, `keras` and `tf_keras` are one name.

Sources: https://keras.io/api/models/, https://keras.io/api/utils/config_utils/#clear_session-function
and https://www.tensorflow.org/api_docs/python/tf/keras/backend/clear_session.
"""

from leakwise.facts.apis.effects import Effect, effects, instance
from leakwise.facts.values import Kind

CALLS: dict[str, Effect] = {
    **effects(
        instance(Kind.KERAS_MODEL),
        "keras.",
        "Sequential Model models.Sequential models.Model models.Functional models.clone_model "
        "models.load_model models.model_from_json models.model_from_config saving.load_model "
        "engine.training.Model",
    ),
}
MODEL_BASES = frozenset(
    {"keras.Model", "keras.models.Model", "keras.Sequential", "keras.models.Sequential"}
)
# Functions in capitals here build whole networks: `ResNet50(...)`.
MODEL_PREFIXES = ("keras.applications.",)
LAYER_PREFIXES = ("keras.layers.",)
LAYER_FUNCTIONS = frozenset({"keras.Input", "keras.layers.Input"})
MODEL_METHODS = frozenset(
    [
        "fit",
        "compile",
        "predict",
        "evaluate",
        "train_on_batch",
        "test_on_batch",
        "predict_on_batch",
        "fit_generator",
        "save",
    ]
)

ALIASES: tuple[tuple[str, str], ...] = (
    ("tensorflow.compat.v1.keras", "keras"),
    ("tensorflow.compat.v2.keras", "keras"),
    ("tensorflow.python.keras", "keras"),
    ("tensorflow.keras", "keras"),
    ("tensorflow.compat.v1", "tensorflow"),
    ("tensorflow.compat.v2", "tensorflow"),
    ("tf_keras", "keras"),
    ("keras.api", "keras"),
    ("keras.src", "keras"),
)
