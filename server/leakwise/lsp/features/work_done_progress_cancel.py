"""`window/workDoneProgress/cancel`."""

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


def work_done_progress_cancel(
    ls: "LeakwiseServer", params: types.WorkDoneProgressCancelParams
) -> None:
    """Has what tells its progress with the token end early."""
    if isinstance(params.token, int | str):  # Some clients err, and nothing has looked at it yet.
        future = ls.work_done_progress.tokens.get(params.token)
        if future is not None:
            future.cancel()
