"""Names of findings that stay the same when the code above them moves."""

import hashlib
from collections import Counter

from leakwise.cli.output.locating import relative
from leakwise.cli.shown import CheckedFile


def fingerprints(file: CheckedFile) -> list[str]:
    """A name for each finding of a file, in their order: made from the file's path, the rule, the
    code of the finding's line without its margin, and how many such there are above it."""
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    path = relative(file.path)
    for finding in file.findings:
        same = finding.code, " ".join(finding.place.line.split())
        text = "\0".join((path, *same, str(seen[same])))
        seen[same] += 1
        found.append(hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32])
    return found
