"""The findings of one document, kept over its edits."""

import functools
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from leakwise.engine.knowledge import told_data
from leakwise.engine.publishing import Publisher
from leakwise.engine.registry import every_rule
from leakwise.engine.relevance import MOST_IN_A_LINE, is_too_large, may_concern
from leakwise.engine.settings import DocumentSettings
from leakwise.engine.settings.selectors import selectors_for
from leakwise.engine.suppression import COMMENT_RULES, Reporting, Suppressions, left
from leakwise.facts import Certainty, ModuleFacts
from leakwise.facts.apis.told import NOTHING_TOLD, Told, told
from leakwise.facts.code.definitions import Definition
from leakwise.facts.externals import Outside, knows_nothing
from leakwise.facts.incremental.queries import Cell
from leakwise.facts.looking import Seen, carrying_assignments, seen_at
from leakwise.facts.symbols.questions import Answer, Question
from leakwise.rule import Finding, Report, Rule
from leakwise.syntax import SyntaxProblem, SyntaxTree
from leakwise.text import Document, LineChange, Position


@dataclass(frozen=True, slots=True)
class RuleFailure:
    """A rule that raised, and what it raised."""

    rule: Rule
    error: str


MOST_UNLOOKED_LINES = 20_000
"""The size of longer documents is looked at with each change."""


