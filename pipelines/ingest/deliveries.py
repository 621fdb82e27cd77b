"""Deliveries to staging: which have changed, what is parsed side by side, and what became of each.

Belongs here: the order of the steps of a run. It knows no Dagster, so that any program can ingest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Protocol

from pipelines.documents.deliveries import Delivery, find_delivery
from pipelines.documents.fingerprints import content_fingerprint
from pipelines.ingest.engines import engine_of
from pipelines.ingest.large import SPOOL, LargeDelivery
from pipelines.ingest.locks import hold_delivery
from pipelines.ingest.tasks import Cases, Staged, Task
from pipelines.parsing.chunks import Chunk, iter_chunks
from pipelines.parsing.version import parser_version
from pipelines.publishing.staging import current_manifest, ensure_staging_folders, hashes_path
from pipelines.publishing.staging_parts import discard_parts, finish_install, parts_dir
from pipelines.settings import Settings

# So many documents or deliveries of one chunk are parsed at once.
_TOGETHER = 250
_ATTEMPTS = 2
STATUSES = ("parsed", "unchanged", "invalid", "changing")


class Engine(Protocol):
    """What runs tasks: processes of this machine, or of others."""

    def run(self, tasks: Iterable[Task]) -> Iterator[list[Staged]]:
        """Yield what became of the chunks of each task, in any order; tasks are taken as workers become free."""


@dataclass(frozen=True)
class Ingested:
    """What became of one delivery; `status`: one of `STATUSES`; nothing is written of what is `invalid` or `changing`."""

    delivery: str
    status: str
    manifest: dict[str, Any] | None = None
    cases: Cases = field(default_factory=dict)
    n_kept_chunks: int = 0


def ingest(
    deliveries: Iterable[Delivery], settings: Settings, engine: Engine | None = None, say: Callable[[str], None] = print
) -> list[Ingested]:
    """Stage each delivery that changed; return what became of all, by name.

    Raises:
        IngestError: a worker fails for what the machine or the program does; what is complete until then stays.
    """
    ensure_staging_folders(settings)
    run = _Run(settings, engine or engine_of(settings), say)
    waiting = list(deliveries)
    for attempt in range(_ATTEMPTS):
        run.ingest(waiting, is_waiting=attempt > 0)
        waiting = [now for name in sorted(run.again) if (now := find_delivery(settings.raw_dir, name)) is not None]
    for name in run.again:
        run.done[name] = Ingested(name, "changing")
        say(f"{name} changed while it was read, again and again: what was staged before stays, the next run reads it")
    return [run.done[name] for name in sorted(run.done)]


class _Run:
    def __init__(self, settings: Settings, engine: Engine, say: Callable[[str], None]) -> None:
        self.done: dict[str, Ingested] = {}
        self.again: list[str] = []
        self._settings = settings
        self._engine = engine
        self._say = say
        self._large: dict[str, LargeDelivery] = {}
        self._locks = ExitStack()

    def ingest(self, deliveries: Iterable[Delivery], is_waiting: bool) -> None:
        """Ingest deliveries; those that change meanwhile, or are in the hands of another process, stand in `again`."""
        self.again = []
        with self._locks:
            for results in self._engine.run(self._tasks(deliveries, is_waiting)):
                for staged in results:
                    self._take(staged)
            for large in list(self._large.values()):
                self._finish(large)

    def _tasks(self, deliveries: Iterable[Delivery], is_waiting: bool) -> Iterator[Task]:
        """Small deliveries are collected until they are worth a task, large ones are divided."""
        together: list[tuple[Chunk, str]] = []
        n_documents = 0
        for delivery in deliveries:
            fingerprint = self._changed(delivery, is_waiting)
            if fingerprint is None:
                continue
            chunks = self._chunks(delivery)
            first = next(chunks)
            if not first.is_last:
                large = self._large[delivery.name] = LargeDelivery(delivery, fingerprint, self._settings)
                yield from large.tasks(chain([first], chunks))
                continue
            if together and n_documents + first.n_documents > _TOGETHER:
                yield self._task(together)
                together, n_documents = [], 0
            together.append((first, fingerprint))
            n_documents += max(1, first.n_documents)
        if together:
            yield self._task(together)

    def _task(self, together: list[tuple[Chunk, str]]) -> Task:
        return Task(self._settings, tuple(chunk for chunk, _ in together), tuple(own for _, own in together))

    def _changed(self, delivery: Delivery, is_waiting: bool) -> str | None:
        """Return the fingerprint of a delivery that has to be parsed, whose lock is held from here on."""
        if self._is_current(delivery, content_fingerprint(delivery, hashes_path(self._settings, delivery.name))):
            return None
        if not self._locks.enter_context(hold_delivery(self._settings, delivery.name, is_waiting)):
            self._say(f"{delivery.name} is being read by another process: it is looked at again at the end")
            self.again.append(delivery.name)
            return None
        finish_install(self._settings, delivery.name)
        fingerprint = content_fingerprint(delivery, hashes_path(self._settings, delivery.name))
        return None if self._is_current(delivery, fingerprint) else fingerprint

    def _is_current(self, delivery: Delivery, fingerprint: str) -> bool:
        manifest = current_manifest(self._settings, delivery.name, fingerprint, parser_version())
        if manifest is not None:
            self.done[delivery.name] = Ingested(delivery.name, "unchanged", manifest)
        return manifest is not None

    def _chunks(self, delivery: Delivery) -> Iterator[Chunk]:
        return iter_chunks(delivery, self._settings, parts_dir(self._settings, delivery.name) / SPOOL)

    def _take(self, staged: Staged) -> None:
        large = self._large.get(staged.delivery)
        if large is None:
            discard_parts(self._settings, staged.delivery)
            self._note(staged)
            return
        large.take(staged)
        if large.is_complete:
            self._finish(large)

    def _finish(self, large: LargeDelivery) -> None:
        del self._large[large.delivery.name]
        if large.n_kept:
            self._say(f"{large.delivery.name}: {large.n_kept} chunks of an earlier run were kept")
        self._note(large.finish(), large.n_kept)

    def _note(self, staged: Staged, n_kept: int = 0) -> None:
        name = staged.delivery
        if staged.is_changed:
            self._say(f"{name} changed while it was read: what was read is not used")
            self.again.append(name)
        elif staged.cases:
            self.done[name] = Ingested(name, "invalid", cases=staged.cases)
        else:
            self.done[name] = Ingested(name, "parsed", staged.total, n_kept_chunks=n_kept)
