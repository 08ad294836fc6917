"""Draws values that the facts claim in real code, to be read and judged by hand.

`python -m tests.realcode.sample --of attached --count 100` prints places, each with the lines round
it and what is claimed of it. The same seed draws the same places.
"""

import argparse
import random
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from leakwise.facts import Acquisition, Graph, Kind, ModuleFacts, describe, trace
from leakwise.facts.values import Value
from leakwise.sources import read_document
from leakwise.text import Document
from tests.realcode.__main__ import cache_folder

_AROUND = 6
"""How many lines are shown before a place."""
_MOST_OF_A_FILE = 1
_WORDS = ("torch", "tensorflow", "keras", "lightning", "accelerate", "transformers")


def main() -> int:
    """Prints the drawn places; the exit status is 1 where fewer were found than asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.realcode.sample", description=__doc__)
    parser.add_argument(
        "--of",
        required=True,
        help="attached, resources, or a kind of value, such as module",
    )
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=cache_folder())
    options = parser.parse_args()
    warnings.simplefilter("ignore", SyntaxWarning)
    paths = sorted(options.cache.rglob("*.py"))
    random.Random(options.seed).shuffle(paths)
    drawn = 0
    for path in paths:
        for place in chosen(path, options.of, random.Random(f"{options.seed} {path.name}")):
            print(f"\n=== {path.relative_to(options.cache)}\n{place}", flush=True)
            drawn += 1
            if drawn == options.count:
                return 0
    return 1


def chosen(path: Path, of: str, chance: random.Random) -> list[str]:
    """A few places of a file that claim what is asked for, with the lines round them."""
    document = read_document(path)
    if not any(word in document.text for word in _WORDS):
        return []
    found = list(dict.fromkeys(claims(document, of)))
    kept = chance.sample(found, min(len(found), _MOST_OF_A_FILE))
    return [
        "\n".join(
            f"{number + 1:5} {'>' if number == line else ' '} {document.lines[number].rstrip()}"
            for number in range(max(0, line - _AROUND), min(len(document.lines), line + 2))
        )
        + f"\n    ----> {claim}"
        for line, claim in sorted(kept)
    ]


def claims(document: Document, of: str) -> Iterator[tuple[int, str]]:
    """The lines, from 0, at which something is claimed, and what."""
    module = ModuleFacts(document)
    if of == "resources":
        for definition in module.new_bodies():
            for event in module.body(definition).events:
                if isinstance(event, Acquisition):
                    place = event.place.resolve(document.lines)
                    yield place.start.line, f"{event.callee}: {describe(event.what)}"
        return
    for one in trace(module):
        if _is_asked_for(one.value, of):
            yield one.line, f"{one.text}: {describe(one.value)}"


def _is_asked_for(value: Value, of: str) -> bool:
    if of == "attached":
        return value.is_tensor and value.graph is Graph.ATTACHED
    return value.kind is Kind(of)


if __name__ == "__main__":
    sys.exit(main())
