"""Settings as plain data and as TOML."""

import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any


def plain(value: Any) -> Any:
    """The value of a setting as JSON and TOML know it."""
    if is_dataclass(value):
        return {
            one.name.replace("_", "-"): plain(getattr(value, one.name)) for one in fields(value)
        }
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, Enum) else value


def toml(value: Any) -> str:
    """The value of a setting as it is written in a settings file, on one line."""
    value = plain(value)
    if isinstance(value, dict):
        inside = ", ".join(f"{_key(name)} = {toml(one)}" for name, one in value.items() if one)
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list):
        return f"[{', '.join(toml(one) for one in value)}]"
    # What JSON writes of strings and truth values, TOML reads.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[\w-]+", name, re.ASCII) else json.dumps(name)
