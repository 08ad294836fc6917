"""That the metrics that are said to keep every batch do, where torchmetrics is installed."""

from typing import Any

import pytest

from leakwise.facts.apis.metrics import keeps_batches

torch: Any = pytest.importorskip("torch")
torchmetrics: Any = pytest.importorskip("torchmetrics")

MADE = {
    "AUROC": {"task": "binary"},
    "AveragePrecision": {"task": "binary"},
    "ROC": {"task": "binary"},
    "Accuracy": {"task": "binary"},
    "F1Score": {"task": "binary"},
    "ConfusionMatrix": {"task": "binary"},
    "CalibrationError": {"task": "binary"},
    "CatMetric": {},
    "MeanMetric": {},
    "SumMetric": {},
    "SpearmanCorrCoef": {},
    "PearsonCorrCoef": {},
    "CosineSimilarity": {},
    "KendallRankCorrCoef": {},
    "MeanSquaredError": {},
    "RetrievalMAP": {},
}


def lists(metric: Any) -> bool:
    return any(isinstance(state, list) for state in metric._defaults.values())


@pytest.mark.parametrize("name", MADE)
def test_lists(name: str) -> None:
    metric = getattr(torchmetrics, name)(**MADE[name])
    assert keeps_batches(f"torchmetrics.{name}", frozenset(MADE[name])) is lists(metric)


def test_thresholds_bound_the_state() -> None:
    metric = torchmetrics.AUROC(task="binary", thresholds=10)
    assert not lists(metric)
    assert not keeps_batches("torchmetrics.AUROC", frozenset({"task", "thresholds"}))
