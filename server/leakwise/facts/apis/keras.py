"""Keras and TensorFlow by what their calls give. `tf.keras`, `keras` and `tf_keras` are one name.

Sources: https://keras.io/api/models/, https://keras.io/api/utils/config_utils/#clear_session-function
and https://www.tensorflow.org/api_docs/python/tf/keras/backend/clear_session.
"""

from leakwise.facts.apis.effects import Effect, effects, instance, result
from leakwise.facts.apis.wordlists import words
from leakwise.facts.terms.values import Kind

CALLS: dict[str, Effect] = {
    **effects(
        instance(Kind.KERAS_MODEL),
        "keras.",
        "Model.from_config Sequential.from_config models.Model.from_config "
        "models.Sequential.from_config Sequential Model models.Sequential models.Model "
        "models.Functional models.clone_model "
        "models.load_model models.model_from_json models.model_from_config saving.load_model "
        "engine.training.Model",
    ),
    # https://keras.io/api/data_loading/: folders of images, texts and sounds.
    **effects(
        result(Kind.TF_DATASET),
        "keras.",
        "utils.image_dataset_from_directory utils.text_dataset_from_directory "
        "utils.audio_dataset_from_directory utils.timeseries_dataset_from_array "
        "preprocessing.image_dataset_from_directory preprocessing.text_dataset_from_directory",
    ),
    "keras.backend.function": instance(Kind.TF_FUNCTION),
}
KERAS_CALLBACKS = "keras.callbacks."
# https://keras.io/api/: capitalised names under these prefixes are classes of the kind.
CLASS_PREFIXES: dict[str, Kind] = {
    "keras.optimizers.schedules.": Kind.SCHEDULER,
    "keras.optimizers.": Kind.OPTIMIZER,
    "keras.metrics.": Kind.METRIC,
    "keras.losses.": Kind.METRIC,
    KERAS_CALLBACKS: Kind.OTHER,
    "keras.initializers.": Kind.OTHER,
    "keras.regularizers.": Kind.OTHER,
    "keras.constraints.": Kind.OTHER,
}
# Functions in lower case of these modules give tensors.
TENSOR_MODULES = words("keras.ops. keras.losses. keras.metrics. keras.activations. keras.random.")
# https://www.tensorflow.org/api_docs/python/tf/keras/backend: of state and settings, these give no
# tensors; the others do.
BACKEND = "keras.backend."
BACKEND_STATE = words(
    "clear_session set_session get_session set_learning_phase learning_phase set_floatx floatx "
    "set_epsilon epsilon set_image_data_format image_data_format backend get_uid reset_uids "
    "manual_variable_initialization is_keras_tensor learning_phase_scope name_scope rnn "
    "get_value batch_get_value set_value batch_set_value int_shape ndim eval"
)
# https://www.tensorflow.org/recommenders/api_docs/python/tfrs/Model derives from Keras' own.
MODEL_BASES = words(
    "keras.Model keras.models.Model keras.Sequential keras.models.Sequential "
    "tensorflow_recommenders.Model tensorflow_recommenders.models.Model"
)
PLAIN_BASES = words(
    "keras.callbacks.Callback keras.utils.Sequence keras.utils.PyDataset keras.metrics.Metric "
    "keras.losses.Loss keras.regularizers.Regularizer keras.initializers.Initializer "
    "keras.constraints.Constraint keras.optimizers.schedules.LearningRateSchedule "
    "tensorflow.Module"
)
"""Classes made to be derived from. They close, empty and reset nothing that a class of one's own
keeps; `Metric.reset_state` sets the metric's variables alone."""
# Functions in capitals here build whole networks: `ResNet50(...)`.
MODEL_PREFIXES = ("keras.applications.",)
LAYER_BASE = "keras.Layer"
LAYER_PREFIXES = ("keras.layers.",)
LAYER_FUNCTIONS = frozenset({"keras.Input", "keras.layers.Input"})
MODEL_EVIDENCE = frozenset({"trainable_variables", "trainable_weights"})
"""What is called, and read these attributes of, is a model, a layer or a `tf.Module`."""
# https://keras.io/api/models/model/ and /layers/base_layer/: lists of variables.
MODEL_VARIABLES = MODEL_EVIDENCE | words(
    "weights variables non_trainable_weights non_trainable_variables"
)
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
# https://keras.io/api/models/model_training_apis/: arguments that no method of this name in
# scikit-learn has.
RUNNING = words("verbose use_multiprocessing steps")
TRAINING_ARGUMENTS = {
    "fit": words("epochs steps_per_epoch validation_split validation_data"),
    "compile": words("optimizer jit_compile"),
}
"""By method: the arguments that only what is trained as a Keras model is given."""
TELLING_ARGUMENTS = {
    "fit": RUNNING | TRAINING_ARGUMENTS["fit"],
    "predict": RUNNING,
    "evaluate": RUNNING,
    "compile": TRAINING_ARGUMENTS["compile"],
}
TRAINING_METHODS = words("train_on_batch test_on_batch fit_generator")
"""Methods by which Keras models alone are trained, whatever they are given."""
SIMILAR = words("xgboost lightgbm catboost pytorch_tabnet darts")
"""Packages whose models take some of them, too."""

OTHER_PREDICTORS = SIMILAR | words(
    "sklearn joblib pickle cloudpickle torch onnxruntime statsmodels prophet mlflow autogluon "
    "surprise fasttext pycaret h2o spacy"
)
"""Packages whose models have a `predict`, or that bring back models of any package."""


def training_word(method: str) -> str:
    """The word under which the names of a file hold that a method is called as only Keras' is."""
    return f"{method}()"


TRAINING_WORDS = frozenset(
    training_word(method) for method in (*TRAINING_ARGUMENTS, *sorted(TRAINING_METHODS))
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
    ("pytorch_lightning", "lightning.pytorch"),
    ("lightning_fabric", "lightning.fabric"),
    ("torch.functional", "torch"),
    ("torch.nn.modules.loss", "torch.nn"),
)
