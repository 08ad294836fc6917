"""Classes of torch and of the libraries around it, by what an object of them is.

Sources: https://docs.pytorch.org/docs/stable/nn.html, /optim.html, /data.html, /distributions.html,
/jit.html, /amp.html, /optim.html#how-to-adjust-learning-rate;
https://lightning.ai/docs/pytorch/stable/common/lightning_module.html.
"""

from leakwise.facts.apis.effects import ARGUMENT, ARGUMENTS, COPY, Effect, effects, instance
from leakwise.facts.apis.wordlists import words
from leakwise.facts.terms.values import Kind

# Capitalised names under these prefixes are classes of the kind; the longest prefix wins.
CLASS_PREFIXES: dict[str, Kind] = {
    "torch.nn.utils.": Kind.UNKNOWN,
    "torch.nn.init.": Kind.UNKNOWN,
    "torch.nn.": Kind.MODULE,
    "torch.optim.lr_scheduler.": Kind.SCHEDULER,
    "torch.optim.swa_utils.": Kind.UNKNOWN,
    "torch.optim.": Kind.OPTIMIZER,
    "torch.distributions.transforms.": Kind.UNKNOWN,
    "torch.distributions.constraints.": Kind.UNKNOWN,
    "torch.distributions.": Kind.DISTRIBUTION,
    "torch.ao.nn.": Kind.MODULE,
}

# Ends of names in torch.nn whose modules have no parameters and reduce to one element.
CRITERION_ENDINGS = ("Loss",)

_WITHOUT_PARAMETERS = words(
    "Identity Flatten Unflatten Fold Unfold PixelShuffle PixelUnshuffle ChannelShuffle Upsample "
    "UpsamplingNearest2d UpsamplingBilinear2d CosineSimilarity PairwiseDistance LocalResponseNorm "
    "CrossMapLRN2d ELU Hardshrink Hardsigmoid Hardtanh Hardswish LeakyReLU LogSigmoid ReLU ReLU6 "
    "RReLU SELU CELU GELU Sigmoid SiLU Mish Softplus Softshrink Softsign Tanh Tanhshrink Threshold "
    "GLU Softmin Softmax Softmax2d LogSoftmax Dropout Dropout1d Dropout2d Dropout3d AlphaDropout "
    "FeatureAlphaDropout"
)
"""Classes of torch.nn without parameters; those for padding and pooling are told by their names."""
_WITHOUT_PARAMETERS_ENDINGS = ("Pool", "Pad", "Unpool")
_DIMENSIONS = ("1d", "2d", "3d")

# Names of torch.nn that are no networks.
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
        "lightning.pytorch.core.LightningModule",
        "lightning.pytorch.core.module.LightningModule",
        "transformers.PreTrainedModel",
        "torch.nn.Sequential",
        "torch.nn.ModuleList",
        "torch.nn.ModuleDict",
    }
)
LIGHTNING_BASES = frozenset(name for name in MODULE_BASES if name.startswith("lightning."))
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

# Functions and classes that give networks, or what they are given.
MODULE_FUNCTIONS: dict[str, Effect] = {
    **effects(
        instance(Kind.MODULE),
        "torch.",
        "hub.load jit.load jit.ScriptModule optim.swa_utils.AveragedModel fx.GraphModule "
        "nn.utils.skip_init",
    ),
    **effects(
        ARGUMENT,
        "torch.",
        "compile jit.script jit.trace jit.trace_module jit.freeze jit.optimize_for_inference "
        "fx.symbolic_trace nn.DataParallel nn.parallel.DataParallel "
        "nn.parallel.DistributedDataParallel distributed.fsdp.FullyShardedDataParallel "
        "distributed.fsdp.fully_shard nn.SyncBatchNorm.convert_sync_batchnorm "
        "quantization.quantize_dynamic quantization.prepare quantization.prepare_qat "
        "quantization.convert quantization.fuse_modules ao.quantization.quantize_dynamic "
        "ao.quantization.prepare ao.quantization.prepare_qat ao.quantization.convert "
        "ao.quantization.fuse_modules nn.utils.weight_norm nn.utils.spectral_norm "
        "nn.utils.remove_weight_norm nn.utils.remove_spectral_norm nn.utils.fuse_conv_bn_eval "
        "nn.utils.parametrizations.weight_norm nn.utils.parametrizations.spectral_norm "
        "nn.utils.parametrizations.orthogonal nn.utils.prune.l1_unstructured "
        "nn.utils.prune.random_unstructured nn.utils.prune.remove",
    ),
    **effects(instance(Kind.SCHEDULER), "torch.optim.", "swa_utils.SWALR"),
    **effects(instance(Kind.SCALER), "torch.", "amp.GradScaler cuda.amp.GradScaler"),
    **effects(
        instance(Kind.SCALER),
        "torch.",
        "amp.grad_scaler.GradScaler cuda.amp.grad_scaler.GradScaler "
        "distributed.fsdp.sharded_grad_scaler.ShardedGradScaler",
    ),
    **effects(ARGUMENT, "copy.", "copy"),
    **effects(COPY, "copy.", "deepcopy"),
    **effects(ARGUMENTS, "apex.amp.", "initialize"),
}


def has_no_parameters(qualified: str) -> bool:
    """Whether a class of torch has no parameters, so that what a module of it gives carries a graph
    only if an argument does."""
    head, _, name = qualified.rpartition(".")
    if head != "torch.nn" and not head.startswith("torch.nn.modules."):
        return False
    base = name[:-2] if name.endswith(_DIMENSIONS) else name
    return name in _WITHOUT_PARAMETERS or base.endswith(_WITHOUT_PARAMETERS_ENDINGS)
