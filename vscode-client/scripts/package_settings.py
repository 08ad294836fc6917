"""Writes the server's settings into `package.json`: `python scripts/package_settings.py`."""

import json
import re
from pathlib import Path
from typing import Any

from leakwise.engine.settings.json_schema import schema_text

PACKAGE = Path(__file__).parents[1] / "package.json"

# What only this extension and the server's features know, beside the settings of files.
OWN: dict[str, Any] = {
    "leakwise.path": {
        "markdownDescription": "Programs that start Leakwise; the first that works is used. Where "
        "none is named, Leakwise is taken from the environment selected in the Python extension, "
        "then the copy that came with this extension, then `leakwise` on PATH. `~`, "
        "`${workspaceFolder}`, `${userHome}` and `${env:NAME}` are filled in.",
        "type": "array",
        "items": {"type": "string"},
        "default": [],
        "scope": "machine-overridable",
    },
    "leakwise.interpreter": {
        "markdownDescription": "Pythons to run Leakwise with, instead of the environment selected "
        "in the Python extension; the first that exists is used.",
        "type": "array",
        "items": {"type": "string"},
        "default": [],
        "scope": "machine-overridable",
    },
    "leakwise.trace.server": {
        "markdownDescription": "How much of each message is written to *Leakwise Trace*, once the "
        "level of that log is Trace (*Developer: Set Log Level*).",
        "type": "string",
        "enum": ["messages", "verbose"],
        "default": "messages",
        "scope": "window",
    },
    "leakwise.hover": {
        "markdownDescription": "Whether hovering tells what is known of a value, also where there "
        "is no finding.",
        "type": "boolean",
        "default": True,
        "scope": "resource",
    },
    "leakwise.inlayHints": {
        "markdownDescription": "Whether assignments whose values carry an autograd graph are "
        "marked.",
        "type": "boolean",
        "default": False,
        "scope": "resource",
    },
}


def settings() -> dict[str, Any]:
    """The extension's own settings, and those of the server's schema, as VS Code wants them."""
    known = json.loads(schema_text())["properties"]
    # One names another settings file, which an editor's are not; the other is for checks.
    names = [name for name in known if name not in ("extend", "baseline")]
    return OWN | {f"leakwise.{_in_editors(name)}": _setting(known[name], names) for name in names}


def package_text() -> str:
    """`package.json` with these settings."""
    package = json.loads(PACKAGE.read_text("utf-8"))
    package["contributes"]["configuration"]["properties"] = settings()
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def _setting(schema: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """VS Code shows a default that nobody chose; without one the nearest file decides. Others of
    `names` that the description speaks of are links to them."""
    shown = _renamed({name: one for name, one in schema.items() if name != "default"})
    usual = schema.get("default")
    text = _linked(shown.pop("description"), names)
    if usual not in (None, [], {}):
        text += f" Where nothing says so, it is `{json.dumps(usual, ensure_ascii=False)}`."
    types = shown.pop("type", "string")
    return {
        "markdownDescription": text,
        "type": [types, "null"],
        **shown,
        **({"enum": [*shown["enum"], None]} if "enum" in shown else {}),
        "default": None,
        "scope": "resource",
    }


def _renamed(schema: dict[str, Any]) -> dict[str, Any]:
    if "properties" not in schema:
        return schema
    inner = {_in_editors(name): one for name, one in schema["properties"].items()}
    return {**schema, "properties": inner}


def _linked(text: str, names: list[str]) -> str:
    def link(word: re.Match[str]) -> str:
        return f"`#leakwise.{_in_editors(word[1])}#`" if word[1] in names else word[0]

    return re.sub("`([a-z-]+)`", link, text)


def _in_editors(name: str) -> str:
    return re.sub(r"-([a-z])", lambda letter: letter[1].upper(), name)


if __name__ == "__main__":
    PACKAGE.write_text(package_text(), "utf-8")
