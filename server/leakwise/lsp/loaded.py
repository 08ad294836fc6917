"""Which open documents have their facts in memory: those that were looked at last.

The facts of a document of 1,000 lines take some megabytes, and are made again in a fraction of a
second.
"""

import gc

from leakwise.lsp.entries import Entry

MOST_LOADED = 24
"""How many documents keep their facts."""
_UNLOADED_TOGETHER = 8
"""Facts refer to each other in circles: after so many the collector is called."""


class LoadedEntries:
    """The documents with facts, the one looked at last being the last. Belongs to the analysis
    thread."""

    def __init__(self) -> None:
        self._entries: dict[Entry, None] = {}
        self._garbage = 0

    def look_at(self, entry: Entry) -> None:
        """Takes note of a document that was asked something; unloads others if they are too many
        now."""
        self._entries.pop(entry, None)
        self._entries[entry] = None
        if len(self._entries) <= MOST_LOADED:
            return
        for other in list(self._entries):
            if other is not entry and other.may_be_unloaded:
                self.forget(other)
                other.unload()
                self._garbage += 1
                return

    def forget(self, entry: Entry) -> None:
        """Takes note of a document that has no facts, or is closed."""
        self._entries.pop(entry, None)

    @property
    def wants_collection(self) -> bool:
        """Whether the collector should be called once there is nothing else to do."""
        return self._garbage >= _UNLOADED_TOGETHER

    def collect(self) -> None:
        """Gives the memory of what was unloaded back."""
        if self.wants_collection:
            self._garbage = 0
            gc.collect()
