"""The settings of open documents: those of files, and over them what the editor says."""

import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leakwise.lsp.preferences import HOVER, INLAY_HINTS
from leakwise.sources import uri_to_path

if TYPE_CHECKING:
    from leakwise.engine import Analysis
    from leakwise.engine.settings import (
        DocumentSettings,
        Layer,
        SettingsProblem,
        SettingsResolver,
    )
    from leakwise.facts.symbols.questions import ToldData
    from leakwise.sources import FileChoice

logger = logging.getLogger(__name__)

ORIGIN = "the editor's settings"
SECTION = "leakwise"
"""What the editor calls our settings."""

_OF_CLIENTS = frozenset(
    {
        HOVER,
        INLAY_HINTS,
        "args",
        "enable",
        "importStrategy",
        "interpreter",
        "logFile",
        "logLevel",
        "path",
        "server",
        "serverPath",
        "showNotifications",
        "trace",
    }
)
"""What editors keep beside our settings, for themselves or for features."""


def _choice(resolver: "SettingsResolver", folder: str) -> "FileChoice":
    return resolver.for_folder(folder).choice


class WorkspaceSettings:
    """Knows what holds for each document. Belongs to the analysis thread, once that runs."""

    def __init__(self) -> None:
        self.roots: Sequence[Path] = ()
        """The workspace's folders."""
        self.options: Mapping[str, object] = {}
        """What the editor says, by the address of a folder; "" for all others."""
        self.watched = False
        """Whether the client tells when files change."""
        self.some_wait_for_save = False
        """Whether any document so far is one that is analysed when it is saved."""
        self._told_of: set[str] = set()
        """The folders, in those of the workspace, of files that told something."""
        self._resolvers: dict[str, SettingsResolver] = {}
        self._of_editor: list[SettingsProblem] = []

    def for_document(self, uri: str) -> "DocumentSettings":
        """What holds for an open document."""
        from leakwise.engine import every_rule

        path = uri_to_path(uri)
        root = self._root_of(path)
        resolver = self._resolver(root)
        if path is not None:
            return resolver.for_document(path, every_rule())
        folder = os.getcwd() if root is None else os.path.abspath(root)
        return resolver.for_folder(folder).document(None, every_rule())

    def files(self) -> "Iterator[Path]":
        """The Python files of the workspace's folders that are to be checked, each once."""
        from leakwise.sources import python_files

        seen: set[Path] = set()
        for root in self.roots:
            resolver = self._resolver(root)
            for path in python_files([root], choice_in=partial(_choice, resolver)):
                if path not in seen and path.suffix != ".ipynb" and resolver.takes(path):
                    seen.add(path)
                    yield path

    def environments(self) -> list[str]:
        """Where the packages of the workspace's folders are, as far as settings say so."""
        folders = [(root, os.path.abspath(root)) for root in self.roots]
        found = (self._resolver(root).for_folder(folder).environment for root, folder in folders)
        return [one for one in found if one is not None]

    def note(self, paths: Iterable[str]) -> bool:
        """Takes note of files that told something, whose settings then count too; whether any of
        the workspace lies in a folder that is new."""
        folders = {os.path.dirname(path) for path in paths} - self._told_of
        new = {folder for folder in folders if self._root_of(Path(folder)) is not None}
        self._told_of |= new
        return bool(new)

    def told(self) -> "dict[str, ToldData]":
        """What settings tell of libraries, by the folders for whose files it counts: those of the
        workspace, and those whose settings were looked up."""
        from leakwise.engine.knowledge import told_by

        for folder in self._told_of:
            root = self._root_of(Path(folder))
            if root is not None:
                self._resolver(root).for_folder(folder)
        made = [one for resolver in self._resolvers.values() for one in resolver.made]
        folders = {one.top: one for one in made}
        for root in self.roots:
            folder = os.path.abspath(root)
            folders[folder] = self._resolver(root).for_folder(folder)
        return told_by(folders)

    def leaves_out(self, settings: "DocumentSettings") -> bool:
        """Whether nothing is to be found in a document with these settings."""
        run = settings.settings.run
        self.some_wait_for_save = self.some_wait_for_save or run == "on-save"
        return settings.excluded or run == "off"

    def waits_for_save(self, analysis: "Analysis") -> bool:
        """Whether the findings of an analysis are wanted when its document is saved, and not
        before."""
        return analysis.settings is not None and analysis.settings.settings.run == "on-save"

    def forget(self) -> None:
        """Reads all again that is asked for from now on."""
        self._resolvers.clear()
        self._of_editor.clear()

    def problems(self) -> "list[SettingsProblem]":
        """What is wrong with the settings of the documents that were asked about."""
        from leakwise.engine import every_rule

        found = dict.fromkeys(self._of_editor)
        for resolver in self._resolvers.values():
            found.update(dict.fromkeys(resolver.problems(every_rule())))
        return list(found)

    def _root_of(self, path: Path | None) -> Path | None:
        if path is None:
            return self.roots[0] if self.roots else None
        holding = [root for root in self.roots if path.is_relative_to(root)]
        return max(holding, key=lambda root: len(root.parts), default=None)

    def _resolver(self, root: Path | None) -> "SettingsResolver":
        from leakwise.engine.settings import Overrides, SettingsResolver

        name = "" if root is None else root.as_uri()
        known = self._resolvers.get(name)
        if known is None:
            folder = os.getcwd() if root is None else os.path.abspath(root)
            layer = self._layer(self.options.get(name, self.options.get("")), folder)
            known = self._resolvers[name] = SettingsResolver(Overrides((layer,)))
        return known

    def _layer(self, options: object, folder: str) -> "Layer":
        from leakwise.engine.settings import Layer, layer_of

        layer, problems = layer_of(table_of(options), Layer(ORIGIN, folder))
        self._of_editor += (one for one in problems if one not in self._of_editor)
        return layer


def unwrapped(options: object) -> dict[str, object]:
    """The settings in what an editor sends: it puts them into `leakwise` or `settings`, or not, and
    gives null for what is not set."""
    if not isinstance(options, Mapping):
        return {}
    for inner in (SECTION, "settings"):
        if isinstance(held := options.get(inner), Mapping):
            options = {**{one: options[one] for one in options if one != inner}, **held}
    return {str(name): value for name, value in options.items() if value is not None}


def table_of(options: object) -> dict[str, Any]:
    """What an editor says, as a settings file would say it: `minimumCertainty` is
    `minimum-certainty` there."""
    return {
        _in_files(name): _nested(value) if name == "knowledge" else value
        for name, value in unwrapped(options).items()
        if name not in _OF_CLIENTS
    }


def _nested(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    return {_in_files(str(name)): one for name, one in value.items() if one is not None}


def _in_files(name: str) -> str:
    return re.sub(r"(?<=[a-z])[A-Z]", lambda upper: f"-{upper[0].lower()}", name)
