"""Suppression comments through `leakwise check`: what they suppress, and which say nothing."""

import json
from pathlib import Path

from tests.cli.running import LEAK, leakwise, write

HEAD = """\
import torch
from torch import nn
model = nn.Linear(4, 1)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
losses = []
for x, y in torch.utils.data.DataLoader([(torch.ones(4), torch.ones(1))]):
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
"""
FIRST = HEAD.count("\n") + 1


def found(folder: Path, body: str, *options: str) -> list[str]:
    """What is found in a loop that ends with `body`: the line from 1, and the code."""
    write(folder, {"x.py": HEAD + body})
    done = leakwise("check", "--output-format", "json", *options, "x.py", cwd=folder)
    assert done.stderr == ""
    return [
        f"{one['location']['row'] - FIRST + 1} {one['code']}" for one in json.loads(done.stdout)
    ]


def test_what_is_suppressed(tmp_path: Path) -> None:
    body = '''\
    losses.append(loss)  # leakwise: ignore
    losses.append(loss)  # leakwise: ignore[LP002] kept on purpose
    losses.append(loss)  # type: ignore  # leakwise: ignore[append-graph-tensor-to-collection]
    losses.append(loss)  #leakwise:ignore[ lp002 ]  # noqa
    losses.append(loss)  # leakwise: ignore[LP00, retained-history]
    losses.append(  # leakwise: ignore[LP002]
        loss
    )
    print(f"""
    {losses.append(loss)}""")
    if losses.append(loss):  # leakwise: ignore[LP002]
        losses.append(loss)
    losses.append(loss)  # leakwise: ignore[LP001, LW001]
'''
    assert found(tmp_path, body) == ["10 LP002", "12 LP002", "13 LP002"]


def test_what_says_nothing(tmp_path: Path) -> None:
    body = '''\
    losses.append(loss)  # leakwise: ignore[LP001]
    losses.append(loss)  # leakwise: ignore[LP002, LP001]
    print(loss.item())  # leakwise: ignore
    # leakwise: ignore[LP002]
    print("# leakwise: ignore[LP002]")
    """
    # leakwise: ignore[LP002]
    """
    print(loss.item())  # leakwise: a tool that finds leaks
'''
    assert found(tmp_path, body) == ["1 LP002", "1 LW001", "2 LW001", "3 LW001", "4 LW001"]
    # Nothing is said of rules that did not run, nor of what is known to find nothing.
    assert found(tmp_path, body, "--select", "LP002,LW") == ["1 LP002", "4 LW001"]
    assert found(tmp_path, body, "--ignore", "unused-suppression") == ["1 LP002"]


def test_what_is_misspelt(tmp_path: Path) -> None:
    body = """\
    losses.append(loss)  # leakwise: ignore[LP0002]
    losses.append(loss)  # leakwise: ignore[LP002, apend-graph-tensor-to-collection]
    losses.append(loss)  # leakwise: ignor[LP002]
    losses.append(loss)  # leakwise: ignore[LP002
    losses.append(loss)  # leakwise: ignore[]
    losses.append(loss)  # leakwise: skip-file
    losses.append(loss)  # leakwise: ignore LP002
"""
    wrong = [f"{line} {code}" for line in (1, 3, 4, 5, 6) for code in ("LP002", "LW002")]
    assert found(tmp_path, body) == sorted([*wrong, "2 LW002", "7 LW002"])
    assert found(tmp_path, body, "--severity", "LW=hint,LP=hint", "--ignore", "LP") == [
        f"{line} LW002" for line in range(1, 8)
    ]


def test_a_file_is_skipped(tmp_path: Path) -> None:
    for head in ("# leakwise: skip-file\n", "#!/usr/bin/python\n\n#  leakwise: skip-file: old\n"):
        write(tmp_path, {"x.py": head + LEAK})
        done = leakwise("check", "x.py", cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, "No leaks found in 1 file.\n")
    write(tmp_path, {"x.py": f'"""\n# leakwise: skip-file\n"""\n{LEAK}'})
    assert leakwise("check", "x.py", cwd=tmp_path).returncode == 1


def test_the_pages_can_be_read(tmp_path: Path) -> None:
    for rule, head in (("LW001", "# LW001"), ("misspelt-suppression", "# LW002")):
        assert leakwise("rule", rule, cwd=tmp_path).stdout.startswith(head)
    listed = leakwise("rule", "--all", cwd=tmp_path).stdout
    assert "LW001  unused-suppression" in listed
