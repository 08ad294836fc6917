"""jedi, loaded once a name needs it. Runs in the worker."""

from typing import TYPE_CHECKING

from leakwise.facts.symbols.places import Sought
from leakwise.facts.symbols.trails import Located

if TYPE_CHECKING:
    from leakwise.facts.symbols.following import Follower


class LateFollower:
    """Follows names as `Follower` does. Most need no jedi, which is slow to load."""

    def __init__(self, own: str) -> None:
        """jedi keeps what it parsed in the folder `own`."""
        self._own = own
        self._follower: Follower | None = None

    @property
    def is_loaded(self) -> bool:
        """Whether a name needed jedi."""
        return self._follower is not None

    def opened(self, path: str) -> None:
        """Takes note that a file was read."""
        if self._follower is not None:
            self._follower.opened(path)

    def refresh(self) -> None:
        """Takes note that files have changed, were made or are gone."""
        if self._follower is not None:
            self._follower.refresh()

    def follow(self, folder: str, name: str, sought: Sought) -> Located:
        """Where a name is defined that a file in a folder imports."""
        if self._follower is None:
            from leakwise.facts.symbols.following import Follower

            self._follower = Follower(self._own)
        return self._follower.follow(sought)
