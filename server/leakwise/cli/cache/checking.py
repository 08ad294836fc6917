"""Checks the files of which it is not known what a check would give."""

import os
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from leakwise.cli.cache.findings import FindingsCache
from leakwise.cli.cache.world import World, world_of
from leakwise.cli.complaints import complain
from leakwise.cli.loading import loaded_rules
from leakwise.cli.settings_options import check_selectors
from leakwise.cli.shown import CheckedFile
from leakwise.engine.knowledge import told_in
from leakwise.engine.outside import cache_folder, environments_of
from leakwise.engine.settings import FolderSettings, SettingsResolver
from leakwise.sources.digests import blake2b
from leakwise.sources.editions import edition

if TYPE_CHECKING:
    from leakwise.cli.cache.remembering import Witness


def check_what_changed(
    paths: Sequence[str],
    jobs: int,
    folders: Sequence[str],
    settings: SettingsResolver,
    with_fixes: bool,
    witness: "Witness | None" = None,
) -> Generator[CheckedFile, None, None]:
    """As `check_files`; what is kept of earlier checks and still holds is not checked again, and
    what is found is kept, also where the caller stops early. `witness` is told what has it."""
    cache = opened(folders, settings)
    if cache is None:
        check_selectors(settings.overrides, loaded_rules())
        from leakwise.cli.processes import check_files

        told = told_in(folders, settings)
        yield from check_files(paths, jobs, folders, settings.overrides, told, with_fixes)
        return
    fingerprints = Fingerprints(settings)
    unknown: list[str] = []
    for path in paths:
        found = cache.found(path, fingerprints.of(path), with_fixes)
        if found is None:
            unknown.append(path)
        else:
            yield found
    if unknown:
        # Where nothing is left to check, no rule is loaded.
        check_selectors(settings.overrides, loaded_rules())
        from leakwise.cli.processes import check_files

        told = told_in(folders, settings)
        checked = check_files(unknown, jobs, folders, settings.overrides, told, with_fixes)
        try:
            with closing(checked):
                for file in checked:
                    cache.put(file, fingerprints.of(file.path), with_fixes)
                    yield file
        except BaseException:
            # A check that was ended goes on from here the next time.
            cache.save()
            raise
    _trust(settings, cache)
    why = cache.save()
    if witness is not None and why is None:
        witness.cache = cache
    if why is not None and settings.overrides.cache is not None:
        # Without its own folder a project is checked all the same; this one was asked for.
        about = f"cannot keep what was found ({why}) - name another folder as `--cache-dir`"
        complain("warning", about, str(settings.overrides.cache))


def _trust(settings: SettingsResolver, cache: FindingsCache) -> None:
    """Has the settings trusted of which the cache knows that they name only rules that exist."""
    for made in settings.made:
        if made.names_rules:
            known = fingerprint(made)
            if not cache.is_sound(known):
                if any(made.selector_problems(loaded_rules())):
                    continue
                cache.put_sound(known)
            settings.trust(made)


def opened(folders: Sequence[str], settings: SettingsResolver) -> FindingsCache | None:
    """The cache of the projects in `folders`; None where nothing is to be kept."""
    folder = cache_folder(folders, settings.overrides)
    if folder is None:
        return None
    about = blake2b("\n".join(folders).encode(errors="surrogateescape"), digest_size=8)
    name = f"findings-{about.hexdigest()}-{edition()}.json"

    def look() -> World | None:
        from leakwise.facts.symbols.environments import search_path

        packages = search_path(folders, os.environ, environments_of(folders, settings))
        return world_of(folders, packages, repr(told_in(folders, settings)))

    return FindingsCache(folder / name, look)


class Fingerprints:
    """What stands for the settings of files."""

    def __init__(self, settings: SettingsResolver) -> None:
        self._settings = settings
        self._known: dict[str, str] = {}

    def of(self, path: str) -> str:
        """What stands for the settings of the file at a path."""
        folder = os.path.dirname(os.path.abspath(path))
        known = self._known.get(folder)
        if known is None:
            known = self._known[folder] = fingerprint(self._settings.for_folder(folder))
        return known


def fingerprint(settings: FolderSettings) -> str:
    """What stands for all that settings say."""
    said = [(one.folder, sorted(one.values.items())) for one in settings.layers]
    digest = blake2b(repr((settings.top, said)).encode(errors="surrogateescape"), digest_size=8)
    return digest.hexdigest()
