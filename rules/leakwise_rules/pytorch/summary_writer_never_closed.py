"""LP031 summary-writer-never-closed."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts, Certainty
from leakwise.rule import (
    Example,
    Finding,
    Fix,
    FixContext,
    GeneralSmell,
    Link,
    Negative,
    Practice,
    Report,
    RootCause,
    Rule,
    Severity,
)
from leakwise_rules.releases import (
    close_anchors,
    close_fixes,
    leak_path,
    lost,
    repeated,
)
from leakwise_rules.wording import shown

_NOUN = "summary writer"
_OF_TENSORFLOW = "tensorflow."


class SummaryWriterNeverClosed(Rule):
    """A SummaryWriter is made and never closed.

    ## Why it leaks

    Every `SummaryWriter` of `torch.utils.tensorboard` and of tensorboardX runs a thread with a
    queue, and writes an event file. The thread keeps them alive: 20 writers that were not closed
    left 20 threads, even after their names were gone and the collector had run; 20 closed ones left
    none. What was not flushed when the program ends may be lost.

    ## Best practice

    Use the writer as a context manager, or close it in a `finally` block; one writer for each run.

    ## When it is not a leak

    A writer in a `with` statement, one that is closed at the end, and one whose class closes it in
    `close()`, `__exit__` or the like, or may hand that on to a base class. A writer that is handed
    to a logger or returned is its to close. A single writer of a script leaks no more than itself:
    an information only.
    """

    code = "LP031"
    name = "summary-writer-never-closed"
    message = (
        "The writer that `{callee}` makes is {closed}: its thread, queue and event file stay; "
        "use it in `with`, or `close()` it."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.UNRELEASED_HANDLE
    general_smell = GeneralSmell.OPEN_WITHOUT_CLOSE
    practices = (
        Practice(
            "BP40",
            "Use `SummaryWriter` as a context manager or close it in `finally`; one writer per "
            "run.",
        ),
    )
    links = (
        Link(
            "PyTorch: torch.utils.tensorboard",
            "https://docs.pytorch.org/docs/stable/tensorboard.html",
        ),
        Link(
            "A deleted writer stays referenced",
            "https://github.com/pytorch/pytorch/issues/61186",
        ),
        Link(
            "No more threads after a loop of writers, in tensorboardX",
            "https://github.com/lanpa/tensorboardX/issues/108",
        ),
        Link(
            "Scalars were lost with an open writer, in transformers",
            "https://github.com/huggingface/transformers/issues/779",
        ),
        Link(
            "One writer instead of many open files, in fairseq",
            "https://github.com/facebookresearch/fairseq/pull/1745",
        ),
    )
    examples = (
        Example(
            bad="""
                from torch.utils.tensorboard import SummaryWriter

                def run_fold(fold, train):
                    writer = SummaryWriter(f"runs/fold{fold}")  # leak
                    for step, loss in enumerate(train(fold)):
                        writer.add_scalar("loss", loss, step)

                for fold in range(10):
                    run_fold(fold, train)
            """,
            good="""
                from torch.utils.tensorboard import SummaryWriter

                def run_fold(fold, train):
                    with SummaryWriter(f"runs/fold{fold}") as writer:
                        for step, loss in enumerate(train(fold)):
                            writer.add_scalar("loss", loss, step)

                for fold in range(10):
                    run_fold(fold, train)
            """,
        ),
        Example(
            bad="""
                from tensorboardX import SummaryWriter

                for lr in (0.1, 0.01, 0.001):
                    log = SummaryWriter(comment=f"lr{lr}")  # leak
                    for step in range(1000):
                        log.add_scalar("loss", train_step(lr), step)
            """,
            good="""
                from tensorboardX import SummaryWriter

                for lr in (0.1, 0.01, 0.001):
                    with SummaryWriter(comment=f"lr{lr}") as log:
                        for step in range(1000):
                            log.add_scalar("loss", train_step(lr), step)
            """,
        ),
        Example(
            bad="""
                from torch.utils import tensorboard

                class Search:
                    def __init__(self, trials):
                        self.trials = trials
                        self.writers = {}

                    def run(self):
                        for trial in self.trials:
                            self.writers[trial] = tensorboard.SummaryWriter(f"runs/{trial}")  # leak
                            self.writers[trial].add_scalar("score", evaluate(trial), 0)
            """,
            good="""
                from torch.utils import tensorboard

                class Search:
                    def __init__(self, trials):
                        self.trials = trials

                    def run(self):
                        for trial in self.trials:
                            with tensorboard.SummaryWriter(f"runs/{trial}") as writer:
                                writer.add_scalar("score", evaluate(trial), 0)
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from torch.utils.tensorboard import SummaryWriter

                class Logger:
                    def __init__(self, folder):
                        self.writer = SummaryWriter(folder)  # leak

                    def log(self, step, **values):
                        for name, value in values.items():
                            self.writer.add_scalar(name, value, step)
            """,
            good="""
                from torch.utils.tensorboard import SummaryWriter

                class Logger:
                    def __init__(self, folder):
                        self.writer = SummaryWriter(folder)

                    def log(self, step, **values):
                        for name, value in values.items():
                            self.writer.add_scalar(name, value, step)

                    def close(self):
                        self.writer.close()
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from reports import Reporter
                from torch.utils.tensorboard import SummaryWriter

                class BoardReporter(Reporter):
                    def __init__(self, folder):
                        super().__init__()
                        self.board = SummaryWriter(folder)  # leak

                    def report(self, name, value, step):
                        self.board.add_scalar(name, value, step)
            """,
            good="""
                from reports import Reporter
                from torch.utils.tensorboard import SummaryWriter

                class BoardReporter(Reporter):
                    def __init__(self, folder):
                        super().__init__()
                        self.board = SummaryWriter(folder)

                    def report(self, name, value, step):
                        self.board.add_scalar(name, value, step)

                    def __del__(self):
                        self.board.close()
            """,
            fixed=False,
        ),
        Example(
            bad="""
                from torch.utils.tensorboard import SummaryWriter

                class Board:
                    def __init__(self, writer):
                        self.writer = writer

                    def note(self, step, loss):
                        self.writer.add_scalar("loss", loss, step)

                def run_trial(trial, train):
                    board = Board(SummaryWriter(f"runs/{trial}"))  # leak
                    for step, loss in enumerate(train(trial)):
                        board.note(step, loss)

                for trial in range(20):
                    run_trial(trial, train)
            """,
            good="""
                from torch.utils.tensorboard import SummaryWriter

                class Board:
                    def __init__(self, writer):
                        self.writer = writer

                    def note(self, step, loss):
                        self.writer.add_scalar("loss", loss, step)

                def run_trial(trial, train):
                    with SummaryWriter(f"runs/{trial}") as writer:
                        board = Board(writer)
                        for step, loss in enumerate(train(trial)):
                            board.note(step, loss)

                for trial in range(20):
                    run_trial(trial, train)
            """,
            fixed=False,
        ),
    )
    negatives = (
        Negative(
            why="The `with` statement closes the writer.",
            code="""
                from torch.utils.tensorboard import SummaryWriter

                for fold in range(10):
                    with SummaryWriter(f"runs/{fold}") as writer:
                        writer.add_scalar("score", run(fold), 0)
            """,
        ),
        Negative(
            why="The writer is closed where the run ends.",
            code="""
                from torch.utils.tensorboard import SummaryWriter

                def train(model, loader):
                    writer = SummaryWriter()
                    try:
                        for step, batch in enumerate(loader):
                            writer.add_scalar("loss", model(batch), step)
                    finally:
                        writer.close()
            """,
        ),
        Negative(
            why="The class closes its writer.",
            code="""
                from torch.utils.tensorboard import SummaryWriter

                class Logger:
                    def __init__(self, folder):
                        self.writer = SummaryWriter(folder)

                    def log(self, step, loss):
                        self.writer.add_scalar("loss", loss, step)

                    def __exit__(self, *error):
                        self.writer.close()
            """,
        ),
        Negative(
            why="The caller has the writer, and may close it.",
            code="""
                from torch.utils.tensorboard import SummaryWriter

                def make_writer(name):
                    writer = SummaryWriter(f"runs/{name}")
                    writer.add_text("name", name)
                    return writer
            """,
        ),
        Negative(
            why="The writer is handed to a trainer, which may close it.",
            code="""
                from torch.utils.tensorboard import SummaryWriter

                for seed in range(5):
                    writer = SummaryWriter(f"runs/{seed}")
                    fit(seed, writer)
            """,
        ),
        Negative(
            why="The class hands `close()` on to a base that is not known here.",
            code="""
                from torch.utils.tensorboard import SummaryWriter
                from loggers import BaseLogger

                class Logger(BaseLogger):
                    def __init__(self, folder):
                        super().__init__()
                        self.writer = SummaryWriter(folder)

                    def log(self, step, loss):
                        self.writer.add_scalar("loss", loss, step)

                    def close(self):
                        super().close()
            """,
        ),
        Negative(
            why="A finalizer closes what a method makes.",
            code="""
                import weakref
                from torch.utils.tensorboard import SummaryWriter

                class Journal:
                    def __init__(self, folder):
                        self.sink = self.opened(folder)

                    def opened(self, folder):
                        made = SummaryWriter(folder)
                        weakref.finalize(self, made.close)
                        return made
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for taken, fate in lost(body, _NOUN, likely=True):
            if (taken.what.name or "").startswith(_OF_TENSORFLOW):
                continue
            again, loop = repeated(body, taken)
            certainty = taken.what.certainty
            if not fate.lost:
                certainty = certainty.weaker(Certainty.LIKELY)
            yield self.report(
                taken.place,
                *leak_path(body, taken, loop),
                certainty=certainty,
                severity=None if again else Severity.INFORMATION,
                anchors=close_anchors(taken, loop),
                notes={"writer": taken.bound_to or ""},
                callee=shown(taken.callee),
                closed="not closed on every path" if fate.release else "never closed",
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        yield from close_fixes(finding, context, finding.notes["writer"])
