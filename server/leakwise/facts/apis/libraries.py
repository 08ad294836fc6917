"""Libraries round torch by what their calls give: torchvision, timm, transformers, lightning,
accelerate, deepspeed and others."""

from leakwise.facts.apis.effects import (
    ARGUMENT,
    ARGUMENTS,
    CONTEXT,
    NEW_TENSOR,
    OTHER,
    STRUCTURE,
    WHOLE,
    Effect,
    Gives,
    effects,
    instance,
)
from leakwise.facts.terms.values import Kind

_MODULE = instance(Kind.MODULE)

# They make a picture of what they are given, such as a figure, and neither keep nor close it:
# https://docs.wandb.ai/ref/python/data-types/image,
# https://mlflow.org/docs/latest/python_api/mlflow.html#mlflow.log_figure.
_PICTURES: dict[str, Effect] = dict.fromkeys(("wandb.Image", "mlflow.log_figure"), OTHER)

# https://docs.pytorch.org/vision/stable/models.html, /datasets.html, /utils.html (`make_grid` is
# decorated with `no_grad`), /transforms.html.
_VISION: dict[str, Effect] = {
    **effects(_MODULE, "torchvision.models.", "get_model"),
    **effects(
        OTHER, "torchvision.models.", "list_models get_weight get_model_weights get_model_builder"
    ),
    "torchvision.models.feature_extraction.create_feature_extractor": ARGUMENT,
    "torchvision.models.feature_extraction.get_graph_node_names": OTHER,
    **effects(OTHER, "torchvision.utils.", "save_image"),
    **effects(NEW_TENSOR, "torchvision.utils.", "make_grid"),
    **effects(
        WHOLE,
        "torchvision.utils.",
        "draw_bounding_boxes draw_segmentation_masks draw_keypoints",
    ),
    **effects(WHOLE, "torchvision.io.", "read_image decode_image decode_jpeg decode_png read_file"),
    **effects(NEW_TENSOR, "torchvision.transforms.functional.", "to_tensor"),
    **effects(OTHER, "torchvision.transforms.functional.", "to_pil_image"),
    **effects(OTHER, "torchvision.transforms.v2.functional.", "to_pil_image"),
}

# https://huggingface.co/docs/timm: models are networks, `timm.layers` too.
_TIMM: dict[str, Effect] = {
    **effects(
        _MODULE,
        "timm.",
        "create_model models.create_model utils.ModelEmaV2 utils.ModelEmaV3",
    ),
    **effects(
        instance(Kind.OPTIMIZER),
        "timm.optim.",
        "create_optimizer create_optimizer_v2 optim_factory.create_optimizer_v2",
    ),
    **effects(instance(Kind.LOADER), "timm.data.", "create_loader"),
    **effects(instance(Kind.DATASET), "timm.data.", "create_dataset ImageDataset"),
    **effects(OTHER, "timm.", "list_models list_pretrained is_model"),
}

# https://huggingface.co/docs/transformers: main_classes/trainer, /optimizer_schedules,
# /pipelines (a pipeline runs without gradients and gives plain Python values).
_TRANSFORMERS: dict[str, Effect] = {
    **effects(
        instance(Kind.SCHEDULER),
        "transformers.",
        "get_scheduler get_linear_schedule_with_warmup get_cosine_schedule_with_warmup "
        "get_constant_schedule get_constant_schedule_with_warmup "
        "get_cosine_with_hard_restarts_schedule_with_warmup get_inverse_sqrt_schedule "
        "get_polynomial_decay_schedule_with_warmup",
    ),
    **effects(instance(Kind.OPTIMIZER), "transformers.", "AdamW Adafactor optimization.AdamW"),
    **effects(OTHER, "transformers.", "pipeline set_seed TrainingArguments BitsAndBytesConfig"),
    **effects(instance(Kind.DATASET), "datasets.", "load_dataset load_from_disk Dataset.from_dict"),
    "peft.get_peft_model": ARGUMENT,
    "peft.prepare_model_for_kbit_training": ARGUMENT,
    "peft.PeftModel.from_pretrained": _MODULE,
    "sentence_transformers.SentenceTransformer": _MODULE,
}

# https://lightning.ai/docs/fabric/stable/api/fabric_methods.html,
# https://lightning.ai/docs/pytorch/stable/common/trainer.html.
_LIGHTNING: dict[str, Effect] = {
    **effects(
        instance(Kind.ACCELERATOR), "lightning.", "Fabric fabric.Fabric fabric.fabric.Fabric"
    ),
    **effects(
        instance(Kind.TRAINER), "lightning.", "Trainer pytorch.Trainer pytorch.trainer.Trainer"
    ),
    **effects(OTHER, "lightning.", "seed_everything pytorch.seed_everything"),
}

