"""Training code made up for the benchmarks: the same text for the same arguments.

Every text holds, near its middle, a loop in which `LEAK` may be typed behind the line `PLACE`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from textwrap import indent

LEAK = "total += loss"
PLACE = "optimizer.step()  # type here"

HEAD = """\
import math
import os

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
CHECKPOINTS = os.environ.get("CHECKPOINTS", "checkpoints")

"""

SETUP = """\
    model = nn.Linear(4, 1).to(DEVICE)
    criterion = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    loader = DataLoader(TensorDataset(torch.ones(8, 4), torch.ones(8, 1)), batch_size=2)
"""

TARGET = f"""\
def train_target(model, loader, criterion, optimizer):
    model.train()
    total = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        {PLACE}
    return total


"""


def _schedule(n: int) -> str:
    return f"""\
def schedule_{n}(step, warmup, total):
    if step < warmup:
        return step / max(1, warmup)
    progress = (step - warmup) / max(1, total - warmup)
    return 0.5 * (1.0 + math.cos(math.pi * progress))


"""


def _network(n: int) -> str:
    return f"""\
class Block{n}(nn.Module):
    def __init__(self, width, hidden={16 + n % 7}):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first = nn.Linear(width, hidden)
        self.second = nn.Linear(hidden, width)

    def forward(self, x):
        h = F.relu(self.first(self.norm(x)))
        return x + self.second(h)


"""


def _train(n: int) -> str:
    return f"""\
def train_{n}(model, loader, criterion, optimizer, scale={n % 5 + 1}):
    model.train()
    running = 0.0
    for x, y in loader:
        x, y = x.to(DEVICE), y.to(DEVICE)
        optimizer.zero_grad()
        loss = criterion(model(x), y) * scale
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        running += loss.item() * x.size(0)
    return running / len(loader.dataset)


"""


def _leaking_train(n: int) -> str:
    return _train(n).replace("loss.item() * x.size(0)", "loss")


def _evaluate(n: int) -> str:
    return f"""\
@torch.no_grad()
def evaluate_{n}(model, loader, criterion):
    model.eval()
    losses = []
    correct = 0
    for x, y in loader:
        output = model(x.to(DEVICE))
        losses.append(criterion(output, y.to(DEVICE)))
        correct += int((output.argmax(1) == y).sum())
    return torch.stack(losses).mean(), correct


"""


def _report(n: int) -> str:
    return f"""\
def report_{n}(rows, limit={n % 11 + 3}):
    width = max((len(name) for name, _ in rows), default=0)
    lines = []
    for name, value in rows[:limit]:
        lines.append(name.ljust(width) + " " + format(value, ".3f"))
    return os.linesep.join(lines)


"""


def _save(n: int) -> str:
    return f"""\
def save_{n}(model, epoch, best):
    path = os.path.join(CHECKPOINTS, "model_{n}.pt")
    torch.save({{"state": model.state_dict(), "epoch": epoch, "best": best}}, path)
    return path


