"""Runs rules over documents: the one engine behind the editor and the command line."""

from typing import TYPE_CHECKING

from leakwise.lazily import lazily

if TYPE_CHECKING:
    from leakwise.engine.analysis import Analysis, RuleFailure, analyze
    from leakwise.engine.fix_all import FixAllResult
    from leakwise.engine.fixes import fixes_for
    from leakwise.engine.registry import every_rule, load_rules, rule_named
    from leakwise.engine.relevance import may_concern
else:
    __getattr__ = lazily(
        __name__,
        {
            "leakwise.engine.analysis": "Analysis RuleFailure analyze",
            "leakwise.engine.fix_all": "FixAllResult",
            "leakwise.engine.fixes": "fixes_for",
            "leakwise.engine.registry": "every_rule load_rules rule_named",
            "leakwise.engine.relevance": "may_concern",
        },
    )

__all__ = [
    "Analysis",
    "FixAllResult",
    "RuleFailure",
    "analyze",
    "every_rule",
    "fixes_for",
    "load_rules",
    "may_concern",
    "rule_named",
]
