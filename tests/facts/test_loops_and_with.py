"""Which loops a body runs, what may end them early, and what its `with` statements enter."""

import pytest

from tests.facts.reading import bodies


def test_a_loop_tells_whether_it_may_end_early() -> None:
    found = bodies("""
    def run(loader, stop):
        for epoch in range(9):
            for x in loader:
                if x > stop:
                    break
        for x in loader:
            print(x)
        while True:
            if stop():
                return 1
    """)["run"].loops
    early = {one.place.order()[0]: one.left_early for one in found}
    assert list(early.values()) == [False, True, False, True]
    assert [len(one.loops) for one in found] == [0, 1, 0, 0]


def test_a_with_statement_tells_what_it_enters_and_how_far_it_goes() -> None:
    body = bodies("""
    import torch

    def run(loader, lock):
        with lock, torch.profiler.profile() as prof:
            for x in loader:
                print(x)
        for x in loader:
            prof.step()
    """)["run"]
    by_lock, by_profiler = body.entered
    assert by_lock.manager == "lock"
    assert by_profiler.manager is None
    assert by_profiler.bound_to == "prof"
    inside, outside = body.loops
    assert by_profiler.body.contains(inside.loop.body)
    assert not by_profiler.body.contains(outside.loop.body)


@pytest.mark.parametrize(
    ("code", "trips"),
    [
        ("print(x)\n        break", 1),
        ("print(x)\n        return x", 1),
        ("for y in x:\n            continue\n        raise ValueError(x)", 1),
        ("if x:\n            break", None),
        ("if x:\n            continue\n        break", None),
        (
            "try:\n            break\n        except ValueError:\n            print(x)",
            None,
        ),
        ("print(x)", None),
    ],
)
def test_a_loop_that_ends_with_its_first_round_has_one(code: str, trips: int | None) -> None:
    head = "def run(loader):\n    for x in loader:\n        "
    (found, *_) = bodies(head + code)["run"].loops
    assert found.loop.trips == trips
