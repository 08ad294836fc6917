"""Functions of torch, torch.nn.functional, torch.autograd and the modules beside them.

Sources: https://docs.pytorch.org/docs/stable/torch.html, /nn.functional.html, /linalg.html,
/fft.html, /special.html, /autograd.html, /cuda.html, /amp.html, /profiler.html, /distributed.html,
/jit.html. Which functions cut the graph was measured: `tests/evidence/test_tensor_calls.py`.
"""

from leakwise.facts.apis.effects import (
    ARGUMENT,
    CONTEXT,
    CUT,
    DIFFERENTIABLE,
    NEW_LIKE,
    NEW_OF_ANY,
    NEW_SHARED,
    NEW_TENSOR,
    NEW_WHOLE,
    NUMBER,
    OTHER,
    PAIR,
    READ,
    SCALAR,
    STRUCTURE,
    WHOLE,
    Effect,
    Gives,
    effects,
    instance,
    result,
)
from leakwise.facts.apis.wordlists import words
from leakwise.facts.terms.storage import Device, Numbers, View, stored
from leakwise.facts.terms.values import Kind

_ACCELERATOR = stored(Device.ACCELERATOR)
_LEAF = stored(leaf=True)
_FLOATING, _OWN = Numbers.FLOATING, View.OWN

# https://docs.pytorch.org/docs/stable/torch.html#creation-ops: leaves, on the CPU by default.
_CREATION: dict[str, Effect] = {
    **effects(
        NEW_TENSOR,
        "torch.",
        "zeros ones empty rand randn linspace logspace eye empty_strided empty_permuted "
        "bartlett_window blackman_window hamming_window hann_window kaiser_window",
    ),
    **effects(NEW_TENSOR, "torch.fft.", "fftfreq rfftfreq"),
    **effects(
        NEW_OF_ANY,
        "torch.",
        "tensor full arange range scalar_tensor Tensor FloatTensor DoubleTensor HalfTensor "
        "sparse_coo_tensor sparse_csr_tensor from_file",
    ),
    **effects(NEW_WHOLE, "torch.", "randint randperm tril_indices triu_indices get_rng_state"),
    **effects(
        NEW_WHOLE, "torch.", "LongTensor IntTensor ShortTensor CharTensor ByteTensor BoolTensor"
    ),
    **effects(
        Effect(Gives.NEW_TENSOR, Kind.TENSOR, storage=_ACCELERATOR),
        "torch.cuda.",
        "FloatTensor DoubleTensor HalfTensor LongTensor IntTensor ByteTensor BoolTensor",
    ),
    **effects(NEW_SHARED, "torch.", "from_numpy frombuffer from_dlpack"),
    **effects(
        NEW_LIKE,
        "torch.",
        "zeros_like ones_like empty_like full_like rand_like randn_like randint_like histc",
    ),
    # No derivative is implemented for these.
    **effects(
        Effect(Gives.NEW_TENSOR, Kind.TENSOR, storage=stored(None, _FLOATING, _OWN), like=True),
        "torch.special.",
        "airy_ai bessel_j0 bessel_j1 bessel_y0 bessel_y1 chebyshev_polynomial_t "
        "chebyshev_polynomial_u chebyshev_polynomial_v chebyshev_polynomial_w "
        "hermite_polynomial_h hermite_polynomial_he laguerre_polynomial_l legendre_polynomial_p "
        "modified_bessel_i0 modified_bessel_i1 modified_bessel_k0 modified_bessel_k1 "
        "scaled_modified_bessel_k0 scaled_modified_bessel_k1 shifted_chebyshev_polynomial_t "
        "shifted_chebyshev_polynomial_u shifted_chebyshev_polynomial_v "
        "shifted_chebyshev_polynomial_w spherical_bessel_j0",
    ),
    **effects(CUT, "torch.", "detach detach_"),
    "torch.utils.dlpack.from_dlpack": NEW_SHARED,
}

