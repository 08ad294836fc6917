"""Comments that suppress findings: what they say, what they leave, and which say nothing."""

from leakwise.engine.suppression.rules import COMMENT_RULES
from leakwise.engine.suppression.suppressions import Reporting, Suppressions, left

__all__ = ["COMMENT_RULES", "Reporting", "Suppressions", "left"]
