"""What the server tells of a place."""

import pytest
from lsprotocol import types

from leakwise.lsp.hover_text import _with_small_headings
from tests.lsp.sessions import (
    LEAK,
    LEAK_LINE,
    LEAK_RANGE,
    Session,
    capabilities,
    replaced,
)


def markup(hover: types.Hover | None) -> types.MarkupContent:
    assert hover is not None
    assert isinstance(hover.contents, types.MarkupContent)
    return hover.contents


async def test_the_message_and_then_the_page(session: Session) -> None:
    await session.initialize()
    session.open(LEAK)
    hover = await session.hover(LEAK_LINE, 15)
    told = markup(hover)
    assert hover is not None
    assert hover.range == LEAK_RANGE
    assert told.kind == types.MarkupKind.Markdown
    message, _, rest = told.value.partition("\n\n")
    assert "`total`" in message
    way, _, page = rest.partition("\n\n---\n\n")
    assert way.split("\n") == [
        "- line 9: The graph is made here.",
        "- line 7: Each iteration of this loop adds one more graph.",
    ]
    assert page.startswith("### LP001 accumulate-loss-with-graph")
    assert "\n#### Why it leaks\n" in page
    # A comment in an example is no heading.
    assert "\n# a comment\n" in _with_small_headings("# Title\n```python\n# a comment\n```")


async def test_the_page_alone_for_those_who_show_findings_by_themselves(session: Session) -> None:
    declared = capabilities()
    declared.experimental = {"showsFindingsOnHover": True}
    await session.initialize(declared)
    session.open(LEAK)
    told = markup(await session.hover(LEAK_LINE, 15))
    assert told.value.startswith("### LP001 accumulate-loss-with-graph")
    assert "line 9" not in told.value


async def test_plain_text_for_those_who_read_no_markdown(session: Session) -> None:
    await session.initialize(capabilities(bare=True))
    session.open(LEAK)
    told = markup(await session.hover(LEAK_LINE, 15))
    assert told.kind == types.MarkupKind.PlainText
    assert told.value.startswith("total keeps")
    assert "\n\nWhy it leaks\n\n" in told.value
    assert not any(mark in told.value for mark in ("```", "\n#"))


VALUES = """\
import torch
from torch import nn

class Trainer:
    def __init__(self, model: nn.Module):
        self.model = model
        self.outputs = []

    def step(self, x, y):
        out = self.model(x)
        loss = nn.functional.mse_loss(out, y)
        loss.backward()
        loss = loss.detach()
        self.outputs.append(out)
        return loss

    def save(self):
        file = open("losses")
        return len(self.outputs)
"""


@pytest.mark.parametrize(
    ("line", "character", "words"),
    [
        (4, 24, ["`model` is a module, `torch.nn.Module`."]),
        (9, 22, ["`self.model` is a module, `torch.nn.Module`."]),
        (
            10,
            41,
            [
                "`out` is a tensor, or a structure of tensors;"
                " it refers to the autograd graph that made it.",
                "Its graph is made in line 10: `self.model(x)`.",
                "`self.outputs` keeps it, from line 14 on.",
            ],
        ),
        (
            12,
            15,
            [
                "`loss` is a tensor of one number; it refers to the autograd graph that made it.",
                "Its graph is made in line 11: `nn.functional.mse_loss(out, y)`.",
            ],
        ),
        (
            12,
            8,
            [
                "`loss` is a tensor of one number; it refers to no autograd graph.",
                "It is made in line 11: `nn.functional.mse_loss(out, y)`.",
            ],
        ),
        # Of a method what it gives.
        (
            12,
            22,
            [
                "`loss.detach()` is a tensor of one number; it refers to no autograd graph.",
                "It is made in line 11: `nn.functional.mse_loss(out, y)`.",
            ],
        ),
        (
            17,
            8,
            ["`file` is a file, made by `open`.", 'It is made in line 18: `open("losses")`.'],
        ),
    ],
)
async def test_what_is_known_of_a_value(
    session: Session, line: int, character: int, words: list[str]
) -> None:
    await session.initialize()
    session.open("# 😀\n" + VALUES)
    session.change(2, replaced(0, 0, 1, 0, ""))
    assert markup(await session.hover(line, character)).value == "\n\n".join(words)


OTHERS = """\
import keras, numpy as np, torch
scores = np.zeros(3)
net = keras.Sequential()
loss = keras.losses.MeanSquaredError()
log = open("log")
batches = torch.utils.data.DataLoader(scores)
criterion = torch.nn.MSELoss()
"""


@pytest.mark.parametrize(
    ("line", "character", "words"),
    [
        (1, 2, "`scores` is an array of NumPy, without a graph."),
        (2, 2, "`net` is a Keras model, `keras.Sequential`."),
        (3, 2, "`loss` is a loss, `keras.losses.MeanSquaredError`."),
        (6, 2, "`criterion` is a loss, `torch.nn.MSELoss`."),
        # Where it is made, that need not be said.
        (4, 8, '`open("log")` is a file, made by `open`.'),
        (5, 30, "data loader, `torch.utils.data.DataLoader`."),
    ],
)
async def test_what_other_values_are_called(
    session: Session, line: int, character: int, words: str
) -> None:
    await session.initialize()
    session.open(OTHERS)
    assert markup(await session.hover(line, character)).value.split("\n\n")[0].endswith(words)
    if line == 4:
        assert "made in line" not in markup(await session.hover(line, character)).value


async def test_what_keeps_a_value_is_not_said_of_itself(session: Session) -> None:
    await session.initialize()
    session.open(f"{LEAK}print(total)\n")
    told = markup(await session.hover(LEAK_LINE + 1, 7)).value
    assert told.startswith("`total` is a tensor of one number; it refers to the autograd graph")
    assert "keeps it" not in told
    assert "`total` keeps it" in markup(await session.hover(LEAK_LINE - 2, 5)).value


CONTAINERS = """\
import torch
from torch import nn

model = nn.Linear(4, 1)
losses = [model(x) for x in loader]
pair = torch.ones(3), None, 4
named = {"loss": model(x), "name": "a"}
"""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (4, "`losses` is a container; each item is one or more tensors with their graph."),
        (5, "`pair` is a container; its items are a tensor without a graph, None, a number."),
        (
            6,
            "`named` is a container; `loss` is one or more tensors with their graph,"
            " `name` is something else.",
        ),
    ],
)
async def test_what_a_container_holds(session: Session, line: int, words: str) -> None:
    await session.initialize()
    session.open(CONTAINERS)
    assert markup(await session.hover(line, 1)).value.startswith(words)


@pytest.mark.parametrize(("line", "character"), [(0, 8), (18, 20), (6, 10), (8, 19), (2, 0)])
async def test_nothing_of_what_others_tell(session: Session, line: int, character: int) -> None:
    await session.initialize()
    session.open(VALUES)
    assert await session.hover(line, character) is None


async def test_values_can_be_switched_off(session: Session) -> None:
    await session.initialize(options={"hover": False})
    session.open(LEAK)
    assert await session.hover(8, 5) is None
    assert await session.hover(LEAK_LINE, 15) is not None


async def test_nothing_beside_a_finding(session: Session) -> None:
    await session.initialize()
    session.open(LEAK)
    assert await session.hover(0, 0) is None
    assert await session.hover(999, 999) is None
    assert await session.hover(0, 0, uri="file:///nowhere.py") is None
