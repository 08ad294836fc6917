"""Which environment variables a file sets, and to what.

Source: https://docs.python.org/3/library/os.html#os.environ.
"""

import re
from typing import TYPE_CHECKING

from leakwise.facts.terms.events import CallSite

if TYPE_CHECKING:
    from leakwise.facts.module import ModuleFacts

_WORDS = ("environ", "putenv", "setenv")
_SETTERS = frozenset({"os.environ.setdefault", "os.putenv"})
_ITEM = re.compile(r"environ\[(['\"])(\w+)\1\]$")


def variables_set(module: "ModuleFacts") -> dict[str, object]:
    """By name: the constants that environment variables are set to in any body of the file; None
    for a value that is not known."""

    def compute() -> dict[str, object]:
        found: dict[str, object] = {}
        for word in _WORDS:
            for definition in module.scopes.mentioning(word):
                if definition.is_class:
                    continue
                body = module.body(definition)
                for path, value in body.exit_values.items():
                    if match := _ITEM.search(path):
                        found[match[2]] = value.constant
                for event in body.events:
                    if isinstance(event, CallSite) and event.value.name in _SETTERS:
                        name, *given = (one.value.constant for one in event.arguments)
                        found.setdefault(str(name), given[0] if given else None)
        return found

    cell = module.query(module.scopes.module, "environment", compute, {}, breaks_cycles=True)
    return cell.read()  # type: ignore[no-any-return]
