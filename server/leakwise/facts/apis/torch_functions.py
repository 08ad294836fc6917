"""Functions of torch, torch.nn.functional and torch.autograd.

Sources: https://docs.pytorch.org/docs/stable/torch.html,
https://docs.pytorch.org/docs/stable/nn.functional.html and
https://docs.pytorch.org/docs/stable/torch.html#locally-disabling-gradient-computation.
"""

from leakwise.facts.apis.effects import (
    ARGUMENT,
    CONTEXT,
    DIFFERENTIABLE,
    NEW_TENSOR,
    OTHER,
    SCALAR,
    Effect,
    Gives,
    effects,
    instance,
)
from leakwise.facts.values import Kind

# Creation ops give leaves; comparisons, counts and indices are integers or booleans, which carry
# no graph.
FUNCTIONS: dict[str, Effect] = {
    **effects(
        NEW_TENSOR,
        "torch.",
        "tensor zeros ones empty full rand randn randint randperm arange linspace logspace eye "
        "zeros_like ones_like empty_like full_like rand_like randn_like randint_like from_numpy "
        "as_tensor frombuffer tril_indices triu_indices normal bernoulli multinomial poisson "
        "argmax argmin argsort eq ne lt le gt ge isnan isinf isfinite isclose nonzero "
        "count_nonzero bincount histc searchsorted bucketize logical_and logical_or logical_not "
        "logical_xor bitwise_and bitwise_or bitwise_not sign signbit floor_divide unique "
        "unique_consecutive all any",
    ),
    **effects(
        OTHER,
        "torch.",
        "is_tensor numel allclose equal get_rng_state manual_seed seed save device "
        "set_default_dtype get_default_dtype set_num_threads get_num_threads finfo iinfo Size "
        "dtype is_floating_point typename initial_seed set_printoptions Generator",
    ),
    **effects(SCALAR, "torch.", "sum mean prod norm dist trace dot nansum nanmean"),
    **effects(ARGUMENT, "torch.", "compile"),
    **effects(ARGUMENT, "torch.jit.", "script"),
    "torch.jit.trace": ARGUMENT,
    "torch.no_grad": Effect(Gives.GRAD_SWITCH, Kind.CONTEXT, grad=False),
    "torch.inference_mode": Effect(Gives.GRAD_SWITCH, Kind.CONTEXT, grad=False),
    "torch.enable_grad": Effect(Gives.GRAD_SWITCH, Kind.CONTEXT, grad=True),
    "torch.set_grad_enabled": Effect(Gives.GRAD_SWITCH, Kind.CONTEXT),
    "torch.autograd.no_grad": Effect(Gives.GRAD_SWITCH, Kind.CONTEXT, grad=False),
    "torch.autograd.inference_mode": Effect(Gives.GRAD_SWITCH, Kind.CONTEXT, grad=False),
    "torch._C._set_grad_enabled": Effect(Gives.GRAD_SWITCH, Kind.CONTEXT),
    "torch.autograd.grad_mode.no_grad": Effect(Gives.GRAD_SWITCH, Kind.CONTEXT, grad=False),
    "torch.autograd.grad_mode.set_grad_enabled": Effect(Gives.GRAD_SWITCH, Kind.CONTEXT),
    "torch.autograd.set_grad_enabled": Effect(Gives.GRAD_SWITCH, Kind.CONTEXT),
    "torch.autograd.enable_grad": Effect(Gives.GRAD_SWITCH, Kind.CONTEXT, grad=True),
    **effects(
        SCALAR,
        "torch.nn.functional.",
        "cross_entropy nll_loss mse_loss l1_loss smooth_l1_loss huber_loss binary_cross_entropy "
        "binary_cross_entropy_with_logits kl_div poisson_nll_loss gaussian_nll_loss ctc_loss "
        "cosine_embedding_loss margin_ranking_loss hinge_embedding_loss triplet_margin_loss "
        "multi_margin_loss multilabel_margin_loss multilabel_soft_margin_loss soft_margin_loss",
    ),
    "torch.nn.functional.one_hot": NEW_TENSOR,
    "torch.autocast": CONTEXT,
    "torch.amp.autocast": CONTEXT,
    "torch.cuda.amp.autocast": CONTEXT,
    "torch.nn.Parameter": NEW_TENSOR,
    "torch.nn.parameter.Parameter": NEW_TENSOR,
    "torch.autograd.Variable": DIFFERENTIABLE,
    "torch.utils.data.DataLoader": instance(Kind.LOADER),
    "torch.utils.data.dataloader.DataLoader": instance(Kind.LOADER),
    "torch.utils.checkpoint.checkpoint": DIFFERENTIABLE,
    "torch.nn.utils.clip_grad_norm_": NEW_TENSOR,
    "torch.nn.utils.clip_grad_value_": OTHER,
}

# Any other function in lower case of these modules gives a tensor with the graph of its arguments.
DIFFERENTIABLE_MODULES = (
    "torch.",
    "torch.nn.functional.",
    "torch.linalg.",
    "torch.fft.",
    "torch.special.",
)

GRAD_QUESTIONS = frozenset({"torch.is_grad_enabled"})
"""Functions that tell the grad mode, for putting it back later."""

BACKWARD_FUNCTIONS = {
    "torch.autograd.backward",
    "torch.autograd.grad",
    "torch.autograd.functional.jacobian",
}
"""Functions whose first argument is backpropagated."""
