"""Keeps the worker from running anything but itself, whatever the code that it reads makes it do.

jedi imports modules in order to look inside them, and starts interpreters that it finds. The
settings under which it runs rule both out; this is the second lock. It uses Python's audit events,
https://docs.python.org/3/library/audit_events.html, which no code can unhook.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

_OURS = frozenset({"jedi", "leakwise", "parso"})

# Part of Python's library, under a name that differs by platform; `sysconfig` imports it.
_BUILD_DATA = "_sysconfigdata_"

_FORBIDDEN = frozenset(
    {
        "_winapi.CreateProcess",
        "ctypes.dlopen",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.startfile",
        "os.startfile/2",
        "os.system",
        "pty.spawn",
        "socket.bind",
        "socket.connect",
        "subprocess.Popen",
    }
)

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC


def confine(folder: str, opened: Callable[[str], None]) -> None:
    """From now on and for good, this process runs no other program, opens no connection, writes to
    files in `folder` alone, and imports only Python's library, jedi, parso and Leakwise, from where
    they are found now.

    `opened` is told the path of each file that is opened for reading.
    """
    writable = os.path.join(os.path.abspath(folder), "")
    search_path = tuple(sys.path)
    known = sys.stdlib_module_names | _OURS
    builtin = frozenset(sys.builtin_module_names)

    def check(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(flags, int) and flags & _WRITING:
                if not _inside(path, writable):
                    raise PermissionError(f"the worker does not write to {path!r}")
            elif isinstance(path, str):
                opened(path)
        elif event == "import":
            name, file, path = arguments[:3]
            # With a file, it is a compiled module, whose own import came here before.
            if file is not None or name in builtin:
                return
            top = name.partition(".")[0]
            ours = top in known or top.startswith(_BUILD_DATA)
            # jedi puts another search path in place before it imports.
            if not ours or tuple(path or ()) != search_path:
                raise ImportError(f"the worker does not import {name}", name=name)
        elif event in _FORBIDDEN:
            raise PermissionError(f"the worker does no {event}")

    # Finders of others, as editable installs leave them, would answer for the wrong environment.
    sys.meta_path[:] = [one for one in sys.meta_path if _is_pythons(one)]
    sys.addaudithook(check)


def _inside(path: object, folder: str) -> bool:
    return isinstance(path, str) and os.path.abspath(path).startswith(folder)


def _is_pythons(finder: object) -> bool:
    module = getattr(finder, "__module__", "")
    return module in ("_frozen_importlib", "_frozen_importlib_external")
