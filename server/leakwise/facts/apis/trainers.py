"""What trainers hand to the methods that users write for them, and do with what these return.

Sources: https://lightning.ai/docs/pytorch/stable/common/lightning_module.html (training_step: a
loss tensor, or a dict with the key "loss", which the trainer backpropagates unless the module's
optimization is manual); https://huggingface.co/docs/transformers/main_classes/trainer
(compute_loss: the loss, or the loss and the outputs), /callback;
https://lightning.ai/docs/pytorch/stable/extensions/callbacks.html (`pl_module`).
"""

from leakwise.facts.apis.torch_classes import LIGHTNING_BASES

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
    {
        "lightning.Callback",
        "lightning.pytorch.Callback",
        "lightning.pytorch.callbacks.Callback",
    }
)
HANDED_NETWORKS: dict[str, frozenset[str]] = {
    "model": TRANSFORMERS_TRAINERS | {"transformers.TrainerCallback"},
    "pl_module": LIGHTNING_CALLBACKS,
}
"""By parameter: the classes to whose methods a trainer hands the network that it trains."""
LOSS_IN_DICT = frozenset({"training_step"})
"""Methods that may return a dict, with the loss under this key."""
LOSS_KEY = "loss"
