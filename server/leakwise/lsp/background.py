"""Work of the event loop that nobody waits for."""

import asyncio
import logging
from collections.abc import Coroutine

logger = logging.getLogger(__name__)


def in_background(work: Coroutine[object, object, None]) -> asyncio.Task[None]:
    """Starts work whose outcome nobody asks for; where it fails, the log tells. Whoever calls this
    keeps the task: the loop itself does not."""
    task = asyncio.create_task(work)
    task.add_done_callback(_note_failure)
    return task


def _note_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("Work in the background failed.", exc_info=error)
