"""Functions of torchmetrics, and its metrics that keep every batch until they are reset.

Read from the source of torchmetrics 1.9: which metrics call `add_state(..., default=[])`, and on
what that depends. https://lightning.ai/docs/torchmetrics/stable/pages/implement.html: a list state
grows with every update.
"""

from leakwise.facts.apis.wordlists import words

_ALWAYS = words(
    "CatMetric AdjustedRandScore AdjustedMutualInfoScore BERTScore BinaryCalibrationError "
    "CalibrationError CalinskiHarabaszScore CompletenessScore CosineSimilarity "
    "DaviesBouldinScore DiceScore DunnIndex ErrorRelativeGlobalDimensionlessSynthesis "
    "ExtendedEditDistance FleissKappa FowlkesMallowsIndex HomogeneityScore InceptionScore InfoLM "
    "IntersectionOverUnion GeneralizedIntersectionOverUnion DistanceIntersectionOverUnion "
    "CompleteIntersectionOverUnion KendallRankCorrCoef KernelInceptionDistance "
    "MeanAveragePrecision MemorizationInformedFrechetInceptionDistance MulticlassCalibrationError "
    "MutualInfoScore NormalizedMutualInfoScore QualityWithNoReference ROUGEScore RandScore "
    "RelativeAverageSpectralError RetrievalMetric RetrievalMAP RetrievalMRR RetrievalPrecision "
    "RetrievalRecall RetrievalFallOut RetrievalHitRate RetrievalNormalizedDCG RetrievalAUROC "
    "RetrievalRPrecision RetrievalPrecisionRecallCurve RetrievalRecallAtFixedPrecision "
    "SpatialDistortionIndex SpearmanCorrCoef SpectralDistortionIndex VMeasureScore"
)
_WITHOUT_THRESHOLDS = words(
    "AUROC AveragePrecision ROC PrecisionRecallCurve PrecisionAtFixedRecall "
    "RecallAtFixedPrecision SensitivityAtSpecificity SpecificityAtSensitivity"
)
_TASKS = ("", "Binary", "Multiclass", "Multilabel")

LISTS: dict[str, str | None] = {
    **dict.fromkeys(_ALWAYS),
    **{f"{task}{name}": "thresholds" for task in _TASKS for name in _WITHOUT_THRESHOLDS},
}
"""By the name of the class: the keyword that keeps the state of a fixed size; None where none
does."""

COLLECTIONS = words("torchmetrics.MetricCollection torchmetrics.collections.MetricCollection")
"""Metrics made of the metrics that they are given."""
_WRAPPERS = words(
    "BinaryTargetTransformer BootStrapper ClasswiseWrapper FeatureShare LambdaInputTransformer "
    "MetricCollection MetricInputTransformer MetricTracker MinMaxMetric MultioutputWrapper "
    "MultitaskWrapper Running"
)
"""Classes whose `reset()` resets the metrics that they were given as well:
https://lightning.ai/docs/torchmetrics/stable/wrappers/."""

METRIC_FUNCTIONS = "torchmetrics.functional."
"""Under it stand functions that give one number for all that they are given, by default:
https://lightning.ai/docs/torchmetrics/stable/references/functional.html."""
METRIC_TABLES = words(
    "pairwise_cosine_similarity pairwise_euclidean_distance pairwise_linear_similarity "
    "pairwise_manhattan_distance pairwise_minkowski_distance image_gradients "
    "roc binary_roc multiclass_roc multilabel_roc "
    "confusion_matrix binary_confusion_matrix multiclass_confusion_matrix "
    "multilabel_confusion_matrix precision_recall_curve binary_precision_recall_curve "
    "multiclass_precision_recall_curve multilabel_precision_recall_curve"
)
"""Those of them that give tables or curves."""


def keeps_batches(qualified: str, keywords: frozenset[str]) -> bool:
    """Whether a metric that is made with these keywords keeps every batch until it is reset."""
    root, _, _ = qualified.partition(".")
    name = qualified.rpartition(".")[2]
    if root != "torchmetrics" or name not in LISTS:
        return False
    bounded = LISTS[name]
    return bounded is None or bounded not in keywords


def resets_itself_alone(qualified: str) -> bool:
    """Whether `reset()` of a metric of this class reaches no other metric."""
    root, _, name = qualified.rpartition(".")
    return root.startswith("torchmetrics") and name not in _WRAPPERS
