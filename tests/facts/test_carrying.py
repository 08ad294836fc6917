"""What loops hand from round to round with its graph, and what cuts it."""

import pytest

from leakwise.facts import BodyFacts
from tests.facts.reading import bodies

PROGRAM = """
import torch
from torch import nn
from other import helper
cell = nn.GRUCell(4, 4)

def cut(v):
    return v.detach()

class Cutting(nn.Module):
    def forward(self, v):
        return cell(v.detach(), v.detach())

cutting = Cutting()

def run(data, flag):
    h = torch.zeros(4, 4)
    for x in data:
        {body}
"""


def fed(body: BodyFacts) -> bool:
    """Whether a call of `cell` is given what the loop carries on at `h`, graph and all."""
    return any(
        argument.value.carries_graph and carried.mark in argument.value.sources
        for carried in body.carried
        if carried.path == "h"
        for site in body.call_sites
        if site.callee == "cell"
        for argument in site.arguments
    )


CARRIED = {
    "the state": ["h = cell(x, h)"],
    "the state under another name": ["new = cell(x, h)", "h = new"],
    "computed from it": ["h = cell(x, h * 2 + 1)"],
    "through a function of torch": ["h = cell(x, torch.relu(h))"],
}
CUT = {
    "before": ["h = h.detach()", "h = cell(x, h)"],
    "on its way in": ["h = cell(x, h.detach())"],
    "behind": ["h = cell(x, h)", "h = h.detach()"],
    "now and then before": ["if flag:", "    h = h.detach()", "h = cell(x, h)"],
    "now and then behind": ["h = cell(x, h)", "if flag:", "    h = h.detach()"],
    "without recording": ["with torch.no_grad():", "    h = cell(x, h)"],
    "by a function of the file": ["h = cell(x, cut(h))"],
    "perhaps by code that is not known": ["h = cell(x, helper(h))"],
    "in front of arithmetic": ["h = cell(x, 0 * cell(x, x) + h.detach())"],
    "by a network of the file": ["h = cell(x, cutting(h))"],
    "a fresh one": ["h = torch.zeros(4, 4)", "h = cell(x, h)"],
}


def program(lines: list[str]) -> str:
    return PROGRAM.format(body="\n        ".join(lines))


@pytest.mark.parametrize("case", CARRIED)
def test_what_a_round_leaves_with_its_graph_reaches_the_next(case: str) -> None:
    assert fed(bodies(program(CARRIED[case]))["run"])


@pytest.mark.parametrize("case", CUT)
def test_what_was_cut_is_not_carried_on(case: str) -> None:
    assert not fed(bodies(program(CUT[case]))["run"])


def test_a_state_made_anew_in_the_outer_loop_is_carried_by_the_inner_one_alone() -> None:
    code = """
from torch import nn
import torch
cell = nn.GRUCell(4, 4)
h = None
for steps in data:
    h = torch.zeros(4, 4)
    for x in steps:
        h = cell(x, h)
"""
    body = bodies(code)[""]
    (site,) = [site for site in body.call_sites if site.callee == "cell"]
    sources = site.arguments[1].value.sources
    assert {len(one.loops) for one in body.carried if one.mark in sources} == {2}
