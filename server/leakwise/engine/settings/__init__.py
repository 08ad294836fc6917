"""Settings: one typed schema, read from files, editors and the command line."""

from leakwise.engine.settings.folder import DocumentSettings, FolderSettings
from leakwise.engine.settings.layers import Layer, layer_of
from leakwise.engine.settings.problems import SettingsProblem
from leakwise.engine.settings.resolving import Overrides, SettingsResolver
from leakwise.engine.settings.schema import Key, Knowledge, Run, Settings, keys
from leakwise.engine.settings.showing import plain, toml

__all__ = [
    "DocumentSettings",
    "FolderSettings",
    "Key",
    "Knowledge",
    "Layer",
    "Overrides",
    "Run",
    "Settings",
    "SettingsProblem",
    "SettingsResolver",
    "keys",
    "layer_of",
    "plain",
    "toml",
]
