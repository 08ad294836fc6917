"""Which settings file holds for a document, and what it becomes when a rule is turned off in it."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from leakwise.sources import UnreadableError, read_document
from leakwise.text import Document

OWN_FILE = "leakwise.toml"
HIDDEN_FILE = ".leakwise.toml"
PROJECT_FILE = "pyproject.toml"
PROJECT_TABLE = ("tool", "leakwise")
_MARK = "tool.leakwise"


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """A file for settings; `document` is what it holds, None for one that is still to be made."""

    path: Path
    table: tuple[str, ...]
    document: Document | None

    def without_rule(self, code: str) -> str:
        """Its text once the rule is turned off.

        Raises:
            SettingsNotEditableError: it cannot be edited.
        """
        from leakwise.engine.turning_off import turned_off

        return turned_off("" if self.document is None else self.document.text, self.table, code)


def settings_file(path: Path | None, roots: Sequence[Path]) -> SettingsFile | None:
    """The file whose settings hold for a document at `path`: the nearest above it that has some,
    else the nearest `pyproject.toml` in its workspace folder, else one to be made there.

    A document without a path belongs to the first folder; None where there is no folder either.
    """
    root = _root_of(path, roots)
    folder = root if path is None else path.parent
    if folder is None:
        return None
    fallback = None
    for above in (folder, *folder.parents):
        for found in _settings_in(above):
            if not found.table or _has_settings(found):
                return found
            if fallback is None and root is not None and above.is_relative_to(root):
                fallback = found
    return fallback or SettingsFile((root or folder) / OWN_FILE, (), None)


def _root_of(path: Path | None, roots: Sequence[Path]) -> Path | None:
    if path is None:
        return roots[0] if roots else None
    holding = [root for root in roots if path.is_relative_to(root)]
    return max(holding, key=lambda root: len(root.parts), default=None)


def _settings_in(folder: Path) -> Iterator[SettingsFile]:
    for name, table in ((HIDDEN_FILE, ()), (OWN_FILE, ()), (PROJECT_FILE, PROJECT_TABLE)):
        path = folder / name
        if os.path.isfile(path):
            try:
                yield SettingsFile(path, table, read_document(path))
            except UnreadableError:
                continue


def _has_settings(file: SettingsFile) -> bool:
    import tomllib

    assert file.document is not None
    if _MARK not in file.document.text.replace(" ", "") and "leakwise" not in file.document.text:
        return False
    try:
        held: object = tomllib.loads(file.document.text)
    except tomllib.TOMLDecodeError:
        return f"[{_MARK}" in file.document.text
    for key in file.table:
        held = held.get(key) if isinstance(held, dict) else None
    return held is not None
