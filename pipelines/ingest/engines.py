"""Which engine runs the tasks of an ingestion: the processes of this machine, or workers of a Dask cluster.

Belongs here: choosing by configuration, and what a cluster does with a task. What a task is stands in `tasks`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from pipelines.ingest.tasks import Staged, Task, run_task
from pipelines.ingest.workers import IngestError, LocalWorkers
from pipelines.parsing.version import parser_version
from pipelines.places import is_remote, use_object_storage
from pipelines.settings import Settings

if TYPE_CHECKING:
    from distributed import Client, Future

_ENGINES = ("local", "dask")
# So many tasks wait for each worker, so that none is idle while the next one is planned.
_AHEAD = 2
_CONNECT_SECONDS = 30


def engine_of(settings: Settings) -> LocalWorkers | DaskWorkers:
    """Return the engine that the settings name.

    Raises:
        IngestError: there is none of that name.
    """
    if settings.engine == "local":
        return LocalWorkers(settings.workers)
    if settings.engine == "dask":
        return DaskWorkers(settings)
    raise IngestError(f"GID_ENGINE={settings.engine}: say one of {', '.join(_ENGINES)}")


class DaskWorkers:
    """Workers of a cluster, or processes of this machine where no scheduler is named.

    A task of a worker that dies is given to another by the scheduler. One that has killed several is done here, with care.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def run(self, tasks: Iterable[Task]) -> Iterator[list[Staged]]:
        """Yield the results of tasks as they come; so many are with the cluster as it has threads, and some more."""
        from distributed import KilledWorker, as_completed  # noqa: PLC0415

        waiting, given = iter(tasks), {}
        first = next(waiting, None)
        if first is None:
            return
        with connect(self._settings) as client:
            finished = as_completed()
            for task in chain([first], waiting):
                given[(future := _submit(client, task)).key] = task
                finished.add(future)
                if len(given) < _room(client):
                    continue
                yield self._result(next(finished), given, KilledWorker)
            for future in finished:
                yield self._result(future, given, KilledWorker)

    def _result(self, future: Future, given: dict[str, Task], killed: type[Exception]) -> list[Staged]:
        task = given.pop(future.key)
        try:
            version, staged = future.result()
        except killed:
            return LocalWorkers(1).run_apart(task)
        if version != parser_version():
            raise IngestError(
                f"a worker of the cluster parses by {version}, this program by {parser_version()}: give all the same version"
            )
        return list(staged)


@contextmanager
def connect(settings: Settings) -> Iterator[Client]:
    """Connect with the scheduler; without one, start the processes of a cluster on this machine, and end them after.

    Raises:
        IngestError: the package is missing, or there is no answer.
    """
    try:
        import dask  # noqa: PLC0415
        from distributed import Client, LocalCluster  # noqa: PLC0415
    except ImportError:
        raise IngestError("GID_ENGINE=dask needs packages of the extra `cluster`: pip install '.[cluster]'") from None
    if not settings.scheduler:
        # One thread of Python a process; polars may not start more than its share of the cores either.
        threads = {"distributed.nanny.pre-spawn-environ": {"POLARS_MAX_THREADS": "1"}}
        own = {"n_workers": settings.workers, "threads_per_worker": 1, "dashboard_address": None, "host": "127.0.0.1"}
        own["silence_logs"] = logging.ERROR
        with dask.config.set(threads), LocalCluster(**own) as cluster, Client(cluster) as client:
            yield client
        return
    try:
        client = Client(settings.scheduler, timeout=_CONNECT_SECONDS)
    except (OSError, TimeoutError) as error:
        raise IngestError(
            f"the scheduler {settings.scheduler} does not answer ({error}): look at GID_SCHEDULER, and whether it runs"
        ) from error
    with client:
        client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
        yield client


def do_task(task: Task) -> tuple[str, list[Staged]]:
    """Do a task on a worker of a cluster; return the version of its parser and what became of the chunks."""
    places = [task.settings.raw_dir, task.settings.staging_dir]
    if any(is_remote(place) for place in places):
        use_object_storage()
    for place in places:
        if not is_remote(place) and not place.is_dir():
            raise IngestError(f"{place} is no folder of this worker's machine: all need the same disk, or s3://")
    return parser_version(), run_task(task, _note_nothing)


def _submit(client: Client, task: Task) -> Future:
    return client.submit(do_task, task, pure=False, retries=0)


def _room(client: Client) -> int:
    return _AHEAD * max(1, int(sum(client.nthreads().values())))


def _note_nothing(what: str) -> None:
    """A task that kills its worker is done again where somebody listens."""
