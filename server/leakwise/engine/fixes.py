"""The fixes of a finding, built when they are asked for."""

import logging

from leakwise.fixing import parses
from leakwise.rule import Finding, Fix, FixContext
from leakwise.text import Document, OverlappingEditsError, apply_edits

_log = logging.getLogger(__name__)


def fixes_for(finding: Finding, document: Document) -> list[Fix]:
    """The fixes of `finding`, which was found in `document`, the preferred one first.

    A fix that cannot be built, or that would break a document which parses, is left out and
    logged; nothing is raised for it.
    """
    fixes: list[Fix] = []
    try:
        for fix in finding.rule.fixes(finding, FixContext(document)):
            if fix.edits and _keeps_parsing(fix, document):
                fixes.append(fix)
            else:
                _log.error("%s gave a fix that breaks %s", finding.rule.code, document.uri)
    except Exception:
        _log.exception("%s raised while it built a fix in %s", finding.rule.code, document.uri)
    return fixes


def _keeps_parsing(fix: Fix, document: Document) -> bool:
    try:
        result = apply_edits(document, fix.edits)
    except OverlappingEditsError:
        return False
    return parses(result) or not parses(document.text)
