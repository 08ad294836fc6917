"""Asking workers that behave and workers that do not."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leakwise.facts.symbols.client import Symbols
from leakwise.facts.symbols.questions import Answer, Question
from leakwise.facts.symbols.worker_process import Limits
from tests.symbols.workers import OBEDIENT, asking, question, text


def test_answers_come_and_are_told(tmp_path: Path) -> None:
    with asking(tmp_path) as who:
        assert who.answers("echo a", "echo b") == ["a", "b"]
        assert who.told == [("echo a", "a"), ("echo b", "b")]
        assert who.symbols.known(question("echo a")) is not None
        assert who.symbols.known(question("echo c")) is None
        assert who.answers("echo b", "echo c") == ["b", "c"]
        assert who.told[2:] == [("echo c", "c")]
    assert who.warnings == []


def test_nothing_starts_before_something_is_asked(tmp_path: Path) -> None:
    with asking(tmp_path) as who:
        who.symbols.opened(str(tmp_path / "a.py"), "x = 1\n")
        who.symbols.changed([str(tmp_path / "b.py")])
        assert who.answers() == []
        assert not who.symbols._untold


def test_the_worker_lives_elsewhere_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with asking(tmp_path) as who:
        folder = who.answer("here")
        process = who.answer("process")
        assert folder is not None
        assert process is not None
        assert Path(folder).is_dir()
        assert not Path(folder).is_relative_to(Path.cwd())
        assert not Path(folder).is_relative_to(tmp_path)
    assert not Path(folder).exists()
    assert is_gone(int(process))


def is_gone(process: int) -> bool:
    for _ in range(500):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def test_the_active_document_comes_first(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    with asking(tmp_path) as who:
        who.symbols.ask("first", [question(f"wait_for {gate}")])
        while question(f"wait_for {gate}") in who.symbols._waiting:
            time.sleep(0.01)
        who.symbols.ask("passive", [question("echo 1"), question("echo 2")])
        who.symbols.ask("active", [question("echo 3"), question("echo 2")])
        who.symbols.ask("closed", [question("echo 4")])
        who.symbols.prefer("closed")
        who.symbols.prefer("active")
        who.symbols.cancel("closed")
        gate.touch()
        who.symbols.wait([question(f"echo {n}") for n in range(1, 5)])
    assert [answer for _, answer in who.told[1:]] == ["3", "2", "1"]


def test_what_is_asked_anew_replaces_what_was_asked(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    with asking(tmp_path) as who:
        who.symbols.ask("first", [question(f"wait_for {gate}")])
        who.symbols.ask("document", [question("echo old"), question("echo same")])
        who.symbols.ask("document", [question("echo same"), question("echo new")])
        gate.touch()
        who.symbols.wait([question("echo new"), question("echo old")])
    assert [answer for _, answer in who.told[1:]] == ["same", "new"]


def test_several_processes_share_the_questions(tmp_path: Path) -> None:
    gates = [tmp_path / "a", tmp_path / "b"]
    with asking(tmp_path, processes=2) as who:
        questions = [question(f"wait_for {gate}") for gate in gates]
        who.symbols.ask("test", questions)
        while len(who.symbols._asked) < 2:
            time.sleep(0.01)
        for gate in gates:
            gate.touch()
        answers = who.symbols.wait(questions)
        assert [text(answers[one]) for one in questions] == [str(gate) for gate in gates]


def test_a_worker_that_dies_is_followed_by_another(tmp_path: Path) -> None:
    with asking(tmp_path) as who:
        first = who.answer("process")
        assert who.answer(f"die_once {tmp_path}/tried", str(tmp_path)) == f"{tmp_path}/tried"
        second = who.answer("process again")
        assert first != second
        # What kills each worker is not known, and asked no more.
        assert who.answers("die", "echo a") == [None, "a"]
        assert who.symbols.known(question("die")) is not None
    assert who.warnings == []


def test_workers_that_do_not_start_are_told_of_once(tmp_path: Path) -> None:
    with asking(tmp_path, program="raise SystemExit(1)") as who:
        assert who.answers("echo a", "echo b") == [None, None]
        assert who.answer("echo c") is None
        assert who.symbols.known(question("echo a")) is None
        # Whoever waits learns that there is nothing to wait for, and may ask again later.
        assert sorted(who.told) == [("echo a", None), ("echo b", None), ("echo c", None)]
    assert len(who.warnings) == 1
    assert "its process does not start" in who.warnings[0]


def test_why_a_worker_does_not_start_is_said(tmp_path: Path) -> None:
    broken = OBEDIENT.replace("self, locate, sources, *others", "self")
    with asking(tmp_path, program=broken) as who:
        assert who.answer("echo a") is None
    assert "TypeError" in who.warnings[0]


def test_a_question_that_fails_is_told_of_once_and_ends_nothing(tmp_path: Path) -> None:
    with asking(tmp_path) as who:
        process = who.answer("process")
        assert who.answers("fail", "fail again", "process again") == [None, None, process]
    assert len(who.warnings) == 1
    assert "ValueError: no way" in who.warnings[0]


def test_a_listener_that_fails_ends_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def listener(question: Question, answer: Answer) -> None:
        raise ValueError("deaf")

    symbols = Symbols([tmp_path], listener, pytest.fail, program=OBEDIENT)
    questions = [question("echo a"), question("echo b")]
    symbols.ask("test", questions)
    assert [text(one) for one in symbols.wait(questions).values()] == ["a", "b"]
    symbols.close()
    assert caplog.text.count("ValueError: deaf") == 2


def test_what_others_print_is_no_message(tmp_path: Path) -> None:
    with asking(tmp_path) as who:
        assert who.answers("babble a", "echo b") == ["a", "b"]


def test_a_question_that_stands_still_is_given_up(tmp_path: Path) -> None:
    with asking(tmp_path, limits=Limits(standstill=0.5)) as who:
        assert who.answers("spin", "echo a") == [None, "a"]
    assert who.told == [("spin", None), ("echo a", "a")]


def test_a_slow_question_that_gets_on_is_not(tmp_path: Path) -> None:
    with asking(tmp_path, limits=Limits(standstill=0.7)) as who:
        assert who.answer("work 2.5") == "2.5"
    with asking(tmp_path, limits=Limits(longest=1.0)) as who:
        assert who.answer("work 100") is None


def test_a_question_that_takes_too_much_memory_is_given_up(tmp_path: Path) -> None:
    with asking(tmp_path, limits=Limits(memory=200 << 20)) as who:
        assert who.answers(f"swell {300 << 20}", "echo a") == [None, "a"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell")
def test_a_large_worker_is_replaced_once_it_is_idle(tmp_path: Path) -> None:
    with asking(tmp_path, limits=Limits(recycled_above=200 << 20)) as who:
        small = [who.answer("process 1"), who.answer("process 2")]
        assert small[0] == small[1]
        # While there is more to do, it goes on.
        assert who.answers(f"grow {300 << 20}", "process 3")[1] == small[0]
        assert is_gone(int(small[0] or ""))
        assert who.answer("process 4") != small[0]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell")
def test_a_worker_that_is_far_too_large_is_replaced_while_there_is_more_to_do(
    tmp_path: Path,
) -> None:
    with asking(tmp_path, limits=Limits(recycled_above=100 << 20)) as who:
        first = who.answer("process 1")
        later = who.answers(f"grow {250 << 20}", "process 2", "process 3")[1:]
        assert later[0] == later[1] != first


def test_open_documents_count_for_each_worker(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("saved")

    def read(folder: str) -> str | None:
        return who.answer(f"read {path}", folder)

    with asking(tmp_path) as who:
        assert read("first") == "saved"
        who.symbols.opened(str(path), "unsaved")
        assert read("second") == "unsaved"
        who.answer("die")
        assert read("third") == "unsaved"
        who.symbols.closed(str(path))
        assert read("fourth") == "saved"
        assert who.answer("changes") == "a.py a.py"


def test_what_an_answer_rests_on_makes_it_stale(tmp_path: Path) -> None:
    path, other = tmp_path / "net.py", tmp_path / "other.py"
    path.write_text("saved")
    ask = question(f"rest_on {path}")
    with asking(tmp_path) as who:
        who.answer(ask.name)
        assert who.symbols.changed([str(other.with_name("b.txt"))]) == []
        assert who.symbols.opened(str(path), "saved") == []
        assert who.symbols.opened(str(path), "unsaved") == [ask]
        assert who.symbols.known(ask) is None
        who.answer(ask.name)
        assert who.symbols.opened(str(path), "unsaved") == []
        assert who.symbols.changed([str(path)]) == [], "what is open hides the disk"
        assert who.symbols.closed(str(path)) == [ask]
        assert who.symbols.closed(str(path)) == []
        who.answer(ask.name)
        assert who.symbols.changed([str(path)]) == [ask]
        assert who.told == [(ask.name, str(path))] * 3


def test_an_answer_that_is_stale_when_it_comes_is_not_told(tmp_path: Path) -> None:
    gate, path = tmp_path / "gate", tmp_path / "net.py"
    path.write_text("first")
    ask = question(f"read_then_wait {path} {gate}")
    with asking(tmp_path) as who:
        who.symbols.ask("test", [ask])
        while not (tmp_path / "net.py.read").exists():
            time.sleep(0.01)
        path.write_text("second")
        who.symbols.changed([str(path)])
        gate.touch()
        assert text(who.symbols.wait([ask])[ask]) == "second"
    assert who.told == [(ask.name, "second")]


def test_closing_in_the_middle_of_a_question(tmp_path: Path) -> None:
    with asking(tmp_path) as who:
        who.symbols.ask("test", [question("spin"), question("echo a")])
        while not who.symbols._asked:
            time.sleep(0.01)
        began = time.monotonic()
        who.symbols.close()
        assert time.monotonic() - began < 10
        assert who.symbols.wait([question("echo a")])[question("echo a")].found is None
    assert who.told == []


PARENT = """
import os, sys, time
from pathlib import Path
from tests.symbols.workers import asking, question
with asking(Path(sys.argv[1])) as who:
    print(who.answer("process"), who.answer("here"), flush=True)
    who.symbols.ask("test", [question(sys.argv[2])])
    while question(sys.argv[2]) in who.symbols._waiting:
        pass
    time.sleep(0.3)
    os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the signal is POSIX's")
@pytest.mark.parametrize("busy_with", ["spin", "echo a"])
def test_a_worker_ends_with_its_parent(tmp_path: Path, busy_with: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PARENT, str(tmp_path), busy_with],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    process, folder = done.stdout.split()
    assert is_gone(int(process)), done.stderr
    assert not Path(folder).exists()
