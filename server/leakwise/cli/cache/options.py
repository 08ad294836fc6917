"""The options that say where what was found is kept between checks."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from leakwise.cli.paths import CachePath
from leakwise.engine.settings import Overrides

Command = TypeVar("Command", bound=Callable[..., Any])


def cache_dir_option(told: str) -> Callable[[Command], Command]:
    """The option that names the folder in which checks keep what they find."""
    return click.option(
        "--cache-dir",
        metavar="FOLDER",
        type=CachePath(),
        envvar="LEAKWISE_CACHE_DIR",
        help=told,
    )


def cache_options(command: Command) -> Command:
    """Gives a command the options, and puts what they say into its argument `overrides`: stands
    below `settings_options`."""

    @click.option("--no-cache", is_flag=True, help="Use nothing that was kept, and keep nothing.")
    @cache_dir_option("Where to keep what was found; `.leakwise_cache` in the project by default.")
    @wraps(command)
    def with_cache(
        *arguments: Any, overrides: Overrides, no_cache: bool, cache_dir: Path | None, **given: Any
    ) -> Any:
        place = None if cache_dir is None else cache_dir.absolute()
        overrides = replace(overrides, no_cache=no_cache, cache=place)
        return command(*arguments, overrides=overrides, **given)

    return with_cache  # type: ignore[return-value]
