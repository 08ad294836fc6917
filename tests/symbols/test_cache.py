"""Answers kept between runs."""

import hashlib
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakwise.facts.symbols.cache import AnswerCache
from leakwise.facts.symbols.questions import Answer, FoundClass, FoundModule, Question
from leakwise.facts.symbols.trails import dependency_on
from tests.symbols.workers import asking, question


def ask(name: str) -> Question:
    return Question("symbol", "/folder", name)


def cache(folder: Path, *roots: str) -> AnswerCache:
    return AnswerCache(folder / "cache", {"roots": [*roots], "search_path": ["/packages"]})


def kept(folder: Path, *questions: Question) -> list[Question]:
    return list(cache(folder).answers(questions))


def keep(folder: Path, *questions: Question, answer: Answer | None = None) -> None:
    store = cache(folder)
    for one in questions:
        store.put(one, answer or Answer(FoundModule(), (), True))
    store.save()


def file(folder: Path) -> Path:
    [found] = (folder / "cache").glob("symbols-*")
    return found


def test_what_is_kept_is_found(tmp_path: Path) -> None:
    answer = Answer(FoundClass("/a.py:é\udcff"), (dependency_on(str(tmp_path / "none")),), True)
    keep(tmp_path, ask("a\udcff"), answer=answer)
    assert cache(tmp_path).answers([ask("a\udcff"), ask("b")]) == {ask("a\udcff"): answer}
    assert (tmp_path / "cache/.gitignore").read_text() == "*\n"
    # Another environment or another workspace has other answers.
    assert cache(tmp_path, "/other").answers([ask("a\udcff")]) == {}


def test_reading_writes_nothing(tmp_path: Path) -> None:
    store = cache(tmp_path)
    assert store.answers([ask("a")]) == {}
    store.save()
    assert list(tmp_path.iterdir()) == []


def test_an_answer_whose_file_differs_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    absent = tmp_path / "b.py"
    path.write_text("x = 1\n")
    rests = tuple(dependency_on(str(one)) for one in (path, absent, tmp_path))
    keep(tmp_path, ask("a"), answer=Answer(None, rests[:2], True))
    assert kept(tmp_path, ask("a")) == [ask("a")]
    absent.write_text("")
    assert kept(tmp_path, ask("a")) == []
    absent.unlink()
    assert kept(tmp_path, ask("a")) == [ask("a")]
    path.write_text("x = 2\n")
    os.utime(path, ns=(0, 0))
    assert kept(tmp_path, ask("a")) == []
    (tmp_path / "cache2").mkdir()
    keep(tmp_path, ask("folder"), answer=Answer(None, rests[2:], True))
    assert kept(tmp_path, ask("folder")) == []


def test_runs_add_to_one_another(tmp_path: Path) -> None:
    one, two = cache(tmp_path), cache(tmp_path)
    one.answers([])
    two.answers([])
    one.put(ask("a"), Answer(None, (), True))
    two.put(ask("b"), Answer(None, (), True))
    one.save()
    two.save()
    assert kept(tmp_path, ask("a"), ask("b")) == [ask("a"), ask("b")]


def test_what_is_not_asked_for_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leakwise.facts.symbols.cache.MOST", 3)
    keep(tmp_path, ask("a"), ask("b"), ask("c"))
    used = cache(tmp_path)
    used.answers([ask("a")])
    used.put(ask("d"), Answer(None, (), True))
    used.save()
    names = [ask(name) for name in "abcd"]
    assert kept(tmp_path, *names) == [ask("a"), ask("c"), ask("d")]


@settings(deadline=None)
@given(st.data())
def test_a_damaged_file_is_not_used(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    keep(folder, ask("a"), ask("b"))
    whole = file(folder).read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = data.draw(
        st.sampled_from([whole[:at], whole[at + 1 :], whole[:at] + b"?" + whole[at + 1 :]])
    )
    file(folder).write_bytes(damaged)
    expected = [ask("a"), ask("b")] if damaged == whole else []
    assert kept(folder, ask("a"), ask("b")) == expected
    keep(folder, ask("c"))
    assert kept(folder, ask("c")) == [ask("c")]


@pytest.mark.parametrize(
    "body", ["[]", "{}", "null", "[1]", "[[[], {}]]", "[" * 9_999, '[[["symbol","/","a"],7]]']
)
def test_content_of_others_is_not_used(tmp_path: Path, body: str) -> None:
    keep(tmp_path, ask("a"))
    digest = hashlib.sha256(body.encode()).hexdigest()
    file(tmp_path).write_text(f"{digest}\n{body}")
    assert kept(tmp_path, ask("a"), Question("symbol", "/", "a")) == []


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file is in the way")
    keep(tmp_path, ask("a"))
    assert kept(tmp_path, ask("a")) == []


def test_many_write_at_once(tmp_path: Path) -> None:
    keep(tmp_path, ask("first"))
    threads = [
        threading.Thread(target=keep, args=(tmp_path, *(ask(f"{n}-{m}") for m in range(50))))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Whoever wrote last may have missed others, and never a part of one.
    found = kept(tmp_path, *(ask(f"{n}-{m}") for n in range(8) for m in range(50)))
    assert len(found) >= 50
    assert len(found) % 50 == 0
    assert not list((tmp_path / "cache").glob("writing-*"))


def test_answers_from_the_cache_need_no_worker(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text("saved")
    folder = tmp_path / ".leakwise_cache"
    name = f"rest_on {path}"
    with asking(tmp_path, cache=folder) as who:
        assert who.answer(name) == str(path)
    with asking(tmp_path, cache=folder, program="raise SystemExit(1)") as who:
        assert who.answer(name) == str(path)
        assert who.told == [(name, str(path))]
    assert who.warnings == []
    # What an editor has open is not what the answer was made from.
    with asking(tmp_path, cache=folder) as who:
        who.symbols.opened(str(path), "unsaved")
        who.symbols.ask("test", [question(name)])
        assert who.symbols.known(question(name)) is None


def test_what_must_not_last_is_not_kept(tmp_path: Path) -> None:
    folder = tmp_path / ".leakwise_cache"
    with asking(tmp_path, cache=folder) as who:
        assert who.answer("fleeting a") == "a"
    assert not folder.exists()
