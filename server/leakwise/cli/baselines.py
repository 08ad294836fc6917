"""The baselines of a check: what is in them is not new."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from leakwise.cli.complaints import complain
from leakwise.cli.loading import CouldNotRun
from leakwise.cli.output.locating import relative
from leakwise.cli.shown import CheckedFile
from leakwise.engine.settings import SettingsResolver
from leakwise.sources.folders import is_in

if TYPE_CHECKING:
    # Most checks have no baseline, and start sooner without what reads it.
    from leakwise.cli.recorded import Recorded


class Baselines:
    """Knows the baseline of each file: one for all, or the one that the file's settings name."""

    def __init__(self, settings: SettingsResolver, everywhere: Path | None) -> None:
        """Reads the one that counts `everywhere`, where one is given.

        Raises:
            CouldNotRun: it cannot be read.
        """
        self._settings = settings
        self._everywhere = everywhere
        self._read: dict[Path, tuple[str, frozenset[Recorded]]] = {}
        self._moved: dict[str, str] = {}
        """Under which path a baseline has a file that has another one now."""
        if everywhere is not None:
            self._recorded(everywhere)

    def find_moved(self, files: Sequence[CheckedFile]) -> None:
        """Has those of the files count as recorded that a baseline has under another path, which
        nothing has any more.

        Raises:
            CouldNotRun: a baseline cannot be read.
        """
        of: dict[Path, list[CheckedFile]] = {}
        for file in files:
            if file.findings and (baseline := self._of(file.path)) is not None:
                of.setdefault(baseline, []).append(file)
        if not of:
            return
        from leakwise.cli.moved import moved_files

        for baseline, own in of.items():
            self._moved.update(moved_files(own, *self._recorded(baseline)))

    def new(self, file: CheckedFile) -> list[bool]:
        """Whether each finding of a file, in their order, is in no baseline.

        Raises:
            CouldNotRun: its baseline cannot be read.
        """
        baseline = self._of(file.path)
        if baseline is None or not file.findings:
            return [True] * len(file.findings)
        root, recorded = self._recorded(baseline)
        new = [True] * len(file.findings)
        for found in self._found(file, root):
            new = [one and other not in recorded for one, other in zip(new, found, strict=True)]
        return new

    def tell_gone(self, files: Sequence[CheckedFile], folders: Iterable[Path]) -> None:
        """Tells on standard error of what stands in the baselines and was not found in the files,
        which are all that was checked; what is in no file below `folders` any more counts too."""
        for file in files:
            if (baseline := self._of(file.path)) is not None:
                self._recorded(baseline)
        if not self._read:
            return
        from leakwise.cli.recorded import path_from

        roots = [os.path.realpath(folder) for folder in folders]
        for baseline, (root, recorded) in self._read.items():
            own = [file for file in files if self._of(file.path) == baseline]
            checked = {path_from(root, file.path) for file in own if file.checked}
            found = {one for file in own for each in self._found(file, root) for one in each}
            gone = [
                one
                for one in recorded - found
                if one.path in checked
                or (
                    is_below(path := os.path.join(root, one.path), roots)
                    and not os.path.exists(path)
                )
            ]
            if gone:
                what = "finding is" if len(gone) == 1 else "findings are"
                why = f"{len(gone)} recorded {what} there no longer"
                complain("note", f"{why} - record it again with `leakwise baseline`", str(baseline))

    def _found(self, file: CheckedFile, root: str) -> "Iterator[list[Recorded]]":
        """The findings of a file as a baseline would have them, by each path that it has for it."""
        from leakwise.cli.recorded import findings_in

        yield findings_in(file, root)
        if (earlier := self._moved.get(file.path)) is not None:
            yield findings_in(file, root, earlier)

    def _of(self, path: str) -> Path | None:
        return self._everywhere or baseline_set(path, self._settings)

    def _recorded(self, baseline: Path) -> "tuple[str, frozenset[Recorded]]":
        if baseline not in self._read:
            from leakwise.cli.recorded import read_baseline, root_of

            self._read[baseline] = root_of(baseline), read_baseline(baseline)
        return self._read[baseline]


def baseline_set(path: str, settings: SettingsResolver) -> Path | None:
    """The baseline that the settings of the file at `path` name; None where they name none."""
    found = settings.for_folder(os.path.dirname(os.path.abspath(path))).baseline
    return None if found is None else Path(relative(found))


def usual_baseline(paths: Sequence[Path], settings: SettingsResolver) -> Path:
    """The baseline of a check of `paths` for which none is named: that of the settings, else the
    nearest of the usual name.

    Raises:
        CouldNotRun: there is none.
    """
    from leakwise.cli.recorded import NAME, nearest_baseline

    start = folder_of(paths)
    found = settings.for_folder(start).baseline or nearest_baseline(start)
    if found is None:
        why = f"There is no {NAME} in {start} or above"
        raise CouldNotRun(f"{why} - record it with `leakwise baseline`.")
    return Path(relative(str(found)))


def folder_of(paths: Sequence[Path]) -> str:
    """The absolute path of the folder that the first of `paths` is or lies in; of the current one
    where there are none."""
    whole = os.path.abspath(paths[0]) if paths else os.getcwd()
    return whole if os.path.isdir(whole) else os.path.dirname(whole)


def is_below(path: str, roots: Sequence[str]) -> bool:
    """Whether an absolute path is one of `roots` or lies below one."""
    path = os.path.normpath(path)
    return any(is_in(path, root) for root in roots)
