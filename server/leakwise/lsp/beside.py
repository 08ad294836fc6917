"""Work in a thread of its own: what takes its time while typing is analysed on."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from leakwise.lsp.limits import GivenUp, Limit

T = TypeVar("T")

LIMIT_SECONDS = 60.0


class TookTooLong(Exception):
    """Work was given up."""


async def beside(work: Callable[[], T]) -> T:
    """What `work` gives; it runs in a thread of its own, and is broken off when nobody waits any
    longer.

    Raises:
        TookTooLong: it was given up after a minute.
    """
    done: Future[T] = Future()
    limit = Limit(LIMIT_SECONDS)
    # Not asyncio's pool: the exit would wait for work that never gets done.
    threading.Thread(target=_do, args=(work, done, limit), daemon=True).start()
    try:
        return await asyncio.wrap_future(done)
    except asyncio.CancelledError:
        limit.break_off()
        raise


def _do(work: Callable[[], T], done: "Future[T]", limit: Limit) -> None:
    if not done.set_running_or_notify_cancel():
        return
    try:
        done.set_result(limit.run(work))
    except GivenUp:
        done.set_exception(TookTooLong(f"It took longer than {LIMIT_SECONDS:g} seconds."))
    except Exception as error:
        done.set_exception(error)
    finally:
        limit.close()
