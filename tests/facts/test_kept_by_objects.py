"""Resources that are handed to objects of the file, which keep them in an attribute."""

import pytest

from leakwise.facts import Fate, Handed
from tests.facts.reading import bodies

HEAD = """
import torch
from torch.utils.tensorboard import SummaryWriter
from other import Base, work

class Keeps:
    def __init__(self, board, every=1):
        self.board = board
        self.every = every

    def note(self, value):
        self.board.add_scalar("a", value)

class Closes:
    def __init__(self, out):
        self.out = out

    def finish(self):
        self.out.close()

class Unseen(Base):
    def __init__(self, board_of_base):
        self.board_of_base = board_of_base

class HandsOn:
    def __init__(self, inner):
        self.keeps = Keeps(inner)

class LetsGo:
    def __init__(self, given):
        work(given)

class ClosesAtOnce:
    def __init__(self, brief):
        brief.close()

class Calls:
    def __init__(self, tied):
        super().__init__(tied)
        self.tied = tied

class Task:
    def prepare(self, inputs, rate, journal):
        self.journal = journal
        self.inputs = inputs

    def attach(self, diary):
        self.diary = diary

    def take(self, thing, more=1):
        self.thing = thing

    def end(self, closed):
        closed.close()

def train(keeps):
    keeps.note(1)
"""


def fate(code: str) -> Fate:
    facts = bodies(HEAD + "\ndef run(tasks, batches):\n" + code)["run"]
    return facts.fate(facts.acquisitions[0])


@pytest.mark.parametrize(
    ("code", "lost"),
    [
        ("keeps = Keeps(SummaryWriter())", True),
        ("Keeps(board=SummaryWriter(), every=2).note(1)", True),
        ("writer = SummaryWriter()\n    keeps = Keeps(writer)\n    train(keeps)", True),
        # What an object makes of it is not followed.
        ("HandsOn(SummaryWriter())", False),
        ("Closes(SummaryWriter())", False),
        ("Unseen(SummaryWriter())", False),
        ("LetsGo(SummaryWriter())", False),
        ("ClosesAtOnce(SummaryWriter())", False),
        ("Calls(SummaryWriter())", False),
        ("return Keeps(SummaryWriter())", False),
        ("work(Keeps(SummaryWriter()))", False),
        ("Keeps(*[SummaryWriter()])", False),
        ("Keeps(1, 2, SummaryWriter())", False),
        ("writer = SummaryWriter()\n    keeps = Keeps(writer)\n    writer.close()", False),
    ],
)
def test_a_constructor_is_given_one(code: str, lost: bool) -> None:
    found = fate("    " + code)
    assert found.lost is lost
    assert not found.likely_lost


@pytest.mark.parametrize(
    ("call", "likely"),
    [
        # Three arguments, or one called as the parameter is.
        ("task.prepare(batches, 0.1, writer)", True),
        ("task.prepare(batches, rate=0.1, journal=writer)", True),
        ("task.attach(diary)", True),
        # It may be another method: nothing is known of it.
        ("task.attach(writer)", False),
        ("task.take(writer, 2)", False),
        ("task.prepare(writer)", False),
        ("task.prepare(batches, 0.1, writer, 3)", False),
        ("task.prepare(batches, 0.1, writer, mode=3)", False),
        ("task.prepare(*batches, 0.1, writer)", False),
        ("task.unheard_of(batches, 0.1, writer)", False),
        # The file's method would close it.
        ("closed = writer\n        task.end(closed)", False),
    ],
)
def test_a_method_is_one_of_the_file_by_its_name(call: str, likely: bool) -> None:
    found = fate(f"""
    writer = diary = SummaryWriter()
    for task in tasks:
        {call}
""")
    assert not found.lost
    assert found.likely_lost is likely
    assert (Handed.PASSED in found.handed) is not likely


def test_two_methods_of_that_name_tell_nothing() -> None:
    other = "\nclass Other:\n    def prepare(self, inputs, rate, journal):\n        pass\n"
    code = "    for task in tasks:\n        task.prepare(batches, 0.1, SummaryWriter())"
    facts = bodies(HEAD + other + "\ndef run(tasks, batches):\n" + code)["run"]
    assert not facts.fate(facts.acquisitions[0]).likely_lost


def test_objects_that_hand_it_to_each_other_have_an_end() -> None:
    facts = bodies("""
import torch
from torch.utils.tensorboard import SummaryWriter

class Left:
    def __init__(self, log):
        self.log = log
    def turn(self):
        return Right(self.log)

class Right:
    def __init__(self, log):
        self.log = log
    def turn(self):
        Left(self.log)

def run():
    Left(SummaryWriter())
""")["run"]
    assert facts.fate(facts.acquisitions[0]).lost is False


@pytest.mark.parametrize(
    ("behind", "released_by", "may_pass"),
    [
        ("kept.close()", ("outer",), False),
        ("if kept is not None:\n        kept.close()", ("outer",), False),
        ("print(kept)", (), False),
        ("return kept", (), True),
        ("work(kept)", (), True),
        ("def last():\n        kept.close()\n    work(last)", ("last", "outer"), False),
    ],
)
def test_a_name_of_the_function_round_it(
    behind: str, released_by: tuple[str, ...], may_pass: bool
) -> None:
    facts = bodies(f"""
import torch
from torch.utils.tensorboard import SummaryWriter

def outer(steps, work):
    kept = None
    def begin():
        nonlocal kept
        kept = SummaryWriter()
    for _ in steps:
        begin()
    {behind}
""")["outer.begin"]
    (owner,) = facts.fate(facts.acquisitions[0]).owners
    assert owner.path == "kept"
    assert owner.released_by == released_by
    assert owner.may_pass is may_pass