class Analysis:
    """One document and its findings. Not thread-safe: use it from one thread at a time."""

    def __init__(
        self,
        document: Document,
        rules: Sequence[Rule] | None = None,
        *,
        settings: DocumentSettings | None = None,
        minimum_certainty: Certainty | None = None,
        outside: Outside = knows_nothing,
        parsed: Callable[[Document], SyntaxTree] | None = None,
    ) -> None:
        """Runs `rules`, else those that `settings` leave, else all, and shows what is as sure as
        `minimum_certainty`, else as `settings` say. `outside` gives what is known already of other
        files; where it gives None the answer is still to come, by `take`. `parsed` gives the tree
        of a document that will not change, which others may read too."""
        self.document = document
        self.settings = settings
        self.too_large = False
        """Whether the newest version holds so much that it is not analysed."""
        self._outside = outside
        self._parsed = parsed
        self._rules = None if rules is None else tuple(rules)
        set_ = Certainty.LIKELY if settings is None else settings.settings.minimum_certainty
        self._publisher = Publisher(minimum_certainty or set_)
        self._suppressions = Suppressions(document)
        self._facts: ModuleFacts | None = None
        self._reports: dict[Definition, Cell[tuple[Report, ...]]] = {}
        self._current: dict[Definition, tuple[Report, ...]] = {}
        self._doubtful: dict[Definition, None] = {}
        self._owners: dict[Cell[Any], Definition] = {}
        self._failures: dict[str, RuleFailure] = {}
        self.left_out: set[str] = set()
        """The codes of rules that are not run on this document any more."""
        self.gives_nothing = False
        """Whether nothing is analysed any more: it took too long."""
        self.running: Rule | None = None
        """The rule that is run right now, to be read in any thread."""
        self.between: Callable[[], None] | None = None
        """Called before each rule that is run on a body: who has time lets others go first."""

    @functools.cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that are run, loaded when first needed."""
        if self._rules is not None:
            return self._rules
        chosen = every_rule() if self.settings is None else self.settings.rules
        return tuple(rule for rule in chosen if rule not in COMMENT_RULES)

    def change(self, document: Document, changes: Sequence[LineChange]) -> None:
        """Takes a newer version; `changes` lead there from the one before."""
        self.document = document
        self._suppressions.update(document, changes)
        if self._facts is None:
            return
        if len(document.lines) > MOST_UNLOOKED_LINES or any(_is_long(document, changes)):
            self.too_large = is_too_large(document)
        if self.too_large:
            self._drop()
        else:
            self._forget(self._facts.update(document, changes))

    def resync(self) -> bool:
        """Once typing rests: one parse of the whole file, if some of it did not parse.

        True when findings may have changed.
        """
        gone = None if self._facts is None else self._facts.resync()
        if gone is None:
            return False
        self._forget(gone)
        return True

    def findings(self) -> list[Finding]:
        """The findings of the newest version, in order; only what changed is computed again."""
        facts = self._loaded()
        if facts is None:
            return []
        comments = self._suppressions.comments(facts.tree)
        if any(comment.skips_file for comment in comments):
            return []
        self._bring_up_to_date(facts)
        findings = self._publisher.findings(self._current, self.document.lines)
        if not comments:
            return findings
        resting = self._publisher.resting()
        known = selectors_for(every_rule())
        return left(comments, findings, resting, facts.tree, known, self._reporting())

    @property
    def is_loaded(self) -> bool:
        """Whether the document's facts are in memory: they are from the first question on."""
        return self._facts is not None

    def questions(self) -> list[Question]:
        """What the findings' facts asked of other files and nobody answered yet."""
        return [] if self._facts is None else self._facts.externals.wanted()

    def asked(self) -> list[Question]:
        """All that the findings' facts asked of other files, answered or not."""
        return [] if self._facts is None else self._facts.externals.asked()

    def answers(self) -> dict[Question, Answer]:
        """What is known of other files of all that the findings' facts asked."""
        return {} if self._facts is None else self._facts.externals.answers()

    def take(self, answers: Mapping[Question, Answer]) -> bool:
        """Takes what is known of other files, where it was asked. True when findings may have
        changed."""
        if self._facts is None:
            return False
        externals = self._facts.externals
        for question, answer in answers.items():
            if externals.has_asked(question):
                externals.give(question, answer)
        return bool(self._doubtful)

    def seen_at(self, position: Position) -> Seen | None:
        """What is known of the code at a position; None where that is nothing."""
        facts = self._loaded()
        return None if facts is None else seen_at(facts, position)

    def carrying_targets(self, first: int, last: int) -> list[Position]:
        """The ends of the targets of assignments in the lines `first` to `last` whose values carry
        an autograd graph."""
        facts = self._loaded()
        if facts is None:
            return []
        found = carrying_assignments(facts, first, last)
        return [one.place.resolve(self.document.lines).end for one in found]

    @property
    def syntax_error(self) -> SyntaxProblem | None:
        """The first statement that does not parse; None for a file that concerns no framework."""
        facts = self._loaded()
        return None if facts is None else facts.tree.problem()

    @property
    def rule_failures(self) -> tuple[RuleFailure, ...]:
        """The rules that raised on this document, each once."""
        return tuple(self._failures.values())

    def _loaded(self) -> ModuleFacts | None:
        if self._facts is None and not self.gives_nothing and self._is_to_be_read():
            tree = None if self._parsed is None else self._parsed(self.document)
            self._facts = ModuleFacts(self.document, self._outside, self._told(), tree)
            self._facts.database.on_doubt = self._doubted
        return self._facts

    def _is_to_be_read(self) -> bool:
        self.too_large = is_too_large(self.document)
        return not self.too_large and may_concern(self.document.text)

    def take_apart(self) -> None:
        """Gives the memory back at once that the facts take; nothing may be asked any more. They
        refer to each other in circles, which the collector would look for much longer."""
        if self._facts is not None:
            self._facts.take_apart()
        for cell in self._reports.values():
            cell.take_apart()
        self._drop()
        self.gives_nothing = True

    def _drop(self) -> None:
        """Forgets all that was found; what comes next begins anew."""
        self._facts = None
        for known in (self._reports, self._current, self._doubtful, self._owners):
            known.clear()

    def _reporting(self) -> Reporting:
        """What is to be said of the suppression comments: nothing where the rules were chosen one
        by one."""
        settings = self.settings
        chosen = COMMENT_RULES if settings is None else settings.rules
        about = () if self._rules is not None else (one for one in COMMENT_RULES if one in chosen)
        return Reporting(
            frozenset(rule.code for rule in self.rules),
            frozenset(rule.code for rule in about),
            {} if settings is None else settings.severities,
            lambda: not self.questions(),
        )

    def _told(self) -> Told:
        if self.settings is None:
            return NOTHING_TOLD
        return told(*told_data(self.settings.settings.knowledge))

    def _bring_up_to_date(self, facts: ModuleFacts) -> None:
        for definition in facts.new_bodies():
            self._doubtful[definition] = None
        while self._doubtful:
            definition = next(iter(self._doubtful))
            del self._doubtful[definition]
            reports = self._cell(facts, definition).read()
            if reports:
                self._current[definition] = reports
            else:
                self._current.pop(definition, None)

    def _doubted(self, cell: Cell[Any]) -> None:
        owner = self._owners.get(cell)
        if owner is not None:
            self._doubtful[owner] = None

    def _cell(self, facts: ModuleFacts, definition: Definition) -> Cell[tuple[Report, ...]]:
        cell = self._reports.get(definition)
        if cell is None:
            cell = Cell(facts.database, lambda: self._check(facts, definition), ())
            self._reports[definition] = cell
            self._owners[cell] = definition
        return cell

    def _check(self, facts: ModuleFacts, definition: Definition) -> tuple[Report, ...]:
        if facts.names.is_of_another_framework():
            return ()
        body = facts.facts(definition)
        reports: list[Report] = []
        for rule in self.rules:
            if rule.code in self.left_out:
                continue
            if self.between is not None:
                self.between()
            self.running = rule
            try:
                reports.extend(rule.check(body))
            except Exception:
                self._failures.setdefault(rule.code, RuleFailure(rule, traceback.format_exc()))
        self.running = None
        # What is not sure enough to be shown must not hide what is.
        shown = [self._as_set(one) for one in reports if self._publisher.shows(one)]
        return _without_superseded(shown)

    def _as_set(self, report: Report) -> Report:
        """The report with the severity that the settings give it."""
        set_ = None if self.settings is None else self.settings.severities.get(report.rule.code)
        return report if set_ is None else replace(report, severity=set_)

    def _forget(self, gone: Iterable[Definition]) -> None:
        for definition in gone:
            cell = self._reports.pop(definition, None)
            if cell is not None:
                self._owners.pop(cell, None)
                cell.dispose()
            self._current.pop(definition, None)
            self._doubtful.pop(definition, None)


