"""Which open documents have their facts in memory: those that were looked at last.

The facts of a document of 1,000 lines take some megabytes, and are made again in a fraction of a
second.
"""

import gc

from leakwise.lsp.entries import Entry

MOST_LOADED = 20
"""How many documents keep their facts."""
MOST_WAITING = 26
"""How many do while some of them wait for answers about other files, with which they are cheaper to
bring up to date than to make again."""
_UNLOADED_TOGETHER = 8
"""Facts refer to each other in circles: after so many the collector is called, once there is
nothing else to do."""
_UNLOADED_AT_MOST = 12
"""After so many it is called at once: what is taken meanwhile is not given back to the system."""


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
        self.unload_others()

    def unload_others(self) -> None:
        """Unloads documents, the one looked at last not among them, until they are not too many or
        none may be unloaded."""
        for other in list(self._entries)[:-1]:
            if len(self._entries) <= MOST_LOADED:
                break
            crowded = len(self._entries) > MOST_WAITING
            if other.may_be_unloaded and (crowded or not other.waits_for_answers):
                self.forget(other)
                other.unload()
                self._garbage += 1
        if self._garbage >= _UNLOADED_AT_MOST:
            self.collect()

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
