"""Joins SARIF logs that Leakwise wrote for parts of the code into one with a single run."""

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import unquote

import msgspec

from leakwise.cli.output.locating import ROOT

_REMEDY = "write it with `leakwise check --output-format sarif`"


class UnmergeableError(Exception):
    """A log that cannot be joined with others. Its text says why, and what to do about it."""


def merged(logs: Iterable[tuple[str, bytes]], *, same_root: bool) -> str:
    """One log with one run that has the results of all `logs`, which are given by name and content:
    each result once, in the order of files, with its fingerprints and its path.

    Paths below another folder than the first log's keep that folder, under a name of its own,
    unless `same_root` says that all the folders are copies of one project.

    Raises:
        UnmergeableError: one is no log of Leakwise, or by another version than the first.
    """
    head: dict[str, Any] = {}
    first: dict[str, Any] = {}
    first_name = ""
    rules: dict[str, Any] = {}
    roots: dict[str, str] = {}
    results: dict[str, dict[str, Any]] = {}
    invocations: list[Any] = []
    for name, content in logs:
        log = _read(name, content)
        (run,) = log["runs"]
        if not first:
            head, first, first_name = log, run, name
        mine, others = (one["tool"]["driver"]["semanticVersion"] for one in (run, first))
        if mine != others:
            raise UnmergeableError(
                f"{name} is by leakwise {mine}, but {first_name} by {others} - "
                "check all parts with one version"
            )
        for rule in run["tool"]["driver"]["rules"]:
            rules.setdefault(rule["id"], rule)
        names = {}
        for old, base in run["originalUriBaseIds"].items():
            uri = next(iter(roots), base["uri"]) if same_root else base["uri"]
            names[old] = roots.setdefault(uri, _root_name(len(roots)))
        for result in _renamed(run["results"], names):
            results.setdefault(_identity(result), result)
        invocations += _renamed(run["invocations"], names)
    codes = {code: index for index, code in enumerate(sorted(rules))}
    for result in results.values():
        result["ruleIndex"] = codes[result["ruleId"]]
    driver = {**first["tool"]["driver"], "rules": [rules[code] for code in codes]}
    run = {
        **first,
        "tool": {**first["tool"], "driver": driver},
        "originalUriBaseIds": {name: {"uri": uri} for uri, name in roots.items()},
        "invocations": invocations,
        "results": sorted(results.values(), key=_place),
    }
    return json.dumps({**head, "runs": [run]}, indent=2)


class _Artifact(msgspec.Struct):
    uri: str


class _Physical(msgspec.Struct):
    artifactLocation: _Artifact


class _Location(msgspec.Struct):
    physicalLocation: _Physical


class _Result(msgspec.Struct):
    ruleId: str
    locations: Annotated[list[_Location], msgspec.Meta(min_length=1)]
    partialFingerprints: dict[str, str]


class _Rule(msgspec.Struct):
    id: str


class _Driver(msgspec.Struct):
    name: Literal["leakwise"]
    semanticVersion: str
    rules: list[_Rule]


class _Tool(msgspec.Struct):
    driver: _Driver


class _Run(msgspec.Struct):
    tool: _Tool
    originalUriBaseIds: dict[str, _Artifact]
    invocations: list[dict[str, Any]]
    results: list[_Result]


class _Log(msgspec.Struct):
    """What merging asks of a log."""

    version: Literal["2.1.0"]
    runs: Annotated[list[_Run], msgspec.Meta(min_length=1, max_length=1)]


def _read(name: str, content: bytes) -> dict[str, Any]:
    try:
        log: dict[str, Any] = json.loads(content)
        shape = msgspec.convert(log, _Log).runs[0]
    except msgspec.ValidationError as error:
        raise UnmergeableError(f"{name} is no log of leakwise ({error}) - {_REMEDY}") from None
    except (ValueError, RecursionError):
        raise UnmergeableError(f"{name} is no JSON - {_REMEDY}") from None
    missing = {one.ruleId for one in shape.results} - {one.id for one in shape.tool.driver.rules}
    if missing:
        raise UnmergeableError(f"{name} lacks its rule {min(missing)} - {_REMEDY}")
    return log


def _root_name(number: int) -> str:
    return ROOT if number == 0 else f"{ROOT.rstrip('%')}_{number + 1}%"


def _renamed(part: Any, names: Mapping[str, str]) -> Any:
    """A part of a log in which each `uriBaseId` is called by its name in the merged log."""
    if isinstance(part, list):
        return [_renamed(one, names) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        key: names.get(value, value) if key == "uriBaseId" else _renamed(value, names)
        for key, value in part.items()
    }


def _artifact(result: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = result["locations"][0]["physicalLocation"]["artifactLocation"]
    return found


def _identity(result: Mapping[str, Any]) -> str:
    """What is the same for two results that are one: rule, file and fingerprints."""
    return json.dumps([result["ruleId"], _artifact(result), result["partialFingerprints"]])


def _place(result: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The order of files, which is that of the parts of their paths; within one it stays."""
    artifact = _artifact(result)
    return artifact.get("uriBaseId", ""), unquote(artifact["uri"]).split("/")
