"""What is ruled out by names and forms, without interpretation, is never there."""

from pathlib import Path

import pytest

from leakwise.engine import load_rules
from leakwise.facts import Accumulation, BodyFacts, Keeping, ModuleFacts
from leakwise.text import Document
from leakwise_rules.graphs import keeps_graphs, may_keep_graphs
from tests.rules.snippets import document

FOLDER = Path(__file__).parent
PROGRAMS = {
    **{path.stem: path.read_text("utf-8") for path in sorted((FOLDER / "cases").glob("*.py"))},
    **{
        f"{rule.code}-{number}": code
        for rule in load_rules()
        for number, code in enumerate(
            [
                *(code for one in rule.examples for code in (one.bad, one.good)),
                *(one.code for one in rule.negatives),
            ]
        )
    },
}


def bodies(doc: Document) -> list[BodyFacts]:
    module = ModuleFacts(doc)
    return [module.facts(one) for one in module.new_bodies() if not one.is_class]


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_bodies_that_keep_something_were_foreseen_to(program: str) -> None:
    for body in bodies(document(program)):
        kept: list[tuple[Accumulation | Keeping, str]] = []
        kept += ((one, one.holder) for one in body.keepings)
        kept += ((one, one.target) for one in body.accumulations)
        assert body.may_gather or not kept, body.name
        graphs = [holder for one, holder in kept if keeps_graphs(body, one, holder)]
        assert may_keep_graphs(body) or not graphs, (body.name, graphs)
