"""Which question comes next, and which answers are stale."""

from hypothesis import given
from hypothesis import strategies as st

from leakwise.facts.symbols.known import Changes
from leakwise.facts.symbols.questions import Answer, Dependency, Question
from leakwise.facts.symbols.waiting import Waiting

steps = st.lists(
    st.tuples(
        st.sampled_from(["put", "take", "cancel", "prefer", "drop"]),
        st.sampled_from("ABC"),
        st.lists(st.sampled_from("abcdef"), max_size=4),
    ),
    max_size=25,
)


def ask(name: str) -> Question:
    return Question("symbol", "/", name)


@given(steps)
def test_it_holds_what_somebody_still_wants(steps: list[tuple[str, str, list[str]]]) -> None:
    waiting = Waiting()
    wanted: dict[str, list[str]] = {}
    preferred: list[str] = []
    for step, asker, names in steps:
        match step:
            case "put":
                waiting.put(asker, map(ask, names))
                wanted.pop(asker, None)
                wanted[asker] = list(dict.fromkeys(names))
            case "cancel":
                waiting.cancel(asker)
                wanted.pop(asker, None)
                preferred = [one for one in preferred if one != asker]
            case "prefer":
                waiting.prefer(asker)
                preferred = [asker, *(one for one in preferred if one != asker)]
            case "drop":
                waiting.drop(ask("a"))
                wanted = {one: [n for n in theirs if n != "a"] for one, theirs in wanted.items()}
            case "take":
                order = [*preferred, *wanted]
                first = next((wanted[one][0] for one in order if wanted.get(one)), None)
                assert waiting.take() == (None if first is None else ask(first))
                wanted = {one: [n for n in theirs if n != first] for one, theirs in wanted.items()}
        everything = {name for theirs in wanted.values() for name in theirs}
        assert len(waiting) == len(everything)
        assert all((ask(name) in waiting) == (name in everything) for name in "abcdef")


def test_which_answers_changes_concern() -> None:
    resting = Answer(depends=(Dependency("/p/__init__.py", 0, 0), Dependency("/q", 0, 0)))
    symbol, callers = ask("pkg.models.Net"), Question("callers", "/p/a.py", "f")
    for path, about_symbol in {
        "/p/__init__.py": True,
        "/q/new.py": True,
        "/elsewhere/models.py": True,
        "/elsewhere/pkg/__init__.py": True,
        "/elsewhere/Net.pyi": True,
        "/p/other.py": False,
        "/q/deeper/new.py": False,
        "/elsewhere/models/other.py": False,
    }.items():
        changes = Changes([path])
        assert changes.concern(symbol, resting) == about_symbol, path
        assert changes.concern(callers, Answer())
    assert not Changes([]).concern(callers, resting)
