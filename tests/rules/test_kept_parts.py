"""A container with a graph in one of its parts that is kept: where it is told, and what repairs
it."""

from leakwise.engine import analyze, fixes_for
from tests.rules.snippets import document, lines, marked_lines

STEPS = """
    import lightning as L
    from torch import nn

    class Regression(L.LightningModule):
        def __init__(self):
            super().__init__()
            self.net = nn.Linear(4, 1)
            self.logs = []

        def training_step(self, batch, index):
            x, y = batch
            log = {"loss": nn.functional.mse_loss(self.net(x), y), "size": len(x)}
            self.logs.append(log)  # leak
            return log

        def on_train_epoch_end(self):
            print(len(self.logs))
            self.logs.clear()
"""


def test_a_dict_has_no_detach() -> None:
    held = document(STEPS)
    (finding,) = analyze(held)
    assert finding.rule.code == "LP002"
    assert lines([finding]) == marked_lines(STEPS)
    assert not fixes_for(finding, held)
