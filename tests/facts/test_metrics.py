"""Which metrics keep every batch, and what their methods give."""

import pytest

from leakwise.facts import Kind
from tests.facts.reading import bodies


@pytest.mark.parametrize(
    ("made", "keeps"),
    [
        ("AUROC(task='binary')", True),
        ("AUROC(task='binary', thresholds=None)", True),
        ("AUROC(task='binary', thresholds=100)", False),
        ("Accuracy(task='binary')", False),
        ("CatMetric().to(device)", True),
        ("MetricCollection([Accuracy(task='binary'), AUROC(task='binary')])", True),
        ("MetricCollection({'a': Accuracy(task='binary')}).clone(prefix='val')", False),
        ("AUROC(**options)", None),
    ],
)
def test_the_constant_of_a_metric_tells_whether_it_keeps_every_batch(
    made: str, keeps: bool | None
) -> None:
    code = "from torchmetrics import AUROC, Accuracy, CatMetric, MetricCollection\n"
    value = bodies(f"{code}metric = {made}")[""].value("metric")
    assert value.kind is Kind.METRIC
    assert value.constant is keeps


def test_what_a_metric_computes_does_not_hand_it_on() -> None:
    body = bodies("""
    from torchmetrics import AUROC

    def run(loader):
        metric = AUROC(task="binary")
        for x, y in loader:
            unknown(metric(x, y))
        unknown(metric.compute())
        return metric.compute()
    """)["run"]
    made = frozenset({body.value("metric").origin or ""})
    assert not body.passed_on(made)
    assert not body.returned(made)
