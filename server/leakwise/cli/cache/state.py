"""What a cache file holds, read only where all of it has its form."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leakwise.cli.cache.sources import Seen
from leakwise.cli.cache.stamps import UNSURE, Stamp
from leakwise.cli.shown import Reach
from leakwise.sources.keeping import keep, kept


@dataclass(slots=True)
class Entry:
    """What one file's check gave, and what it rests on: how the file looked, the settings, how the
    paths `depends` looked, and that the words `names` stand in no other sources of the project."""

    stamp: Stamp
    digest: str
    settings: str
    with_fixes: bool
    reach: Reach
    depends: tuple[str, ...]
    names: tuple[str, ...]
    findings: list[Any]
    problems: list[str]
    checked: bool


Fact = tuple[Stamp | None, str]
"""How a path looked: without stamp what is not there, without digest a folder."""


@dataclass(slots=True)
class State:
    """Entries by absolute path, with the facts that they rest on by path, what lay round all, how
    the project's sources looked by path, and the settings that are known to be sound."""

    names: str = ""
    sources: Seen = field(default_factory=dict)
    sound: set[str] = field(default_factory=set)
    facts: dict[str, Fact] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)

    def holds(self, entry: Entry, names: str) -> bool:
        """Whether an entry made where `names` lay round rests on the same as those here."""
        return entry.reach is Reach.ITSELF or names == self.names != ""

    def has_sources_of(self, other: "State") -> bool:
        """Whether all sources of the project hold the same in both."""
        return self.sources.keys() == other.sources.keys() and all(
            digest == other.sources[path][1] for path, (_, digest) in self.sources.items()
        )


def read_state(file: Path) -> State:
    """What a file holds; nothing where it is damaged."""
    body = kept(file)
    if body is None:
        return State()
    try:
        data = json.loads(body)
        names = str(data["names"])
        sources: Seen = {}
        for path, stamp, digest in data["sources"]:
            sources[str(path)] = _stamp(stamp) or UNSURE, str(digest)
        facts = {str(path): (_stamp(stamp), str(digest)) for path, stamp, digest in data["facts"]}
        paths = list(facts)
        entries = {str(path): _entry(rest, paths) for path, *rest in data["files"]}
        return State(names, sources, set(map(str, data["sound"])), facts, entries)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        return State()


def write_state(file: Path, state: State) -> None:
    """Has a file hold what a state does.

    Raises:
        OSError: it cannot be written.
    """
    wanted = dict.fromkeys(path for one in state.entries.values() for path in one.depends)
    numbers = {path: number for number, path in enumerate(wanted)}
    data = {
        "names": state.names,
        "sources": [[path, *seen] for path, seen in state.sources.items()],
        "sound": sorted(state.sound),
        "facts": [[path, *state.facts[path]] for path in wanted],
        "files": [
            [
                path,
                one.stamp,
                one.digest,
                one.settings,
                one.with_fixes,
                one.reach,
                [numbers[path] for path in one.depends],
                one.names,
                one.findings,
                one.problems,
                one.checked,
            ]
            for path, one in state.entries.items()
        ],
    }
    keep(file, json.dumps(data, separators=(",", ":")).encode("ascii"))


def _entry(data: list[Any], paths: list[str]) -> Entry:
    stamp, digest, settings, with_fixes, reach, depends, names, findings, problems, checked = data
    own = _stamp(stamp)
    if own is None:
        raise ValueError("no stamp")
    return Entry(
        own,
        str(digest),
        str(settings),
        bool(with_fixes),
        Reach(reach),
        tuple(paths[number] for number in depends),
        tuple(map(str, names)),
        list(findings),
        list(map(str, problems)),
        bool(checked),
    )


def _stamp(data: Any) -> Stamp | None:
    if data is None:
        return None
    changed, moved, size, number = map(int, data)
    return changed, moved, size, number
