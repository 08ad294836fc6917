"""A container with a graph in one of its parts that is kept: where it is told, and what repairs
it."""

import pytest

from leakwise.engine import Analysis, analyze, fixes_for
from leakwise.text import apply_edits
from tests.rules.snippets import document, lines, marked_lines, seen, unmarked

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


METRICS = """
    import torch
    from collections import defaultdict
    from torch import nn
    from transformers import Trainer

    class Preferring(Trainer):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.pending = defaultdict(list)

        def measured(self, model, batch, stage):
            out = model(**batch)
            chosen, rejected = out.logits.log_softmax(-1).mean(1).chunk(2)
            anchor = nn.functional.cross_entropy(out.logits[0], batch["labels"])
            loss = -nn.functional.logsigmoid(chosen - rejected).mean() + anchor
            told = {}
            told[f"{stage}/chosen"] = chosen.detach().mean()
            told[f"{stage}/rejected"] = rejected.detach().mean()
            told[f"{stage}/anchor"] = anchor.mean()  # leak
            return loss, told

        def compute_loss(self, model, inputs, return_outputs=False):
            with self.autocast():
                loss, told = self.measured(model, inputs, "train")
            self.remember(told)
            return (loss, told) if return_outputs else loss

        def remember(self, told):
            for name, value in told.items():
                self.pending[name].append(value)

        def log(self, logs):
            for name, values in self.pending.items():
                logs[name] = torch.stack(values).mean().item()
            self.pending.clear()
            super().log(logs)
"""


def test_it_is_told_where_the_part_is_put_in() -> None:
    held = document(METRICS)
    (finding,) = analyze(held)
    assert finding.rule.code == "LP006"
    assert lines([finding]) == marked_lines(METRICS)
    assert "`self.remember()` keeps the graph of every call in `self.pending`" in finding.message
    repairs = [apply_edits(held, fix.edits) for fix in fixes_for(finding, held)]
    cuts = (".item()", ".detach()")
    assert repairs == [held.text.replace("anchor.mean()", "anchor.mean()" + cut) for cut in cuts]
    assert not any(analyze(held.with_text(one)[0]) for one in repairs)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("anchor.mean()", "anchor.mean().detach()", 0),
        ("        told = {}\n", "        told = {}\n\n", 1),
        ("self.remember(told)", "print(told)", 0),
        (".append(value)", ".append(value.item())", 0),
    ],
)
def test_an_edit_of_any_function_is_seen(old: str, new: str, told: int) -> None:
    first = unmarked(METRICS)
    assert old in first.text
    analysis = Analysis(first)
    assert len(analysis.findings()) == 1
    edited, change = first.with_text(first.text.replace(old, new))
    analysis.change(edited, [change])
    assert len(analysis.findings()) == told
    assert [seen(one) for one in analysis.findings()] == [seen(one) for one in analyze(edited)]
    back, change = edited.with_text(first.text)
    analysis.change(back, [change])
    assert [seen(one) for one in analysis.findings()] == [seen(one) for one in analyze(first)]


def test_it_is_told_where_it_is_kept_when_a_loss_is_made_of_the_parts() -> None:
    held = unmarked(METRICS.replace("return loss, told", "return sum(told.values()), told"))
    (finding,) = analyze(held)
    assert held.lines[finding.range.start.line].strip() == "self.remember(told)"
    assert not fixes_for(finding, held)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # It is cut before it is kept.
        (
            "            return loss, told",
            "            for name in told:\n                told[name] = told[name].item()\n"
            "            return loss, told",
        ),
        ("return loss, told", "return loss, {name: value.item() for name, value in told.items()}"),
        # It is emptied after each step.
        ("def log(self, logs)", "def prediction_step(self, logs)"),
        ("self.pending[name].append(value)", "self.pending[name].append(float(value))"),
        ("self.pending[name].append(value)", "self.pending[name] = value.detach()"),
    ],
)
def test_reports_that_keep_no_graph_are_silent(old: str, new: str) -> None:
    assert old in METRICS
    assert not analyze(unmarked(METRICS.replace(old, new)))
