"""The rules about suppression comments. They find no leaks, and know what all others found."""

from collections.abc import Iterator

from leakwise.facts import BodyFacts
from leakwise.rule import Applicability, Finding, Fix, FixContext, Report, Rule, Severity
from leakwise.text import Document, Edit, Range

NAMES = "names"
"""The note of a finding that has the names to take out of the comment, separated by commas."""


class _CommentRule(Rule):
    since = "0.1.0"
    root_cause = None
    general_smell = None
    practices = links = examples = negatives = ()

    def check(self, body: BodyFacts) -> Iterator[Report]:
        return iter(())

    def fixes(self, finding: Finding, context: FixContext) -> Iterator[Fix]:
        names = [one for one in finding.notes.get(NAMES, "").split(",") if one]
        document, comment = context.document, finding.anchors["comment"][0]
        edit = without_names(document, comment, names)
        what = ", ".join(f"`{one}`" for one in names)
        some = bool(names) and bool(_left_in(document.slice(comment), names))
        title = f"Remove {what} from the comment" if some else "Remove the comment"
        yield Fix(title, (edit,), Applicability.SAFE)


class UnusedSuppression(_CommentRule):
    """A suppression comment that suppresses nothing.

    ## Why it matters

    A comment such as `# leakwise: ignore[accumulate-loss-with-graph]` that suppresses nothing
    hides the next leak on its line, and tells readers of one that is not there. It is reported
    when all rules that it names have run, and found nothing on its line or on the statement that
    begins there.

    ## Best practice

    Remove it, as the fix does. A comment that suppresses only some of the rules that it names
    keeps those.

    ## When it is kept

    While other files that the code imports are not known yet, nothing is said of comments. Where
    a comment is needed in one environment only, name LW001 in it too:
    `# leakwise: ignore[LP001, LW001] only found where torchmetrics is installed`.
    """

    code = "LW001"
    name = "unused-suppression"
    message = "{what} suppresses nothing here; remove it."
    severity = Severity.INFORMATION
    finds_unnecessary = True


class MisspeltSuppression(_CommentRule):
    """A suppression comment that is misspelt, so that it does not count.

    ## Why it matters

    `# leakwise: ignore[LP0001]` names no rule, so that it suppresses nothing.

    ## Best practice

    Write `# leakwise: ignore` for all rules, `# leakwise: ignore[LP001, results-collected-on-gpu]`
    for some, on the line of the finding or on the first line of its statement, or
    `# leakwise: skip-file` on a line of its own for the whole file. What follows is taken for the
    reason. In brackets may stand codes, prefixes of codes, names, root causes and general smells.
    """

    code = "LW002"
    name = "misspelt-suppression"
    message = "This suppression does not count: {why}"
    severity = Severity.WARNING


UNUSED = UnusedSuppression()
MISSPELT = MisspeltSuppression()
COMMENT_RULES: tuple[Rule, ...] = (UNUSED, MISSPELT)
"""All of them, by code."""


def without_names(document: Document, comment: Range, names: list[str]) -> Edit:
    """The edit that takes names out of a suppression comment, or all of it where none would be
    left; what stands alone on its line goes with the line."""
    line = document.lines[comment.start.line]
    number, first, last = comment.start.line, comment.start.column, comment.end.column
    text = line[first:last]
    if names:
        kept = _left_in(text, names)
        if kept:
            opening, closing = text.index("["), text.index("]")
            span = Range.of(number, first + opening + 1, number, first + closing)
            return Edit(span, ", ".join(kept))
    body = line.rstrip("\r\n")
    before, after = body[:first].rstrip(" \t"), body[last:].strip()
    if before or after:
        start = len(before) if not after else first
        end = len(body) if not after else len(body) - len(body[last:].lstrip())
        return Edit(Range.of(number, start, number, end), "")
    if len(line) > len(body):
        return Edit(Range.of(number, 0, number + 1, 0), "")
    return Edit(Range.of(number, 0, number, len(body)), "")


def _left_in(comment: str, names: list[str]) -> list[str]:
    """What stands in the brackets of a comment beside `names`."""
    held = comment[comment.index("[") + 1 : comment.index("]")].split(",")
    return [one.strip() for one in held if one.strip() and one.strip() not in names]
