"""Work-done progress: how far something is, told to a client that may end it."""

import uuid
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

if TYPE_CHECKING:
    from leakwise.lsp.server import LeakwiseServer


class Progress:
    """Tells nothing without a token."""

    def __init__(self, ls: "LeakwiseServer", token: types.ProgressToken | None) -> None:
        self._ls = ls
        self._token = token
        self._told = -1
        self._cancelled = False

    @classmethod
    async def of_server(cls, ls: "LeakwiseServer") -> "Progress":
        """Progress of something that the client did not give a token for."""
        if not ls.client.shows_progress:
            return cls(ls, None)
        token = str(uuid.uuid4())
        try:
            await ls.work_done_progress.create_async(token)
        except JsonRpcException:
            return cls(ls, None)
        return cls(ls, token)

    @property
    def cancelled(self) -> bool:
        """Whether the user does not want it any more; also once it has ended, where that was
        asked before."""
        if self._token is not None and not self._cancelled:
            future = self._ls.work_done_progress.tokens.get(self._token)
            self._cancelled = future is not None and future.cancelled()
        return self._cancelled

    def begin(self, title: str) -> None:
        """Tells that it begins."""
        if self._token is not None:
            value = types.WorkDoneProgressBegin(title, cancellable=True, percentage=0)
            self._ls.work_done_progress.begin(self._token, value)

    def report(self, done: int, all_: int) -> None:
        """Tells how much of it is done, where that is a further percent."""
        percent = 100 * done // max(all_, 1)
        if self._token is not None and percent != self._told:
            self._told = percent
            value = types.WorkDoneProgressReport(message=f"{done}/{all_} files", percentage=percent)
            self._ls.work_done_progress.report(self._token, value)

    def end(self, message: str) -> None:
        """Tells that it is done."""
        if self._token is not None:
            self._ls.work_done_progress.end(self._token, types.WorkDoneProgressEnd(message=message))
            self._ls.work_done_progress.tokens.pop(self._token, None)
