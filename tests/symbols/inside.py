"""Answers questions about small projects in this process, without a worker."""

import os
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

from leakwise.engine import Analysis
from leakwise.facts.reading import Files
from leakwise.facts.symbols.answering import Answering
from leakwise.facts.symbols.questions import Answer, Location, Question
from leakwise.facts.symbols.trails import Located
from leakwise.rule import Finding
from leakwise.sources import Overlay, python_files, read_document


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """The folder, after each file was written into it by its relative path."""
    for name, code in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(code).lstrip("\n"), encoding="utf-8")
    return folder


def answering(root: Path, overlay: Overlay | None = None) -> Answering:
    """Answers about the files in `root`, whose modules are imported from there."""
    sources = Overlay(Files()) if overlay is None else overlay
    return Answering(
        lambda folder, name: _located(str(root), folder, name),
        sources,
        lambda: python_files([root]),
    )


def _located(root: str, folder: str, name: str) -> Located:
    level = len(name) - len(name.lstrip("."))
    base = folder if level else root
    for _ in range(level - 1):
        base = os.path.dirname(base)
    parts = [part for part in name.lstrip(".").split(".") if part]
    for count in range(len(parts), -1, -1):
        stem = os.path.join(base, *parts[:count])
        for path in (f"{stem}.py", os.path.join(stem, "__init__.py")):
            if os.path.isfile(path):
                return Located(Location(path, ".".join(parts[count:])), (path,))
    return Located(None, (base,))


class Late:
    """Answers of which some never come: those that `comes` is false for."""

    def __init__(self, answers: Answering, comes: Callable[[Question], bool]) -> None:
        self.asked: dict[Question, Answer] = {}
        self._answers = answers
        self._comes = comes

    def findings(self, path: Path) -> list[Finding]:
        """The findings of a file, after all answers that come."""
        analysis = Analysis(read_document(path), outside=lambda question: None)
        findings = analysis.findings()
        refused: set[Question] = set()
        while new := [one for one in analysis.questions() if one not in refused]:
            refused |= {one for one in new if not self._comes(one)}
            analysis.take({one: self.answer(one) for one in new if one not in refused})
            findings = analysis.findings()
        return findings

    def answer(self, question: Question) -> Answer:
        """The answer to a question, whether it comes or not."""
        if question not in self.asked:
            self.asked[question] = self._answers.answer(question)
        return self.asked[question]
