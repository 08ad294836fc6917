"""Findings as JSON, one object a line."""

import json
from collections.abc import Iterator, Sequence

from leakwise.cli.output.json import objects
from leakwise.cli.shown import CheckedFile


def lines(files: Sequence[CheckedFile]) -> Iterator[str]:
    """One JSON object for each finding, with the fields of the JSON list's."""
    return (json.dumps(found) for found in objects(files))
