"""Starts the copy of Leakwise that came with the extension: `python -I start.py server`."""

import sys
from pathlib import Path

if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - any Python may run this file
        sys.exit(f"Leakwise needs Python 3.11 or newer; {sys.executable} is older.")
    sys.path.insert(0, str(Path(__file__).resolve().with_name("libs")))
    from leakwise.__main__ import main

    main()
