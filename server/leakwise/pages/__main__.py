"""Prints `rules/README.md`: `python -m leakwise.pages > rules/README.md`."""

import sys

from leakwise.engine import load_rules
from leakwise.pages.index import index

HEAD = """\
# The rules

Made by `python -m leakwise.pages` from the rules' own files; `leakwise rule CODE` prints the page
of one. How to write another is in [AUTHORING.md](AUTHORING.md).

"""


def readme() -> str:
    """The text of `rules/README.md`."""
    return HEAD + index(load_rules())


if __name__ == "__main__":
    sys.stdout.write(readme())
