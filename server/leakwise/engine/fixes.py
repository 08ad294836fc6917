"""The fixes of a finding, built when they are asked for."""

import logging

from leakwise.fixing import parses
from leakwise.rule import Finding, Fix, FixContext
from leakwise.text import Document, EditError, edited

_log = logging.getLogger(__name__)


def fixes_for(finding: Finding, document: Document) -> list[Fix]:
    """The fixes of `finding`, which was found in `document`, the preferred one first.

    A fix that cannot be built, that would break what parses, or that would reach over the cells
    of a notebook, is left out and logged; nothing is raised for it.
    """
    fixes: list[Fix] = []
    try:
        for fix in finding.rule.fixes(finding, FixContext(document)):
            if _is_possible(fix, document):
                fixes.append(fix)
            else:
                _log.error("%s gave a fix that breaks %s", finding.rule.code, document.uri)
    except Exception:
        _log.exception("%s raised while it built a fix in %s", finding.rule.code, document.uri)
    return fixes


def _is_possible(fix: Fix, document: Document) -> bool:
    try:
        return bool(fix.edits) and keeps_parsing(document, edited(document, fix.edits))
    except EditError:
        return False


def keeps_parsing(before: Document, after: Document) -> bool:
    """Whether all that is parsed for itself, as a cell of a notebook is, parses if it did."""
    return all(parses(new) or not parses(old) for old, new in after.changed_parts(before))
