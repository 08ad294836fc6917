"""The values of an edited program are those of the same text from scratch."""

import random
from pathlib import Path

import pytest

from leakwise.facts import ModuleFacts, describe
from leakwise.sources import read_document
from leakwise.text import Document, Range
from tests.facts.inference.test_inference import HERE, PROGRAMS

EDITS = 12
"""How many edits that parse each program takes."""
CHANGES = (
    ("net(x)", "net(x).detach()"),
    (".sum()", ".item()"),
    ("loss", "losses"),
    ("self.", "other."),
    ("True", "False"),
    ("nn.Linear", "nn.MSELoss"),
    ("def ", "async def "),
    ("return ", "yield "),
    ("3", "net"),
)


def known(module: ModuleFacts) -> dict[str, dict[str, str]]:
    """By body: what its paths hold where it ends."""
    found = {}
    for definition in module.scopes.all():
        result = module.body(definition)
        held = {path: describe(value) for path, value in result.exit_values.items()}
        returned = "nothing" if result.returns is None else describe(result.returns)
        found[f"{definition.key}"] = {**held, "": returned}
    return found


def one_edit(document: Document, chance: random.Random) -> tuple[Range, str] | None:
    lines = document.lines
    number = chance.randrange(len(lines))
    old, new = chance.choice(CHANGES)
    column = lines[number].find(old)
    if column < 0:
        return None
    return Range.of(number, column, number, column + len(old)), new


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: str(path.relative_to(HERE)))
def test_values_after_edits(path: Path) -> None:
    chance = random.Random(str(path.name))
    module = ModuleFacts(read_document(path))
    known(module)
    edits = 0
    for _ in range(4000):
        edit = one_edit(module.document, chance)
        if edit is None:
            continue
        document, change = module.document.replace(*edit)
        module.update(document, [change])
        module.resync()
        try:
            compile(document.text, "program", "exec", dont_inherit=True)
        except SyntaxError:
            continue
        assert known(module) == known(ModuleFacts(document)), (edits, edit)
        edits += 1
        if edits == EDITS:
            break
    assert edits
