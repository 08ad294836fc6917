"""A document that will not change is found the same in, with less on the side."""

import gc
import random
import textwrap
from pathlib import Path

import pytest

from leakwise.engine import Analysis, load_rules
from leakwise.facts.incremental.queries import Cell
from leakwise.sources import read_document
from leakwise.syntax import SyntaxTree
from leakwise.text import Document
from tests.engine.programs import leaking_program, seen
from tests.engine.test_late_answers import PROJECT
from tests.symbols.inside import answering, written

URI = "file:///program.py"


def lasting(document: Document) -> SyntaxTree:
    return SyntaxTree(document, lasting=True)


def same(document: Document, final: Analysis, edited: Analysis) -> None:
    assert seen(final.findings()) == seen(edited.findings()), document.text
    # They come in another order where long functions are split.
    assert set(final.asked()) == set(edited.asked())
    assert final.answers() == edited.answers()


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.code)
def test_the_examples_of_the_rules(rule: object) -> None:
    for one in getattr(rule, "examples", ()):
        for code in (one.bad, one.good):
            document = Document.from_text(URI, textwrap.dedent(code).lstrip("\n"))
            same(document, Analysis(document, parsed=lasting), Analysis(document))


@pytest.mark.parametrize("seed", range(4))
def test_long_programs(seed: int) -> None:
    """They are divided, also inside of loops."""
    program = leaking_program(random.Random(seed), 12)
    whole = f"def main(loader):\n    for batch in loader:\n{textwrap.indent(program, ' ' * 8)}"
    for text in (program, whole):
        document = Document.from_text(URI, text)
        same(document, Analysis(document, parsed=lasting), Analysis(document))


def test_what_other_files_tell(tmp_path: Path) -> None:
    folder = written(tmp_path, PROJECT)
    asked = 0
    for path in sorted(folder.rglob("*.py")):
        document = read_document(path)
        final, edited = (
            Analysis(document, outside=answering(folder).answer, parsed=parsed)
            for parsed in (lasting, None)
        )
        same(document, final, edited)
        asked += len(final.asked())
    assert asked


def test_what_is_taken_apart_is_gone_at_once() -> None:
    """Without the collector, which processes that check files turn off."""
    document = Document.from_text(URI, leaking_program(random.Random(5), 12))

    def cells() -> int:
        return sum(isinstance(one, Cell) for one in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = cells()
        analysis = Analysis(document, parsed=lasting)
        analysis.findings()
        assert cells() > before + 100
        analysis.take_apart()
        del analysis
        assert cells() - before < 20
    finally:
        gc.enable()
