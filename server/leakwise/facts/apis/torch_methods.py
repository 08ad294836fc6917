"""Methods and attributes of torch tensors, modules and hooks.

Sources: https://docs.pytorch.org/docs/stable/tensors.html and
https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html. What cuts a graph and what
shares storage: https://docs.pytorch.org/docs/stable/tensor_view.html, and measured.
"""

import re

from leakwise.facts.apis.wordlists import words
from leakwise.facts.terms.storage import Device

# Give numbers, shapes or arrays: nothing that refers to a graph.
LEAVE_TORCH = words(
    "item tolist numpy size dim ndimension numel nelement element_size stride storage "
    "untyped_storage data_ptr is_contiguous is_floating_point is_complex get_device "
    "storage_offset __len__ __array__ is_pinned is_shared is_signed is_inference is_neg is_conj "
    "is_distributed is_same_size is_set_to is_coalesced is_nonzero equal allclose backward "
    "register_hook register_post_accumulate_grad_hook retain_grad dim_order sparse_dim dense_dim "
    "storage_type const_data_ptr"
)

SIZES = frozenset({"size", "numel", "nelement", "dim", "ndimension"})
"""Those of them that give numbers, whatever they are called on."""

# Cut from the graph on purpose, sharing the storage.
CUT_GRAPH = frozenset({"detach", "detach_"})
# Give integers or booleans, which refer to no graph.
GIVE_WHOLE = words(
    "argmax argmin argsort argwhere eq ne lt le gt ge not_equal greater greater_equal less "
    "less_equal long int bool short char byte nonzero isnan isinf isfinite isclose isneginf "
    "isposinf isreal all any count_nonzero bincount logical_and logical_or logical_not "
    "logical_xor bitwise_and bitwise_or bitwise_not bitwise_xor multinomial signbit searchsorted "
    "bucketize"
)
# Make new tensors that are only like the one they are called on.
NEW_LIKE = words("new new_zeros new_ones new_empty new_full new_tensor new_empty_strided histc")

# How a result shares the storage of what the method is called on; each was tried on a tensor, see
# tests/evidence/test_tensor_methods.py.
SHOW_WHOLE = words(
    "detach view view_as t transpose permute squeeze unsqueeze expand expand_as broadcast_to "
    "swapaxes swapdims moveaxis movedim adjoint as_strided unflatten data T mT H mH real imag "
    "unfold conj resolve_conj resolve_neg positive"
)
SHOW_PART = frozenset(["narrow", "select", "diagonal"])
SHOW_PARTS = words(
    "split chunk unbind tensor_split hsplit vsplit dsplit split_with_sizes unsafe_chunk "
    "unsafe_split unsafe_split_with_sizes"
)
# Show the storage where the numbers lie as asked, and copy them where not.
PERHAPS_SHOW = words(
    "reshape reshape_as flatten ravel einsum atleast_1d dropout dropout1d dropout2d dropout3d "
    "alpha_dropout feature_alpha_dropout"
)
# Give the tensor itself where it is as asked, and a copy where not.
PERHAPS_COPY = words("contiguous sum_to_size pin_memory")
# Change where the tensor lies or the type of its numbers; the same tensor where nothing changes.
CONVERT = words(
    "to to_dense cpu cuda xpu mps ipu hpu float double half bfloat16 cfloat cdouble chalf "
    "type type_as"
)
TO_FLOATING = words("float double half bfloat16 cfloat cdouble chalf")
TO_DEVICE = {
    "cpu": Device.CPU,
    **dict.fromkeys(("cuda", "xpu", "mps", "ipu", "hpu"), Device.ACCELERATOR),
}

# Give values with a graph and whole numbers, such as indices, without.
PAIRS = words("topk sort mode kthvalue cummax cummin frexp")
# Do so where a dimension is given.
PAIRS_BY_DIMENSION = words("max min median nanmedian")
# Give several tensors.
SEVERAL = words("aminmax geqrf histogram qr slogdet svd lu triangular_solve eig symeig")

# Without arguments they give one element.
REDUCE = words("sum mean prod norm std var max min median nansum nanmean amax amin")

NUMBER_ATTRIBUTES = words(
    "shape dtype device ndim requires_grad is_cuda is_leaf layout names itemsize nbytes is_sparse "
    "is_quantized"
)
CUT_ATTRIBUTES = frozenset({"data", "grad"})
SAME_ATTRIBUTES = words("T mT H mH real imag")

WRAPPED_MODULE = "module"
"""What `DataParallel` and `DistributedDataParallel` call the network that they wrap."""
LOSS_FIELD = "loss"
"""The field of a `transformers` output that holds one number, of shape `(1,)`:
https://huggingface.co/docs/transformers/main_classes/output."""

# Give the module itself.
MODULE_ITSELF = words(
    "to cuda cpu half float double bfloat16 eval train requires_grad_ apply type to_empty "
    "share_memory xpu ipu"
)
EACH_PARAMETER = frozenset({"parameters", "named_parameters"})
FREEZING = re.compile("freez|requires_grad", re.IGNORECASE)
"""In the name of a function whose code is not in sight: it may freeze parameters."""
PASS_HOOKS = words(
    "register_forward_hook register_forward_pre_hook register_full_backward_hook "
    "register_full_backward_pre_hook register_backward_hook"
)
"""What they register on a module is called in each of its passes."""
MODULE_LISTED = words("modules children")
"""They give the layers of a network one by one."""
MODULE_PARTS = words("modules children named_modules named_children get_submodule")
"""They give the layers of a network, or one of them."""
MODULE_LOOKUPS = words("get_parameter get_buffer get_submodule get_extra_state")
"""They find what every module may have, by its name."""
COMPUTING = words("predict decode encode infer inference forward classify reconstruct")
"""Words in the names of methods by which networks compute their output as a rule."""
MODULE_EVIDENCE = words(
    "train eval parameters state_dict named_parameters load_state_dict named_modules zero_grad"
)
"""A name that is called, and of which one of these is asked, is a module."""
WEIGHT_EVIDENCE = words("parameters named_parameters named_modules")
"""So is a name of which one of these and another of those are asked, and which is not called: one
of its methods may be what it is run by."""

OPTIMIZER_STEP = "step"
BACKWARD_METHODS = frozenset({"backward", "manual_backward"})
"""`loss.backward()`, and `accelerator.backward(loss)`, `fabric.backward(loss)`,
`engine.backward(loss)`, `self.manual_backward(loss)`."""
LOSS_WRAPPERS = frozenset({"scale", "scale_loss"})
"""`scaler.scale(loss)` and `amp.scale_loss(loss, optimizer)` stand for their first argument."""
