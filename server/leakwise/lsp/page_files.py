"""Pages as files, for clients that open documents and know no others."""

import shutil
import tempfile
import threading
from pathlib import Path


class PageFiles:
    """Files in a folder of their own, which is made for the first and removed at the end."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._lock = threading.Lock()

    def file(self, name: str, text: str) -> Path:
        """The file called `name` that holds `text`."""
        with self._lock:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="leakwise-pages-"))
            path = self._folder / name
            path.write_text(text, "utf-8")
            return path

    def remove(self) -> None:
        """Removes all of them."""
        with self._lock:
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None
