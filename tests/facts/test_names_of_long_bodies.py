"""What the names of a long body tell, which is split into blocks, is what they tell of it whole."""

import ast

import pytest

from leakwise.facts import ModuleFacts
from leakwise.facts.code.indexing import TRAITS, index_statements
from leakwise.text import Document

HEADERS = {
    "for": "for found, (other, *rest) in enumerate(loader):",
    "async for": "async for found in loader:",
    "while": "while (found := net(loader)) is not None:",
    "if": "if found := [one for one in loader]:",
    "with": "with open(path) as found, torch.no_grad():",
    "try": "try:",
    "match": "match loader:",
}
BEHIND = {
    "try": "    except (OSError, Refused) as found:\n        print(found)\n"
    "    except ValueError as other:\n        print(other)\n",
    "for": "    else:\n        print(found)\n",
}
FEW, MANY = 3, 80


def function(kind: str, statements: int) -> str:
    """A function with a compound statement of this kind, round a number of statements."""
    inside = " " * 8
    header = HEADERS[kind]
    if kind == "match":
        header += "\n        case [found, *other] if net(found):"
        inside += "    "
    lines = (f"{inside}kept{one}.append(held.part{one})\n" for one in range(statements))
    return (
        f"async def work(net, loader, path):\n    {header}\n{''.join(lines)}{BEHIND.get(kind, '')}"
    )


@pytest.mark.parametrize("statements", [FEW, MANY])
@pytest.mark.parametrize("kind", HEADERS)
def test_a_compound_statement_tells_the_same_whole_and_split(kind: str, statements: int) -> None:
    text = function(kind, statements)
    facts = ModuleFacts(Document.from_text("file:///work.py", text))
    (definition,) = facts.scopes.named("work")
    definition.code.read()
    index = definition.index
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.AsyncFunctionDef)
    whole = index_statements(node.body)
    names = ["found", "other", "rest"]
    assert set(index.words_now()) == set(whole.words)
    assert {one for one in TRAITS.values() if index.has_trait(one)} == (
        {one for one in TRAITS.values() if whole.has_trait(one)}
    )
    assert [name for name in names if index.bindings_of(name)] == (
        [name for name in names if whole.bindings_of(name)]
    )
