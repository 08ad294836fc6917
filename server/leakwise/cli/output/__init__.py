"""The forms in which findings are printed: one module each, with a function `lines`."""

import importlib
from collections.abc import Callable, Iterator, Sequence

from leakwise.cli.shown import CheckedFile

Lines = Callable[[Sequence[CheckedFile]], Iterator[str]]

FORMATS = (
    "text",
    "concise",
    "grouped",
    "json",
    "json-lines",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "pylint",
    "azure",
)
NEED_FIXES = frozenset({"json", "json-lines", "sarif"})
"""Those that tell how each finding is repaired."""
STYLED = frozenset({"text", "concise", "grouped"})
"""Those for people, with colours where the terminal has them."""


def lines_in(form: str) -> Lines:
    """The function that gives the lines to print in a form; only its module is loaded."""
    module = importlib.import_module(f"leakwise.cli.output.{form.replace('-', '_')}")
    found: Lines = module.lines
    return found
