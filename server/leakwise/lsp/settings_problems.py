"""What is wrong with settings, told as diagnostics of the files that they stand in."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leakwise.lsp.convert import SOURCE, to_lsp_range
from leakwise.sources import path_to_uri
from leakwise.text.document import split_lines

if TYPE_CHECKING:
    from leakwise.engine.settings import SettingsProblem
    from leakwise.lsp.server import LeakwiseServer

logger = logging.getLogger(__name__)

CODE = "invalid-setting"


class SettingsProblems:
    """Tells of problems, and takes back what is one no more. Belongs to the event loop."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}
        self._logged: set[str] = set()

    def tell(self, ls: "LeakwiseServer", problems: "Sequence[SettingsProblem]") -> None:
        """Publishes all problems that there are now, and logs those that are new."""
        by_file: dict[Path, list[dict[str, Any]]] = {}
        for problem in problems:
            if problem.file is not None:
                lines = _lines(problem.file)
                by_file.setdefault(problem.file, []).append(
                    _diagnostic(problem, lines, ls.client.encoding)
                )
        now = {path_to_uri(path): json.dumps(found) for path, found in by_file.items()}
        for uri in {**self._told, **now}:
            if now.get(uri) != self._told.get(uri):
                ls.publish_ready(uri, None, now.get(uri, "[]"))
        self._told = now
        texts = {str(problem) for problem in problems}
        for text in sorted(texts - self._logged):
            logger.warning("Settings: %s", text)
        self._logged = texts


def _diagnostic(problem: "SettingsProblem", lines: list[str], encoding: str) -> dict[str, Any]:
    span = to_lsp_range(problem.range, lines, encoding)
    about = f"{problem.key}: " if problem.key else "This file "
    return {
        "range": {
            "start": {"line": span.start.line, "character": span.start.character},
            "end": {"line": span.end.line, "character": span.end.character},
        },
        "severity": 1,
        "code": CODE,
        "source": SOURCE,
        "message": f"{about}{problem.message}",
    }


def _lines(path: Path) -> list[str]:
    try:
        return split_lines(path.read_bytes().decode("utf-8-sig", "replace"))
    except OSError:
        return [""]
