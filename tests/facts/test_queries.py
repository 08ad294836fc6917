"""Answers are computed again only where what they read has changed."""

from typing import Any

import pytest

from leakwise.facts.incremental.queries import Cell, Database, Input


def test_a_cell_is_computed_once_for_equal_inputs() -> None:
    database = Database()
    runs: list[int] = []
    source = Input(database, 1)

    def doubled() -> int:
        runs.append(source.read())
        return source.read() * 2

    cell = Cell(database, doubled, 0)
    assert [cell.read(), cell.read()] == [2, 2]
    source.set(1)
    assert cell.read() == 2
    assert runs == [1]
    source.set(3)
    assert cell.read() == 6
    assert runs == [1, 3]


def test_an_equal_answer_stops_the_wave() -> None:
    database = Database()
    runs: list[str] = []
    source = Input(database, 1)
    parity = Cell(database, lambda: source.read() % 2, 0)

    def noted() -> int:
        runs.append("ran")
        return parity.read()

    reader = Cell(database, noted, 0)
    assert reader.read() == 1
    source.set(3)
    assert reader.read() == 1
    assert runs == ["ran"]
    source.set(4)
    assert reader.read() == 0
    assert runs == ["ran", "ran"]


def test_reads_that_are_dropped_are_forgotten() -> None:
    database = Database()
    runs: list[str] = []
    chosen, other = Input(database, True), Input(database, 1)

    def either() -> int:
        runs.append("ran")
        return other.read() if chosen.read() else 0

    cell = Cell(database, either, 0)
    cell.read()
    chosen.set(False)
    assert cell.read() == 0
    other.set(2)
    assert cell.read() == 0
    assert runs == ["ran", "ran"]


def test_a_circle_gives_the_same_from_wherever_it_is_entered() -> None:
    def circle() -> tuple[Cell[int], Cell[int]]:
        database = Database()
        cells: dict[str, Cell[int]] = {}
        cells["a"] = Cell(database, lambda: cells["b"].read() + 1, -1, breaks_cycles=True)
        cells["b"] = Cell(database, lambda: cells["a"].read() + 1, -1, breaks_cycles=True)
        return cells["a"], cells["b"]

    first, second = circle()
    assert (first.read(), second.read()) == (-1, -1)
    first, second = circle()
    assert (second.read(), first.read()) == (-1, -1)


def test_a_circle_that_opens_is_computed() -> None:
    database = Database()
    closed = Input(database, True)
    cells: dict[str, Cell[int]] = {}
    cells["a"] = Cell(database, lambda: cells["b"].read() + 1, -1, breaks_cycles=True)
    cells["b"] = Cell(
        database, lambda: cells["a"].read() if closed.read() else 5, -1, breaks_cycles=True
    )
    assert cells["a"].read() == -1
    closed.set(False)
    assert (cells["a"].read(), cells["b"].read()) == (6, 5)


def test_the_owner_hears_of_every_doubtful_cell_once() -> None:
    database = Database()
    heard: list[Cell[Any]] = []
    source = Input(database, 1)
    low = Cell(database, source.read, 0)
    high = Cell(database, low.read, 0)
    high.read()
    database.on_doubt = heard.append
    source.set(2)
    source.set(3)
    assert heard == [low, high]


def test_a_cell_that_failed_tries_again_after_an_edit() -> None:
    database = Database()
    source = Input(database, 0)
    ratio = Cell(database, lambda: 12 // source.read(), -1)
    reader = Cell(database, lambda: ratio.read() + 1, -1)
    with pytest.raises(ZeroDivisionError):
        reader.read()
    assert (reader.read(), ratio.read()) == (-1, -1)
    source.set(4)
    assert (reader.read(), ratio.read()) == (4, 3)


def test_a_circle_of_which_a_part_is_computed_again_stays_one() -> None:
    def circle(start: int) -> tuple[Input[int], Cell[int]]:
        database = Database()
        edited = Input(database, start)
        cells: dict[str, Cell[int]] = {}
        cells["body"] = Cell(database, lambda: cells["summary"].read() + edited.read(), 0)
        cells["summary"] = Cell(
            database, lambda: cells["callee"].read() + 0, -1, breaks_cycles=True
        )
        cells["callee"] = Cell(database, lambda: cells["member"].read() * 0 + edited.read(), 0)
        cells["member"] = Cell(database, lambda: cells["body"].read(), -1, breaks_cycles=True)
        return edited, cells["body"]

    edited, body = circle(3)
    body.read()
    edited.set(5)
    _, anew = circle(5)
    assert body.read() == anew.read()


def test_what_will_not_change_is_computed_once_also_in_circles_and_after_a_failure() -> None:
    database = Database(final=True)
    runs: list[str] = []

    def failing() -> int:
        runs.append("failing")
        raise ValueError("no")

    failed = Cell(database, failing, 7)
    with pytest.raises(ValueError, match="no"):
        failed.read()
    assert failed.read() == 7

    def leads_back() -> int:
        runs.append("circle")
        return through.read() + 1

    circle: Cell[int] = Cell(database, leads_back, 0, breaks_cycles=True)
    through = Cell(database, lambda: circle.read() + 10, 0)
    assert (circle.read(), through.read(), circle.read()) == (0, 10, 0)
    assert runs == ["failing", "circle"]
    assert not failed.readers
    assert not failed.read_nodes
