"""The settings of a folder, taken together from all places that make some, and put to use."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from leakwise.engine.settings.layers import Layer
from leakwise.engine.settings.problems import SettingsProblem
from leakwise.engine.settings.schema import Knowledge, Settings, keys
from leakwise.engine.settings.selectors import Selectors, selectors_for
from leakwise.rule import Severity
from leakwise.sources import FileChoice, PathPatterns

if TYPE_CHECKING:
    from leakwise.rule import Rule


@dataclass(frozen=True, slots=True)
class DocumentSettings:
    """What holds for one document: which rules run, and how what they find is shown."""

    settings: Settings
    rules: "tuple[Rule, ...]"
    severities: Mapping[str, Severity]
    """The severity of each rule, by its code, that has another than its own."""
    excluded: bool = False
    """Whether the document is among those that are left out."""


class FolderSettings:
    """The settings of a folder. `layers` go from the farthest to the one that wins; `top` is the
    folder below which folders may be left out."""

    def __init__(
        self, layers: Sequence[Layer], top: str, problems: Sequence[SettingsProblem] = ()
    ) -> None:
        self.layers = tuple(layers)
        self.top = top
        self.problems = tuple(problems)
        """What is wrong with the files that the settings come from, selectors apart."""
        self._documents: dict[tuple[frozenset[str], bool], DocumentSettings] = {}
        self._rules: tuple[Rule, ...] = ()

    @cached_property
    def settings(self) -> Settings:
        """All settings, those that nobody makes by their defaults."""
        made = {key.name: _joined(self.layers, key.name, key.joins) for key in keys().values()}
        made["knowledge"] = self._knowledge()
        return Settings(**{name: value for name, value in made.items() if value is not None})

    def listed(self) -> Iterator[tuple[str, Any, tuple[str, ...]]]:
        """Each setting by its name in files, its value, and where it comes from: the place that
        wins last, none for a default."""
        for key in keys().values():
            found = [layer.place((key.key,)) for layer in self.layers if key.name in layer.values]
            origins = tuple(dict.fromkeys(found if key.joins else found[-1:]))
            yield key.key, getattr(self.settings, key.name), origins

    @cached_property
    def choice(self) -> FileChoice:
        """Which files and folders are taken when a folder is walked."""
        return FileChoice(
            PathPatterns(self._patterns("include")),
            PathPatterns((*self._patterns("exclude"), *self._patterns("extend_exclude"))),
            self.settings.respect_gitignore,
        )

    @cached_property
    def environment(self) -> str | None:
        """The absolute path of the environment that is set; None where none is."""
        return self._path("environment")

    @cached_property
    def baseline(self) -> str | None:
        """The absolute path of the baseline that is set; None where none is."""
        return self._path("baseline")

    def excludes(self, path: str) -> bool:
        """Whether the file at an absolute path is left out, itself or with a folder above it."""
        return self.choice.exclude.covers(path, self.top)

    def document(self, path: str | None, rules: "tuple[Rule, ...]") -> DocumentSettings:
        """What holds for the document at an absolute path, None for one that has none, of all
        `rules` that there are."""
        if rules is not self._rules:
            self._rules, self._documents = rules, {}
        ignored = frozenset() if path is None else self._ignored(path, selectors_for(rules))
        excluded = path is not None and self.excludes(path)
        known = self._documents.get((ignored, excluded))
        if known is None:
            selectors = selectors_for(rules)
            chosen = selectors.chosen([_DEFAULT, *(layer.values for layer in self.layers)])
            known = self._documents[ignored, excluded] = DocumentSettings(
                self.settings,
                tuple(rule for rule in rules if rule.code in chosen - ignored),
                selectors.severities(self.settings.severity),
                excluded,
            )
        return known

    @property
    def names_rules(self) -> bool:
        """Whether any selector is among the settings."""
        return any(True for layer in self.layers for _ in _selectors(layer))

    def selector_problems(self, rules: "tuple[Rule, ...]") -> Iterator[SettingsProblem]:
        """What is wrong with the selectors, of all `rules` that there are."""
        selectors = selectors_for(rules)
        for layer in self.layers:
            for place, selector in _selectors(layer):
                if (why := selectors.problem(selector)) is not None:
                    yield layer.problem(why, place, selector)

    def _knowledge(self) -> Knowledge:
        own = [
            Layer(one.origin, one.folder, one.values.get("knowledge", {})) for one in self.layers
        ]
        made = {key.name: _joined(own, key.name, True) for key in keys(Knowledge).values()}
        return Knowledge(**{name: value for name, value in made.items() if value is not None})

    def _path(self, name: str) -> str | None:
        for layer in reversed(self.layers):
            if (path := layer.values.get(name)) is not None:
                return os.path.normpath(os.path.join(layer.folder, os.path.expanduser(path)))
        return None

    def _patterns(self, name: str) -> list[tuple[str, str]]:
        setting = [layer for layer in self.layers if name in layer.values]
        if not keys()[name.replace("_", "-")].joins:
            setting = setting[-1:]
        if not setting:
            return [("", glob) for glob in getattr(self.settings, name)]
        return [(layer.folder, glob) for layer in setting for glob in layer.values[name]]

    @cached_property
    def _per_file(self) -> tuple[tuple[PathPatterns, bool, tuple[str, ...]], ...]:
        """The patterns of `per-file-ignores`, whether each is turned round, and its selectors."""
        tables = [layer for layer in self.layers if "per_file_ignores" in layer.values][-1:]
        found = [(layer.folder, layer.values["per_file_ignores"]) for layer in tables]
        found += [
            (layer.folder, layer.values["extend_per_file_ignores"])
            for layer in self.layers
            if "extend_per_file_ignores" in layer.values
        ]
        return tuple(
            (PathPatterns([(folder, glob.removeprefix("!"))]), glob.startswith("!"), selectors)
            for folder, table in found
            for glob, selectors in table.items()
        )

    def _ignored(self, path: str, selectors: Selectors) -> frozenset[str]:
        return frozenset().union(
            *(
                selectors.codes(ignored)
                for patterns, others, ignored in self._per_file
                if patterns.covers(path, self.top) is not others
            )
        )


_DEFAULT = {"select": ("ALL",)}


def _joined(layers: Sequence[Layer], name: str, joins: bool) -> Any:
    """The value of a setting: the last, or all of them; None where nobody makes it."""
    values = [layer.values[name] for layer in layers if name in layer.values]
    if not joins or len(values) < 2:
        return values[-1] if values else None
    if isinstance(values[0], Mapping):
        return {key: one for value in values for key, one in value.items()}
    return tuple(dict.fromkeys(one for value in values for one in value))


def _selectors(layer: Layer) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each selector of a layer, and the keys under which it stands."""
    for name in ("select", "ignore", "extend_select"):
        for one in layer.values.get(name, ()):
            yield (name.replace("_", "-"),), one
    for name in ("per_file_ignores", "extend_per_file_ignores"):
        for glob, selectors in layer.values.get(name, {}).items():
            for one in selectors:
                yield (name.replace("_", "-"), glob), one
    for one in layer.values.get("severity", {}):
        yield ("severity", one), one
