"""Which files of a check a baseline has under another name, which nothing has any more."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from leakwise.cli.recorded import Recorded, findings_in, path_from
from leakwise.cli.shown import CheckedFile

_MOST_COMPARED = 20_000
"""Where so many pairs of files may be one, those alone are compared that are called alike."""


def moved_files(
    files: Sequence[CheckedFile], root: str, recorded: Iterable[Recorded]
) -> dict[str, str]:
    """By path of a file, as `CheckedFile` has it, the path under which a baseline whose paths count
    from `root` has recorded findings that are in it now. Each earlier path stands for one file."""
    known: dict[str, set[Recorded]] = {}
    for one in recorded:
        known.setdefault(one.path, set()).add(one)
    gone = [path for path in known if not os.path.lexists(os.path.join(root, path))]
    new = [
        file for file in files if file.findings and gone and path_from(root, file.path) not in known
    ]
    found: dict[str, str] = {}
    taken: set[str] = set()
    for file, path in _likeliest(new, gone, known, root):
        if file.path not in found and path not in taken:
            found[file.path] = path
            taken.add(path)
    return found


def _likeliest(
    files: Sequence[CheckedFile],
    gone: Sequence[str],
    known: Mapping[str, set[Recorded]],
    root: str,
) -> Iterator[tuple[CheckedFile, str]]:
    """The pairs of a file and an earlier path that have findings in common: those with the same
    name and with most of them first."""
    by_name: dict[str, list[str]] = {}
    for path in gone:
        by_name.setdefault(os.path.basename(path), []).append(path)
    pairs = [
        (file, path) for file in files for path in by_name.get(os.path.basename(file.path), ())
    ]
    if len(files) * len(gone) <= _MOST_COMPARED:
        pairs = list(product(files, gone))
    shared = [
        (len(known[path].intersection(findings_in(file, root, path))), file, path)
        for file, path in pairs
    ]
    alike = {id(file): os.path.basename(file.path) for file in files}
    shared.sort(key=lambda one: (alike[id(one[1])] != os.path.basename(one[2]), -one[0]))
    return ((file, path) for count, file, path in shared if count)
