"""Programs for tests of the engine, made of the rules' own examples."""

import random
import textwrap

from leakwise.engine import load_rules
from leakwise.rule import Finding

HEAD = "import torch\nimport torch.nn.functional as F\nfrom torch import nn\nimport keras\n\n"


def leaking_program(chance: random.Random, examples: int) -> str:
    """Some examples of the rules, one after the other, each in a function of its own."""
    codes = [code for rule in load_rules() for one in rule.examples for code in (one.bad, one.good)]
    parts = [HEAD]
    for number, code in enumerate(chance.sample(codes, examples)):
        body = textwrap.dedent(code).strip("\n")
        parts.append(f"def example_{number}():\n{textwrap.indent(body, '    ')}\n\n\n")
    return "".join(parts)


def seen(findings: list[Finding]) -> list[tuple[object, ...]]:
    """What a user sees of findings, for comparing."""
    return [
        (
            one.rule.code,
            one.range,
            one.message,
            one.severity,
            one.certainty,
            one.related,
            sorted(one.anchors.items()),
        )
        for one in findings
    ]
