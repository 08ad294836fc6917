"""Findings as a SARIF log.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from leakwise import __version__
from leakwise.cli.fingerprints import fingerprint
from leakwise.cli.output.locating import ROOT, in_repository, message, rows_and_columns
from leakwise.cli.shown import CheckedFile, ShownFinding, ShownPlace
from leakwise.engine import rule_named
from leakwise.pages import page, title
from leakwise.rule import Severity
from leakwise.sources.folders import repository_of_pipeline

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def lines(files: Sequence[CheckedFile]) -> Iterator[str]:
    """One SARIF 2.1.0 log with one run: the rules that found something, with their pages, and each
    finding with its leak path and its repair."""
    found = [(finding, file) for file in files for finding in file.findings]
    codes = sorted({finding.code for finding, _ in found})
    notices = [
        {"level": "warning", "message": {"text": problem}, "locations": [_file(file.path)]}
        for file in files
        for problem in file.problems
    ]
    run = {
        "tool": {
            "driver": {
                "name": "leakwise",
                "semanticVersion": __version__,
                "rules": [_rule(code) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"uri": Path(repository_of_pipeline()).as_uri() + "/"}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notices}],
        "results": [
            _result(finding, file.path, codes.index(finding.code)) for finding, file in found
        ],
    }
    yield json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(code: str) -> dict[str, Any]:
    rule = rule_named(code)
    if rule is None:
        return {"id": code}
    text = page(rule)
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": f"{title(rule)}."},
        "fullDescription": {"text": f"{title(rule)}."},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": _level(rule.severity)},
        **({"helpUri": rule.links[0].url} if rule.links else {}),
        "properties": {"tags": [str(one) for one in (rule.root_cause, rule.general_smell) if one]},
    }


def _result(finding: ShownFinding, path: str, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _level(finding.severity),
        "message": {"text": message(finding)},
        "locations": [_location(finding.place, path)],
        "partialFingerprints": {"leakwise/v1": fingerprint(finding, in_repository(path))},
    }
    if finding.related:
        related = [
            {"id": number, **_location(place, path), "message": {"text": place.message}}
            for number, place in enumerate(finding.related, 1)
        ]
        steps = [{"location": {k: v for k, v in one.items() if k != "id"}} for one in related]
        last = {**_location(finding.place, path), "message": {"text": finding.place.message}}
        result["relatedLocations"] = related
        flow = [*steps, {"location": last}]
        result["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    if finding.fix is not None and finding.place.cell is None:
        replacements = [
            {
                "deletedRegion": _region(ShownPlace(edit.range, "", "")),
                "insertedContent": {"text": edit.text},
            }
            for edit in finding.fix.edits
        ]
        change = {"artifactLocation": _artifact(path), "replacements": replacements}
        title_ = f"{finding.fix.title} ({finding.fix.applicability})"
        result["fixes"] = [{"description": {"text": title_}, "artifactChanges": [change]}]
    return result


def _level(severity: Severity) -> str:
    return _LEVELS.get(severity, "note")


def _file(path: str) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": _artifact(path)}}


def _location(place: ShownPlace, path: str) -> dict[str, Any]:
    return {
        "physicalLocation": {"artifactLocation": _artifact(path), "region": _region(place)},
    }


def _region(place: ShownPlace) -> dict[str, int]:
    row, column, end_row, end_column = rows_and_columns(place)
    return {"startLine": row, "startColumn": column, "endLine": end_row, "endColumn": end_column}


def _artifact(path: str) -> dict[str, str]:
    found = in_repository(path)
    if Path(found).is_absolute():
        return {"uri": Path(found).as_uri()}
    return {"uri": quote(os.fsencode(found)), "uriBaseId": ROOT}