# https://huggingface.co/docs/accelerate/package_reference/accelerator, /big_modeling;
# https://www.deepspeed.ai; https://nvidia.github.io/apex; https://horovod.readthedocs.io;
# https://docs.ray.io/en/latest/train/api/api.html.
_SCALING: dict[str, Effect] = {
    **effects(instance(Kind.ACCELERATOR), "accelerate.", "Accelerator accelerator.Accelerator"),
    **effects(
        ARGUMENT,
        "accelerate.",
        "load_checkpoint_and_dispatch dispatch_model cpu_offload disk_offload "
        "skip_first_batches data_loader.prepare_data_loader",
    ),
    **effects(CONTEXT, "accelerate.", "init_empty_weights init_on_device"),
    **effects(OTHER, "accelerate.", "utils.set_seed PartialState DeepSpeedPlugin"),
    "deepspeed.initialize": Effect(
        Gives.ARGUMENT, parts=(Kind.MODULE, Kind.OPTIMIZER, Kind.LOADER, Kind.SCHEDULER)
    ),
    "deepspeed.init_inference": ARGUMENT,
    "deepspeed.init_distributed": OTHER,
    "deepspeed.checkpointing.checkpoint": STRUCTURE,
    "apex.parallel.DistributedDataParallel": ARGUMENT,
    "apex.parallel.convert_syncbn_model": ARGUMENT,
    "horovod.torch.DistributedOptimizer": ARGUMENT,
    **effects(ARGUMENT, "ray.train.torch.", "prepare_model prepare_data_loader"),
    **effects(ARGUMENTS, "ipex.", "optimize"),
}

LIBRARIES: dict[str, Effect] = {
    **_PICTURES,
    **_VISION,
    **_TIMM,
    **_TRANSFORMERS,
    **_LIGHTNING,
    **_SCALING,
    "segmentation_models_pytorch.create_model": _MODULE,
}

# Capitalised names under these prefixes are classes of the kind; the longest prefix wins.
CLASS_PREFIXES: dict[str, Kind] = {
    "torchvision.models.": Kind.MODULE,
    "torchvision.ops.": Kind.MODULE,
    "torchvision.datasets.": Kind.DATASET,
    "torchvision.transforms.": Kind.TRANSFORM,
    "torchmetrics.": Kind.METRIC,
    "timm.layers.": Kind.MODULE,
    "timm.models.layers.": Kind.MODULE,
    "timm.loss.": Kind.CRITERION,
    "timm.optim.": Kind.OPTIMIZER,
    "timm.scheduler.": Kind.SCHEDULER,
    "segmentation_models_pytorch.": Kind.MODULE,
    "segmentation_models_pytorch.losses.": Kind.CRITERION,
    "bitsandbytes.optim.": Kind.OPTIMIZER,
    "deepspeed.ops.adam.": Kind.OPTIMIZER,
    "deepspeed.ops.lamb.": Kind.OPTIMIZER,
    "apex.optimizers.": Kind.OPTIMIZER,
    "torch_geometric.nn.": Kind.MODULE,
    "torch_geometric.datasets.": Kind.DATASET,
    "torch_geometric.loader.": Kind.LOADER,
}
# Names under such a prefix that are none of its classes.
NOT_CLASSES = ("_Weights", "WeightsEnum", "Config", "Mode")

# Functions in lower case under these prefixes build networks.
MODULE_FUNCTION_PREFIXES = ("torchvision.models.",)

# https://huggingface.co/docs/transformers/model_doc/auto: by convention a class of networks ends in
# `Model` or says what it is for: `BertForMaskedLM`; others under the same roof are no networks. Of
# 2,302 names that `is_network` accepts in transformers 5.23, 8 are none: internal ones and mixins.
TRANSFORMERS = "transformers."
TRAINERS = ("transformers.", "trl.")
PRETRAINED = "from_pretrained"
PRETRAINED_PREFIXES = ("transformers.", "peft.", "optimum.", "adapters.")
FROM_CONFIG = "from_config"
NO_NETWORKS = (
    "TF",
    "Flax",
    "DataCollator",
    "Dummy",
)
NO_NETWORKS_INSIDE = ("Processor", "Tokenizer", "Config", "Output", "Pipeline", "Extractor")


def is_network(class_name: str) -> bool:
    """Whether a class of transformers is a network of torch, by its name."""
    if class_name.startswith(NO_NETWORKS) or any(part in class_name for part in NO_NETWORKS_INSIDE):
        return False
    if class_name.endswith(("Model", "LMHead", "PreTraining")):
        return True
    _, found, task = class_name.partition("For")
    return bool(found) and task[:1].isupper()
