"""Methods and attributes of torch tensors, modules and hooks.

Sources: https://docs.pytorch.org/docs/stable/tensors.html and
https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html.
"""

# Give numbers, shapes or arrays: nothing that refers to a graph.
LEAVE_TORCH = frozenset(
    [
        "item",
        "tolist",
        "numpy",
        "size",
        "dim",
        "ndimension",
        "numel",
        "nelement",
        "element_size",
        "stride",
        "storage",
        "untyped_storage",
        "data_ptr",
        "type",
        "is_contiguous",
        "is_floating_point",
        "is_complex",
        "get_device",
        "storage_offset",
        "__len__",
        "__array__",
        "is_pinned",
        "backward",
        "register_hook",
        "requires_grad_",
        "retain_grad",
    ]
)

# Give tensors that refer to no graph: cut on purpose, or of integers and booleans.
CUT_GRAPH = frozenset(
    [
        "detach",
        "detach_",
        "argmax",
        "argmin",
        "argsort",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "long",
        "int",
        "bool",
        "short",
        "char",
        "byte",
        "nonzero",
        "isnan",
        "isinf",
        "isfinite",
        "sign",
        "new_zeros",
        "new_ones",
        "new_empty",
        "new_full",
        "new_tensor",
        "all",
        "any",
        "count_nonzero",
        "equal",
        "allclose",
        "bincount",
        "floor_divide",
        "not_equal",
        "greater",
        "less",
        "unique",
        "logical_and",
        "logical_or",
        "logical_not",
        "logical_xor",
        "bernoulli",
        "multinomial",
    ]
)

# Without arguments they give one element.
REDUCE = frozenset(
    [
        "sum",
        "mean",
        "prod",
        "norm",
        "std",
        "var",
        "max",
        "min",
        "median",
        "nansum",
        "nanmean",
        "amax",
        "amin",
    ]
)

NUMBER_ATTRIBUTES = frozenset(
    [
        "shape",
        "dtype",
        "device",
        "ndim",
        "requires_grad",
        "is_cuda",
        "is_leaf",
        "layout",
        "names",
        "itemsize",
        "nbytes",
        "is_sparse",
        "is_quantized",
    ]
)
CUT_ATTRIBUTES = frozenset({"data", "grad"})
SAME_ATTRIBUTES = frozenset({"T", "mT", "H", "mH", "real", "imag"})

WRAPPED_MODULE = "module"
"""What `DataParallel` and `DistributedDataParallel` call the network that they wrap."""
LOSS_FIELD = "loss"
"""The field of a `transformers` output that holds one number, of shape `(1,)`:
https://huggingface.co/docs/transformers/main_classes/output."""

# Give the module itself.
MODULE_ITSELF = frozenset(
    [
        "to",
        "cuda",
        "cpu",
        "half",
        "float",
        "double",
        "bfloat16",
        "eval",
        "train",
        "requires_grad_",
        "apply",
        "type",
        "to_empty",
        "share_memory",
        "xpu",
        "ipu",
    ]
)
MODULE_EVIDENCE = frozenset(
    [
        "train",
        "eval",
        "parameters",
        "state_dict",
        "named_parameters",
        "load_state_dict",
        "named_modules",
        "zero_grad",
    ]
)
"""A name that is called, and of which one of these is asked, is a module."""

HOOK_METHODS = frozenset(
    [
        "register_forward_hook",
        "register_forward_pre_hook",
        "register_full_backward_hook",
        "register_full_backward_pre_hook",
        "register_backward_hook",
    ]
)
HOOK_FUNCTIONS = frozenset(
    f"torch.nn.modules.module.register_module_{name}"
    for name in ["forward_hook", "forward_pre_hook", "full_backward_hook", "backward_hook"]
)
RELEASE_METHODS = frozenset({"remove", "close", "release", "shutdown"})

OPTIMIZER_STEP = "step"
BACKWARD_METHODS = frozenset({"backward", "manual_backward"})
"""`loss.backward()`, and `accelerator.backward(loss)`, `fabric.backward(loss)`,
`engine.backward(loss)`, `self.manual_backward(loss)`."""
LOSS_WRAPPERS = frozenset({"scale", "scale_loss"})
"""`scaler.scale(loss)` and `amp.scale_loss(loss, optimizer)` stand for their first argument."""
