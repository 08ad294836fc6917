"""The settings: their names, types and defaults, from which all else about them is made."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, get_args, get_type_hints

from leakwise.rule import Certainty, Severity
from leakwise.sources import EXCLUDED_FOLDERS, INCLUDED_FILES


class Run(StrEnum):
    """When an editor's documents are analysed."""

    ON_TYPE = "on-type"
    ON_SAVE = "on-save"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class About:
    """What a setting does, and an example in TOML.

    With `joins`, what several places say of it is taken together; else the nearest place wins.
    """

    text: str
    example: str
    joins: bool = False


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What Leakwise cannot see of code outside the project."""

    models: Annotated[
        tuple[str, ...],
        About(
            "Functions and classes that give a PyTorch model, by their full names.",
            'models = ["acme.zoo.build_model"]',
            joins=True,
        ),
    ] = ()
    keras_models: Annotated[
        tuple[str, ...],
        About(
            "Functions and classes that give a Keras model, by their full names.",
            'keras-models = ["acme.zoo.build_keras"]',
            joins=True,
        ),
    ] = ()
    tensors: Annotated[
        tuple[str, ...],
        About(
            "Functions that give a PyTorch tensor with the graph of their arguments, as "
            "`torch.exp` does.",
            'tensors = ["acme.ops.fused_gelu"]',
            joins=True,
        ),
    ] = ()
    detaching: Annotated[
        tuple[str, ...],
        About(
            "Functions that give a tensor or number without a graph, as `torch.Tensor.detach` "
            "does.",
            'detaching = ["acme.ops.to_number"]',
            joins=True,
        ),
    ] = ()
    resources: Annotated[
        Mapping[str, str],
        About(
            "Classes and functions that give a resource, each with the method that releases it. "
            "One that is never released is reported as LG100.",
            'resources = { "acme.io.Recorder" = "close" }',
            joins=True,
        ),
    ] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one place."""

    extend: Annotated[
        str | None,
        About(
            "A settings file whose settings hold here too, unless they are set again. Relative to"
            " this file; `~` is the home folder.",
            'extend = "../pyproject.toml"',
        ),
    ] = None
    select: Annotated[
        tuple[str, ...],
        About(
            "The rules to run: codes (`LP001`), prefixes of codes (`LP`, `LP01`), names, root "
            "causes (`retained-history`), general smells (`open-without-close`), or `ALL`. More "
            "specific selectors win over less specific ones; of equal ones `ignore` wins.",
            'select = ["LP", "unreleased-handle"]',
        ),
    ] = ("ALL",)
    ignore: Annotated[
        tuple[str, ...],
        About(
            "Rules not to run, by the same selectors as `select`.",
            'ignore = ["LP008"]',
            joins=True,
        ),
    ] = ()
    extend_select: Annotated[
        tuple[str, ...],
        About(
            "Rules to run besides those that `select` names.",
            'extend-select = ["LG"]',
            joins=True,
        ),
    ] = ()
    per_file_ignores: Annotated[
        Mapping[str, tuple[str, ...]],
        About(
            "Rules not to run in some files: a pattern of paths, and selectors. A pattern that "
            "begins with `!` stands for all other files.",
            'per-file-ignores = { "tests/**" = ["ALL"] }',
        ),
    ] = field(default_factory=dict)
    extend_per_file_ignores: Annotated[
        Mapping[str, tuple[str, ...]],
        About(
            "As `per-file-ignores`, and besides it.",
            'extend-per-file-ignores = { "examples/**" = ["unreleased-handle"] }',
            joins=True,
        ),
    ] = field(default_factory=dict)
    severity: Annotated[
        Mapping[str, Severity],
        About(
            "The severity of rules, by the same selectors as `select`; the most specific wins. A "
            "check fails for errors and warnings.",
            'severity = { LP001 = "error", "misplaced-device-memory" = "hint" }',
            joins=True,
        ),
    ] = field(default_factory=dict)
    minimum_certainty: Annotated[
        Certainty,
        About(
            "How sure a finding must be to be shown: `sure` shows what is proven, `likely` also "
            "what evidence speaks for, `possible` everything.",
            'minimum-certainty = "sure"',
        ),
    ] = Certainty.LIKELY
    include: Annotated[
        tuple[str, ...],
        About(
            "Patterns of the files to check in folders.",
            'include = ["src/**/*.py"]',
        ),
    ] = INCLUDED_FILES
    exclude: Annotated[
        tuple[str, ...],
        About(
            "Patterns of files and folders to leave out, in the form of `.gitignore`: one without"
            " a slash fits a name at any depth, one with a slash a path below this file's folder.",
            'exclude = ["third_party", "scripts/old/*.py"]',
        ),
    ] = tuple(sorted(EXCLUDED_FOLDERS))
    extend_exclude: Annotated[
        tuple[str, ...],
        About(
            "Patterns of files and folders to leave out besides those of `exclude`.",
            'extend-exclude = ["generated"]',
            joins=True,
        ),
    ] = ()
    force_exclude: Annotated[
        bool,
        About(
            "Whether files are left out that `exclude` names even where they are given by name, "
            "as pre-commit does.",
            "force-exclude = true",
        ),
    ] = False
    respect_gitignore: Annotated[
        bool,
        About(
            "Whether what `.gitignore` files list is left out.",
            "respect-gitignore = false",
        ),
    ] = True
    environment: Annotated[
        str | None,
        About(
            "The virtual or conda environment whose packages the code uses; found by itself where"
            " it is not set. Only read, never run.",
            'environment = ".venv"',
        ),
    ] = None
    unsafe_fixes: Annotated[
        bool,
        About(
            "Whether fixes are applied too that may change what the program does.",
            "unsafe-fixes = true",
        ),
    ] = False
    baseline: Annotated[
        str | None,
        About(
            "The file in which `leakwise baseline` records findings, so that `leakwise check` "
            "reports only new ones. Relative to this file; editors show all findings.",
            'baseline = ".leakwise-baseline.json"',
        ),
    ] = None
    run: Annotated[
        Run,
        About(
            "When an editor's documents are analysed: `on-type`, `on-save` or `off`.",
            'run = "on-save"',
        ),
    ] = Run.ON_TYPE
    knowledge: Annotated[
        Knowledge,
        About(
            "What Leakwise cannot see of code outside the project.",
            'knowledge.models = ["acme.zoo.build_model"]',
            joins=True,
        ),
    ] = field(default_factory=Knowledge)


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: what it is called in files and here, and what is to be known of it."""

    key: str
    name: str
    type: Any
    default: Any
    text: str
    example: str
    joins: bool


@cache
def keys(of: type[Any] = Settings) -> Mapping[str, Key]:
    """The settings of a class, by what they are called in files, in its order."""
    return {one.key: one for one in _keys(of)}


def _keys(of: type[Any]) -> Iterator[Key]:
    types = get_type_hints(of, include_extras=True)
    defaults = of()
    for one in fields(of):
        type_, about = get_args(types[one.name])
        yield Key(
            one.name.replace("_", "-"),
            one.name,
            type_,
            getattr(defaults, one.name),
            about.text,
            about.example,
            about.joins,
        )
