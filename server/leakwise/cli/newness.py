"""Only what is new: the findings that no baseline has, on the lines that changed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING

from leakwise.cli.baselines import Baselines
from leakwise.cli.shown import UNTITLED, CheckedFile
from leakwise.facts.reading import document_of
from leakwise.text import Document

if TYPE_CHECKING:
    # Most checks ask for no changes, and start sooner without what knows them.
    from leakwise.cli.changes import Changes
    from leakwise.rule import Finding


@dataclass(frozen=True, slots=True)
class Newness:
    """What makes findings new: that no baseline has them, and that their lines changed. `whole`
    has the paths that are checked where all is looked for that the baselines have of them."""

    baselines: Baselines | None = None
    changes: "Changes | None" = None
    whole: Sequence[Path] | None = None

    def worth_checking(self, paths: list[str]) -> list[str]:
        """Those of the files at `paths` in which something may be new."""
        return paths if self.changes is None else self.changes.changed_files(paths)

    def only_new(
        self, files: Sequence[CheckedFile], held: bytes | None = None
    ) -> list[CheckedFile]:
        """Each file with its new findings alone, of all that it has; `held` is what the only one
        holds, where it came on standard input. What is recorded and was not found in the files,
        which are all that is checked, is told of.

        Raises:
            CouldNotRun: a baseline cannot be read.
        """
        if self.baselines is not None:
            self.baselines.find_moved(files)
            if self.whole is not None:
                self.baselines.tell_gone(files, self.whole)
        return [self.left(file, _document(file, held)) for file in files]

    def new(self, path: str, document: Document, findings: "Sequence[Finding]") -> "list[Finding]":
        """Those of the findings of a file, all that it has, that are new."""
        from leakwise.cli.checking import shown

        file = CheckedFile(path, tuple(shown(findings, document, with_fixes=False)))
        return list(compress(findings, self._are_new(file, document)))

    def left(self, file: CheckedFile, document: Document | None = None) -> CheckedFile:
        """One file with its new findings alone; `document` is what it holds, where that is not what
        the disk has."""
        if not file.findings:
            return file
        kept = tuple(compress(file.findings, self._are_new(file, document)))
        return replace(file, findings=kept, left_out=len(file.findings) - len(kept))

    def _are_new(self, file: CheckedFile, document: Document | None) -> list[bool]:
        new = [True] * len(file.findings)
        if self.baselines is not None:
            new = self.baselines.new(file)
        if self.changes is not None and any(new):
            touched = self.changes.touched(file, document)
            new = [one and other for one, other in zip(new, touched, strict=True)]
        return new


def _document(file: CheckedFile, held: bytes | None) -> Document | None:
    """The document in a file that holds `held`; None for one on the disk."""
    if held is None or not file.findings:
        return None
    return document_of(held, file.path, UNTITLED)
