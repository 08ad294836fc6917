"""Noticing that the client's process is gone, for clients that leave stdin open behind them."""

import asyncio
import os
import sys

_POLL_SECONDS = 1.0


async def until_gone(process_id: int) -> None:
    """Returns when the process ends; never for one that is not seen to be alive at first.

    Such a one lives behind another process namespace: a client outside of our container.
    """
    # Windows offers no harmless question by id; there the pipes of a dead client close.
    if sys.platform == "win32" or not _alive(process_id):
        await asyncio.Event().wait()
    while _alive(process_id):
        await asyncio.sleep(_POLL_SECONDS)


def _alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
