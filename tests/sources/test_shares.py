"""How files are divided among processes."""

from pathlib import Path

from leakwise.sources.shares import LEAST_BYTES, MOST_BYTES, MOST_FILES, Shares, portions
from tests.cli.running import write


def given_out(shares: Shares, turns: list[int]) -> list[tuple[int, list[str]]]:
    """What is given out when processes ask in turn, until nothing is left."""
    found: list[tuple[int, list[str]]] = []
    for number in turns:
        if (chunk := shares.next_for(number)) is not None:
            found.append((number, chunk))
    assert all(shares.next_for(number) is None for number in set(turns))
    return found


def test_neighbours_stay_together_in_portions(tmp_path: Path) -> None:
    size = MOST_BYTES // 4
    names = [f"{folder}/{number}.py" for folder in "ab" for number in range(48)]
    write(tmp_path, dict.fromkeys(names, "x" * size))
    paths = [str(tmp_path / name) for name in names]
    found = portions(paths, 2)
    assert [path for portion in found for path in portion] == paths
    assert {len(portion) for portion in found} == {4}
    # A small tree is divided too, so that no process stands by.
    assert len(portions(paths[:6], 2)) == 6


def test_many_small_files_are_portions_too(tmp_path: Path) -> None:
    names = [f"{number:03}.py" for number in range(120)]
    write(tmp_path, dict.fromkeys(names, "x"))
    found = portions([*(str(tmp_path / name) for name in names), "missing.py"], 2)
    assert [len(portion) for portion in found] == [MOST_FILES, MOST_FILES, 21]
    write(tmp_path, {"large.py": "x" * (LEAST_BYTES + 1)})
    paths = [str(tmp_path / name) for name in ("000.py", "large.py", "001.py")]
    assert portions(paths, 2) == [[path] for path in paths]
    assert portions([], 2) == []


def test_each_process_has_a_run_and_helps_when_it_is_done() -> None:
    chunks = [[str(number)] for number in range(6)]
    assert given_out(Shares(chunks, 2), [0, 1, 0, 0, 0, 1]) == [
        (0, ["0"]),
        (1, ["3"]),
        (0, ["1"]),
        (0, ["2"]),
        # What its owner would come to last.
        (0, ["5"]),
        (1, ["4"]),
    ]
    assert len(given_out(Shares(chunks, 8), [*range(8)])) == 6


def test_what_takes_long_comes_first(tmp_path: Path) -> None:
    sizes = {"b.py": MOST_BYTES + 1, "c.py": MOST_BYTES + 2}
    write(tmp_path, {"a.py": "", **{name: "x" * size for name, size in sizes.items()}})
    chunks = [[str(tmp_path / name)] for name in ("a.py", "b.py", "c.py")]
    order = [Path(chunk[0]).name for _, chunk in given_out(Shares(chunks, 2), [0, 0, 1])]
    assert order == ["c.py", "b.py", "a.py"]