# Comparisons, counts and indices are integers or booleans, which carry no graph.
_WHOLE: dict[str, Effect] = {
    **effects(
        WHOLE,
        "torch.",
        "argmax argmin argsort argwhere eq ne lt le gt ge not_equal greater greater_equal less "
        "less_equal isnan isinf isfinite isclose isin isneginf isposinf isreal nonzero "
        "count_nonzero bincount searchsorted bucketize logical_and logical_or logical_not "
        "logical_xor bitwise_and bitwise_or bitwise_not bitwise_xor multinomial signbit all any",
    ),
    "torch.nn.functional.one_hot": WHOLE,
    "torch.linalg.matrix_rank": WHOLE,
    "torchvision.ops.nms": WHOLE,
    "torchvision.ops.batched_nms": WHOLE,
}

_PLAIN: dict[str, Effect] = {
    **effects(
        OTHER,
        "torch.",
        "is_tensor allclose equal is_inference_mode_enabled manual_seed seed save "
        "set_default_dtype get_default_dtype set_default_device set_default_tensor_type "
        "set_num_threads set_num_interop_threads finfo iinfo Size dtype layout is_floating_point "
        "is_complex is_storage is_same_size is_signed is_conj is_neg is_inference typename "
        "set_printoptions Generator set_rng_state set_float32_matmul_precision "
        "get_float32_matmul_precision use_deterministic_algorithms result_type promote_types "
        "can_cast broadcast_shapes is_autocast_enabled get_autocast_dtype to_dlpack "
        "set_flush_denormal set_warn_always set_deterministic_debug_mode "
        "are_deterministic_algorithms_enabled set_autocast_enabled clear_autocast_cache "
        "get_autocast_gpu_dtype compiled_with_cxx11_abi is_nonzero random.manual_seed random.seed",
    ),
    **effects(NUMBER, "torch.", "numel get_num_threads get_num_interop_threads initial_seed"),
    **effects(
        NUMBER,
        "torch.cuda.",
        "device_count memory_allocated memory_reserved max_memory_allocated max_memory_reserved",
    ),
    **effects(
        OTHER,
        "torch.cuda.",
        "is_available empty_cache synchronize set_device manual_seed manual_seed_all "
        "get_device_name get_device_properties get_device_capability memory_summary memory_stats "
        "reset_peak_memory_stats mem_get_info ipc_collect is_bf16_supported Event Stream "
        "CUDAGraph current_stream default_stream is_initialized init",
    ),
    "torch.cuda.current_device": Effect(Gives.OTHER, Kind.NUMBER, storage=_ACCELERATOR),
    "torch.accelerator.current_accelerator": Effect(Gives.OTHER, Kind.DEVICE, storage=_ACCELERATOR),
    "torch.device": Effect(Gives.DEVICE, Kind.DEVICE),
    "torch.cuda.device_of": CONTEXT,
    **effects(
        NUMBER, "torch.distributed.", "get_rank get_world_size get_node_local_rank get_group_rank"
    ),
    **effects(
        OTHER,
        "torch.distributed.",
        "is_initialized is_available get_backend barrier is_nccl_available "
        "is_torchelastic_launched",
    ),
    "torch.nn.utils.clip_grad_value_": OTHER,
    "torch.nn.utils.vector_to_parameters": OTHER,
}

SWITCH_WORDS = frozenset({"no_grad", "inference_mode", "set_grad_enabled"})
"""Words of which one stands where recording is switched off."""
SWITCHING_ON = frozenset({"enable_grad", "set_grad_enabled"})
"""Words of which one stands where it is switched on again."""
DIFFERENTIATING = frozenset(
    [
        "create_graph",
        "enable_grad",
        "grad",
        "hessian",
        "jacobian",
        "jacrev",
        "jvp",
        "register_full_backward_hook",
        "requires_grad",
        "requires_grad_",
        "retain_grad",
        "vjp",
    ]
)
"""Words of which one stands where something is differentiated other than by `backward()`."""

# https://docs.pytorch.org/docs/stable/torch.html#locally-disabling-gradient-computation.
_GRAD: dict[str, Effect] = {
    f"{prefix}{name}": Effect(Gives.GRAD_SWITCH, Kind.CONTEXT, grad=grad)
    for prefix in ("torch.", "torch.autograd.", "torch.autograd.grad_mode.")
    for name, grad in (
        ("no_grad", False),
        ("inference_mode", False),
        ("enable_grad", True),
        ("set_grad_enabled", None),
    )
}

