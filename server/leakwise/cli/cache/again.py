"""What an earlier check with the same command line printed, given back where all that it rests on
looks as it did: for a look at each file, before anything is loaded that checks or prints.

So nothing is imported here that takes long to load. `remembering` writes what is read here.
"""

from __future__ import annotations

import os
import sys

from leakwise.cli.cache.stamps import stamp_of
from leakwise.cli.cache.world import world_of
from leakwise.cli.terminals import COLOURS, LINKS
from leakwise.facts.symbols.environments import search_path
from leakwise.sources.editions import edition
from leakwise.sources.folders import PIPELINES, project_folders
from leakwise.sources.keeping import FOLDER, kept

TYPE_CHECKING = False  # As `typing` has it, which takes long to load.
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from leakwise.cli.cache.stamps import Stamp

Rests = dict[str, list[str]]
"""What was printed, and what it rests on, by what it tells: see `remembering`."""

_PLACES = 16
"""So many command lines have a place for what they printed, by chance."""
_TELLING = ("HOME", "XDG_CONFIG_HOME", *COLOURS, *LINKS, *PIPELINES)
"""Variables of the environment that decide what is found or how it is printed, beside those that
say where packages are, and those for Leakwise alone."""


def given_again(arguments: Sequence[str]) -> int | None:
    """Prints what the check with these arguments would, and gives its exit status; None where that
    is not known, and nothing is printed."""
    if arguments[:1] != ["check"] or "--no-cache" in arguments:
        return None
    line = command_line(arguments)
    for folder in _folders(arguments[1:]):
        body = kept(os.path.join(folder, name_of(line)))
        try:
            rests = {} if body is None else decoded(body)
            if rests.get("command line") == [line] and _holds(rests):
                status, output, errors = rests["printed"]
                sys.stderr.write(errors)
                sys.stderr.flush()
                _write(output)
                return int(status)
        except (ValueError, KeyError, IndexError):
            # It was written by something else.
            continue
    return None


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
    except BrokenPipeError:
        # Whoever read has what it wanted.
        return


def command_line(arguments: Sequence[str]) -> str:
    """Stands for a command, and for all round it that decides what it does to which files."""
    environ = sorted(
        (name, value)
        for name, value in os.environ.items()
        if name in _TELLING or "LEAKWISE" in name
    )
    streams = [(one.isatty(), one.encoding) for one in (sys.stdout, sys.stderr)]
    here = os.getcwd(), sys.getfilesystemencoding(), sys.prefix
    return repr((list(arguments), *here, streams, environ))


def name_of(line: str) -> str:
    """The name of the file in which it is kept what a command printed."""
    return f"again-{sum(map(ord, line)) % _PLACES}-{edition()}.kept"


def listing_of(folder: str, entries: Iterable[os.DirEntry[str]], left_out: str) -> str:
    """Stands for what a folder has: names, and what is a file and what a folder; less what is at
    the path `left_out`."""
    own = os.path.basename(left_out) if os.path.dirname(left_out) == folder else None
    return "\n".join(sorted(f"{_kind(one)} {one.name}" for one in entries if one.name != own))


def encoded(rests: Rests) -> bytes | None:
    """The content of a file that has this; None for what no such file can have."""
    parts: list[str] = []
    for name, texts in rests.items():
        parts += (name, str(len(texts)), *texts)
    if any("\0" in part for part in parts):
        return None
    return "\0".join(parts).encode(errors="surrogateescape")


def decoded(body: bytes) -> Rests:
    """What the content of a file has.

    Raises:
        ValueError or IndexError: it has nothing of the kind.
    """
    parts = body.decode(errors="surrogateescape").split("\0")
    found: Rests = {}
    place = 0
    while place < len(parts):
        end = place + 2 + int(parts[place + 1])
        found[parts[place]] = parts[place + 2 : end]
        place = end
    return found


def text_of(stamp: Stamp | None) -> str:
    """A stamp as a text; empty for that of what is not there."""
    return "" if stamp is None else " ".join(map(str, stamp))


def _folders(arguments: Sequence[str]) -> list[str]:
    """Where the check with these arguments may keep what it finds."""
    named = os.environ.get("LEAKWISE_CACHE_DIR")
    for number, one in enumerate(arguments):
        option, equals, value = one.partition("=")
        if option == "--cache-dir":
            named = value if equals else "".join(arguments[number + 1 : number + 2])
    if named:
        return [os.path.expanduser(named)]
    present = [one for one in arguments if one[:1] != "-" and os.path.exists(one)]
    return [os.path.join(one, FOLDER) for one in project_folders(present or [os.curdir])]


def _holds(rests: Rests) -> bool:
    """Whether all looks as it did that something rests on."""
    folders, (own,) = rests["projects"], rests["cache"]
    return (
        project_folders(rests["roots"]) == folders
        and all(os.path.exists(path) == bool(there) for path, there in _pairs(rests["there"]))
        and all(text_of(stamp_of(path)) == text for path, text in _pairs(rests["stamps"]))
        and all(_listed(path, own) == text for path, text in _pairs(rests["listed"]))
        and _is_same_world(folders, rests)
    )


def _is_same_world(folders: Sequence[str], rests: Rests) -> bool:
    packages = search_path(folders, os.environ, rests["environments"])
    (told, names), sources = rests["world"], dict(_pairs(rests["sources"]))
    world = world_of(folders, packages, told)
    return world is not None and world.names == names and _look_so(world.sources, sources)


def _look_so(now: Mapping[str, Stamp], sources: Mapping[str, str]) -> bool:
    return now.keys() == sources.keys() and all(
        text_of(stamp) == sources[path] for path, stamp in now.items()
    )


def _listed(folder: str, left_out: str) -> str | None:
    try:
        with os.scandir(folder) as entries:
            return listing_of(folder, entries, left_out)
    except OSError:
        return None


def _kind(entry: os.DirEntry[str]) -> str:
    try:
        if entry.is_dir(follow_symlinks=False):
            return "folder"
        return "file" if entry.is_file() else "other"
    except OSError:
        return "other"


def _pairs(texts: Sequence[str]) -> Iterable[tuple[str, str]]:
    return zip(texts[::2], texts[1::2], strict=True)
