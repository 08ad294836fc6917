"""Where the packages of a workspace are installed, found by reading alone.

Python itself is never asked: an interpreter that lies in a workspace may be anything. What is read:

- `pyvenv.cfg`, of venv, virtualenv, uv and Poetry: https://docs.python.org/3/library/venv.html
- `conda-meta`, which each conda environment has
- Poetry's folder of environments: https://python-poetry.org/docs/configuration/#virtualenvspath
- the path lines of `.pth` files: https://docs.python.org/3/library/site.html
- `direct_url.json` of editable installs:
  https://packaging.python.org/en/latest/specifications/direct-url/
"""

from __future__ import annotations

import os
import sys

from leakwise.sources.folders import nearest_with

TYPE_CHECKING = False  # As `typing` has it, which takes long to load.
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_USUAL = (".venv", "venv", ".conda", "env", ".env")
"""Names of folders with environments, the likeliest first; others are taken after these."""

_LARGEST = 1 << 20
"""Bytes of a file that is read here; a larger one is none of those that are looked for."""

_MOST_LINES = 1_000
"""Lines of a `.pth` file that are read."""


def search_path(
    roots: Sequence[str], environ: Mapping[str, str], configured: Sequence[str] = ()
) -> list[str]:
    """The folders with the packages that code in `roots` can import, in order of search.

    Each root has one environment: the first of the `configured` ones, one that lies in it or above
    it in its repository, the one that `environ` says is active, Poetry's for it, the one in which
    Leakwise runs.
    """
    found: dict[str, None] = {}
    for root in roots:
        prefix = _environment_of(root, environ, configured)
        if prefix is not None:
            for packages in _site_packages(prefix):
                found[packages] = None
                found.update(dict.fromkeys(_added_by(packages)))
    return list(found)


def _environment_of(root: str, environ: Mapping[str, str], configured: Sequence[str]) -> str | None:
    for one in _candidates(root, environ, configured):
        if os.path.isabs(one) and _is_environment(one):
            return one
    return None


def _candidates(root: str, environ: Mapping[str, str], configured: Sequence[str]) -> Iterator[str]:
    yield from (os.path.join(root, one) for one in configured)
    yield from _in_project(root, environ)
    yield environ.get("VIRTUAL_ENV", "")
    if not _in_conda_base(environ):
        yield environ.get("CONDA_PREFIX", "")
    yield from _of_poetry(root, environ)
    yield environ.get("CONDA_PREFIX", "")
    yield sys.prefix


def _is_environment(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, "pyvenv.cfg")) or os.path.isdir(
        os.path.join(folder, "conda-meta")
    )


def _in_conda_base(environ: Mapping[str, str]) -> bool:
    # conda activates it in each shell, whatever the project.
    return environ.get("CONDA_DEFAULT_ENV") == "base"


def _in_project(root: str, environ: Mapping[str, str]) -> Iterator[str]:
    """Environments in a folder, then in those above it, up to the top of the repository."""
    repository = nearest_with(root, ".git") or root
    folder = root
    while True:
        if chosen := environ.get("UV_PROJECT_ENVIRONMENT"):
            yield os.path.join(folder, chosen)
        yield from (os.path.join(folder, name) for name in _USUAL)
        yield from _folders(folder)
        if folder == repository:
            return
        folder = os.path.dirname(folder)


def _of_poetry(root: str, environ: Mapping[str, str]) -> list[str]:
    """The environments that Poetry keeps for a project: their names hold a hash of its path, see
    `EnvManager.generate_env_name` in poetry/utils/env/env_manager.py."""
    folder = environ.get("POETRY_VIRTUALENVS_PATH")
    if folder is None:
        cache = environ.get("POETRY_CACHE_DIR") or _user_cache("pypoetry", environ)
        folder = os.path.join(cache, "virtualenvs")
    made = _folders(folder)
    if not made:
        return []
    # These are loaded late: most checks that know their results need none.
    import base64
    import hashlib

    path = os.path.normcase(os.path.realpath(root))
    digest = hashlib.sha256(path.encode(errors="surrogateescape")).digest()
    mark = f"-{base64.urlsafe_b64encode(digest).decode()[:8]}-py"
    return sorted((one for one in made if mark in os.path.basename(one)), reverse=True)


