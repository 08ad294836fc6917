"""Turning a rule off in a settings file, whose comments and layout are kept."""

import tomllib
from collections.abc import Sequence
from typing import Any


class SettingsNotEditableError(ValueError):
    """A settings file that cannot be edited; the text says why, without naming the file."""


def turned_off(text: str, table: Sequence[str], code: str) -> str:
    """The text of a TOML file in which the rule with `code` stands in the list `ignore` of the
    table that the keys `table` lead to.

    Raises:
        SettingsNotEditableError: the text is not TOML, or something else stands in these places.
    """
    import tomlkit  # It takes a tenth of a second, and most sessions turn nothing off.
    from tomlkit.exceptions import TOMLKitError

    try:
        before = tomllib.loads(text)
        document = tomlkit.parse(text.replace("\r\n", "\n"))
        holder: Any = document
        for number, key in enumerate(table):
            if key not in holder:
                holder[key] = tomlkit.table(is_super_table=number + 1 < len(table))
            holder = holder[key]
        if "ignore" in holder:
            if not isinstance(holder["ignore"], list):
                raise SettingsNotEditableError("`ignore` is not a list there")
            if code not in holder["ignore"]:
                holder["ignore"].append(code)
        else:
            holder["ignore"] = [code]
        after = tomlkit.dumps(document)
    except tomllib.TOMLDecodeError as error:
        raise SettingsNotEditableError(f"it is not valid TOML: {error}") from error
    except (TOMLKitError, TypeError, AttributeError) as error:
        raise SettingsNotEditableError(f"`{'.'.join(table)}` is not a table there") from error
    if _without_ignored(before, table) != _without_ignored(tomllib.loads(after), table):
        raise SettingsNotEditableError("it is laid out in a way that cannot be kept")
    return after.replace("\n", "\r\n") if "\r\n" in text else after


def _without_ignored(data: dict[str, Any], table: Sequence[str]) -> dict[str, Any]:
    """All that a file says but for the list and for the tables that hold nothing else."""
    if not table:
        return {key: value for key, value in data.items() if key != "ignore"}
    rest = {key: value for key, value in data.items() if key != table[0]}
    inner = _without_ignored(data.get(table[0], {}), table[1:])
    return {**rest, **({table[0]: inner} if inner else {})}
