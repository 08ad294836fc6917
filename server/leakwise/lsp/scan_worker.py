"""The process that checks files of a workspace which are not open.

It reads JSON lines from stdin: first what is to be known of the client and its settings, then
paths. For each path it writes one line to stdout, and an empty one each second. It ends when its
stdin does, so that no server leaves it behind, whatever it is doing.
"""

import contextlib
import gc
import json
import os
import queue
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from leakwise.lsp.client import Client
from leakwise.lsp.convert import to_lsp_diagnostic
from leakwise.lsp.entries import LIMIT_SECONDS
from leakwise.lsp.limits import GivenUp, Limit
from leakwise.lsp.scanning import ANY_FILE, MOST_MEMORY, SIGN_OF_LIFE, word_of
from leakwise.lsp.settings import WorkspaceSettings
from leakwise.parent import woken_without_parent
from leakwise.sources import UnreadableError, path_to_uri, read_document

if TYPE_CHECKING:
    from leakwise.engine.outside import Outside
    from leakwise.facts.symbols.questions import Question

MOST_FILES = 500
"""After so many a process has grown, where the system does not tell how large it is."""
_NICENESS = 10
_PULSE_SECONDS = 1.0
_OUTSIDE_FACTOR = 3
"""How much longer a file may take for which others are read."""


class Answers:
    """Writes lines, and signs of life between them."""

    def __init__(self, target: int) -> None:
        self._target = os.fdopen(target, "wb")
        self._writing = threading.Lock()
        threading.Thread(target=self._beat, daemon=True).start()

    def write(self, line: bytes) -> None:
        """Writes a whole line. Where nobody reads it, the process ends at once."""
        try:
            with self._writing:
                self._target.write(line)
                self._target.flush()
        except OSError:
            _end()

    def _beat(self) -> None:
        while True:
            time.sleep(_PULSE_SECONDS)
            self.write(SIGN_OF_LIFE)


def main() -> None:
    """Checks files until nobody asks any more."""
    woken_without_parent()
    # A copy, so that whatever else prints does not break in.
    answers = Answers(os.dup(1))
    os.dup2(2, 1)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    asked = _lines()
    told = json.loads(next(asked))
    from leakwise.engine import load_rules
    from leakwise.engine.outside import Outside

    load_rules()
    _let_garbage_be()
    settings = WorkspaceSettings()
    settings.roots = [Path(root) for root in told["roots"]]
    settings.options = told["options"]
    client = Client(**told["client"])
    outside = Outside(told["roots"], environments=settings.environments(), told=told["told"])
    limit = Limit(_OUTSIDE_FACTOR * LIMIT_SECONDS)
    with contextlib.closing(outside):
        for count, line in enumerate(asked, 1):
            path = json.loads(line)
            try:
                found = limit.run(partial(_checked, path, settings, outside, client))
            except GivenUp:
                found = {"problem": f"it took longer than {limit.seconds:g} seconds"}
            except Exception as error:
                found = {"problem": f"{type(error).__name__}: {error}"}
            found["has_grown"] = _has_grown(count)
            answers.write(json.dumps(found).encode() + b"\n")


def _has_grown(files: int) -> bool:
    from leakwise.facts.symbols.memory import memory_in_use

    memory = memory_in_use()
    return memory > MOST_MEMORY or (memory == 0 and files >= MOST_FILES)


def _let_garbage_be() -> None:
    """Looks for circles among objects seldom or never: the process gives way to another before that
    matters, where the system tells how large it is."""
    gc.freeze()
    gc.set_threshold(50_000)
    if sys.platform == "linux":
        gc.disable()


def _checked(
    path: str, settings: WorkspaceSettings, outside: "Outside", client: Client
) -> dict[str, Any]:
    from leakwise.engine import Analysis

    uri = path_to_uri(Path(path))
    chosen = settings.for_document(uri)
    try:
        document = read_document(Path(path))
    except UnreadableError as error:
        return {"problem": str(error)}
    rules = () if settings.leaves_out(chosen) else None
    analysis = Analysis(
        document,
        rules,
        settings=chosen,
        outside=outside.known,
        parsed=partial(outside.tree, os.path.abspath(path)),
    )
    found = analysis.findings()
    if analysis.too_large:
        return {"problem": "it is too large to be analysed"}
    told = {
        "diagnostics": [to_lsp_diagnostic(finding, document, client) for finding in found],
        "words": sorted(_words(analysis.asked(), outside)),
    }
    analysis.take_apart()
    return told


def _words(questions: "Iterable[Question]", outside: "Outside") -> set[str]:
    """The names in what was asked about other files, and of the files that told; `ANY_FILE` where
    any may tell."""
    words: set[str] = set()
    for question in questions:
        words.update([ANY_FILE] if question.about == "callers" else question.name.split("."))
        answer = outside.known(question)
        if answer is not None:
            words.update(word_of(one.path) for one in answer.depends)
    return words


def _lines() -> Iterator[str]:
    """The lines of stdin; with its end the process ends at once."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        for line in sys.stdin.buffer:
            lines.put(line.decode("utf-8", "surrogatepass"))
        _end()

    threading.Thread(target=read, daemon=True).start()
    while True:
        yield lines.get()


def _end() -> NoReturn:
    """Leaves the processes that know other files to themselves, which see that this one is gone: a
    tidy end would kill them, and may be cut short by that of stdin before it removes their
    folders."""
    os._exit(0)


if __name__ == "__main__":
    main()