_GRAD["torch._C._set_grad_enabled"] = Effect(Gives.GRAD_SWITCH, Kind.CONTEXT)

_CONTEXTS: dict[str, Effect] = {
    **effects(CONTEXT, "torch.", "autocast random.fork_rng sparse.check_sparse_tensor_invariants"),
    **effects(CONTEXT, "torch.amp.", "autocast"),
    **effects(CONTEXT, "torch.cuda.", "amp.autocast device stream graph nvtx.range"),
    **effects(
        CONTEXT,
        "torch.autograd.",
        "detect_anomaly set_detect_anomaly graph.saved_tensors_hooks graph.save_on_cpu "
        "graph.disable_saved_tensors_hooks graph.allow_mutation_on_saved_tensors "
        "profiler.record_function forward_ad.dual_level set_multithreading_enabled",
    ),
    "torch.profiler.record_function": CONTEXT,
    "torch.nn.attention.sdpa_kernel": CONTEXT,
    "torch.backends.cuda.sdp_kernel": CONTEXT,
    "torch.backends.cudnn.flags": CONTEXT,
    "torch.nn.utils.parametrize.cached": CONTEXT,
    "torch.distributed.algorithms.join.Join": CONTEXT,
    "torch.cpu.amp.autocast": CONTEXT,
}

LOSS_MODULE = "torch.nn.functional."
"""Functions of it that give one element by default take a `reduction`."""
ALWAYS_ONE = words("torch.dist torch.trace torch.dot torch.vdot")
"""They have no dimension to reduce along."""
_GRAPHS: dict[str, Effect] = {
    **effects(SCALAR, "torch.", "sum mean prod norm dist trace dot nansum nanmean vdot"),
    **effects(
        SCALAR,
        "torch.nn.functional.",
        "cross_entropy nll_loss mse_loss l1_loss smooth_l1_loss huber_loss binary_cross_entropy "
        "binary_cross_entropy_with_logits kl_div poisson_nll_loss gaussian_nll_loss ctc_loss "
        "cosine_embedding_loss margin_ranking_loss hinge_embedding_loss triplet_margin_loss "
        "multi_margin_loss multilabel_margin_loss multilabel_soft_margin_loss soft_margin_loss "
        "triplet_margin_with_distance_loss",
    ),
    **effects(
        PAIR,
        "torch.nn.",
        "utils.rnn.pad_packed_sequence functional.max_pool1d_with_indices "
        "functional.max_pool2d_with_indices functional.max_pool3d_with_indices "
        "functional.adaptive_max_pool1d_with_indices functional.adaptive_max_pool2d_with_indices",
    ),
    **effects(
        STRUCTURE,
        "torch.",
        "svd qr slogdet geqrf lu_unpack meshgrid broadcast_tensors atleast_1d atleast_2d "
        "atleast_3d block_diag lstm gru linalg.svd linalg.qr linalg.eig linalg.eigh "
        "linalg.slogdet linalg.lstsq linalg.lu linalg.lu_factor linalg.inv_ex "
        "linalg.cholesky_ex linalg.solve_ex triangular_solve aminmax histogram "
        "histogramdd gradient lobpcg pca_lowrank svd_lowrank std_mean var_mean unbind_copy "
        "split_copy lu "
        "linalg.ldl_factor linalg.ldl_factor_ex linalg.lu_factor_ex adaptive_max_pool1d "
        "max_pool1d_with_indices "
        "nn.functional.multi_head_attention_forward nn.utils.rnn.pack_padded_sequence "
        "nn.utils.rnn.pack_sequence utils.checkpoint.checkpoint "
        "utils.checkpoint.checkpoint_sequential",
    ),
    **effects(
        DIFFERENTIABLE,
        "torch.nn.utils.",
        "parameters_to_vector rnn.pad_sequence rnn.unpad_sequence rnn.unpack_sequence",
    ),
    **effects(DIFFERENTIABLE, "torch.autograd.", "Variable variable.Variable"),
    "torch.nn.utils.clip_grad_norm_": NEW_OF_ANY,
    "torch.nn.utils.get_total_norm": NEW_OF_ANY,
    "torch.distributions.kl_divergence": DIFFERENTIABLE,
    "torch.distributions.kl.kl_divergence": DIFFERENTIABLE,
    "torch.nn.Parameter": Effect(Gives.NEW_TENSOR, Kind.TENSOR, storage=_LEAF, like=True),
    "torch.nn.parameter.Parameter": Effect(Gives.NEW_TENSOR, Kind.TENSOR, storage=_LEAF, like=True),
    "torch.nn.Buffer": ARGUMENT,
    "torch.nn.parameter.Buffer": ARGUMENT,
    "torch.as_tensor": ARGUMENT,
    "torch.asarray": ARGUMENT,
}

