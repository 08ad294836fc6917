"""Repairs of code: nodes for ranges, edits for nodes. libcst is loaded when a fix is built."""

from leakwise.fixing.context import FixContext
from leakwise.fixing.fixes import Applicability, Fix
from leakwise.fixing.windows import parses

__all__ = ["Applicability", "Fix", "FixContext", "parses"]
