"""Programs and notebooks that the tests open in editors."""

import json
from pathlib import Path

TRAIN = """\
import torch
from torch import nn

model = nn.Linear(10, 1)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
dataset = torch.utils.data.TensorDataset(torch.ones(64, 10), torch.ones(64, 1))
loader = torch.utils.data.DataLoader(dataset, batch_size=16)

total_loss = 0.0
for inputs, targets in loader:
    optimizer.zero_grad()
    loss = criterion(model(inputs), targets)
    loss.backward()
    optimizer.step()
    total_loss += loss
"""

RECORDING = """\
import torch

# Looked at once, with more than one stop.
torch.cuda.memory._record_memory_history()
for epoch in range(epochs):
    train_epoch(model, loader)
"""


def write_notebook(path: Path, code: str = TRAIN) -> None:
    """Writes a program as a notebook, one cell for each of its paragraphs."""
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": part.strip("\n").splitlines(keepends=True),
        }
        for number, part in enumerate(code.split("\n\n"))
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook, indent=1), "utf-8")
