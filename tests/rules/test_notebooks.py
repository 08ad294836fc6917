"""What is a leak in a script and none in a notebook, or the other way round."""

from leakwise.engine import analyze
from leakwise.syntax.notebook_cells import Cell, NotebookDocument
from leakwise.text import Document

URI = "file:///work/a.ipynb"


def found(*cells: str) -> list[tuple[str, int]]:
    """Codes of the findings in a notebook, each with its cell, from 1."""
    document = NotebookDocument.of(
        URI,
        [
            Cell.of(Document.from_text(f"{URI}#{number}", text), number)
            for number, text in enumerate(cells, 1)
        ],
    )
    places = [(one, document.located(one.range)[0]) for one in analyze(document)]
    return [(one.rule.code, document.number_of(part) or 0) for one, part in places]


def in_a_script(*cells: str) -> list[str]:
    """Codes of the findings in a script of the same code."""
    text = "\n".join([*cells, ""])
    return [one.rule.code for one in analyze(Document.from_text("file:///work/a.py", text))]


PLOT = """\
import torch
import matplotlib.pyplot as plt

def plot(losses):
    fig, ax = plt.subplots()
    ax.plot(losses)
"""


def test_figures_of_a_cell_are_closed_when_it_has_run() -> None:
    calls = "for losses in histories:\n    plot(losses)"
    assert in_a_script(PLOT, calls) == ["LG001"]
    assert found(PLOT, calls) == []


def test_a_loop_that_makes_many_figures_in_one_cell() -> None:
    loop = "for epoch in range(100):\n    plt.figure()\n    plt.savefig(f'{epoch}.png')"
    assert found(PLOT, loop) == [("LG001", 2)]
