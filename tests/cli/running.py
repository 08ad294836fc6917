"""Runs the real command in a process of its own, and writes what it is to check."""

import os
import subprocess
import sys
from pathlib import Path

LEAK = """\
import torch
from torch import nn
model = nn.Linear(4, 1)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
total = 0.0
for x, y in torch.utils.data.DataLoader([(torch.ones(4), torch.ones(1))]):
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
    total += loss
"""
"""A script with one leak, LP001 at row 12, column 14."""

CLEAN = LEAK.replace("total += loss", "total += loss.item()")

WASTE = """\
import torch
from torch import nn
model = nn.Linear(4, 1)
model.eval()
for x in torch.utils.data.DataLoader([torch.ones(4)]):
    print(model(x).argmax().item())
"""
"""A script with waste that does not grow: LP008, an information."""


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "leakwise", *arguments]


def environment(**changes: str) -> dict[str, str]:
    """This process's environment, changed by `changes`, without what would change the output,
    and what would have each of many short runs compile all modules anew."""
    left_out = ("NO_COLOR", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return {**kept, **changes}


def leakwise(
    *arguments: str, cwd: Path, stdin: bytes = b"", **variables: str
) -> subprocess.CompletedProcess[str]:
    """What `leakwise ARGUMENTS` did in folder `cwd`; its output as UTF-8 text."""
    done = subprocess.run(
        command(*arguments),
        cwd=cwd,
        input=stdin,
        capture_output=True,
        env=environment(**variables),
        timeout=120,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def names_in(folder: Path) -> list[str]:
    """What stands in a folder, in order, beside the cache of checks."""
    return sorted(set(os.listdir(folder)) - {".leakwise_cache"})


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Writes `files` by name below `folder`, which it gives back."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder
