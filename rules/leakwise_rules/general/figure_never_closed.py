"""LG001 figure-never-closed."""

from collections.abc import Iterator

from leakwise.facts import Acquisition, BodyFacts, CallSite, Certainty, Loop, Rhythm
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
    Report,
    RootCause,
    Rule,
    Severity,
)
from leakwise_rules.releases import few_rounds, leak_path, lost, repeated
from leakwise_rules.wording import shown

_NOUN = "figure"
_HANDFUL = 20
"""So many figures matplotlib itself opens without a warning."""
_SHOW = frozenset({"matplotlib.pyplot.show", "matplotlib.pyplot.pause"})
_CLOSE = "matplotlib.pyplot.close"
_SAVE = "matplotlib.pyplot.savefig"
_PICTURES = ("wandb.Image", "mlflow.log_figure")
"""They save a figure, and leave it open."""
_PIXELS = ("tostring_rgb", "tostring_argb", "buffer_rgba", "print_png", "print_to_buffer")
"""Methods of a figure's canvas that give its picture."""


class FigureNeverClosed(Rule):
    """Figures are made again and again and never closed.

    ## Why it leaks

    `pyplot` keeps every figure that it makes in a list of its own, with its canvas and its data,
    until `plt.close()` is called; dropping the name does not help, and `plt.clf()` empties a figure
    without closing it. 60 figures with one small picture each took 142 MiB; closed ones took none.

    ## Best practice

    Close each figure once it is saved or logged: `plt.close(fig)`. Or draw on a
    `matplotlib.figure.Figure`, which `pyplot` does not know of. A function that makes a figure,
    saves it and neither returns, shows nor closes it leaves one more behind at each call; so does
    one that makes a `wandb.Image` of it, or calls `mlflow.log_figure()`: these leave it open.

    ## When it is not a leak

    A script that makes a handful of figures and shows them. A figure that is returned, or handed to
    a logger: `SummaryWriter.add_figure()` closes it by default. In a notebook the figures of a cell
    are shown and closed when the cell has run: there only a loop that makes many of them leaks.
    """

    code = "LG001"
    name = "figure-never-closed"
    message = (
        "`pyplot` keeps the figure that `{callee}` makes in every {turn}, with its canvas and "
        "data; `close()` it when it is done."
    )
    severity = Severity.WARNING
    since = "0.1.0"
    root_cause = RootCause.UNRELEASED_HANDLE
    general_smell = GeneralSmell.OPEN_WITHOUT_CLOSE
    practices = (
        Practice(
            "BP76",
            "Close each pyplot figure once it is saved or logged, or draw on a `Figure` made "
            "without pyplot.",
        ),
    )
    links = (
        Link(
            "Matplotlib: pyplot.figure",
            "https://matplotlib.org/stable/api/_as_gen/matplotlib.pyplot.figure.html",
        ),
        Link(
            "IPython's inline backend: close_figures",
            "https://github.com/ipython/matplotlib-inline/blob/main/matplotlib_inline/config.py",
        ),
        Link(
            "The evaluation's plot is closed, in time-series-autoencoder",
            "https://github.com/JulesBelveze/time-series-autoencoder/pull/49",
        ),
        Link(
            "The loss plot of each epoch is closed, in faster-rcnn-pytorch",
            "https://github.com/bubbliiiing/faster-rcnn-pytorch/commit/"
            "ff7045c00430f08c900057480b586e12596bb434",
        ),
        Link(
            "A confusion matrix is closed once it is saved, in Avalanche",
            "https://github.com/ContinualAI/avalanche/commit/"
            "0846f3adcfeea8a0c1bea5277353f130f03f631e",
        ),
        Link(
            "Figures of videos are closed, in Mava",
            "https://github.com/instadeepai/Mava/commit/0b0d82137016b5c6b5ef34c0649b6071da840dd7",
        ),
    )
    examples = (
        Example(
            bad="""
                import torch
                import matplotlib.pyplot as plt

                def save_samples(images, path):
                    fig, ax = plt.subplots()  # leak
                    ax.imshow(images[0])
                    fig.savefig(path)

                for epoch in range(100):
                    save_samples(sample(), f"epoch{epoch}.png")
            """,
            good="""
                import torch
                import matplotlib.pyplot as plt

                def save_samples(images, path):
                    fig, ax = plt.subplots()
                    ax.imshow(images[0])
                    fig.savefig(path)
                    plt.close(fig)

                for epoch in range(100):
                    save_samples(sample(), f"epoch{epoch}.png")
            """,
        ),
        Example(
            bad="""
                import torch
                from matplotlib import pyplot as plt

                for step, batch in enumerate(loader):
                    loss = train_step(batch)
                    figure = plt.figure(figsize=(4, 4))  # leak
                    plt.plot(loss.tolist())
                    plt.savefig(f"loss{step}.png")
            """,
            good="""
                import torch
                from matplotlib import pyplot as plt

                for step, batch in enumerate(loader):
                    loss = train_step(batch)
                    figure = plt.figure(figsize=(4, 4))
                    plt.plot(loss.tolist())
                    plt.savefig(f"loss{step}.png")
                    plt.close(figure)
            """,
        ),
        Example(
            bad="""
                import matplotlib.pyplot as plt
                from tensorflow import keras

                class PlotPredictions(keras.callbacks.Callback):
                    def __init__(self, x, folder):
                        super().__init__()
                        self.x, self.folder = x, folder

                    def on_epoch_end(self, epoch, logs=None):
                        plt.figure()  # leak
                        plt.plot(self.model.predict(self.x))
                        plt.savefig(f"{self.folder}/{epoch}.png")
            """,
            good="""
                import matplotlib.pyplot as plt
                from tensorflow import keras

                class PlotPredictions(keras.callbacks.Callback):
                    def __init__(self, x, folder):
                        super().__init__()
                        self.x, self.folder = x, folder

                    def on_epoch_end(self, epoch, logs=None):
                        plt.figure()
                        plt.plot(self.model.predict(self.x))
                        plt.savefig(f"{self.folder}/{epoch}.png")
                        plt.close()
            """,
        ),
        Example(
            bad="""
                import torch
                import matplotlib.pyplot as plt

                def draw_attention(weights, target):
                    plt.figure(figsize=(3, 3))  # leak
                    plt.imshow(weights.detach().cpu())
                    plt.savefig(target)
            """,
            good="""
                import torch
                import matplotlib.pyplot as plt

                def draw_attention(weights, target):
                    plt.figure(figsize=(3, 3))
                    plt.imshow(weights.detach().cpu())
                    plt.savefig(target)
                    plt.close()
            """,
        ),
    )
    negatives = (
        Negative(
            why="A script makes a handful of figures and shows them.",
            code="""
                import torch
                import matplotlib.pyplot as plt

                for name in ("loss", "accuracy"):
                    plt.figure()
                    plt.plot(history[name])
                    plt.title(name)
                plt.show()
            """,
        ),
        Negative(
            why="Without a path the figure stays open to be shown by who calls.",
            code="""
                import torch
                import matplotlib.pyplot as plt

                def draw_attention(weights, target=None):
                    figure = plt.figure()
                    plt.imshow(weights)
                    if target is not None:
                        figure.savefig(target)
            """,
        ),
        Negative(
            why="The program draws one figure, where it begins.",
            code="""
                import torch
                import matplotlib.pyplot as plt

                def main():
                    plt.figure()
                    plt.plot(torch.load("losses.pt"))
                    plt.savefig("losses.png")
            """,
        ),
        Negative(
            why="The figure is returned.",
            code="""
                import torch
                import matplotlib.pyplot as plt

                def picture(image):
                    fig, ax = plt.subplots()
                    ax.imshow(image)
                    return fig

                for image in images:
                    log(picture(image))
            """,
        ),
        Negative(
            why="`add_figure()` closes what it is given.",
            code="""
                import matplotlib.pyplot as plt
                from torch.utils.tensorboard import SummaryWriter

                def log_images(writer: SummaryWriter, batches):
                    for step, images in enumerate(batches):
                        fig, ax = plt.subplots()
                        ax.imshow(images[0])
                        writer.add_figure("images", fig, step)
            """,
        ),
        Negative(
            why="pyplot does not know of a figure that is made without it.",
            code="""
                import torch
                from matplotlib.figure import Figure

                for epoch in range(100):
                    fig = Figure()
                    fig.subplots().plot(losses(epoch))
                    fig.savefig(f"{epoch}.png")
            """,
        ),
        Negative(
            why="One figure is used again, by its number.",
            code="""
                import torch
                import matplotlib.pyplot as plt

                for epoch in range(100):
                    plt.figure(1)
                    plt.clf()
                    plt.plot(losses(epoch))
                    plt.savefig(f"{epoch}.png")
            """,
        ),
        Negative(
            why="Each figure is shown: closing its window closes it.",
            code="""
                import torch
                import matplotlib.pyplot as plt

                for image in dataset:
                    plt.figure()
                    plt.imshow(image)
                    plt.show()
            """,
        ),
        Negative(
            why="All figures of an epoch are closed at its end.",
            code="""
                import torch
                import matplotlib.pyplot as plt

                for epoch in range(100):
                    for image in samples(epoch):
                        fig, ax = plt.subplots()
                        ax.imshow(image)
                        fig.savefig("sample.png")
                    plt.close("all")
            """,
        ),
    )

    def check(self, body: BodyFacts) -> Iterator[Report]:
        for taken, fate in lost(body, _NOUN):
            again, loop = repeated(body, taken)
            certainty = taken.what.certainty
            if not again:
                if fate.once or not _saved_at_each_call(body, taken):
                    continue
                certainty = certainty.weaker(Certainty.LIKELY)
            if few_rounds(loop, _HANDFUL) or body.calls(_SHOW):
                continue
            if any(_may_close(body, site, taken) for site in body.calls_of(_CLOSE)):
                continue
            if loop is None and body.in_notebook:
                # `InlineBackend.close_figures` of matplotlib-inline is on by default.
                continue
            in_block = (loop.place,) if loop and taken.loops[-1] == loop else ()
            if not taken.loops:
                in_block = (body.place,)
            yield self.report(
                taken.place,
                *leak_path(body, taken, loop),
                certainty=certainty,
                anchors={"block": in_block},
                notes={"figure": taken.bound_to or ""},
                callee=shown(taken.callee),
                turn=_turn(loop),
            )

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        named = context.ensure_name(_CLOSE, alias="plt")
        if named is None:
            return
        close, imported = named
        for block in finding.anchors["block"]:
            text = f"{close}({finding.notes['figure']})"
            if edits := context.append_last(block, text, before_leaving=True):
                yield Fix("Close the figure", (*imported, *edits), Applicability.UNSAFE)


def _saved_at_each_call(body: BodyFacts, taken: Acquisition) -> bool:
    """Whether a function that others call makes a figure, and is done with it once it is saved."""
    if body.name in {None, "__init__"} or body.rhythm is not Rhythm.UNKNOWN:
        return False
    if body.mentions(*_PIXELS):
        return True
    saved = [*body.calls_of(_SAVE)]
    for site in body.calls_of(*_PICTURES):
        if site.arguments and taken.place in site.arguments[0].value.sources:
            saved.append(site)
    for site in body.method_calls("savefig"):
        if taken.place in site.receiver_value.sources:
            saved.append(site)
    return body.always_behind(taken, saved)


def _may_close(body: BodyFacts, site: CallSite, taken: Acquisition) -> bool:
    """Whether a call may close this figure too: the current one, all of them, or any unknown."""
    figure = site.argument("fig", 0)
    if figure is None:
        # Behind or beside a loop, that closes the last one which the loop made, and no other.
        return not taken.loops or taken.loops[-1] in site.loops
    if not figure.value.sources:
        return True
    others = {one.place for one in body.acquisitions if one.place != taken.place}
    return not figure.value.sources <= others


def _turn(loop: Loop | None) -> str:
    return "call" if loop is None else "iteration"