_DATA: dict[str, Effect] = {
    **effects(instance(Kind.LOADER), "torch.utils.data.", "DataLoader dataloader.DataLoader"),
    **effects(
        instance(Kind.DATASET),
        "torch.utils.data.",
        "Dataset IterableDataset TensorDataset Subset ConcatDataset ChainDataset StackDataset "
        "dataset.Dataset dataset.IterableDataset dataset.TensorDataset dataset.Subset",
    ),
    **effects(
        OTHER,
        "torch.utils.data.",
        "Sampler RandomSampler SequentialSampler BatchSampler WeightedRandomSampler "
        "SubsetRandomSampler DistributedSampler distributed.DistributedSampler get_worker_info",
    ),
    "torch.utils.data.default_collate": STRUCTURE,
    "torch.utils.data.random_split": result(Kind.CONTAINER),
}

FUNCTIONS: dict[str, Effect] = {
    **_CREATION,
    **_WHOLE,
    **_PLAIN,
    **_GRAD,
    **_CONTEXTS,
    **_GRAPHS,
    **_DATA,
    # https://docs.pytorch.org/docs/stable/generated/torch.load.html
    "torch.load": READ,
}

# Give a function, a module of Python or whatever a file holds: nothing that is known.
OPAQUE = words(
    "torch.vmap torch.cond torch.while_loop torch.get_device_module torch.fork "
    "torch.wait "
    "torch.classproperty torch.autocast_increment_nesting torch.autocast_decrement_nesting "
    "torch.get_file_path torch.prepare_multiprocessing_environment torch.get_device "
    "torch.import_ir_module torch.parse_ir torch.parse_schema "
    "torch.get_default_device torch.export torch.library torch.sym_ite"
)

# Functions of torch whose names begin so ask or set something.
QUESTIONS = ("is_", "are_", "has_", "get_", "set_")

# Any other function in lower case of these modules gives a tensor with the graph of its arguments.
DIFFERENTIABLE_MODULES = (
    "torch.",
    "torch.nn.functional.",
    "torch.linalg.",
    "torch.fft.",
    "torch.special.",
    "torch.distributed.nn.functional.",
    "torch.sparse.",
    "torchvision.ops.",
    "torchvision.transforms.functional.",
    "torchvision.transforms.v2.functional.",
    "torchmetrics.functional.",
    "kornia.losses.",
    "kornia.filters.",
    "kornia.geometry.",
)

GRAD_QUESTIONS = frozenset({"torch.is_grad_enabled"})
"""Functions that tell the grad mode, for putting it back later, or to do without a graph."""
INFERENCE_QUESTION = "torch.is_inference_mode_enabled"

GRAD_FUNCTION = "torch.autograd.grad"
BACKWARD_FUNCTIONS = {
    "torch.autograd.backward",
    GRAD_FUNCTION,
    "torch.autograd.functional.jacobian",
}
"""Functions whose first argument is backpropagated."""
DISTRIBUTED_BACKWARD = "torch.distributed.autograd.backward"
"""Its second argument is what is backpropagated:
https://docs.pytorch.org/docs/stable/rpc.html#torch.distributed.autograd.backward."""
