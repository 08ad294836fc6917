"""The JSON-RPC side: what pygls does, but for texts, broken messages and ready-made results."""

import json
import logging
from contextvars import copy_context
from typing import Any

from lsprotocol import types
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInvalidRequest,
    JsonRpcMethodNotFound,
    JsonRpcParseError,
    JsonRpcServerNotInitialized,
)
from pygls.protocol import LanguageServerProtocol

from leakwise.lsp.tracing import Tracing

logger = logging.getLogger(__name__)

# pygls 2.1 splits the lines of the texts it keeps by `str.splitlines`, which is not LSP's rule,
# leaves by `sys.exit` inside a callback, which loses the exit status, runs commands where
# `$/cancelRequest` does not reach them, and raises for tokens of progress that are none.
_NOT_BUILT_IN = (
    types.TEXT_DOCUMENT_DID_OPEN,
    types.TEXT_DOCUMENT_DID_CHANGE,
    types.TEXT_DOCUMENT_DID_CLOSE,
    types.NOTEBOOK_DOCUMENT_DID_OPEN,
    types.NOTEBOOK_DOCUMENT_DID_CHANGE,
    types.NOTEBOOK_DOCUMENT_DID_CLOSE,
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL,
    types.WORKSPACE_EXECUTE_COMMAND,
    types.EXIT,
)


class JsonText(str):
    """A value that is JSON already."""

    __slots__ = ()


class LeakwiseProtocol(LanguageServerProtocol):
    """pygls's protocol, with our features in the place of those that it has built in."""

    _tracing: Tracing | None = None
    initialized = False
    """Whether `initialize` was received."""

    @property
    def shut_down(self) -> bool:
        """Whether `shutdown` was received."""
        return self._shutdown

    def receive(self, body: bytes) -> None:
        """Handles one message. What is wrong with it is answered and logged, never raised."""
        try:
            data = json.loads(body)
        except (ValueError, RecursionError) as error:
            logger.warning("A message that is not JSON was ignored: %s", error)
            self._refuse(None, JsonRpcParseError(f"Parse Error: {error}"))
            return
        if not _is_json_rpc(data):
            logger.warning("A message that is not JSON-RPC 2.0 was ignored.")
            identifier = data.get("id") if isinstance(data, dict) else None
            self._refuse(identifier, JsonRpcInvalidRequest("Not a JSON-RPC 2.0 message"))
            return
        if "method" in data:
            reason = self._refusal(data["method"])
            if reason is not None:
                if "id" in data:
                    self._refuse(data["id"], reason)
                return
        try:
            message = self.structure_message(data)
        except JsonRpcException as error:
            logger.warning("Invalid parameters of %s were refused.", data.get("method", "a reply"))
            if "method" in data and "id" in data:
                self._refuse(data["id"], error)
            return
        if data.get("method") == types.INITIALIZE:
            self.initialized = True
        if self.traces:
            self.tracing.received(data)
        if "method" not in data:
            self.handle_message(message)
        elif "id" in data and not hasattr(message, "id"):
            why = f"{message.method} is a notification, and has no answer"
            self._refuse(data["id"], JsonRpcInvalidRequest(why))
        elif "id" in data:
            copy_context().run(self._handle_request, message.id, message.method, message.params)
        else:
            self._notified(message.method, getattr(message, "params", None))

    @property
    def tracing(self) -> Tracing:
        """What is told of the messages, where the client wants that."""
        if self._tracing is None:
            self._tracing = Tracing(self._log_trace)
        return self._tracing

    @property
    def traces(self) -> bool:
        """Whether the client wants to be told of messages."""
        return self.trace not in (None, types.TraceValue.Off)

    def _log_trace(self, message: str, details: str) -> None:
        params = {"message": message}
        if details and self.trace == types.TraceValue.Verbose:
            params["verbose"] = details
        self.notify_ready(types.LOG_TRACE, JsonText(json.dumps(params)))

    def notify_ready(self, method: str, params: JsonText) -> None:
        """Sends a notification whose parameters are JSON already."""
        self._write(f'{{"jsonrpc":"{self.VERSION}","method":"{method}","params":{params}}}')

    def _notified(self, method: str, params: object) -> None:
        # pygls goes a long way to its own features and to coroutines: 0.2 ms for each keystroke.
        # Ours are plain functions.
        ours = self.fm.features.get(method)
        if ours is None or method in self.fm.builtin_features:
            self._handle_notification(method, params)
            return
        try:
            ours(params)
        except Exception:
            logger.exception("%s failed.", method)

    def _register_builtin_features(self) -> None:
        super()._register_builtin_features()  # type: ignore[no-untyped-call]
        for method in _NOT_BUILT_IN:
            del self.fm.builtin_features[method]

    def _send_response(
        self,
        msg_id: int | str | None,
        result: Any = None,
        error: types.ResponseError | None = None,
    ) -> None:
        if self.traces:
            self.tracing.answered(msg_id, None if error is None else error.message)
        if isinstance(result, JsonText):
            number = json.dumps(msg_id)
            self._write(f'{{"jsonrpc":"{self.VERSION}","id":{number},"result":{result}}}')
            return
        # Only typed parts are converted; what is ready for JSON goes as it is.
        outcome = {"result": result} if error is None else {"error": error}
        self._send_data({"jsonrpc": self.VERSION, "id": msg_id, **outcome})

    def _write(self, message: str) -> None:
        if self.writer is None:
            return
        body = message.encode()
        if self._include_headers:
            body = b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        self.writer.write(body)

    def _refuse(self, identifier: Any, error: JsonRpcException) -> None:
        known = identifier if isinstance(identifier, (int, str)) else None
        self._send_response(known, error=error.to_response_error())

    def _refusal(self, method: str) -> JsonRpcException | None:
        """Why a message is refused whatever it holds."""
        if method == types.EXIT:
            return None
        if self._shutdown:
            return JsonRpcInvalidRequest("The server is shutting down")
        if not self.initialized and method != types.INITIALIZE:
            return JsonRpcServerNotInitialized("The server is not initialized")
        if self.initialized and method == types.INITIALIZE:
            return JsonRpcInvalidRequest("The server is initialized already")
        if self.get_message_type(method) is None:
            return JsonRpcMethodNotFound(f"Method Not Found: {method}")
        return None


def _is_json_rpc(data: object) -> bool:
    return (
        isinstance(data, dict)
        and data.get("jsonrpc") == LeakwiseProtocol.VERSION
        and isinstance(data.get("method", ""), str)
    )
