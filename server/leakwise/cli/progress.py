"""A progress bar for work that people would otherwise wonder about."""

import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import TypeVar

import click

PATIENCE = 1.0
"""Seconds of work before a bar appears."""

Item = TypeVar("Item")


def with_progress(items: Iterable[Item], total: int) -> Iterator[Item]:
    """Gives `items` on, and counts them on standard error when that is a terminal."""
    started = time.monotonic()
    with ExitStack() as stack:
        bar = None
        for done, item in enumerate(items, 1):
            yield item
            if bar is not None:
                bar.update(1)
            elif sys.stderr.isatty() and time.monotonic() - started > PATIENCE:
                bar = stack.enter_context(
                    click.progressbar(length=total, label="Checking", file=sys.stderr)
                )
                bar.update(done)
