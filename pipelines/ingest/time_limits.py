"""How long a document may take: who works on it says what it begins, and is ended, or left, when nothing follows for too long.

Belongs here: telling that time ran out, in a process and in a thread of this one. What is done then stands in `workers`.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from types import TracebackType

from pipelines.ingest.tasks import Staged, Task, run_task

# Steps that a document can hold up; checking and writing take what they take.
_TIMED = ("read", "batch", "alone")
_LOOK_SECONDS = 0.2


def slow_text(seconds: float) -> str:
    """Return why a document was given up."""
    return f"no result after {seconds:g} seconds (GID_DOCUMENT_SECONDS allows more)"


class Watch:
    """The time since the last step that was noted."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: float | None = None

    def note(self, what: str) -> None:
        """A step begins."""
        is_timed = self._seconds > 0 and what.partition(" ")[0] in _TIMED
        self._since = time.monotonic() if is_timed else None

    def is_over(self) -> bool:
        """Tell whether the step takes too long."""
        since = self._since
        return since is not None and time.monotonic() - since > self._seconds


class WatchedProcess:
    """Kills a process whose step takes too long, while it is entered; `has_expired` tells that it did."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.has_expired = False
        self.watch = Watch(seconds)
        self._process = process
        self._ended = threading.Event()

    def __enter__(self) -> WatchedProcess:
        threading.Thread(target=self._look, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            if self.watch.is_over():
                self.has_expired = True
                self._process.kill()
                return


class _Left(BaseException):
    """Ends a thread that nobody waits for any more, before it writes anything."""


def run_in_time(task: Task, seconds: float) -> list[Staged] | None:
    """Do a task in a thread of this process; None where a step of it takes too long: the thread is left and writes nothing."""
    attempt = _Attempt(task, seconds)
    thread = threading.Thread(target=attempt.run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(_LOOK_SECONDS)
        if attempt.is_left():
            return None
    return attempt.result()


class _Attempt:
    def __init__(self, task: Task, seconds: float) -> None:
        self._task = task
        self._watch = Watch(seconds)
        self._lock = threading.Lock()
        self._has_left = False
        self._result: Callable[[], list[Staged]] = list

    def run(self) -> None:
        """Do the task; what it raises is raised where its result is asked for."""
        try:
            staged = run_task(self._task, self._note)
            self._result = lambda: staged
        except _Left:
            return
        except BaseException as error:
            self._result = _raiser(error)

    def is_left(self) -> bool:
        """Leave the thread if its step takes too long."""
        with self._lock:
            self._has_left = self._watch.is_over()
            return self._has_left

    def result(self) -> list[Staged]:
        """What became of the task."""
        return self._result()

    def _note(self, what: str) -> None:
        with self._lock:
            if self._has_left:
                raise _Left
            self._watch.note(what)


def _raiser(error: BaseException) -> Callable[[], list[Staged]]:
    def fail() -> list[Staged]:
        raise error

    return fail
