"""What each rule adds to a keystroke: a leaking line typed key by key into a training file.

The facts of the bodies that a key touched are asked for before any rule runs, so that a rule is
charged for what it asks and not for being the first. What is kept from one rule's question for the
next one's is charged to the first.
"""

import argparse
import gc
import math
import time
from collections.abc import Iterator, Sequence

from leakwise.engine import load_rules
from leakwise.engine.analysis import Analysis
from leakwise.facts import BodyFacts
from leakwise.rule import GeneralSmell, Report, RootCause, Rule, Severity
from leakwise.text import Document, LineChange
from tests.benchmarks import figures
from tests.benchmarks.training_files import LEAK, TrainingFile, functions


class Interpreting(Rule):
    """Asks for the facts of every body, and reports nothing."""

    code = "AA000"
    name = "interpreting"
    message = ""
    severity = Severity.HINT
    since = ""
    root_cause = RootCause.HIDDEN_REFERENCE
    general_smell = GeneralSmell.NEEDLESS_DUPLICATE
    practices = links = examples = negatives = ()

    def check(self, body: BodyFacts) -> Iterator[Report]:
        """Nothing, once the body is interpreted."""
        _ = body.result
        return iter(())


class Timed(Rule):
    """A rule that adds up the seconds that it takes for one edit."""

    def __init__(self, rule: Rule) -> None:
        self.rule, self.seconds = rule, 0.0
        for name in ("code", "name", "severity", "supersedes"):
            setattr(self, name, getattr(rule, name))

    def check(self, body: BodyFacts) -> Iterator[Report]:
        """What the rule reports, all at once."""
        begin = time.perf_counter()
        found = list(self.rule.check(body))
        self.seconds += time.perf_counter() - begin
        return iter(found)


def typed_line(
    analysis: Analysis, document: Document, file: TrainingFile
) -> Iterator[tuple[Document, float]]:
    """Types a leak on a line of its own and takes the line away again: the document after each
    edit, and the seconds until its findings were there."""
    line, margin = file.place + 1, " " * file.indent
    # The empty line, the keys, and the line taken away.
    versions = [*([f"{margin}{LEAK[:keys]}\n"] for keys in range(len(LEAK) + 1)), []]
    there = 0
    for added in versions:
        lines = [*document.lines[:line], *added, *document.lines[line + there :]]
        change = LineChange(line, there, len(added))
        document, there = Document(document.uri, lines), len(added)
        begin = time.perf_counter()
        analysis.change(document, [change])
        analysis.findings()
        yield document, time.perf_counter() - begin


def keystrokes(
    file: TrainingFile, rules: Sequence[Rule], turns: int
) -> tuple[float, dict[str, float]]:
    """The seconds of a mean edit, and what each timed rule has of them: of each edit the quickest
    turn. The first turn warms up and is left out."""
    document = Document.from_text("file:///typed.py", file.text)
    analysis = Analysis(document, rules)
    analysis.findings()
    timed = [rule for rule in rules if isinstance(rule, Timed)]
    edits = len(LEAK) + 2
    whole = [math.inf] * edits
    shares = {rule.code: [math.inf] * edits for rule in timed}
    for turn in range(turns + 1):
        for number, (after, seconds) in enumerate(typed_line(analysis, document, file)):
            document = after
            if turn:
                whole[number] = min(whole[number], seconds)
            for rule in timed:
                if turn:
                    quickest = shares[rule.code]
                    quickest[number] = min(quickest[number], rule.seconds)
                rule.seconds = 0.0
    return sum(whole) / edits, {code: sum(share) / edits for code, share in shares.items()}


def main() -> None:
    """Prints what all rules add, and what each does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1000, help="of the file (%(default)s)")
    parser.add_argument("--turns", type=int, default=20, help="typed lines (%(default)s)")
    options = parser.parse_args()
    file = functions(options.lines)
    rules = load_rules()
    gc.disable()
    facts, _ = keystrokes(file, [Interpreting()], options.turns)
    whole, _ = keystrokes(file, [Interpreting(), *rules], options.turns)
    _, shares = keystrokes(file, [Interpreting(), *map(Timed, rules)], options.turns)
    print(
        f"{file.name}: an edit takes {figures.milliseconds(facts)} ms with facts alone,"
        f" {figures.milliseconds(whole)} ms with all rules; these add"
        f" {figures.milliseconds(whole - facts)} ms.\n"
    )
    rows = [
        [f"{rule.code} {rule.name}", f"{shares[rule.code] * 1e6:.1f}"]
        for rule in sorted(rules, key=lambda rule: -shares[rule.code])
    ]
    print(figures.table(["rule", "microseconds an edit"], rows))


if __name__ == "__main__":
    main()
