"""The questions that wait for a worker, the active document's first."""

from collections.abc import Iterable

from leakwise.facts.symbols.questions import Question


class Waiting:
    """Questions by who asked them. It is no thread's own: whoever shares it locks it."""

    def __init__(self) -> None:
        self._questions: dict[str, dict[Question, None]] = {}
        self._askers: dict[Question, set[str]] = {}
        self._preferred: list[str] = []

    def put(self, asker: str, questions: Iterable[Question]) -> None:
        """Takes the questions of an asker, in place of those that it still has here."""
        self._withdraw(asker)
        mine = dict.fromkeys(questions)
        if mine:
            self._questions[asker] = mine
        for question in mine:
            self._askers.setdefault(question, set()).add(asker)

    def prefer(self, asker: str) -> None:
        """Puts an asker before all others, and before those that were preferred earlier."""
        if asker in self._preferred:
            self._preferred.remove(asker)
        self._preferred.insert(0, asker)

    def cancel(self, asker: str) -> None:
        """Forgets an asker."""
        self._withdraw(asker)
        if asker in self._preferred:
            self._preferred.remove(asker)

    def take(self) -> Question | None:
        """The next question, which is then gone for all; None where there is none."""
        for asker in (*self._preferred, next(iter(self._questions), "")):
            for question in self._questions.get(asker, ()):
                self.drop(question)
                return question
        return None

    def drop(self, question: Question) -> None:
        """Forgets a question, whoever asked it."""
        for asker in self._askers.pop(question, ()):
            theirs = self._questions[asker]
            del theirs[question]
            if not theirs:
                del self._questions[asker]

    def clear(self) -> list[Question]:
        """Forgets all questions, and gives them."""
        questions = list(self._askers)
        self._questions.clear()
        self._askers.clear()
        return questions

    def _withdraw(self, asker: str) -> None:
        for question in self._questions.pop(asker, ()):
            askers = self._askers[question]
            askers.discard(asker)
            if not askers:
                del self._askers[question]

    def __contains__(self, question: Question) -> bool:
        return question in self._askers

    def __len__(self) -> int:
        return len(self._askers)
