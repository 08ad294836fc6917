"""Answers kept between runs."""

import hashlib
import json
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from leakwise.facts.symbols.questions import (
    Answer,
    Question,
    answer_from_json,
    answer_to_json,
    question_from_json,
    question_to_json,
)
from leakwise.facts.symbols.trails import hold
from leakwise.sources.editions import edition
from leakwise.sources.keeping import keep, kept

MOST = 50_000
"""Answers that are kept; beyond, those go that were not asked for the longest time."""

_Key = tuple[str, ...]


class AnswerCache:
    """Answers of earlier runs, in a file of their own for each edition of Leakwise and all that
    workers know `around` the code. What the file holds is used only if it is whole, and each answer
    only while all that it rests on is as it was. Threads may share it."""

    def __init__(self, folder: Path, around: Mapping[str, object]) -> None:
        about = json.dumps(around, sort_keys=True).encode()
        name = hashlib.sha256(about).hexdigest()[:16]
        self._file = folder / f"symbols-{name}-{edition()}.json"
        self._state = threading.Lock()
        self._kept: dict[_Key, Any] | None = None
        self._fresh: dict[_Key, Answer] = {}
        """What this run used or learned."""
        self._learned = False

    def answers(self, questions: Iterable[Question]) -> dict[Question, Answer]:
        """Those of the answers that are kept and still hold."""
        found: dict[Question, Answer] = {}
        for question in questions:
            with self._state:
                if self._kept is None:
                    self._kept = self._load()
                data = self._kept.get(_key(question))
            if data is None:
                continue
            try:
                answer = answer_from_json(data)
            except (ValueError, TypeError, RecursionError):
                continue
            if answer.lasting and hold(answer.depends):
                found[question] = answer
                with self._state:
                    self._fresh[_key(question)] = answer
        return found

    def put(self, question: Question, answer: Answer) -> None:
        """Keeps an answer, from the next `save` on."""
        with self._state:
            self._fresh[_key(question)] = answer
            self._learned = True

    def save(self) -> None:
        """Writes the file if there is something new. Where that is not possible, all is lost that
        this run learned, and nothing else."""
        with self._state:
            if not self._learned:
                return
            self._learned = False
            # Another process may have written since.
            kept = self._load()
            for key in self._fresh:
                kept.pop(key, None)
            kept.update((key, answer_to_json(answer)) for key, answer in self._fresh.items())
            entries = [[list(key), data] for key, data in list(kept.items())[-MOST:]]
            body = json.dumps(entries, separators=(",", ":")).encode("ascii")
            try:
                keep(self._file, body)
            except OSError:
                return

    def _load(self) -> dict[_Key, Any]:
        body = kept(self._file)
        if body is None:
            return {}
        try:
            return {_key(question_from_json(key)): data for key, data in json.loads(body)}
        except (ValueError, TypeError, RecursionError):
            return {}


def _key(question: Question) -> _Key:
    return tuple(question_to_json(question))
