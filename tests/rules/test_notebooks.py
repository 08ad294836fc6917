"""What is a leak in a script and none in a notebook, or the other way round."""

from leakwise.engine import Analysis, analyze
from leakwise.facts import Certainty
from leakwise.syntax.notebook_cells import Cell, NotebookDocument
from leakwise.text import Document

URI = "file:///work/a.ipynb"


def found(*cells: str, possible: bool = False) -> list[tuple[str, int]]:
    """Codes of the findings in a notebook, each with its cell, from 1."""
    least = Certainty.POSSIBLE if possible else Certainty.LIKELY
    document = NotebookDocument.of(
        URI,
        [
            Cell.of(Document.from_text(f"{URI}#{number}", text), number)
            for number, text in enumerate(cells, 1)
        ],
    )
    analysis = Analysis(document, minimum_certainty=least)
    places = [(one, document.located(one.range)[0]) for one in analysis.findings()]
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


MODEL = """\
import torch
from torch import nn
model = nn.Linear(4, 1)
criterion = nn.MSELoss()
history = []
"""
STORE = """\
loss = criterion(model(torch.ones(4)), torch.ones(1))
loss.backward()
history.append(loss)
"""
HOOK = "handle = model.register_forward_hook(lambda *seen: print(seen))\n"


def test_a_cell_that_is_run_again_is_a_possible_leak() -> None:
    assert found(MODEL, STORE, HOOK) == []
    assert found(MODEL, STORE, HOOK, possible=True) == [("LP002", 2), ("LP016", 3)]


def test_what_a_cell_shows_is_kept_in_the_output_history() -> None:
    output = "output = model(torch.ones(4))\n"
    assert found(MODEL, output + "output") == []
    assert found(MODEL, output + "output", possible=True) == [("LP002", 2)]
    assert found(MODEL, "# shown:\nmodel(torch.ones(4))", possible=True) == [("LP002", 2)]
    for last in (
        "output;",
        "print(output)",
        "output.detach()",
        "output.shape",
        "if x:\n    output",
    ):
        assert found(MODEL, output + last, possible=True) == [], last
    assert found(MODEL, output + "output\nx = 1", possible=True) == []
    assert (
        found(MODEL, "with torch.no_grad():\n    y = model(torch.ones(4))\ny", possible=True) == []
    )
    assert found(MODEL + output + "output; output", possible=True) == [("LP002", 1)]


def test_a_semicolon_that_is_typed_counts() -> None:
    cells = [
        Cell.of(Document.from_text(f"{URI}#{number}", text), number)
        for number, text in ((1, MODEL), (2, "model(torch.ones(4))"))
    ]
    document = NotebookDocument.of(URI, cells)
    analysis = Analysis(document, minimum_certainty=Certainty.POSSIBLE)
    assert [one.rule.code for one in analysis.findings()] == ["LP002"]
    for text, codes in (("model(torch.ones(4));", []), ("model(torch.ones(4))", ["LP002"])):
        typed = Cell.of(Document.from_text(f"{URI}#2", text), 2)
        document, changes = document.with_cells([cells[0], typed])
        analysis.change(document, changes)
        assert [one.rule.code for one in analysis.findings()] == codes


def test_nothing_piles_up_where_the_same_cell_begins_anew() -> None:
    assert found(MODEL + STORE + HOOK, possible=True) == []
    assert found(MODEL, "history = []\n" + STORE, possible=True) == []
    assert found(MODEL, "model = nn.Linear(2, 2)\n" + HOOK, possible=True) == []


def test_nothing_piles_up_where_another_cell_takes_away() -> None:
    assert found(MODEL, STORE, "history.clear()", possible=True) == []
    assert found(MODEL, HOOK, "handle.remove()", possible=True) == []


def test_a_script_runs_once() -> None:
    text = MODEL + STORE + HOOK
    script = Document.from_text("file:///work/a.py", text)
    assert Analysis(script, minimum_certainty=Certainty.POSSIBLE).findings() == []


def test_moving_what_begins_anew_to_another_cell_counts() -> None:
    cells = [Cell.of(Document.from_text(f"{URI}#1", MODEL), 1)]
    cells += [Cell.of(Document.from_text(f"{URI}#2", "history = []\n" + STORE), 2)]
    document = NotebookDocument.of(URI, cells)
    analysis = Analysis(document, minimum_certainty=Certainty.POSSIBLE)
    assert analysis.findings() == []
    parts = [cells[0], Cell.of(Document.from_text(f"{URI}#3", "history = []"), 2)]
    changed, changes = document.with_cells(
        [*parts, Cell.of(Document.from_text(f"{URI}#2", STORE), 3)]
    )
    analysis.change(changed, changes)
    assert [one.rule.code for one in analysis.findings()] == ["LP002"]
