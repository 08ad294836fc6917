"""What trainers hand to the methods that users write for them, and do with what these return.

Sources: https://lightning.ai/docs/pytorch/stable/common/lightning_module.html (training_step: a
loss tensor, or a dict with the key "loss", which the trainer backpropagates unless the module's
optimization is manual); https://huggingface.co/docs/transformers/main_classes/trainer
(compute_loss: the loss, or the loss and the outputs), /callback;
https://lightning.ai/docs/pytorch/stable/extensions/callbacks.html (`pl_module`; what hooks are
called with; the classes of callbacks); .../common/lightning_module.html#hooks;
.../accelerators/gpu_basic.html (the trainer moves the module and each batch to its device).
"""

from leakwise.facts.apis.torch_classes import LIGHTNING_BASES
from leakwise.facts.apis.wordlists import words

TRANSFORMERS_TRAINERS = frozenset(
    {
        "transformers.Trainer",
        "transformers.trainer.Trainer",
        "transformers.Seq2SeqTrainer",
        "transformers.trainer_seq2seq.Seq2SeqTrainer",
        "sentence_transformers.SentenceTransformerTrainer",
        "trl.SFTTrainer",
        "trl.DPOTrainer",
    }
)

RETURNS_LOSS: dict[str, frozenset[str]] = {
    "training_step": LIGHTNING_BASES,
    "compute_loss": TRANSFORMERS_TRAINERS,
}
"""By method: the classes whose trainer backpropagates what the method returns."""
LIGHTNING_CALLBACKS = frozenset(
    f"{module}.{name}"
    for module in ("lightning", "lightning.pytorch", "lightning.pytorch.callbacks")
    for name in words(
        "Callback BaseFinetuning BackboneFinetuning BasePredictionWriter BatchSizeFinder "
        "DeviceStatsMonitor EarlyStopping GradientAccumulationScheduler LambdaCallback "
        "LearningRateFinder LearningRateMonitor ModelCheckpoint ModelPruning ModelSummary "
        "OnExceptionCheckpoint ProgressBar RichModelSummary RichProgressBar "
        "StochasticWeightAveraging ThroughputMonitor Timer TQDMProgressBar WeightAveraging"
    )
)
HANDED_NETWORKS: dict[str, frozenset[str]] = {
    "model": TRANSFORMERS_TRAINERS | {"transformers.TrainerCallback"},
    "pl_module": LIGHTNING_CALLBACKS,
}
"""By parameter: the classes to whose methods a trainer hands the network that it trains."""
EVALUATED_BATCH_ENDS = frozenset(
    f"on_{stage}_batch_end" for stage in ("validation", "test", "predict")
)
HANDED_RESULTS: tuple[tuple[frozenset[str], frozenset[int]], ...] = (
    (LIGHTNING_BASES, frozenset({0, 1})),
    (LIGHTNING_CALLBACKS, frozenset({2, 3})),
)
"""By class: where, behind `self`, its `on_..._batch_end` of an evaluation is handed what came of
the batch and the batch, both without a graph and on the device that the trainer computes on."""
EVALUATION_STEPS = EVALUATED_BATCH_ENDS | {"validation_step", "test_step", "predict_step"}
"""Methods of these classes that the trainer calls for each batch of an evaluation, with grad
off."""
LOSS_IN_DICT = frozenset({"training_step"})
"""Methods that may return a dict, with the loss under this key."""
LOSS_KEY = "loss"
