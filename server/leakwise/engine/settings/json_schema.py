"""The JSON Schema of a settings file, for editors that complete and check TOML."""

import json
from collections.abc import Mapping
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

from leakwise.engine.settings.schema import Key, keys
from leakwise.engine.settings.showing import plain

FILE = Path(__file__).with_name("leakwise.schema.json")
"""Where the schema lies in the distribution."""


def schema_text() -> str:
    """The schema of `leakwise.toml` and of `[tool.leakwise]` in `pyproject.toml`, as JSON."""
    whole = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Settings of Leakwise",
        **_table(keys()),
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _table(known: Mapping[str, Key]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _setting(key) for name, key in known.items()},
    }


def _setting(key: Key) -> dict[str, Any]:
    if is_dataclass(key.type) and isinstance(key.type, type):
        return {"description": key.text, **_table(keys(key.type))}
    default = {} if key.default is None else {"default": plain(key.default)}
    return {"description": key.text, **default, **_type(key.type)}


def _type(type_: Any) -> dict[str, Any]:
    import msgspec

    (schema,), components = msgspec.json.schema_components([type_])
    filled: dict[str, Any] = _without_references(schema, components)
    return filled


def _without_references(schema: Any, components: Mapping[str, Any]) -> Any:
    """A schema in which what it refers to stands itself; TOML has no null."""
    if isinstance(schema, list):
        return [_without_references(one, components) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        inner = components[schema["$ref"].rpartition("/")[2]]
        return {"enum": inner["enum"]}
    choice = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(choice) == 1:
        return _without_references(choice[0], components)
    return {name: _without_references(one, components) for name, one in schema.items()}
