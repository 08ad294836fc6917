"""The suppression comments of one document, kept over its edits, and what they leave."""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from leakwise.engine.settings.selectors import Selectors
from leakwise.engine.suppression.comments import WORD, Named, SuppressionComment, comment_of
from leakwise.engine.suppression.rules import COMMENT_RULES, MISSPELT, NAMES, UNUSED
from leakwise.rule import Certainty, Finding, Rule, Severity
from leakwise.syntax import SyntaxTree
from leakwise.syntax.marked import MarkedLines, statement_start
from leakwise.text import Document, LineChange, Range


@dataclass(frozen=True, slots=True)
class Reporting:
    """What is to be said of the comments themselves: `run` has the codes of the rules that were
    run, `about` those of the rules about comments; `settled` tells whether all was known that the
    rules asked for."""

    run: Set[str]
    about: Set[str]
    severities: Mapping[str, Severity]
    settled: Callable[[], bool]


@dataclass(slots=True)
class _Directive:
    """A comment, the codes that each of its names stands for, and those that it suppressed."""

    comment: SuppressionComment
    codes: dict[Named, frozenset[str]]
    used: set[str] = field(default_factory=set)

    def covers(self, code: str) -> bool:
        if self.comment.misspelt is not None:
            return False
        if self.comment.names is None:
            return True
        return any(code in codes for codes in self.codes.values())


class Suppressions:
    """Knows in which lines such comments may be; a document without any costs nothing."""

    def __init__(self, document: Document) -> None:
        self._marked = MarkedLines(WORD, document)

    def update(self, document: Document, changes: Sequence[LineChange]) -> None:
        """Takes a newer version; `changes` lead to it in order."""
        self._marked.update(document, changes)

    def comments(self, tree: SyntaxTree) -> list[SuppressionComment]:
        """The comments of the newest version."""
        lines = tree.document.lines
        found = (comment_of(lines[row], row, column) for row, column in self._marked.comments(tree))
        return [comment for comment in found if comment is not None]


def left(
    comments: Sequence[SuppressionComment],
    findings: list[Finding],
    resting: Sequence[Finding],
    tree: SyntaxTree,
    selectors: Selectors,
    reporting: Reporting,
) -> list[Finding]:
    """The findings that no comment suppresses, in order, with those about comments. What is
    `resting` is not shown now, and comments count for it."""
    directives = {comment.range.start.line: _directive(comment, selectors) for comment in comments}
    kept = [one for one in findings if not _suppressed(one, directives, tree)]
    for one in resting:
        _suppressed(one, directives, tree)
    told = [
        found
        for directive in directives.values()
        for found in _about(directive, selectors, reporting)
    ]
    if not told:
        return kept
    return sorted((*kept, *told), key=lambda one: (one.range, one.rule.code))


def _directive(comment: SuppressionComment, selectors: Selectors) -> _Directive:
    codes: dict[Named, frozenset[str]] = {}
    for name in comment.names or ():
        meaning = selectors.meaning(name.text)
        codes[name] = frozenset() if meaning is None else meaning[1]
    return _Directive(comment, codes)


def _suppressed(finding: Finding, directives: dict[int, _Directive], tree: SyntaxTree) -> bool:
    line = finding.range.start.line
    directive = directives.get(line)
    if directive is None or not directive.covers(finding.rule.code):
        directive = directives.get(statement_start(tree, line))
    if directive is None or not directive.covers(finding.rule.code):
        return False
    directive.used.add(finding.rule.code)
    return True


def _about(directive: _Directive, selectors: Selectors, reporting: Reporting) -> Iterator[Finding]:
    """What is to be said of a comment itself."""
    comment = directive.comment
    if comment.misspelt is not None:
        yield from _misspelt(comment, comment.range, comment.misspelt, reporting)
    elif comment.names is None:
        word = comment.reason.partition(" ")[0].strip(",:;()")
        if _is_rule(word, selectors):
            why = f"rules stand in brackets, as in `ignore[{word}]`"
            yield from _misspelt(comment, comment.range, why, reporting)
        elif not directive.used and not comment.skips_file and _all_ran(selectors, reporting):
            yield from _unused(comment, comment.range, (), reporting)
    else:
        unused: list[Named] = []
        for name, codes in directive.codes.items():
            why_not = selectors.problem(name.text)
            if why_not is not None:
                yield from _misspelt(comment, name.range, why_not, reporting, name.text)
            elif not codes & directive.used and codes <= reporting.run | reporting.about:
                unused.append(name)
        if unused and not directive.covers(UNUSED.code):
            whole = len(unused) == len(directive.codes)
            place = comment.range if whole else unused[0].range
            yield from _unused(comment, place, [one.text for one in unused], reporting)


def _is_rule(word: str, selectors: Selectors) -> bool:
    meaning = selectors.meaning(word) if word else None
    return meaning is not None and len(meaning[1]) == 1


def _all_ran(selectors: Selectors, reporting: Reporting) -> bool:
    about = {rule.code for rule in COMMENT_RULES}
    return all(rule.code in reporting.run for rule in selectors.rules if rule.code not in about)


def _misspelt(
    comment: SuppressionComment, place: Range, why: str, reporting: Reporting, name: str = ""
) -> Iterator[Finding]:
    if MISSPELT.code in reporting.about:
        end = "" if why.endswith("?") else "."
        message = MISSPELT.message.format(why=f"{why}{end}")
        yield _finding(MISSPELT, comment, place, message, name, reporting)


def _unused(
    comment: SuppressionComment, place: Range, names: Sequence[str], reporting: Reporting
) -> Iterator[Finding]:
    # What is not known yet may only hide findings, so that a comment may be needed after all.
    if UNUSED.code in reporting.about and reporting.settled():
        what = ", ".join(f"`{one}`" for one in names) or "This comment"
        message = UNUSED.message.format(what=what)
        yield _finding(UNUSED, comment, place, message, ",".join(names), reporting)


def _finding(
    rule: Rule,
    comment: SuppressionComment,
    place: Range,
    message: str,
    names: str,
    reporting: Reporting,
) -> Finding:
    severity = reporting.severities.get(rule.code, rule.severity)
    return Finding(
        rule,
        place,
        message,
        severity,
        Certainty.SURE,
        anchors={"comment": (comment.range,)},
        notes={NAMES: names},
    )
