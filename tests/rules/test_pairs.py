"""Each smell as short as it can be, beside its repair: the one is found, the other is not.

A file of `pairs` is called like the rule. Its part behind `# smelly` ends in `# leak` on the lines
that the rule must report, its part behind `# repaired` has nothing to report.
"""

from pathlib import Path

import pytest

from leakwise.engine import analyze, fixes_for, load_rules
from leakwise.text import Document, apply_edits
from tests.rules.snippets import MARK

PAIRS = sorted((Path(__file__).parent / "pairs").glob("*.py"))
IDS = [path.stem.upper() for path in PAIRS]


def parts(path: Path) -> tuple[str, str]:
    text = path.read_text(encoding="utf-8").partition("# smelly\n")[2]
    smelly, _, repaired = text.partition("# repaired\n")
    return smelly, repaired


def document(text: str) -> Document:
    return Document.from_text("file:///pair.py", text.replace(MARK, ""))


def test_every_rule_has_a_pair() -> None:
    assert [rule.code for rule in load_rules()] == IDS


@pytest.mark.parametrize("path", PAIRS, ids=IDS)
def test_the_smell_is_found_where_it_is(path: Path) -> None:
    smelly, _ = parts(path)
    marked = [n for n, line in enumerate(smelly.split("\n")) if line.endswith(MARK)]
    assert marked
    found = [(one.rule.code, one.range.start.line) for one in analyze(document(smelly))]
    assert found == [(path.stem.upper(), line) for line in marked]


@pytest.mark.parametrize("path", PAIRS, ids=IDS)
def test_the_repair_is_clean(path: Path) -> None:
    _, repaired = parts(path)
    assert repaired.strip()
    assert [(one.rule.code, one.message) for one in analyze(document(repaired))] == []


@pytest.mark.parametrize("path", PAIRS, ids=IDS)
def test_the_first_fix_ends_the_smell(path: Path) -> None:
    doc = document(parts(path)[0])
    for finding in analyze(doc):
        fix = next(iter(fixes_for(finding, doc)), None)
        if fix is None:
            continue
        after = Document.from_text(doc.uri, apply_edits(doc, fix.edits))
        left = {(one.rule.code, one.message) for one in analyze(after)}
        assert (finding.rule.code, finding.message) not in left, fix.title