def _is_long(document: Document, changes: Sequence[LineChange]) -> Iterator[bool]:
    """Whether any line that changed may be too long. Places of earlier changes have moved since,
    so that some lines more are looked at."""
    yield sum(change.added for change in changes) > MOST_UNLOOKED_LINES
    first = min((change.first for change in changes), default=0)
    last = max((change.first + change.added for change in changes), default=0)
    moved = sum(abs(change.added - change.removed) for change in changes)
    for line in document.lines[max(first - moved, 0) : last + moved]:
        yield len(line) > MOST_IN_A_LINE


def _without_superseded(reports: list[Report]) -> tuple[Report, ...]:
    """The reports without those that give way to a more specific rule's in the same region."""
    stronger = [report for report in reports if report.rule.supersedes]
    if not stronger:
        return tuple(reports)
    return tuple(
        report
        for report in reports
        if not any(
            report.rule.code in other.rule.supersedes and other.region.contains(report.place)
            for other in stronger
        )
    )


def analyze(
    document: Document,
    rules: Sequence[Rule] | None = None,
    outside: Outside = knows_nothing,
    settings: DocumentSettings | None = None,
) -> list[Finding]:
    """The findings of a document, from scratch; for the arguments see `Analysis`."""
    return Analysis(document, rules, settings=settings, outside=outside).findings()
