# mypy: ignore-errors
# ruff: noqa
"""A metric that is reset through the collection that it was put into."""

from torchmetrics import Accuracy, MetricCollection, SpearmanCorrCoef


class Ranking:
    def __init__(self):
        self.rank = SpearmanCorrCoef()
        self.all = MetricCollection([self.rank, Accuracy(task="binary")])

    def run(self, model, loader):
        for x, y in loader:
            # ok: the collection resets the metrics that it was made of
            self.rank.update(model(x), y)
        self.all.reset()
