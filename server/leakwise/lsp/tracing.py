"""What is told of the messages themselves when `$/setTrace` asks for it."""

import json
import time
from collections.abc import Callable
from typing import Any

Tell = Callable[[str, str], None]
"""Takes a line on one message, and what it holds."""

_LONGEST_DETAILS = 10_000


class Tracing:
    """Tells of each request, its answer and how long that took, and of each notification."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._begun: dict[object, tuple[str, float]] = {}

    def received(self, message: dict[str, Any]) -> None:
        """Takes note of a message of the client; those about the protocol itself are left out."""
        method, identifier = message.get("method"), message.get("id")
        if method is None or method.startswith("$/"):
            return
        details = json.dumps(message.get("params"))[:_LONGEST_DETAILS]
        if identifier is None:
            self._tell(f"Received notification '{method}'.", details)
            return
        self._begun[identifier] = method, time.monotonic()
        self._tell(f"Received request '{method} - ({identifier})'.", details)

    def answered(self, identifier: object, error: str | None) -> None:
        """Takes note of the answer to a request."""
        method, begun = self._begun.pop(identifier, ("", 0.0))
        if method:
            took = f"{(time.monotonic() - begun) * 1000:.0f} ms"
            how = "" if error is None else f" with an error: {error}"
            self._tell(f"Answered '{method} - ({identifier})' in {took}{how}.", "")
