"""What is known of a long body after edits is what is known of the same text from scratch."""

import random

import pytest

from leakwise.facts import ModuleFacts, describe
from leakwise.facts.code.definitions import Definition
from leakwise.text import Document, Range

HEAD = """\
import torch
from torch import nn


def outer(net, loader, optimizer, flag):
    total, losses, best, log = 0.0, [], None, {}
"""
SIMPLE = (
    "total = 0.0",
    "total += loss",
    "total += loss.item()",
    "loss = net(x).sum()",
    "loss = net(x).sum().detach()",
    "x = torch.zeros(3)",
    "x, y = net(x), flag",
    "best = loss",
    "best = None",
    "losses.append(loss)",
    "losses = []",
    "losses.clear()",
    "log['loss'] = loss",
    "log[flag] = total",
    "file = open('log.txt')",
    "file.close()",
    "net.eval()",
    "net = nn.Linear(3, 3)",
    "net = flag",
    "loss.backward()",
    "sum(losses).backward()",
    "optimizer.step()",
    "if flag: return total",
    "print(total)",
    "hook = net.register_forward_hook(print)",
    "torch.set_grad_enabled(False)",
)
LEAVING = ("break", "continue", "if flag: break", "if best is None: continue")
LOOPS = ("for x in loader:", "while True:")
HEADERS = (*LOOPS, "if flag:", "with torch.no_grad():", "try:")


def program(chance: random.Random, least: int) -> list[str]:
    """The lines of a function so long that it is split, with loops and branches in it that are,
    too."""
    lines = HEAD.splitlines()
    while len(lines) < least:
        lines += ["    " + line for line in suite(chance, 0, least * 7 // 18, in_loop=False)]
    return lines


def suite(chance: random.Random, depth: int, long: int, *, in_loop: bool) -> list[str]:
    if depth == 3 or chance.random() < 0.6:
        return [chance.choice((*SIMPLE, *LEAVING) if in_loop else SIMPLE)]
    header = chance.choice(HEADERS)
    in_loop = in_loop or header in LOOPS
    length = max(long, 24) if chance.random() < 0.3 else 4
    lines: list[str] = []
    while len(lines) < length:
        lines += suite(chance, depth + 1, long, in_loop=in_loop)
    if in_loop:
        lines.append("if flag.done: break")
    found = [header, *("    " + line for line in lines)]
    return [*found, "except ValueError:", "    best = total"] if header == "try:" else found


def edited(document: Document, chance: random.Random) -> tuple[Range, str]:
    """One statement put in, taken out or made another."""
    lines = document.lines
    while True:
        number = chance.randrange(len(HEAD.splitlines()), len(lines))
        text = lines[number]
        if text.strip() and not text.rstrip().endswith((":", "done: break")):
            break
    indent = text[: len(text) - len(text.lstrip())]
    new = f"{indent}{chance.choice(SIMPLE)}\n"
    how = chance.randrange(4)
    if how == 0:
        return Range.of(number, 0, number, 0), new
    if how == 1:
        return Range.of(number, 0, number + 1, 0), f"{indent}pass\n"
    return Range.of(number, 0, number + 1, 0), new


def known(module: ModuleFacts) -> dict[str, object]:
    """By body: what its paths hold where it ends, and which events happen where."""
    return {one.qualified: of_body(module, one) for one in module.scopes.all()}


def of_body(module: ModuleFacts, body: Definition) -> object:
    result = module.body(body)
    held = {path: describe(value) for path, value in result.exit_values.items()}
    events = [(type(one).__name__, one.place.order(), len(one.loops)) for one in result.events]
    returned = None if result.returns is None else describe(result.returns)
    return held, events, returned


@pytest.mark.parametrize(("seed", "lines"), [(1, 180), (2, 180), (15, 180), (15, 30), (59, 30)])
def test_edits_of_a_long_body_give_what_a_new_look_gives(seed: int, lines: int) -> None:
    chance = random.Random(seed)
    text = "\n".join(program(chance, lines)) + "\n"
    compile(text, "long.py", "exec")
    module = ModuleFacts(Document.from_text("file:///long.py", text))
    known(module)
    compared = 0
    for _ in range(20):
        span, new = edited(module.document, chance)
        document, change = module.document.replace(span, new)
        module.update(document, [change])
        fresh = ModuleFacts(Document.from_text("file:///long.py", document.text))
        if fresh.tree.problem() is not None:
            undone, back = document.with_text(text)
            module.update(undone, [back])
            continue
        text = document.text
        assert known(module) == known(fresh)
        compared += 1
    assert compared > 10


def test_a_long_loop_or_handler_is_one_also_where_it_is_split() -> None:
    filling = "".join(f"        a{i} = {i}\n" for i in range(80))
    looping = ModuleFacts(
        Document.from_text("file:///a.py", f"def run(xs):\n    for x in xs:\n{filling}")
    )
    trying = ModuleFacts(
        Document.from_text(
            "file:///a.py", f"def run(xs):\n    try:\n{filling}    except OSError as e:\n{filling}"
        )
    )
    (loop,), (attempt,) = looping.scopes.named("run"), trying.scopes.named("run")
    assert looping.facts(loop).has_loops
    assert not trying.facts(attempt).has_loops
    assert trying.has_trait(attempt, "handler")
    assert attempt.index.bindings_of("e")
