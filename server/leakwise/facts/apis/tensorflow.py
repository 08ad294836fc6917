"""TensorFlow by what its calls give, its first version included.

`tf.compat.v1` and `tf.compat.v2` are one with `tf`. Sources:
https://www.tensorflow.org/api_docs/python/tf, /tf/data, /tf/GradientTape, /tf/function,
/tf/compat/v1, /tf/distribute.
"""

from leakwise.facts.apis.effects import CONTEXT, OTHER, Effect, effects, instance, result
from leakwise.facts.apis.wordlists import words
from leakwise.facts.terms.values import Kind

TENSOR = result(Kind.TF_TENSOR)
DATASET = result(Kind.TF_DATASET)

CALLS: dict[str, Effect] = {
    **effects(
        TENSOR,
        "tensorflow.",
        "Variable Tensor RaggedTensor SparseTensor IndexedSlices placeholder TensorArray "
        "convert_to_tensor",
    ),
    # https://www.tensorflow.org/hub/api_docs/python/hub.
    **effects(instance(Kind.KERAS_LAYER), "tensorflow_hub.", "KerasLayer Module"),
    **effects(instance(Kind.TAPE), "tensorflow.", "GradientTape autodiff.ForwardAccumulator"),
    **effects(instance(Kind.TF_FUNCTION), "tensorflow.", "function wrap_function"),
    **effects(
        instance(Kind.TF_GRAPH), "tensorflow.", "Graph get_default_graph __internal__.FuncGraph"
    ),
    **effects(
        DATASET,
        "tensorflow.data.",
        "TFRecordDataset TextLineDataset FixedLengthRecordDataset experimental.make_csv_dataset "
        "experimental.CsvDataset experimental.make_batched_features_dataset",
    ),
    **effects(
        CONTEXT,
        "tensorflow.",
        "device name_scope variable_scope control_dependencies init_scope variable_creator_scope "
        "op_scope colocate_with custom_gradient profiler.experimental.Trace",
    ),
    **effects(
        OTHER,
        "tensorflow.",
        "TensorSpec TensorShape DType Module global_variables_initializer "
        "local_variables_initializer global_variables trainable_variables "
        "reset_default_graph disable_v2_behavior disable_eager_execution enable_eager_execution "
        "enable_v2_behavior executing_eagerly ConfigProto GPUOptions set_random_seed "
        "random.set_seed print group no_op get_variable_scope "
        "initialize_all_variables add_to_collection get_collection "
        "get_default_session as_dtype get_logger logging.set_verbosity train.Checkpoint "
        "train.CheckpointManager "
        "train.Saver train.import_meta_graph train.Coordinator train.latest_checkpoint "
        "saved_model.save",
    ),
}
# Their capitalised names are classes of a kind.
CLASS_PREFIXES: dict[str, Kind] = {
    "tensorflow.distribute.": Kind.OTHER,
    "tensorflow.train.experimental.": Kind.OTHER,
}
V1_OPTIMIZERS = "tensorflow.train."
"""`tf.train.AdamOptimizer` and its like."""
DATASET_PREFIX = "tensorflow.data.Dataset."

# https://www.tensorflow.org/api_docs/python/tf/compat/v1: what adds operations to the default graph
# though it gives no tensor.
GRAPH_BUILDERS = words(
    "tensorflow.global_variables_initializer tensorflow.local_variables_initializer "
    "tensorflow.initialize_all_variables tensorflow.variables_initializer tensorflow.group "
    "tensorflow.tables_initializer tensorflow.gradients tensorflow.train.Saver "
    "tensorflow.summary.scalar tensorflow.summary.histogram tensorflow.summary.image "
    "tensorflow.summary.audio tensorflow.summary.text tensorflow.summary.merge "
    "tensorflow.summary.merge_all tensorflow.saved_model.loader.load "
    "tensorflow.train.import_meta_graph tensorflow.import_graph_def "
    "tensorflow.data.make_one_shot_iterator tensorflow.data.make_initializable_iterator"
)
VARIABLE_UPDATES = words(
    "assign assign_add assign_sub scatter_add scatter_sub scatter_update scatter_nd_update"
)
"""Methods of a variable that add an operation to its graph."""
DATASET_BUILDERS = words("make_one_shot_iterator make_initializable_iterator")
"""Methods of a data set that add an iterator to the graph:
https://www.tensorflow.org/api_docs/python/tf/compat/v1/data/Dataset#make_one_shot_iterator."""
OPTIMIZER_BUILDERS = words("minimize compute_gradients apply_gradients")
"""Methods of `tf.train.Optimizer` that do."""

# Hand on what a function of Python gives, or structures of tensors.
OPAQUE = words(
    "tensorflow.case tensorflow.cond tensorflow.while_loop tensorflow.map_fn tensorflow.scan "
    "tensorflow.foldl tensorflow.foldr tensorflow.switch_case tensorflow.vectorized_map "
    "tensorflow.recompute_grad tensorflow.grad_pass_through tensorflow.make_template "
    "tensorflow.nondifferentiable_batch_function tensorflow.import_graph_def "
    "tensorflow.load_library tensorflow.load_op_library tensorflow.get_static_value "
    "tensorflow.make_ndarray tensorflow.make_tensor_proto tensorflow.tuple "
    "tensorflow.register_tensor_conversion_function tensorflow.no_gradient tensorflow.gradients "
    "tensorflow.hessians tensorflow.executing_eagerly_outside_functions tensorflow.get_seed "
    "tensorflow.all_variables tensorflow.local_variables tensorflow.model_variables "
    "tensorflow.moving_average_variables tensorflow.type_spec_from_value "
    "tensorflow.random.get_global_generator tensorflow.random.set_global_generator"
)
# Functions whose names begin so ask or set something.
QUESTIONS = ("is_tensor", "is_symbolic", "enable_", "disable_", "assert_", "get_collection")

# Any other function in lower case of these modules gives a tensor.
TENSOR_MODULES = words(
    "tensorflow. tensorflow.math. tensorflow.nn. tensorflow.linalg. tensorflow.random. "
    "tensorflow.image. tensorflow.strings. tensorflow.signal. tensorflow.sparse. "
    "tensorflow.ragged. tensorflow.sets. tensorflow.bitwise. tensorflow.losses. "
    "tensorflow.layers. tensorflow.dtypes."
)
# https://www.tensorflow.org/api_docs/python/tf/data/Dataset#methods_2.
DATASET_METHODS = words(
    "apply batch bucket_by_sequence_length cache concatenate enumerate filter flat_map "
    "group_by_window ignore_errors interleave map padded_batch prefetch ragged_batch rebatch "
    "rejection_resample repeat shard shuffle skip snapshot sparse_batch take take_while unbatch "
    "unique window with_options as_numpy_iterator"
)
"""Methods of a data set that give one."""
