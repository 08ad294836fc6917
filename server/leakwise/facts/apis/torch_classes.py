"""Classes of torch and of the libraries around it, by what an object of them is.

Sources: https://docs.pytorch.org/docs/stable/nn.html, /optim.html, /data.html;
https://lightning.ai/docs/pytorch/stable/common/lightning_module.html;
https://huggingface.co/docs/transformers/model_doc/auto; https://timm.fast.ai;
https://docs.pytorch.org/vision/stable/models.html.
"""

from leakwise.facts.apis.effects import ARGUMENT, Effect, instance
from leakwise.facts.values import Kind

# Capitalised names under these prefixes are classes of the kind.
CLASS_PREFIXES: dict[str, Kind] = {
    "torch.nn.": Kind.MODULE,
    "torch.nn.modules.": Kind.MODULE,
    "torch.optim.": Kind.OPTIMIZER,
    "torchmetrics.": Kind.OTHER,
}

# Ends of names in torch.nn whose modules have no parameters and reduce to one element.
CRITERION_ENDINGS = ("Loss",)

# Modules of torch.nn that are no networks.
NOT_MODULES = frozenset(
    {"torch.nn.Parameter", "torch.nn.Buffer", "torch.nn.UninitializedParameter"}
)

MODULE_BASES = frozenset(
    {
        "torch.nn.Module",
        "torch.nn.modules.module.Module",
        "torch.nn.modules.Module",
        "lightning.LightningModule",
        "lightning.pytorch.LightningModule",
        "pytorch_lightning.LightningModule",
        "transformers.PreTrainedModel",
        "torch.nn.Sequential",
        "torch.nn.ModuleList",
        "torch.nn.ModuleDict",
    }
)
LIGHTNING_BASES = frozenset(
    {
        "lightning.LightningModule",
        "lightning.pytorch.LightningModule",
        "pytorch_lightning.LightningModule",
    }
)
GRAD_OFF_HOOKS = frozenset(
    [
        f"{stage}_{part}"
        for stage in ("validation", "test", "predict")
        for part in ("step", "epoch_end")
    ]
    + [
        f"on_{stage}_{moment}"
        for stage in ("validation", "test", "predict")
        for moment in ("start", "end", "epoch_start", "epoch_end", "batch_start", "batch_end")
    ]
)
"""Methods of a LightningModule that its trainer runs with grad off."""

# Functions that give networks.
MODULE_FUNCTIONS: dict[str, Effect] = {
    "timm.create_model": instance(Kind.MODULE),
    "timm.models.create_model": instance(Kind.MODULE),
    "torch.hub.load": instance(Kind.MODULE),
    "segmentation_models_pytorch.Unet": instance(Kind.MODULE),
    "torch.nn.DataParallel": ARGUMENT,
    "torch.nn.parallel.DataParallel": ARGUMENT,
    "torch.nn.parallel.DistributedDataParallel": ARGUMENT,
    "torch.distributed.fsdp.FullyShardedDataParallel": ARGUMENT,
    "torch.nn.SyncBatchNorm.convert_sync_batchnorm": ARGUMENT,
    "torch.quantization.quantize_dynamic": ARGUMENT,
    "torch.nn.utils.weight_norm": ARGUMENT,
    "torch.nn.utils.spectral_norm": ARGUMENT,
    "copy.deepcopy": ARGUMENT,
    "copy.copy": ARGUMENT,
}
MODULE_FUNCTION_PREFIXES = ("torchvision.models.",)
PRETRAINED = "from_pretrained"
"""`transformers.Auto...from_pretrained` gives a network where the class's name ends as below."""
PRETRAINED_PARTS = ("Model", "For")
