"""What users tell of libraries, for the files of each folder. Runs in the worker."""

import os
from collections.abc import Mapping

from leakwise.facts.apis.told import NOTHING_TOLD, Told, told
from leakwise.facts.symbols.questions import ToldData


class ToldByFolder:
    """What is told where a file lies: in the nearest folder above it of which something is."""

    def __init__(self, data: Mapping[str, ToldData]) -> None:
        """`data` has what is told, by the absolute paths of folders."""
        self._told = {folder: told(*one) for folder, one in data.items()}

    def of(self, path: str) -> Told:
        """What holds for the file at an absolute path."""
        if not self._told:
            return NOTHING_TOLD
        folder = os.path.dirname(path)
        while folder not in self._told:
            above = os.path.dirname(folder)
            if above == folder:
                return NOTHING_TOLD
            folder = above
        return self._told[folder]
