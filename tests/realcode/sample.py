"""Draws values that the facts claim in real code, to be read and judged by hand.

`python -m tests.realcode.sample --of attached --count 100` prints places, each with the lines round
it and what is claimed of it. The same seed draws the same places. Each file gives one place of a
sort, so that a large file does not fill the sample. Of `resources`, each kind is drawn for itself;
with `--certainty likely` only claims are drawn that lean on use or on a convention.
"""

import argparse
import random
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from leakwise.engine import may_concern
from leakwise.facts import Acquisition, Graph, ModuleFacts, describe
from leakwise.facts.interpreter.trace import trace
from leakwise.facts.terms.values import Kind, Value
from leakwise.sources import read_document
from leakwise.text import Document
from tests.realcode.__main__ import cache_folder

_BEFORE = 6
"""How many lines are shown before a place."""
_AFTER = 2
_ATTACHED = "attached"
_RESOURCES = "resources"


def main() -> int:
    """Prints the drawn places; the exit status is 1 where fewer were found than asked for."""
    options = _parser().parse_args()
    warnings.simplefilter("ignore", SyntaxWarning)
    paths = sorted(options.cache.rglob("*.py"))
    random.Random(options.seed).shuffle(paths)
    drawn: Counter[str] = Counter()
    for path in paths:
        chance = random.Random(f"{options.seed} {path.name}")
        document = read_document(path)
        if not may_concern(document.text):
            continue
        found: dict[str, list[tuple[int, str]]] = {}
        for sort, line, claim in claims(document, options.of, options.certainty):
            found.setdefault(sort, []).append((line, claim))
        for sort, places in found.items():
            if drawn[sort] < options.count:
                line, claim = chance.choice(list(dict.fromkeys(places)))
                drawn[sort] += 1
                where = f"{path.relative_to(options.cache)}:{line + 1}"
                print(f"\n=== {sort} {drawn[sort]}  {where}\n{_shown(document, line)}")
                print(f"    ----> {claim}", flush=True)
        wanted = options.of if options.of != [_RESOURCES] else []
        if wanted and all(drawn[sort] == options.count for sort in wanted):
            return 0
    for sort, count in sorted(drawn.items()):
        print(f"{count:5} {sort}")
    return 1


def claims(
    document: Document, of: list[str], certainty: str | None
) -> Iterator[tuple[str, int, str]]:
    """What is claimed in a document: the sort, the line, from 0, and what it is in words."""
    module = ModuleFacts(document)
    if _RESOURCES in of:
        for definition in module.new_bodies():
            for event in module.body(definition).events:
                if isinstance(event, Acquisition) and certainty in {None, event.what.certainty}:
                    line = event.place.resolve(document.lines).start.line
                    yield event.what.kind, line, f"{event.callee}: {describe(event.what)}"
    sorts = [sort for sort in of if sort != _RESOURCES]
    if not sorts:
        return
    for one in trace(module):
        for sort in sorts:
            if certainty in {None, one.value.certainty} and _is(one.value, sort):
                yield sort, one.line, f"{one.text}: {describe(one.value)}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.realcode.sample", description=__doc__)
    kinds = ", ".join(Kind)
    parser.add_argument(
        "--of",
        required=True,
        action="append",
        choices=[_ATTACHED, _RESOURCES, *Kind],
        metavar="SORT",
        help=f"may be given again; attached, resources, or a kind of value: {kinds}",
    )
    parser.add_argument("--count", type=int, default=100, help="of each sort, or kind of resource")
    parser.add_argument("--certainty", choices=["sure", "likely", "possible"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=cache_folder())
    return parser


def _shown(document: Document, line: int) -> str:
    """The lines round a line, which is marked."""
    shown = range(max(0, line - _BEFORE), min(len(document.lines), line + _AFTER + 1))
    return "\n".join(
        f"{number + 1:5} {'>' if number == line else ' '} {document.lines[number].rstrip()}"
        for number in shown
    )


def _is(value: Value, sort: str) -> bool:
    if sort == _ATTACHED:
        return value.is_tensor and value.graph is Graph.ATTACHED
    return value.kind is Kind(sort)


if __name__ == "__main__":
    sys.exit(main())
