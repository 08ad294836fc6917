"""Only what is new: the findings that no baseline has."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path

from leakwise.cli.baselines import Baselines
from leakwise.cli.checking import shown
from leakwise.cli.shown import CheckedFile
from leakwise.rule import Finding
from leakwise.text import Document


@dataclass(frozen=True, slots=True)
class Newness:
    """What makes findings new: that no baseline has them. `whole` has the paths that are checked
    where all is looked for that the baselines have of them."""

    baselines: Baselines | None
    whole: Sequence[Path] | None

    def only_new(self, files: Sequence[CheckedFile]) -> list[CheckedFile]:
        """Each file with its new findings alone, of all that it has. What is recorded and was not
        found in the files, which are all that is checked, is told of.

        Raises:
            CouldNotRun: a baseline cannot be read.
        """
        if self.baselines is not None and self.whole is not None:
            self.baselines.tell_gone(files, self.whole)
        return [self.left(file) for file in files]

    def new(self, path: str, document: Document, findings: Sequence[Finding]) -> list[Finding]:
        """Those of the findings of a file, all that it has, that are new."""
        file = CheckedFile(path, tuple(shown(findings, document, with_fixes=False)))
        return list(compress(findings, self._are_new(file)))

    def left(self, file: CheckedFile) -> CheckedFile:
        """One file with its new findings alone."""
        if not file.findings:
            return file
        kept = tuple(compress(file.findings, self._are_new(file)))
        return replace(file, findings=kept, left_out=len(file.findings) - len(kept))

    def _are_new(self, file: CheckedFile) -> list[bool]:
        if self.baselines is None:
            return [True] * len(file.findings)
        return self.baselines.new(file)
