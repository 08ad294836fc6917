"""Runs rules over documents: the one engine behind the editor and the command line."""

from leakwise.engine.analysis import Analysis, RuleFailure, analyze
from leakwise.engine.fix_all import FixAllResult, fix_all
from leakwise.engine.fixes import fixes_for
from leakwise.engine.registry import every_rule, load_rules, rule_named
from leakwise.engine.relevance import may_concern

__all__ = [
    "Analysis",
    "FixAllResult",
    "RuleFailure",
    "analyze",
    "every_rule",
    "fix_all",
    "fixes_for",
    "load_rules",
    "may_concern",
    "rule_named",
]
