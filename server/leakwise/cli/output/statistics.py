"""How often each rule found something."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from leakwise.cli.shown import CheckedFile


def statistics(files: Sequence[CheckedFile], form: str) -> Iterator[str]:
    """A line for each rule that found something, the most frequent first; a list for JSON."""
    counts = Counter((finding.code, finding.name) for file in files for finding in file.findings)
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    if form == "json":
        yield json.dumps(
            [{"code": code, "name": name, "count": count} for (code, name), count in ordered],
            indent=2,
        )
        return
    width = max((len(str(count)) for _, count in ordered), default=0)
    for (code, name), count in ordered:
        yield f"{count:>{width}}\t{code}\t{name}"
