"""One worker process as its parent sees it: starting it, asking it, ending it."""

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import leakwise
from leakwise.facts.symbols.questions import (
    Answer,
    Question,
    answer_from_json,
    question_to_json,
)
from leakwise.facts.symbols.transport import TransportError, receive, send

# With -I, Python takes neither the current folder, nor PYTHONPATH, nor the user's packages. The
# folder of the running Leakwise comes first only while the package itself is found.
PROGRAM = """\
import sys
here, folder = sys.argv[1:]
sys.path.insert(0, here)
import leakwise
del sys.path[0]
if here not in sys.path:
    sys.path.append(here)
from leakwise.facts.symbols.worker import main
main(folder)
"""
"""What a worker runs."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker may use. Times are in seconds, sizes in bytes."""

    standstill: float = 20.0
    """Processor time of a question without opening another file. A first question about a large
    package opens hundreds."""
    longest: float = 180.0
    """Processor time of one question in all."""
    silence: float = 60.0
    """Time without a sign of life, after which the process is as good as dead; one is due twice a
    second."""
    start: float = 60.0
    """Time until it is ready."""
    memory: int = 1 << 30
    """Of one question; the process is ended above."""
    recycled_above: int = 192 << 20
    """The process is ended above once it has nothing to do; a new one starts small."""


class WorkerError(Exception):
    """The process is no more, or of no use."""


class StartError(WorkerError):
    """The process could not be started."""


class GivenUpError(WorkerError):
    """A question went beyond a limit, and the process was ended with it."""


class QuestionError(Exception):
    """The worker failed on a question, and lives on. Its text says how."""


class WorkerProcess:
    """A running worker. It belongs to one thread, but for `kill`.

    Raises:
        StartError: it does not start.
    """

    def __init__(
        self,
        folder: str,
        around: Mapping[str, object],
        limits: Limits,
        program: str = PROGRAM,
    ) -> None:
        """`folder` is the worker's own, which it makes where there is none: it runs there, and
        writes nowhere else. `around` is what it is to know first: `roots`, `search_path` and what
        is `told` of libraries. `program` is the Python program that it runs; it is given the folder
        of the running Leakwise, and `folder`.
        """
        self._limits = limits
        self.memory = 0
        """Bytes in use when it last told."""
        here = str(Path(leakwise.__file__).resolve().parents[1])
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", program, here, folder],
                # Not in the workspace.
                cwd=Path(folder).parent,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                # Ctrl-C in a terminal is for the parent, which ends us by closing the pipe.
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise StartError(f"its process does not start: {error}") from None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests: IO[bytes] = self._process.stdin
        self._messages: queue.SimpleQueue[Any] = queue.SimpleQueue()
        replies = self._process.stdout
        self._reader = threading.Thread(target=self._read, args=(replies,), daemon=True)
        self._reader.start()
        try:
            self._send(around)
            started = self._next(limits.start)
        except WorkerError as error:
            self.end()
            raise StartError(f"its process does not start: {error}") from None
        if "ready" not in started:
            self.end()
            raise StartError(f"its process does not start: {started.get('failed')}")

    def tell(self, changes: Mapping[str, str | None]) -> None:
        """Sends what open documents hold now, by path, and None for paths that have changed on the
        disk or whose documents are closed.

        Raises:
            WorkerError: it is no more.
        """
        self._send({"changes": dict(changes)})

    def ask(self, question: Question) -> Answer:
        """Waits for the answer.

        Raises:
            GivenUpError: the question takes too much.
            QuestionError: it could not answer.
            WorkerError: it is no more, does not respond, or has sent nonsense.
        """
        self._send({"question": question_to_json(question)})
        limits = self._limits
        files, began, moved = -1, -1.0, 0.0
        while True:
            match self._next(limits.silence):
                case {"answer": data}:
                    try:
                        return answer_from_json(data)
                    except (ValueError, TypeError) as error:
                        raise WorkerError(f"its answer is none ({error})") from None
                case {"raised": str(how)}:
                    raise QuestionError(how)
                case {"files": int(opened), "seconds": float(seconds)}:
                    if began < 0:
                        began = seconds
                    if opened != files:
                        files, moved = opened, seconds
                    if seconds - moved > limits.standstill or seconds - began > limits.longest:
                        raise GivenUpError("it stood still")
                    if self.memory > limits.memory:
                        raise GivenUpError("it took too much memory")
                case _:
                    raise WorkerError("it sends what is no message")

    @property
    def oversized(self) -> bool:
        """Whether it should be ended once it has nothing to do."""
        return self.memory > self._limits.recycled_above

    @property
    def far_too_large(self) -> bool:
        """Whether it should be ended before it is asked again."""
        return self.memory > 2 * self._limits.recycled_above

    def kill(self) -> None:
        """Ends the process at once; from any thread. Whoever waits for an answer gets none."""
        with contextlib.suppress(OSError):
            self._process.kill()

    def end(self) -> None:
        """Ends the process, and takes back all that it held."""
        self.kill()
        self._process.wait()
        with contextlib.suppress(OSError):
            self._requests.close()
        self._reader.join()

    def _send(self, message: object) -> None:
        try:
            send(self._requests, message)
        except TransportError as error:
            raise WorkerError(f"it has ended ({error})") from None

    def _next(self, seconds: float) -> dict[str, Any]:
        try:
            message = self._messages.get(timeout=seconds)
        except queue.Empty:
            raise WorkerError("it does not respond") from None
        if not isinstance(message, dict):
            raise WorkerError("it has ended unexpectedly")
        memory = message.get("memory")
        self.memory = memory if isinstance(memory, int) else 0
        return message

    def _read(self, replies: IO[bytes]) -> None:
        with replies:
            try:
                while True:
                    self._messages.put(receive(replies))
            except TransportError:
                self._messages.put(None)


def _environment() -> dict[str, str]:
    """The environment variables of a worker: without those that steer Python."""
    steering = ("PYTHON", "VIRTUAL_ENV", "CONDA_")
    return {name: value for name, value in os.environ.items() if not name.startswith(steering)}
