"""What users tell of libraries in their settings, as the facts take it."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from leakwise.sources.folders import is_in

if TYPE_CHECKING:
    from leakwise.engine.settings import FolderSettings, SettingsResolver
    from leakwise.engine.settings.schema import Knowledge
    from leakwise.facts.symbols.questions import ToldData

_NOTHING: "ToldData" = ({}, {})


def told_data(knowledge: "Knowledge") -> "ToldData":
    """The functions that are told of, by what they give, and what gives resources, each with the
    method that releases them."""
    functions: dict[str, Sequence[str]] = {
        "models": knowledge.models,
        "keras_models": knowledge.keras_models,
        "tensors": knowledge.tensors,
        "detaching": knowledge.detaching,
    }
    return {gives: [*names] for gives, names in functions.items() if names}, {**knowledge.resources}


def told_in(folders: Iterable[str], resolver: "SettingsResolver") -> "dict[str, ToldData]":
    """What is told in each of `folders`, and in those whose settings were looked up so far, by
    absolute paths; none that tell the same as the nearest above them."""
    made = {folder: resolver.for_folder(folder) for folder in folders}
    made.update((one.top, one) for one in resolver.made)
    return told_by(made)


def told_by(made: "dict[str, FolderSettings]") -> "dict[str, ToldData]":
    """What the settings of folders tell; none that tell the same as the nearest above them."""
    found: dict[str, ToldData] = {}
    for folder in sorted(made, key=len):
        data = told_data(made[folder].settings.knowledge)
        above = max((one for one in found if is_in(folder, one)), key=len, default="")
        if data != found.get(above, _NOTHING):
            found[folder] = data
    return found
