"""Processes that parse: each takes one task after the other; one that is killed is replaced, and its task done with care.

Belongs here: starting, feeding and ending them (`python -m pipelines.ingest.workers`). What a task is stands in `tasks`.
"""

from __future__ import annotations

import gc
import os
import pickle
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import IO

from pipelines.documents.isolation import end_child, receive, send
from pipelines.documents.reading import KILLED
from pipelines.ingest.tasks import Staged, Task, run_task
from pipelines.ingest.time_limits import WatchedProcess, run_in_time, slow_text
from pipelines.parsing.batches import Care
from pipelines.places import is_address, use_object_storage
from pipelines.settings import PROJECT_DIR

# Below so many documents, starting processes takes longer than parsing.
WORTH_PROCESSES = 1_000
_CAREFUL_BATCH = 64
_MAX_KILLED = 60
_PARENT_LOOK_SECONDS = 0.5


class WorkerKilled(RuntimeError):
    """A worker ended in the middle of a task; `last` is what it had noted last, `slow` why it was ended, if for its slowness."""

    def __init__(self, last: str, slow: str = "") -> None:
        super().__init__(f"a worker was killed; the last it said: {last or 'nothing'}")
        self.last, self.slow = last, slow


class IngestError(RuntimeError):
    """A task cannot be done: not for what a document holds, but for what the machine or this program does."""


