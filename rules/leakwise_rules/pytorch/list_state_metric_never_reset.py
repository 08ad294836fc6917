"""LP033 list-state-metric-never-reset."""

from collections.abc import Iterable, Iterator

from leakwise.facts import BodyFacts, CallSite, Certainty, Loop, Place, Rhythm, Value
from leakwise.rule import (
    Applicability,
    Example,
    Finding,
    Fix,
    FixContext,
    GeneralSmell,
    Link,
    Negative,
    Practice,
    RelatedPlace,
    Report,
    RootCause,
    Rule,
    Severity,
)
from leakwise_rules.metrics import may_be_reset, updated
from leakwise_rules.wording import shown

_LIBRARY = "torchmetrics"


class ListStateMetricNeverReset(Rule):
    """A metric that keeps every batch is updated for ever and never reset.

    ## Why it leaks

    Some metrics of torchmetrics need all predictions at once: AUROC, average precision, ROC and
    precision-recall curves without `thresholds`, retrieval metrics, rank correlations, mean average
    precision. They append each batch's predictions and targets to a list, on the device where they
    lie, and empty it in `reset()` alone. Without that call every epoch is added to the last one:
    60 batches of 1 MB held 60 MB, and 3 MB after `reset()`. The scores are wrong too, since they
    mix the epochs.

    ## Best practice

    Call `reset()` after `compute()` at the end of every epoch. Or give the metric `thresholds`,
    where it takes them: it then counts in bins, and its state stays small.

    ## When it is not a leak

    Metrics such as `Accuracy`, `MeanMetric` or `ConfusionMatrix` have a state of fixed size. In
    Lightning, `self.log(name, metric)` with the metric itself lets the trainer reset it. A metric
    that is made anew for each epoch goes with its epoch.
    """

    code = "LP033"
    name = "list-state-metric-never-reset"
    message = (
        "`{metric}` keeps all predictions and targets that it was ever given, as nothing resets "
        "it; call its `reset()` after {turn}."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.INSTRUMENTATION_LEFT_ON
    general_smell = GeneralSmell.DIAGNOSTICS_NEVER_STOPPED
    practices = (
        Practice(
            "BP42",
            "Call `reset()` after `compute()` at every epoch's end, or use a binned metric "
            "(`thresholds=...`) with a state of fixed size.",
        ),
    )
    links = (
        Link(
            "TorchMetrics: metrics and memory management",
            "https://lightning.ai/docs/torchmetrics/stable/pages/overview.html",
        ),
        Link(
            "Metrics keep their states unless they are reset",
            "https://github.com/Lightning-AI/torchmetrics/issues/1949",
        ),
        Link(
            "Average precision grows with each call, accuracy does not",
            "https://github.com/Lightning-AI/torchmetrics/issues/3294",
        ),
        Link(
            "Out of memory after some epochs, in geo-deep-learning",
            "https://github.com/NRCan/geo-deep-learning/issues/582",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch
                from torchmetrics.classification import BinaryAUROC

                auroc = BinaryAUROC()
                for epoch in range(epochs):
                    for x, y in val_loader:
                        with torch.no_grad():
                            auroc.update(model(x), y)  # leak
                    print(epoch, auroc.compute())
            """,
            good="""
                import torch
                from torchmetrics.classification import BinaryAUROC

                auroc = BinaryAUROC()
                for epoch in range(epochs):
                    for x, y in val_loader:
                        with torch.no_grad():
                            auroc.update(model(x), y)
                    print(epoch, auroc.compute())
                    auroc.reset()
            """,
        ),
        Example(
            bad="""
                import lightning as L
                from torchmetrics import AveragePrecision

                class Detector(L.LightningModule):
                    def __init__(self, net):
                        super().__init__()
                        self.net = net
                        self.precision = AveragePrecision(task="binary")

                    def validation_step(self, batch, batch_idx):
                        x, y = batch
                        self.precision.update(self.net(x), y)  # leak

                    def on_validation_epoch_end(self):
                        score = self.precision.compute()
                        self.log("precision", score)
            """,
            good="""
                import lightning as L
                from torchmetrics import AveragePrecision

                class Detector(L.LightningModule):
                    def __init__(self, net):
                        super().__init__()
                        self.net = net
                        self.precision = AveragePrecision(task="binary")

                    def validation_step(self, batch, batch_idx):
                        x, y = batch
                        self.precision.update(self.net(x), y)

                    def on_validation_epoch_end(self):
                        score = self.precision.compute()
                        self.precision.reset()
                        self.log("precision", score)
            """,
        ),
        Example(
            bad="""
                import torch
                import torchmetrics

                class Evaluator:
                    def __init__(self, model, device):
                        self.model = model
                        self.spearman = torchmetrics.SpearmanCorrCoef().to(device)

                    @torch.no_grad()
                    def run(self, loader):
                        for x, y in loader:
                            self.spearman(self.model(x), y)  # leak
                        score = self.spearman.compute()
                        return score.item()
            """,
            good="""
                import torch
                import torchmetrics

                class Evaluator:
                    def __init__(self, model, device):
                        self.model = model
                        self.spearman = torchmetrics.SpearmanCorrCoef().to(device)

                    @torch.no_grad()
                    def run(self, loader):
                        for x, y in loader:
                            self.spearman(self.model(x), y)
                        score = self.spearman.compute()
                        self.spearman.reset()
                        return score.item()
            """,
        ),
        Example(
            bad="""
                from torchmetrics import AUROC, Accuracy, MetricCollection

                def fit(model, train_loader, val_loader, optimizer, epochs):
                    scores = MetricCollection([Accuracy(task="binary"), AUROC(task="binary")])
                    for epoch in range(epochs):
                        train_epoch(model, train_loader, optimizer)
                        for predicted, y in predictions(model, val_loader):
                            scores.update(predicted, y)  # leak
                        print(scores.compute())
            """,
            good="""
                from torchmetrics import AUROC, Accuracy, MetricCollection

                def fit(model, train_loader, val_loader, optimizer, epochs):
                    scores = MetricCollection([Accuracy(task="binary"), AUROC(task="binary")])
                    for epoch in range(epochs):
                        train_epoch(model, train_loader, optimizer)
                        for predicted, y in predictions(model, val_loader):
                            scores.update(predicted, y)
                        print(scores.compute())
                        scores.reset()
            """,
        ),
    )
    negatives = (
        Negative(
            why="Lightning resets a metric that is logged as an object.",
            code="""
                import lightning as L
                from torchmetrics import AUROC

                class Classifier(L.LightningModule):
                    def __init__(self, net):
                        super().__init__()
                        self.net = net
                        self.auroc = AUROC(task="binary")

                    def validation_step(self, batch, batch_idx):
                        x, y = batch
                        self.auroc(self.net(x), y)
                        self.log("auroc", self.auroc, on_epoch=True)
            """,
        ),
        Negative(
            why="These metrics have a state of fixed size.",
            code="""
                from torchmetrics import AUROC, Accuracy, MeanMetric

                accuracy, mean = Accuracy(task="binary"), MeanMetric()
                auroc = AUROC(task="binary", thresholds=200)
                for epoch in range(epochs):
                    for x, y in loader:
                        out = model(x)
                        accuracy.update(out, y)
                        auroc.update(out, y)
                        mean.update(out.mean())
            """,
        ),
        Negative(
            why="The metric is made anew for each epoch.",
            code="""
                from torchmetrics import AUROC

                for epoch in range(epochs):
                    auroc = AUROC(task="binary")
                    for x, y in loader:
                        auroc.update(model(x), y)
                    print(auroc.compute())
            """,
        ),
        Negative(
            why="One evaluation goes through the data once.",
            code="""
                from torchmetrics import AUROC

                def evaluate(model, loader):
                    auroc = AUROC(task="binary")
                    for x, y in loader:
                        auroc.update(model(x), y)
                    return auroc.compute()
            """,
        ),
        Negative(
            why="Another method resets the metric.",
            code="""
                from torchmetrics import AUROC

                class Evaluator:
                    def __init__(self):
                        self.auroc = AUROC(task="binary")

                    def start(self):
                        self.auroc.reset()

                    def run(self, model, loader):
                        for x, y in loader:
                            self.auroc.update(model(x), y)
                        return self.auroc.compute()
            """,
        ),
        Negative(
            why="The metric is handed to code that may reset it.",
            code="""
                from torchmetrics import AUROC

                def fit(model, loader, epochs):
                    auroc = AUROC(task="binary")
                    for epoch in range(epochs):
                        for x, y in loader:
                            auroc.update(model(x), y)
                        finish(epoch, auroc)
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        if not body.file_mentions(_LIBRARY):
            return
        seen: set[str] = set()
        for site in body.call_sites:
            metric, path = updated(site)
            if metric is None or path in seen or may_be_reset(body, metric):
                continue
            attribute = _own_attribute(body, path)
            loop = _outlived(body, site, metric)
            if attribute is not None:
                grows = _kept_by_object(body, site, path, attribute)
                bodies = body.class_.bodies_mentioning(attribute) if body.class_ else ()
            else:
                grows, bodies = loop is not None, (body,)
            if not grows:
                continue
            seen.add(path)
            yield self.report(
                site.place,
                *_leak_path(body, loop, attribute),
                certainty=Certainty.SURE if attribute is None else Certainty.LIKELY,
                anchors={"computed": _computed(bodies, path)},
                notes={"metric": path},
                metric=shown(path),
                turn="each epoch" if attribute is None else "each run",
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        for statement in finding.anchors["computed"][:1]:
            if edits := context.insert_after(statement, f"{finding.notes['metric']}.reset()"):
                yield Fix("Reset it after `compute()`", edits, Applicability.UNSAFE)


def _own_attribute(body: BodyFacts, path: str) -> str | None:
    """The attribute of the method's own object that a path is."""
    instance, _, attribute = path.partition(".")
    own = body.class_ is not None and instance == body.instance_name and attribute.isidentifier()
    return attribute if own else None


def _outlived(body: BodyFacts, site: CallSite, metric: Value) -> Loop | None:
    """The outermost loop whose rounds the metric outlives; None where one pass over the data is
    all that it sees, or somebody else may reset it."""
    if metric.origin is None or body.returned(frozenset({metric.origin})):
        return None
    made = body.call_at(metric.origin)
    if made is None or body.passed_on(frozenset({metric.origin})):
        return None
    loops = [loop for loop in site.loops if loop not in made.loops]
    return loops[0] if len(loops) > 1 else None


def _kept_by_object(body: BodyFacts, site: CallSite, path: str, attribute: str) -> bool:
    """Whether the metric is the object's own, and each of its runs adds to it."""
    class_ = body.class_
    if class_ is None or not class_.bases_known or set(class_.writers(attribute)) != {"__init__"}:
        return False
    sources: frozenset[str | Place] = frozenset({path})
    if any(
        one.passed_on(sources) or one.returned(sources) or one.stored(sources)
        for one in class_.bodies_mentioning(attribute)
        if one.name != "__init__"
    ):
        return False
    return bool(site.loops) or body.rhythm is Rhythm.STEP


def _computed(bodies: Iterable[BodyFacts], path: str) -> tuple[Place, ...]:
    """The statements that ask the metric for its score."""
    return tuple(
        site.statement
        for body in bodies
        for site in body.method_calls("compute")
        if site.receiver == path
    )


def _leak_path(body: BodyFacts, loop: Loop | None, attribute: str | None) -> Iterator[RelatedPlace]:
    if loop is not None:
        yield RelatedPlace(loop.place, "The metric outlives the rounds of this loop.")
    elif attribute is not None:
        yield RelatedPlace(body.place, "Each call adds to the object's metric.")