def _user_cache(name: str, environ: Mapping[str, str]) -> str:
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        return os.path.join(environ.get("LOCALAPPDATA") or home, name, "Cache")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Caches", name)
    return os.path.join(environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache"), name)


def _site_packages(prefix: str) -> list[str]:
    """The folders of an environment in which packages are installed."""
    settings = _settings(os.path.join(prefix, "pyvenv.cfg"))
    version = settings.get("version_info") or settings.get("version") or ""
    found = _below(prefix, version)
    home = settings.get("home")
    if home and settings.get("include-system-site-packages", "").lower() == "true":
        # `home` has the interpreter: `/usr/bin`, or on Windows the prefix itself.
        base = home if sys.platform == "win32" else os.path.dirname(home)
        found += [one for one in _below(base, version) if one not in found]
    return found


def _below(prefix: str, version: str) -> list[str]:
    plain = [os.path.join(prefix, "Lib", "site-packages")]
    by_version: list[str] = []
    for library in ("lib", "lib64", os.path.join("local", "lib")):
        versions = [
            one
            for one in _folders(os.path.join(prefix, library))
            if os.path.basename(one).startswith(("python3", "pypy3"))
        ]
        for folder in _of_version(versions, version):
            by_version += (os.path.join(folder, f"{kind}-packages") for kind in ("site", "dist"))
    found: dict[str, str] = {}
    for folder in (*by_version, *plain):
        if os.path.isdir(folder):
            # `lib64` is a link to `lib`, and some systems tell no `Lib` from `lib`.
            found.setdefault(os.path.realpath(folder), folder)
    return list(found.values())


def _of_version(folders: list[str], version: str) -> list[str]:
    """Those of `lib/python3.X` that a version has; all, the newest first, where none has it."""
    minor = ".".join(version.split(".")[:2])
    exact = [one for one in folders if minor and os.path.basename(one).endswith(f"n{minor}")]
    return exact or sorted(folders, key=_minor, reverse=True)


def _minor(folder: str) -> int:
    digits = os.path.basename(folder).rpartition(".")[2]
    return int(digits) if digits.isdecimal() else 0


def _added_by(packages: str) -> Iterator[str]:
    """The folders that a folder of packages adds to the search path."""
    for name in sorted(_names(packages)):
        path = os.path.join(packages, name)
        if name.endswith(".pth") and not name.startswith("."):
            yield from _path_lines(path, packages)
        elif name.endswith(".dist-info"):
            project = _editable_project(os.path.join(path, "direct_url.json"))
            if project is not None:
                source = os.path.join(project, "src")
                yield from (one for one in (source, project) if os.path.isdir(one))


def _path_lines(file: str, packages: str) -> Iterator[str]:
    for line in _read(file).splitlines()[:_MOST_LINES]:
        line = line.rstrip()
        # Python runs what begins with `import`; here it is not even looked at.
        if not line or line.startswith(("#", "import ", "import\t")) or _is_remote(line):
            continue
        folder = os.path.normpath(os.path.join(packages, line))
        # Of a path with a NUL character it is not.
        if os.path.isdir(folder):
            yield folder


def _editable_project(file: str) -> str | None:
    text = _read(file)
    if not text:
        return None
    import json

    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    match told:
        case {"url": str(url), "dir_info": {"editable": True}}:
            path = _local_path(url)
            if os.path.isabs(path) and not _is_remote(path):
                return path
    return None


def _local_path(url: str) -> str:
    """The path that a `file:` URI names, empty for others."""
    if os.name == "posix" and url.startswith("file:///") and "%" not in url:
        # As below, which takes longer to load than a check that knows its result.
        return url.removeprefix("file://")
    from leakwise.sources.addresses import uri_to_path

    return str(uri_to_path(url) or "")


def _is_remote(path: str) -> bool:
    """Whether a path names another machine: on Windows, looking there sends it credentials."""
    return path.startswith(("\\\\", "//", "\\/", "/\\"))


def _settings(file: str) -> dict[str, str]:
    lines = (line.partition("=") for line in _read(file).splitlines())
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _read(file: str) -> str:
    """The text of a file, empty where there is none."""
    try:
        with open(file, "rb") as stream:
            data = stream.read(_LARGEST + 1)
    except (OSError, ValueError):
        return ""
    return "" if len(data) > _LARGEST else data.decode("utf-8-sig", "replace")


def _names(folder: str) -> Iterable[str]:
    try:
        return os.listdir(folder)
    except (OSError, ValueError):
        return ()


def _folders(folder: str) -> list[str]:
    return [
        path for name in sorted(_names(folder)) if os.path.isdir(path := os.path.join(folder, name))
    ]
