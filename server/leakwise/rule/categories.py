"""The families that smells belong to: why memory is kept, and what the code looks like."""

from enum import StrEnum


class RootCause(StrEnum):
    """What keeps the resource."""

    RETAINED_HISTORY = "retained-history"
    UNBOUNDED_ACCUMULATION = "unbounded-accumulation"
    HIDDEN_REFERENCE = "hidden-reference"
    REPEATED_CONSTRUCTION = "repeated-construction"
    DATA_PIPELINE_REPLICATION = "data-pipeline-replication"
    UNRELEASED_HANDLE = "unreleased-handle"
    MISPLACED_DEVICE_MEMORY = "misplaced-device-memory"
    INSTRUMENTATION_LEFT_ON = "instrumentation-left-on"


class GeneralSmell(StrEnum):
    """What the code does, whatever the framework."""

    KEEP_DIFFERENTIABLE_VALUE = "keep-differentiable-value-where-number-wanted"
    UNBOUNDED_COLLECTION = "unbounded-collection"
    INFERENCE_WITH_TRAINING_MACHINERY = "inference-with-training-machinery"
    UNDETACHED_STATE = "state-carried-across-iterations-undetached"
    CONSTRUCT_INSIDE_LOOP = "construct-inside-loop"
    REGISTER_WITHOUT_UNREGISTER = "register-without-unregister"
    OPEN_WITHOUT_CLOSE = "open-without-close"
    WRONG_CACHE = "cache-keyed-or-scoped-wrongly"
    NEEDLESS_DUPLICATE = "needless-duplicate"
    DIAGNOSTICS_NEVER_STOPPED = "diagnostics-never-stopped"
    VARYING_SIGNATURE = "varying-signature-of-compiled-function"
