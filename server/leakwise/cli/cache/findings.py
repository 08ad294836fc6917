"""What earlier checks found, given back where all that it rests on is as it was."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from leakwise.cli.cache.plain import plain_finding, shown_finding
from leakwise.cli.cache.sources import seen_again, words_of
from leakwise.cli.cache.stamps import UNSURE, Stamp, digest_in, settled, stamp_of
from leakwise.cli.cache.state import Entry, Fact, read_state, write_state
from leakwise.cli.cache.world import World
from leakwise.cli.shown import CheckedFile, Reach
from leakwise.sources.folders import is_in

_SLACK_NS = 20_000_000
"""By so much the clock of file systems may go behind."""


class FindingsCache:
    """Findings by file, for one set of project folders. What is damaged counts as empty, and what
    cannot be written is lost without harm."""

    def __init__(self, file: Path, look: Callable[[], World | None]) -> None:
        """`look` tells what lies round the files; it is asked only where that matters, once."""
        self.file = file
        self.began = time.time_ns()
        """When it was opened, in nanoseconds."""
        self._look = look
        self._state = read_state(file)
        self._world: World | None = None
        self._looked = False
        self._holding: dict[str, bool] = {}
        """By path whether the fact of it still holds."""
        self._learned = False

    def found(self, path: str, settings: str, with_fixes: bool) -> CheckedFile | None:
        """What a check of the file under these settings gave; None where it is to be checked."""
        whole = os.path.abspath(path)
        entry = self._state.entries.get(whole)
        if entry is not None and self._is_new(whole, entry, settings, with_fixes):
            try:
                findings = tuple(map(shown_finding, entry.findings))
            except (ValueError, TypeError):
                findings = None
            if findings is not None:
                return CheckedFile(path, findings, tuple(entry.problems), entry.checked)
        # What lies round a file counts as it is before the file is read.
        self._look_round()
        return None

    def is_known(self, path: str) -> bool:
        """Whether anything is kept of a file."""
        return os.path.abspath(path) in self._state.entries

    def put(self, file: CheckedFile, settings: str, with_fixes: bool) -> None:
        """Keeps what a check gave, from `save` on."""
        whole = os.path.abspath(file.path)
        self._learned = self._state.entries.pop(whole, None) is not None or self._learned
        basis = file.basis
        if basis is None or self._may_have_changed(basis.stamp):
            return
        if basis.reach is not Reach.ITSELF and self._world is None:
            return
        depends = [one for one in basis.depends if not self._is_seen_by_names(one[0], one[2])]
        if not all(self._take(*one) for one in depends):
            return
        self._state.entries[whole] = Entry(
            settled(basis.stamp, self.began),
            basis.digest,
            settings,
            with_fixes,
            basis.reach,
            tuple(sys.intern(path) for path, _, _ in depends),
            basis.names,
            [plain_finding(one) for one in file.findings],
            list(file.problems),
            file.checked,
        )
        self._learned = True

    def basis_of(self, paths: Sequence[str]) -> "tuple[World, dict[str, Stamp | None]] | None":
        """What all that is known of some files rests on, beside their settings: what lies round
        them, and how paths look. None where something is not known, or may have changed."""
        self._look_round()
        looks: dict[str, Stamp | None] = {}
        for path in map(os.path.abspath, paths):
            entry = self._state.entries.get(path)
            if entry is None:
                return None
            looks[path] = entry.stamp
            looks.update((one, self._state.facts[one][0]) for one in entry.depends)
        seen = {*looks.values(), *(stamp for stamp, _ in self._state.sources.values())}
        return None if self._world is None or UNSURE in seen else (self._world, looks)

    def is_sound(self, settings: str) -> bool:
        """Whether settings are known to name only rules that exist."""
        return settings in self._state.sound

    def put_sound(self, settings: str) -> None:
        """Takes note that settings name only rules that exist."""
        if settings not in self._state.sound:
            self._state.sound.add(settings)
            self._learned = True

    def save(self) -> str | None:
        """Writes what is new, with what other checks have written meanwhile. Tells why that was not
        possible."""
        if not self._learned:
            return None
        own, other = self._state, read_state(self.file)
        own.sound |= other.sound
        same = own.has_sources_of(other)
        for path, entry in other.entries.items():
            if (
                path not in own.entries
                and own.holds(entry, other.names)
                and (same or not entry.names)
            ):
                theirs = {one: other.facts[one] for one in entry.depends}
                if all(own.facts.get(one, fact) == fact for one, fact in theirs.items()):
                    own.facts.update(theirs)
                    own.entries[path] = entry
        for path in [path for path in own.entries if not os.path.exists(path)]:
            del own.entries[path]
        try:
            write_state(self.file, own)
        except OSError as error:
            return error.strerror or type(error).__name__
        return None

    def _is_new(self, path: str, entry: Entry, settings: str, with_fixes: bool) -> bool:
        """Whether a check would give now what an entry has."""
        if entry.settings != settings or (with_fixes and entry.findings and not entry.with_fixes):
            return False
        stamp = self._still(path, entry.stamp, entry.digest)
        if stamp is None:
            return False
        if stamp != entry.stamp:
            entry.stamp = stamp
            self._learned = True
        if entry.reach is Reach.ITSELF:
            return True
        self._look_round()
        return self._state.entries.get(path) is entry and all(map(self._holds, entry.depends))

    def _look_round(self) -> None:
        """Looks what lies round the files, and forgets what rests on something else."""
        if self._looked:
            return
        self._looked = True
        self._world = self._look()
        state = self._state
        was, state.names = state.names, "" if self._world is None else self._world.names
        now = {} if self._world is None else self._world.sources
        known, (state.sources, changed) = state.sources, seen_again(state.sources, now, self.began)
        self._learned = self._learned or state.sources != known
        words: set[str] | None = set()
        if changed and any(one.names for one in state.entries.values()):
            words = words_of(changed)
        for path, one in list(state.entries.items()):
            told = bool(one.names) and (words is None or not words.isdisjoint(one.names))
            if told or not state.holds(one, was):
                del state.entries[path]
                self._learned = True

    def _still(self, path: str, was: Stamp | None, digest: str) -> Stamp | None:
        """A stamp of what a path has, where that is as it was; None where it is not."""
        now = stamp_of(path)
        if now is None or was is None:
            return UNSURE if now is was else None
        if now == was:
            return was
        if not digest or digest_in(path) != digest:
            return None
        return settled(now, self.began)

    def _holds(self, path: str) -> bool:
        """Whether a path looks as the fact of it says."""
        known = self._holding.get(path)
        if known is None:
            stamp, digest = self._state.facts[path]
            still = self._still(path, stamp, digest)
            known = self._holding[path] = still is not None
            if still is not None and stamp is not None and still != stamp:
                self._state.facts[path] = still, digest
                self._learned = True
        return known

    def _take(self, path: str, changed: int, size: int) -> bool:
        """Takes a fact: how a path looked for an answer. False where it looks different now."""
        if path in self._state.facts:
            if self._holds(path):
                return self._looks(self._state.facts[path][0], path, changed, size)
            # Whatever rested on it before does not hold any more.
            for other in [p for p, one in self._state.entries.items() if path in one.depends]:
                del self._state.entries[other]
        fact = self._seen(path)
        if fact[0] is not None and self._may_have_changed(fact[0]):
            return False
        if not self._looks(fact[0], path, changed, size):
            return False
        stamp, digest = fact
        if stamp is not None and digest:
            stamp = settled(stamp, self.began)
        self._state.facts[path] = stamp, digest
        self._holding[path] = True
        return True

    def _seen(self, path: str) -> Fact:
        stamp = stamp_of(path)
        if stamp is None:
            return None, ""
        return stamp, "" if os.path.isdir(path) else digest_in(path) or ""

    def _looks(self, stamp: Stamp | None, path: str, changed: int, size: int) -> bool:
        """Whether what a worker saw of a path is what it has."""
        if stamp == UNSURE:
            stamp = stamp_of(path)
        return (changed, size) == ((-1, -1) if stamp is None else (stamp[0], stamp[2]))

    def _is_seen_by_names(self, path: str, size: int) -> bool:
        """Whether a folder of the project is meant: which sources it has stands in the names of
        all, and other files come and go."""
        return size == 0 and self._in_project(path) and os.path.isdir(path)

    def _in_project(self, path: str) -> bool:
        folders = () if self._world is None else self._world.folders
        return any(is_in(path, one) for one in folders)

    def _may_have_changed(self, stamp: Stamp) -> bool:
        """Whether something may have changed since this check began."""
        return max(stamp[:2]) > self.began - _SLACK_NS
