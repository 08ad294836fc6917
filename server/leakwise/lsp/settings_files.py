"""Which settings file holds for a document, and what it becomes when a rule is turned off in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from leakwise.sources import UnreadableError, read_document, uri_to_path
from leakwise.text import Document

OWN_FILE = "leakwise.toml"
"""What a file is called that is made for settings."""


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


def is_settings(uri: str) -> bool:
    """Whether a document is, or may be, a settings file: one that others extend has any name."""
    path = uri_to_path(uri)
    return path is not None and path.suffix == ".toml"


def settings_file(
    path: Path | None, roots: Sequence[Path], opened: Mapping[Path, Document]
) -> SettingsFile | None:
    """The file whose settings hold for a document at `path`: the nearest above it that has some,
    else the nearest `pyproject.toml` in its workspace folder, else one to be made there. Where it
    is one of the `opened`, it holds what the editor has of it.

    A document without a path belongs to the first folder; None where there is no folder either.
    """
    from leakwise.engine.settings.files import PYPROJECT, settings_in

    root = _root_of(path, roots)
    folder = root if path is None else path.parent
    if folder is None:
        return None
    fallback = None
    for above in (folder, *folder.parents):
        named = settings_in(str(above))
        if named is not None and (found := _held(named[0], opened)) is not None:
            return found
        if fallback is None and root is not None and above.is_relative_to(root):
            fallback = _held(above / PYPROJECT, opened)
    return fallback or SettingsFile((root or folder) / OWN_FILE, (), None)


def _root_of(path: Path | None, roots: Sequence[Path]) -> Path | None:
    if path is None:
        return roots[0] if roots else None
    holding = [root for root in roots if path.is_relative_to(root)]
    return max(holding, key=lambda root: len(root.parts), default=None)


def _held(path: Path, opened: Mapping[Path, Document]) -> SettingsFile | None:
    """The settings file at `path`; None where nothing can be read."""
    from leakwise.engine.settings.files import table_of

    document = opened.get(path)
    if document is None:
        try:
            document = read_document(path)
        except UnreadableError:
            return None
    return SettingsFile(path, table_of(path), document)
