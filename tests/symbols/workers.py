"""Workers that do as a question's name says, and who asks them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from leakwise.facts.symbols.client import Symbols
from leakwise.facts.symbols.questions import Answer, FoundCallers, FoundClass, Question
from leakwise.facts.symbols.worker_process import PROGRAM

# In place of the real answering, whose name it takes: all else is the real worker.
OBEDIENT = """
import os, sys, time, types
sys.path.insert(0, sys.argv[1])
from leakwise.facts.symbols.questions import Answer, FoundClass
from leakwise.facts.symbols.trails import dependency_on
from pathlib import Path

class Answering:
    def __init__(self, locate, sources, *others):
        self.sources, self.told, self.kept = sources, [], []

    def answer(self, question):
        order, _, rest = question.name.partition(" ")
        self.depends = ()
        found = getattr(self, order)(question.folder, rest)
        return Answer(FoundClass(found), self.depends, order != "fleeting")

    def forget(self, paths):
        self.told += sorted(paths)

    def process(self, folder, rest):
        return str(os.getpid())

    def here(self, folder, rest):
        return os.getcwd()

    def echo(self, folder, rest):
        return rest

    fleeting = echo

    def read(self, folder, rest):
        return self.sources.document(Path(rest)).text

    def rest_on(self, folder, rest):
        self.depends = (dependency_on(rest),)
        return rest

    def read_then_wait(self, folder, rest):
        path, gate = rest.split(" ")
        self.rest_on(folder, path)
        found = self.read(folder, path)
        Path(path + ".read").exists() or os.symlink(path, path + ".read")
        return found if self.wait_for(folder, gate) else ""

    def changes(self, folder, rest):
        return " ".join(map(os.path.basename, self.told))

    def wait_for(self, folder, rest):
        while not os.path.exists(rest):
            time.sleep(0.01)
        return rest

    def die(self, folder, rest):
        os._exit(3)

    def die_once(self, folder, rest):
        if not os.path.exists(rest):
            os.mkdir(folder + "/tried")
            os._exit(3)
        return rest

    def babble(self, folder, rest):
        os.write(1, b"no message")
        print("no message either", flush=True)
        return rest

    def fail(self, folder, rest):
        raise ValueError("no way")

    def spin(self, folder, rest):
        while True:
            pass

    def work(self, folder, rest):
        end = time.process_time() + float(rest)
        while time.process_time() < end:
            open(__import__("leakwise").__file__).close()
        return rest

    def grow(self, folder, rest):
        self.kept.append(bytearray(b"x" * int(rest)))
        return rest

    def swell(self, folder, rest):
        self.grow(folder, rest)
        self.spin(folder, rest)

stands_in = types.ModuleType("leakwise.facts.symbols.answering")
stands_in.Answering = Answering
sys.modules[stands_in.__name__] = stands_in
"""
OBEDIENT += PROGRAM


def question(order: str, folder: str = "") -> Question:
    return Question("symbol", folder, order)


class Asking:
    """Symbols, and what they told."""

    def __init__(self, symbols: Symbols, told: list[tuple[str, str | None]]) -> None:
        self.symbols = symbols
        self.told = told
        self.warnings: list[str] = []

    def answers(self, *orders: str, folder: str = "") -> list[str | None]:
        questions = [question(order, folder) for order in orders]
        self.symbols.ask("test", questions)
        answers = self.symbols.wait(questions)
        return [text(answers[one]) for one in questions]

    def answer(self, order: str, folder: str = "") -> str | None:
        return self.answers(order, folder=folder)[0]


def text(answer: Answer) -> str | None:
    match answer.found:
        case FoundClass(address):
            return address
        case FoundCallers():
            return "callers"
    return None


@contextmanager
def asking(*roots: Path, program: str = OBEDIENT, **options: Any) -> Iterator[Asking]:
    told: list[tuple[str, str | None]] = []
    warnings: list[str] = []

    def listener(question: Question, answer: Answer) -> None:
        told.append((question.name, text(answer)))

    symbols = Symbols(roots, listener, warnings.append, program=program, **options)
    who = Asking(symbols, told)
    who.warnings = warnings
    try:
        yield who
    finally:
        symbols.close()
    assert [one.name for one in threading.enumerate() if one.name == "symbols"] == []