class Worker:
    """A process that does tasks; it starts with the first one."""

    module = "pipelines.ingest.workers"

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, task: Task, is_noted: bool = False) -> list[Staged]:
        """Do a task in the process.

        Raises:
            WorkerKilled: the process has ended; the next task starts another.
            IngestError: the task raised an error.
        """
        process, seconds = self._running(), task.settings.document_seconds
        assert process.stdin is not None
        assert process.stdout is not None
        last = ""
        with WatchedProcess(process, seconds) as watched:
            try:
                send(process.stdin, pickle.dumps((task, is_noted or seconds > 0)))
                while True:
                    kind, value = pickle.loads(receive(process.stdout))
                    if kind == "done":
                        return list(value)
                    if kind == "error":
                        raise IngestError(value)
                    last = value
                    watched.watch.note(last)
            except (OSError, EOFError):
                self.close()
                raise WorkerKilled(last, slow_text(seconds) if watched.has_expired else "") from None

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            end_child(process)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self.module],
                cwd=PROJECT_DIR,
                env={**os.environ, "POLARS_MAX_THREADS": str(self._threads)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        return self._process


class LocalWorkers:
    """The processes of this machine; few documents are parsed in this process. It may run any number of times."""

    def __init__(self, n: int) -> None:
        self._n = n

    def run(self, tasks: Iterable[Task]) -> Iterator[list[Staged]]:
        """Yield the results of tasks as they come; a task is taken when a worker is about to be free."""
        waiting = iter(tasks)
        first: list[Task] = []
        n_documents = 0
        while n_documents < WORTH_PROCESSES and (task := next(waiting, None)) is not None:
            first.append(task)
            n_documents += sum(chunk.n_documents for chunk in task.chunks)
        if n_documents < WORTH_PROCESSES:
            yield from (self._run_here(task) for task in first)
            return
        yield from _Team(self._n).run(chain(first, waiting))

    def run_apart(self, task: Task) -> list[Staged]:
        """Do a task that has killed others in a process of its own, and find out which document does it."""
        with closing(_Team(self._n)) as team:
            return team.run_apart(task)

    def _run_here(self, task: Task) -> list[Staged]:
        staged = run_in_time(task, task.settings.document_seconds)
        if staged is not None:
            return staged
        gc.enable()  # the thread that was left is in the middle of a batch, for which it is put off
        return self.run_apart(task)


class _Team:
    """The processes of one run, a thread for each; at its end they are gone, and a thread that is left starts no other."""

    def __init__(self, n: int) -> None:
        self._n = n
        self._gate = _Gate()
        self._own = threading.local()
        self._workers: list[Worker] = []
        self._is_ended = False

    def run(self, tasks: Iterator[Task]) -> Iterator[list[Staged]]:
        """Yield the results of tasks as they come."""
        with ThreadPoolExecutor(self._n) as pool:
            try:
                yield from self._fan_out(pool, tasks)
            finally:
                self._is_ended = True
                pool.shutdown(wait=False, cancel_futures=True)
                self.close()
        self.close()

    def run_apart(self, task: Task) -> list[Staged]:
        """Do the chunks of a task one by one, and leave out the documents that kill."""
        return [staged for n in range(len(task.chunks)) for staged in self._run_alone(_nth(task, n))]

    def close(self) -> None:
        """End the processes."""
        for worker in self._workers:
            worker.close()

    def _fan_out(self, pool: ThreadPoolExecutor, tasks: Iterator[Task]) -> Iterator[list[Staged]]:
        running: set[Future[list[Staged]]] = set()
        for task in tasks:
            running.add(pool.submit(self._run, task))
            if len(running) > self._n:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)

    def _run(self, task: Task) -> list[Staged]:
        try:
            with self._gate.shared():
                return self._worker().run(task)
        except WorkerKilled as killed:
            is_slow = bool(killed.slow)
        if is_slow:
            # Who is slow needs no machine of its own; who is killed meanwhile may be, and begins again below.
            with suppress(WorkerKilled), self._gate.shared():
                return [s for n in range(len(task.chunks)) for s in self._run_alone(_nth(task, n), is_shared=True)]
        # Too little memory may be the fault of the others: from here on nothing else runs.
        with self._gate.alone():
            return self.run_apart(task)

    def _run_alone(self, task: Task, is_shared: bool = False) -> list[Staged]:
        care = Care(batch=_CAREFUL_BATCH)
        for _ in range(_MAX_KILLED):
            careful = replace(task, chunks=tuple(replace(chunk, care=care) for chunk in task.chunks))
            try:
                return self._worker().run(careful, is_noted=True)
            except WorkerKilled as killed:
                if is_shared and not killed.slow:
                    raise
                care = _more_care(care, killed)
        place = f"{task.chunks[0].delivery}, chunk {task.chunks[0].number}"
        raise IngestError(f"{place}: it killed {_MAX_KILLED} processes; look for lack of memory on this machine")

    def _worker(self) -> Worker:
        if self._is_ended:
            raise IngestError("the run has ended")
        if not hasattr(self._own, "worker"):
            self._own.worker = Worker(max(1, (os.cpu_count() or 1) // self._n))
            self._workers.append(self._own.worker)
        own: Worker = self._own.worker
        return own


class _Gate:
    """Many may pass at once, or one alone."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._n_inside = 0
        self._is_closed = False

    @contextmanager
    def shared(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self._is_closed)
            self._n_inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._n_inside -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: not self._is_closed)
            self._is_closed = True
            self._changed.wait_for(lambda: not self._n_inside)
        try:
            yield
        finally:
            with self._changed:
                self._is_closed = False
                self._changed.notify_all()


def _nth(task: Task, n: int) -> Task:
    return replace(task, chunks=(task.chunks[n],), fingerprints=(task.fingerprints[n],))


def _more_care(care: Care, killed: WorkerKilled) -> Care:
    """Leave out the document, or divide the batch, that the worker was at."""
    what, _, which = killed.last.partition(" ")
    reason = killed.slow or KILLED
    if what == "read":
        return replace(care, unread={**care.unread, which: reason})
    if what == "alone":
        return replace(care, unparsed={**care.unparsed, which: reason})
    if what == "batch":
        return replace(care, alone=care.alone | {int(which)})
    raise IngestError(f"{killed}; look for lack of memory on this machine")


def _end_with(parent: int) -> None:
    """A worker whose parent is gone must not go on writing: another run may be at work already."""
    while os.getppid() == parent:
        time.sleep(_PARENT_LOOK_SECONDS)
    os._exit(1)


def main() -> None:
    """Do the tasks on standard input until it ends."""
    parent = os.getppid()
    if any(is_address(os.environ.get(name, "")) for name in ("GID_RAW_DIR", "GID_STAGING_URL")):
        use_object_storage()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    requests = sys.stdin.buffer
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no reply
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        while True:
            task, is_noted = pickle.loads(receive(requests))
            note = partial(_note, replies) if is_noted else _note_nothing
            send(replies, pickle.dumps(_answer(task, note)))


def _answer(task: Task, note: Callable[[str], None]) -> tuple[str, object]:
    try:
        return "done", run_task(task, note)
    except Exception as error:
        return "error", f"{type(error).__name__}: {error}\n{traceback.format_exc()}"


def _note(replies: IO[bytes], what: str) -> None:
    send(replies, pickle.dumps(("note", what)))


def _note_nothing(what: str) -> None:
    """Nobody listens."""


if __name__ == "__main__":
    main()