"""


# One function in twenty leaks; half of them train or evaluate something.
_MIX: tuple[Callable[[int], str], ...] = (
    *(_train, _schedule, _evaluate, _report, _network, _train, _save, _evaluate, _report, _train),
    *(_network, _save, _evaluate, _schedule, _leaking_train, _report, _train, _save, _network),
    _schedule,
)


@dataclass(frozen=True, slots=True)
class TrainingFile:
    """A made-up file with the line (zero-based) behind which to type, at `indent` columns."""

    name: str
    text: str

    @property
    def lines(self) -> list[str]:
        """The lines without terminators."""
        return self.text.splitlines()

    @property
    def place(self) -> int:
        """The line behind which to type."""
        return next(i for i, line in enumerate(self.lines) if line.strip() == PLACE)

    @property
    def indent(self) -> int:
        """The columns that typed code is indented by."""
        line = self.lines[self.place]
        return len(line) - len(line.lstrip())


@dataclass(frozen=True, slots=True)
class Notebook:
    """A made-up notebook: the texts of its code cells, in one of which (zero-based) to type."""

    name: str
    cells: tuple[str, ...]
    at: int

    @property
    def text(self) -> str:
        """All of its code."""
        return "\n".join(self.cells)

    @property
    def cell(self) -> TrainingFile:
        """The cell in which to type."""
        return TrainingFile(self.name, self.cells[self.at])


def functions(lines: int, seed: int = 0) -> TrainingFile:
    """About `lines` lines of short functions and classes, unlike another `seed`'s."""
    parts, count = [HEAD], HEAD.count("\n") + TARGET.count("\n")
    numbers = iter(range(seed, seed + lines))
    while count < lines:
        n = next(numbers)
        parts.append(_MIX[n % len(_MIX)](n))
        count += parts[-1].count("\n")
    parts.insert(len(parts) // 2 + 1, TARGET)
    return TrainingFile(f"{lines:,} lines", "".join(parts).rstrip("\n") + "\n")


def one_main(lines: int) -> TrainingFile:
    """A file that is one `main()` of about `lines` lines."""
    body = SETUP + indent("".join(_statements(lines - 20)), "    ")
    text = f'{HEAD}\ndef main():\n{body}\n\nif __name__ == "__main__":\n    main()\n'
    return TrainingFile(f"main() of {lines}", text)


def script(lines: int) -> TrainingFile:
    """A file of about `lines` lines without any function."""
    setup = "\n".join(line[4:] for line in SETUP.splitlines()) + "\n"
    return TrainingFile(f"script of {lines}", HEAD + setup + "".join(_statements(lines - 20)))


def notebook(cells: int) -> Notebook:
    """A notebook of so many cells, most of them of about eight lines."""
    setup = "\n".join(line[4:] for line in SETUP.splitlines())
    texts = ["%matplotlib inline\n!pip install torch\n" + HEAD.rstrip(), "%%time\n" + setup]
    texts += [text.rstrip() for text in _statements(8 * cells)][: cells - 2]
    at = next(number for number, text in enumerate(texts) if PLACE in text)
    return Notebook(f"notebook of {cells} cells", tuple(texts), at)


def _statements(lines: int) -> Iterator[str]:
    """Statements at column 0, about `lines` lines of them; the middle loop holds `PLACE`."""
    count, n, placed = 0, 0, False
    while count < lines:
        stage = _STAGES[n % len(_STAGES)]
        text = stage(n)
        if stage is _train_stage and not placed and count >= lines // 2 - 20:
            text = text.replace("optimizer.step()", PLACE)
            placed = True
        count += text.count("\n")
        n += 1
        yield text


def _options_stage(n: int) -> str:
    return f"""\
options_{n} = {{
    "width": int(os.environ.get("WIDTH_{n}", "64")),
    "depth": int(os.environ.get("DEPTH_{n}", "2")),
    "rate": float(os.environ.get("RATE_{n}", "0.1")),
}}
if options_{n}["width"] % 8:
    raise SystemExit("the width of stage {n} must be a multiple of 8")
for key, value in sorted(options_{n}.items()):
    print(key.ljust(12), value)
"""


def _data_stage(n: int) -> str:
    return f"""\
size_{n} = 64 * options_{n - 1}["depth"]
inputs_{n} = torch.randn(size_{n}, 4)
targets_{n} = (inputs_{n}.sum(1, keepdim=True) > 0).float()
split_{n} = int(0.8 * size_{n})
train_{n} = TensorDataset(inputs_{n}[:split_{n}], targets_{n}[:split_{n}])
valid_{n} = TensorDataset(inputs_{n}[split_{n}:], targets_{n}[split_{n}:])
train_loader_{n} = DataLoader(train_{n}, batch_size=8, shuffle=True)
valid_loader_{n} = DataLoader(valid_{n}, batch_size=8)
"""


def _train_stage(n: int) -> str:
    return f"""\
total = 0.0
for x, y in train_loader_{n - 1}:
    x, y = x.to(DEVICE), y.to(DEVICE)
    optimizer.zero_grad()
    loss = criterion(model(x), y) * {n % 5 + 1}
    loss.backward()
    optimizer.step()
"""


def _evaluate_stage(n: int) -> str:
    return f"""\
with torch.no_grad():
    scores_{n} = [criterion(model(x), y).item() for x, y in valid_loader_{n - 2}]
best_{n} = min(scores_{n})
if best_{n} < 0.1:
    torch.save(model.state_dict(), os.path.join(CHECKPOINTS, "stage_{n}.pt"))
"""


def _report_stage(n: int) -> str:
    return f"""\
rows_{n} = [("best", best_{n - 1}), ("mean", sum(scores_{n - 1}) / len(scores_{n - 1}))]
for name, value in rows_{n}:
    if math.isnan(value):
        print("stage {n}:", name, "is not a number")
    else:
        print("stage {n}:", name.rjust(8), format(value, ".4f"))
"""


_STAGES = (_options_stage, _data_stage, _train_stage, _evaluate_stage, _report_stage)
