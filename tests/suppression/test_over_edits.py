"""Suppression comments while a document is edited."""

import random

from leakwise.engine import Analysis
from leakwise.facts.externals import Outside
from leakwise.text import Document, Position, Range
from tests.suppression.test_comments import HEAD

URI = "file:///x.py"
PROGRAM = (
    HEAD
    + """\
    losses.append(loss)  # leakwise: ignore[LP002]
    losses.append(loss)  # leakwise: ignore[LP001]
    losses.append(  # leakwise: ignore
        loss
    )


def late(batch):
    '''
    # leakwise: ignore[LP002]
    '''
    print(batch)  # leakwise: ignore[LP002]


class Keeper:
    def step(self, batch):  # leakwise: ignore
        self.kept = model(batch)
        return self.kept
"""
)
PIECES = (
    "",
    "\n",
    "x = 1\n",
    "  # leakwise: ignore[LP002]\n",
    "    losses.append(loss)  # leakwise: ignore\n",
    "    losses.append(loss)\n",
    "# leakwise: skip-file\n",
    "'''\n",
    "losses.append(",
)


def told(analysis: Analysis) -> list[tuple[Range, str, str]]:
    return [(one.range, one.rule.code, one.message) for one in analysis.findings()]


def test_findings_equal_those_of_the_same_text_from_scratch() -> None:
    chance = random.Random(7)
    analysis = Analysis(Document.from_text(URI, PROGRAM))
    told(analysis)
    compared = 0
    for _ in range(150):
        document = analysis.document
        line = chance.randrange(len(document.lines))
        end = min(line + chance.randrange(3), len(document.lines) - 1)
        span = Range(Position(line, 0), Position(end, 0))
        if chance.random() < 0.1:
            span = Range(Position(0, 0), Position(len(document.lines), 0))
            fresh, change = document.replace(span, PROGRAM)
        else:
            fresh, change = document.replace(span, chance.choice(PIECES))
        analysis.change(fresh, [change])
        told(analysis)
        analysis.resync()
        if analysis.syntax_error is None:
            compared += 1
            assert told(analysis) == told(Analysis(Document.from_text(URI, fresh.text)))
    assert compared > 25


def test_a_comment_counts_while_its_statement_is_half_typed() -> None:
    analysis = Analysis(Document.from_text(URI, PROGRAM))
    before = told(analysis)
    line = PROGRAM[: PROGRAM.index("losses.append(loss)")].count("\n")
    place = Position(line, len("    losses.append(loss"))
    document, change = analysis.document.replace(Range(place, place), " + (")
    analysis.change(document, [change])
    assert analysis.syntax_error is not None
    assert told(analysis) == before


def test_nothing_is_said_of_comments_while_other_files_are_not_known() -> None:
    text = (
        HEAD.replace("from torch import nn", "from torch import nn\nfrom elsewhere import gather")
        + "    gather(losses, loss)  # leakwise: ignore[LP002]\n"
    )
    unknown: Outside = lambda question: None  # noqa: E731
    analysis = Analysis(Document.from_text(URI, text), outside=unknown)
    assert told(analysis) == []
    assert analysis.questions()
    alone = Analysis(Document.from_text(URI, text))
    assert [code for _, code, _ in told(alone)] == ["LW001"]
