"""Every fix of every example of every rule does what a fix must. `python -m tests.realcode.fixes`
looks at the same in real code."""

import inspect

import pytest

from leakwise.engine import load_rules
from leakwise.rule import Rule
from leakwise.text import Document
from tests.engine.fix_effects import effects

AROUND = '\n\nTEXT = """\n  left alone \\\n"""\n\ndef other():  # as it is\n    return  1\n'


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.code)
def test_a_fix_takes_its_finding_away_and_nothing_else(rule: Rule) -> None:
    for example in rule.examples:
        code = inspect.cleandoc(example.bad).replace("  # leak", "") + AROUND
        for effect in effects(Document.from_text("file:///example.py", code)):
            assert effect.problems == (), (effect.fix.title, code)
