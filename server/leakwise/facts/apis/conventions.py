"""How often frameworks call the methods that one writes for them.

Sources: https://lightning.ai/docs/pytorch/stable/common/lightning_module.html#hooks and
/extensions/callbacks.html; https://docs.pytorch.org/docs/stable/data.html, /notes/extending.html;
https://keras.io/api/callbacks/base_callback/, keras.io/guides;
https://huggingface.co/docs/transformers/main_classes/trainer and /callback.
"""

from leakwise.facts.apis.torch_classes import LIGHTNING_BASES, MODULE_BASES
from leakwise.facts.apis.trainers import LIGHTNING_CALLBACKS, TRANSFORMERS_TRAINERS
from leakwise.facts.apis.wordlists import words
from leakwise.facts.terms.lifetimes import Rhythm

_STAGES = ("train", "validation", "test", "predict", "sanity_check")
_LIGHTNING: dict[str, Rhythm] = {
    **dict.fromkeys(
        words(
            "training_step validation_step test_step predict_step on_before_zero_grad "
            "on_before_backward on_after_backward on_before_optimizer_step optimizer_step "
            "optimizer_zero_grad configure_gradient_clipping on_before_batch_transfer "
            "on_after_batch_transfer transfer_batch_to_device backward lr_scheduler_step"
        ),
        Rhythm.STEP,
    ),
    **{
        f"on_{stage}_batch_{moment}": Rhythm.STEP
        for stage in _STAGES
        for moment in ("start", "end")
    },
    **{
        f"on_{stage}_epoch_{moment}": Rhythm.EPOCH
        for stage in _STAGES
        for moment in ("start", "end")
    },
    **dict.fromkeys(
        words(
            "training_epoch_end validation_epoch_end test_epoch_end on_validation_start "
            "on_validation_end on_save_checkpoint"
        ),
        Rhythm.EPOCH,
    ),
    **dict.fromkeys(
        words(
            "setup teardown prepare_data configure_optimizers configure_model on_fit_start "
            "on_fit_end on_train_start on_train_end on_test_start on_test_end "
            "on_load_checkpoint train_dataloader val_dataloader test_dataloader "
            "predict_dataloader"
        ),
        Rhythm.ONCE,
    ),
}
_KERAS_CALLBACK: dict[str, Rhythm] = {
    **{
        f"on_{stage}batch_{moment}": Rhythm.STEP
        for stage in ("", "train_", "test_", "predict_")
        for moment in ("begin", "end")
    },
    "on_epoch_begin": Rhythm.EPOCH,
    "on_epoch_end": Rhythm.EPOCH,
    "on_test_begin": Rhythm.EPOCH,
    "on_test_end": Rhythm.EPOCH,
    "on_train_begin": Rhythm.ONCE,
    "on_train_end": Rhythm.ONCE,
    "set_model": Rhythm.ONCE,
    "set_params": Rhythm.ONCE,
}
_TRAINER: dict[str, Rhythm] = {
    **dict.fromkeys(
        words("compute_loss training_step prediction_step log_metrics floating_point_ops"),
        Rhythm.STEP,
    ),
    **dict.fromkeys(words("evaluate evaluation_loop prediction_loop"), Rhythm.EPOCH),
    # After every `logging_steps` steps, 500 where nothing else is said.
    "log": Rhythm.EPOCH,
    **dict.fromkeys(words("create_optimizer create_scheduler get_train_dataloader"), Rhythm.ONCE),
}
_TRAINER_CALLBACK: dict[str, Rhythm] = {
    **dict.fromkeys(
        words("on_step_begin on_step_end on_substep_end on_optimizer_step on_prediction_step"),
        Rhythm.STEP,
    ),
    **dict.fromkeys(words("on_epoch_begin on_epoch_end on_evaluate on_save"), Rhythm.EPOCH),
    **dict.fromkeys(words("on_init_end on_train_begin on_train_end"), Rhythm.ONCE),
}
_DATASET: dict[str, Rhythm] = {
    "__getitem__": Rhythm.STEP,
    "__getitems__": Rhythm.STEP,
    "__iter__": Rhythm.EPOCH,
}
_KERAS_LAYER: dict[str, Rhythm] = {
    **dict.fromkeys(
        words("call train_step test_step predict_step compute_loss update_state"), Rhythm.STEP
    ),
    "build": Rhythm.ONCE,
    "compile": Rhythm.ONCE,
    "reset_state": Rhythm.EPOCH,
}

LAMBDA_CALLBACK = "keras.callbacks.LambdaCallback"
"""Is given functions by the names of a callback's methods."""
KERAS_LAYER_METHODS = _KERAS_LAYER
"""How often Keras calls the methods of a layer, by whichever layer its class extends."""
LAMBDA_CALLBACK_METHODS = _KERAS_CALLBACK
"""How often it calls the function that it is given by a name."""
CONVENTIONS: tuple[tuple[frozenset[str], dict[str, Rhythm]], ...] = (
    (
        LIGHTNING_BASES
        | LIGHTNING_CALLBACKS
        | words("lightning.LightningDataModule lightning.pytorch.LightningDataModule"),
        _LIGHTNING,
    ),
    (MODULE_BASES, {"forward": Rhythm.STEP}),
    (
        words("torch.autograd.Function torch.autograd.function.Function"),
        {"forward": Rhythm.STEP, "backward": Rhythm.STEP, "setup_context": Rhythm.STEP},
    ),
    (
        words(
            "torch.utils.data.Dataset torch.utils.data.dataset.Dataset "
            "torch.utils.data.IterableDataset torch.utils.data.Sampler "
            "torch.utils.data.sampler.Sampler torchvision.datasets.VisionDataset "
            "torchvision.datasets.ImageFolder keras.utils.Sequence keras.utils.PyDataset"
        ),
        _DATASET,
    ),
    (
        words(
            "keras.callbacks.Callback keras.callbacks.LambdaCallback "
            "keras.callbacks.ModelCheckpoint keras.callbacks.EarlyStopping "
            "keras.callbacks.TensorBoard keras.callbacks.History keras.callbacks.CSVLogger "
            "keras.callbacks.ReduceLROnPlateau keras.callbacks.LearningRateScheduler "
            "keras.callbacks.ProgbarLogger keras.callbacks.BaseLogger "
            "keras.callbacks.RemoteMonitor keras.callbacks.TerminateOnNaN "
            "keras.callbacks.BackupAndRestore"
        ),
        _KERAS_CALLBACK,
    ),
    (
        words(
            "keras.Model keras.models.Model keras.layers.Layer keras.Layer keras.Sequential "
            "keras.metrics.Metric keras.losses.Loss"
        ),
        _KERAS_LAYER,
    ),
    (
        TRANSFORMERS_TRAINERS,
        _TRAINER,
    ),
    (words("transformers.TrainerCallback"), _TRAINER_CALLBACK),
)
"""For classes that derive from one of some: how often these methods are called."""

ONCE_METHODS: frozenset[str] = words("__init__ __new__ __post_init__ __init_subclass__")
"""Once for each object, whatever its class is."""
CALL_METHOD = "__call__"
"""Each time that an object is called as a function is."""
