"""Answers kept between runs."""

import hashlib
import json
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from leakwise.facts.symbols.questions import (
    Answer,
    Question,
    answer_from_json,
    answer_to_json,
    question_to_json,
)
from leakwise.facts.symbols.trails import hold
from leakwise.sources.editions import edition
from leakwise.sources.keeping import keep, kept

MOST = 20_000
"""Answers that are kept; beyond, those go that were not asked for the longest time."""

Lines = dict[str, str | None]
"""Answers by question, both as JSON; None where what is kept already was used."""


class AnswerCache:
    """Answers of earlier runs, in a file of their own for each edition of Leakwise and all that
    workers know `around` the code. What the file holds is used only if it is whole, and each answer
    only while all that it rests on is as it was. Threads may share it."""

    def __init__(self, folder: Path, around: Mapping[str, object]) -> None:
        about = json.dumps(around, sort_keys=True).encode()
        name = hashlib.sha256(about).hexdigest()[:16]
        self._file = folder / f"symbols-{name}-{edition()}.json"
        self._state = threading.Lock()
        # As text, which takes a tenth of the memory: few of all are asked for.
        self._kept: dict[str, str] | None = None
        self._fresh: Lines = {}
        """What this run used or learned."""

    def answers(self, questions: Iterable[Question]) -> dict[Question, Answer]:
        """Those of the answers that are kept and still hold."""
        found: dict[Question, Answer] = {}
        for question in questions:
            key = _key(question)
            with self._state:
                if self._kept is None:
                    self._kept = self._load()
                data = self._kept.get(key)
            if data is None:
                continue
            try:
                answer = answer_from_json(json.loads(data))
            except (ValueError, TypeError, RecursionError):
                continue
            if answer.lasting and hold(answer.depends):
                found[question] = answer
                with self._state:
                    self._fresh.setdefault(key)
        return found

    def put(self, question: Question, answer: Answer) -> None:
        """Keeps an answer, from the next `save` on."""
        data = json.dumps(answer_to_json(answer), separators=(",", ":"))
        self.take({_key(question): data})

    def take(self, learned: Lines) -> None:
        """Keeps what another process used or learned, from the next `save` on."""
        with self._state:
            for key, data in learned.items():
                if data is not None:
                    self._fresh[key] = data
                else:
                    self._fresh.setdefault(key)
            while len(self._fresh) > MOST:
                del self._fresh[next(iter(self._fresh))]

    def given_away(self) -> Lines:
        """What was used or learned since this was asked last, for another process to keep."""
        with self._state:
            fresh, self._fresh = self._fresh, {}
        return fresh

    def save(self) -> None:
        """Writes the file if there is something new. Where that is not possible, all is lost that
        this run learned, and nothing else."""
        with self._state:
            if not any(self._fresh.values()):
                return
            # Another process may have written since.
            kept = self._load()
            for key, data in self._fresh.items():
                known = kept.pop(key, None)
                if data is not None or known is not None:
                    kept[key] = data or known or ""
            lines = [f"{key}\t{data}" for key, data in list(kept.items())[-MOST:]]
            self._fresh = {}
            try:
                keep(self._file, "\n".join(lines).encode("ascii"))
            except OSError:
                return

    def _load(self) -> dict[str, str]:
        body = kept(self._file)
        if not body:
            return {}
        # JSON has no tab and no line end, but as what stands for these.
        lines = body.decode("ascii", "replace").split("\n")
        parts = (line.partition("\t") for line in lines)
        return {key: data for key, tab, data in parts if tab}


def _key(question: Question) -> str:
    return json.dumps(question_to_json(question), separators=(",", ":"))
