"""Names of a package that are imported when they are first asked for.

A check that knows its result already does not load what makes one.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # As `typing` has it, which takes long to load.
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any


def lazily(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """What a package has as `__getattr__`: it gives the names that stand in `modules`.

    No name may be that of a module of the package: importing the module would hide it.
    """
    where = {name: module for module, names in modules.items() for name in names.split()}

    def get(name: str) -> Any:
        if name not in where:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        from importlib import import_module

        found = getattr(import_module(where[name]), name)
        # It is asked for once: the package has it from now on.
        setattr(sys.modules[package], name, found)
        return found

    return get
