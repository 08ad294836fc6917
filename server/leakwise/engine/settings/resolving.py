"""The settings of a place: those of the nearest file, and over them what the user says now."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from leakwise.engine.settings.files import Read, read_settings, settings_in, user_settings
from leakwise.engine.settings.folder import DocumentSettings, FolderSettings
from leakwise.engine.settings.layers import Layer
from leakwise.engine.settings.problems import SettingsProblem

if TYPE_CHECKING:
    from leakwise.rule import Rule


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the user says beside the files: `layers` win over them, the last most; with `isolated`
    no file counts, with `file` this one alone. What was found is kept in the folder `cache`, the
    project's own where it is None, and with `no_cache` nowhere."""

    layers: tuple[Layer, ...] = ()
    isolated: bool = False
    file: Path | None = None
    no_cache: bool = False
    cache: Path | None = None


_NONE = Overrides()


class SettingsResolver:
    """Finds the settings that hold for files, and keeps what it has read."""

    def __init__(self, overrides: Overrides = _NONE) -> None:
        self.overrides = overrides
        self._near: dict[str, tuple[str, Read] | None] = {}
        self._made: dict[str, FolderSettings] = {}
        self._known: dict[str, FolderSettings] = {}
        self._trusted: set[FolderSettings] = set()

    def for_folder(self, folder: str) -> FolderSettings:
        """The settings of what lies in the folder at an absolute path."""
        known = self._known.get(folder)
        if known is None:
            known = self._known[folder] = self._look_up(folder)
        return known

    def _look_up(self, folder: str) -> FolderSettings:
        fixed = self._fixed
        found = self._nearest(folder) if fixed is None else None
        top = os.getcwd() if found is None else found[0]
        made = self._made.get("" if found is None else top)
        if made is None:
            layers, problems = found[1] if found is not None else fixed or self._user
            made = FolderSettings((*layers, *self.overrides.layers), top, problems)
            self._made["" if found is None else top] = made
        return made

    def for_document(self, path: Path | None, rules: "tuple[Rule, ...]") -> DocumentSettings:
        """What holds for the document at `path`, of all `rules` that there are; for one without a
        path what holds in the current folder."""
        if path is None:
            return self.for_folder(os.getcwd()).document(None, rules)
        whole = os.path.abspath(path)
        return self.for_folder(os.path.dirname(whole)).document(whole, rules)

    def takes(self, path: Path) -> bool:
        """Whether the file at `path` is checked where it was named itself."""
        whole = os.path.abspath(path)
        found = self.for_folder(os.path.dirname(whole))
        return not (found.settings.force_exclude and found.excludes(whole))

    @property
    def made(self) -> "list[FolderSettings]":
        """All settings that were looked up so far."""
        return list(self._made.values())

    @property
    def looked_in(self) -> list[str]:
        """All folders in which settings files were looked for so far."""
        return list(self._near)

    @property
    def names_rules(self) -> bool:
        """Whether settings that were looked up name rules of which it is not known that there are
        such."""
        return any(one.names_rules and one not in self._trusted for one in self.made)

    def trust(self, made: FolderSettings) -> None:
        """Takes note that all rules that these settings name are known to be there."""
        self._trusted.add(made)

    def problems(self, rules: "tuple[Rule, ...]") -> list[SettingsProblem]:
        """What is wrong with the settings that were looked up so far, each once."""
        found: dict[SettingsProblem, None] = {}
        for made in self._made.values():
            found.update(dict.fromkeys(made.problems))
            if made not in self._trusted:
                found.update(dict.fromkeys(made.selector_problems(rules)))
        return list(found)

    @cached_property
    def _fixed(self) -> Read | None:
        """What holds everywhere; None where the nearest file decides."""
        if self.overrides.file is not None:
            return read_settings(self.overrides.file, folder=os.getcwd()) or ((), ())
        return ((), ()) if self.overrides.isolated else None

    @cached_property
    def _user(self) -> Read:
        return user_settings() or ((), ())

    def _nearest(self, folder: str) -> tuple[str, Read] | None:
        """The nearest folder, from this one upward, that has a settings file, and what it says."""
        passed: list[str] = []
        found: tuple[str, Read] | None = None
        while folder not in self._near:
            passed.append(folder)
            if (file := settings_in(folder)) is not None:
                found = folder, file[1]
                break
            above = os.path.dirname(folder)
            if above == folder:
                break
            folder = above
        else:
            found = self._near[folder]
        self._near.update(dict.fromkeys(passed, found))
        return found
