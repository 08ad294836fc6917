"""Repairs of code: nodes for ranges, edits for nodes. libcst is loaded when a fix is built."""

from typing import TYPE_CHECKING

from leakwise.lazily import lazily

if TYPE_CHECKING:
    from leakwise.fixing.context import FixContext
    from leakwise.fixing.fixes import Applicability, Fix
    from leakwise.fixing.windows import parses
else:
    __getattr__ = lazily(
        __name__,
        {
            "leakwise.fixing.context": "FixContext",
            "leakwise.fixing.fixes": "Applicability Fix",
            "leakwise.fixing.windows": "parses",
        },
    )

__all__ = ["Applicability", "Fix", "FixContext", "parses"]
