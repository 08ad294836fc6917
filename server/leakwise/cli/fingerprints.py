"""Names of findings that stay the same when the code above them moves."""

import hashlib

from leakwise.cli.shown import ShownFinding


def fingerprint(finding: ShownFinding, path: str) -> str:
    """A name for a finding: made from `path`, by which its file is known, the rule, the code of the
    finding's line without its margin, and how many such there are above it."""
    line, occurrence = code_of(finding), str(finding.occurrence)
    text = "\0".join((path, finding.code, line, occurrence))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]


def code_of(finding: ShownFinding) -> str:
    """The code of a finding's line, which stays the same when it is indented otherwise or gets a
    comment that suppresses another finding."""
    return " ".join(finding.place.line.partition("# leakwise:")[0].split())
