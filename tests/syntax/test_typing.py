"""Real files typed in: what was not typed must stand in every state that does not parse."""

import importlib.util
import random
from pathlib import Path

import pytest

import leakwise.syntax.tree
from tests.syntax.editing import Editor

TRAINING = (
    '''import torch
from torch import nn


class Net(nn.Module):
    """A network."""

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(width, 8),
            nn.ReLU(),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x)


def main() -> None:
    model = Net()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    history = []
    for epoch in range(10):
        total = 0.0
        for x, y in [(torch.ones(1, 4), torch.ones(1, 8))]:
            with torch.autocast("cpu"):
                loss = ((model(x) - y) ** 2).mean()
            loss.backward()
            optimizer.step()
            total += loss
        try:
            history.append({"epoch": epoch, "loss": total})
        except (ValueError, KeyError) as error:
            print(f"bad {error!r}")
        else:
            print('done', "ok")
'''
    + "".join(f"    torch.save(model, 'step{n}.pt')\n" for n in range(50))
    + """

if __name__ == "__main__":
    main()
"""
)
NEW_LINES = [
    "for a, b in zip([1], {2: 3}):",
    "with open('x', \"y\") as f:",
    "x = foo(a, [1, 2], key=lambda q: {'a': 1})",
    "@decorated(1)",
    "def new(a, *, b=(1, 2)) -> None:",
    "except (A, B) as e:",
    "else:",
    "s = '''abc'''",
    "print 'a'",
]


def sources() -> list[tuple[str, str]]:
    named = [("training", TRAINING), ("own", Path(leakwise.syntax.tree.__file__).read_text())]
    for module in ("json.encoder", "asyncio.locks", "contextlib"):
        spec = importlib.util.find_spec(module)
        assert spec is not None
        assert spec.origin is not None
        named.append((module, Path(spec.origin).read_text(encoding="utf-8")))
    return named


@pytest.mark.parametrize(("name", "source"), sources(), ids=[name for name, _ in sources()])
@pytest.mark.parametrize("action", ["retype", "open", "new", "enter", "erase", "move"])
def test_all_that_is_not_typed_stands(name: str, source: str, action: str) -> None:
    choice = random.Random(f"{name} {action}")
    broken = 0
    for _ in range(3 if len(source) > 15_000 else 6):
        editor = Editor(source)
        ACTIONS[action](editor, choice)
        assert editor.lost == []
        broken += editor.broken_states
    assert broken


def test_a_whole_file_is_typed_from_nothing() -> None:
    editor = Editor("")
    for number, line in enumerate(TRAINING.splitlines()[:36]):
        editor.type(number, 0, line)
        assert editor.lost == []
        editor.replace(number, len(line), number, len(line), "\n")
    assert editor.broken_states > 300


def retype(editor: Editor, choice: random.Random) -> None:
    """Empties a line and types it again."""
    number, indent, line = picked(editor, choice)
    editor.replace(number, indent, number, len(line), "")
    editor.type(number, indent, line[indent:])


def leave_open(editor: Editor, choice: random.Random) -> None:
    """Opens a bracket or quote anywhere, types on, and takes it all back."""
    number, indent, line = picked(editor, choice)
    column = choice.randint(indent, len(line))
    text = choice.choice(["(", "[", "{", "'", '"', '"""', "'''"]) + "ab, "
    editor.type(number, column, text)
    editor.erase(number, column + len(text), len(text))
    editor.type(number, len(line), " )")


def new_line(editor: Editor, choice: random.Random) -> None:
    """Types a new line before another one."""
    number, indent, _ = picked(editor, choice)
    editor.replace(number, 0, number, 0, " " * indent + "\n")
    editor.type(number, indent, choice.choice(NEW_LINES))


def enter(editor: Editor, choice: random.Random) -> None:
    """Breaks a line in two and types between the parts."""
    number, indent, line = picked(editor, choice)
    column = choice.randint(indent, len(line))
    editor.replace(number, column, number, column, "\n" + " " * (indent + 4))
    editor.type(number + 1, indent + 4, "ab, (c")


def erase(editor: Editor, choice: random.Random) -> None:
    """Deletes a line from its end."""
    number, indent, line = picked(editor, choice)
    editor.erase(number, len(line), len(line) - indent)
    editor.type(number, indent, "(")


def move(editor: Editor, choice: random.Random) -> None:
    """Cuts some lines out and puts them elsewhere, then types a line that is not finished."""
    number, _, _ = picked(editor, choice)
    behind = min(number + choice.randint(1, 6), len(editor.document.lines) - 1)
    text = "".join(editor.document.lines[number:behind])
    editor.replace(number, 0, behind, 0, "")
    place, _, _ = picked(editor, choice)
    editor.replace(place, 0, place, 0, text)
    editor.type(place, 0, "x = (")


def picked(editor: Editor, choice: random.Random) -> tuple[int, int, str]:
    """The number, indentation and text of a line that is not blank."""
    lines = editor.document.lines
    number = choice.choice([n for n, line in enumerate(lines) if line.strip()])
    line = lines[number].rstrip("\r\n")
    return number, len(line) - len(line.lstrip()), line


ACTIONS = {
    "retype": retype,
    "open": leave_open,
    "new": new_line,
    "enter": enter,
    "erase": erase,
    "move": move,
}
