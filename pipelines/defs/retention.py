"""Old runs with their events and logs, deleted by Dagster's own means: `python -m pipelines.defs.retention`, `make prune`.

Belongs here: which runs are old, and what goes with one. Ticks of sensors and schedules are purged by dagster.yaml.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
from dagster import AssetKey, AssetRecordsFilter, DagsterEventType, DagsterInstance, DagsterRunStatus, RunsFilter
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from pipelines.settings import load_settings

_ENDED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
_AT_ONCE = 500


def prune_runs(instance: DagsterInstance, kept_days: int, now: float | None = None) -> list[str]:
    """Delete runs that ended more than so many days ago, with events and logs; return their ids, the oldest first.

    The last run of each job stays, and so does every run that made the newest state of an asset or of a delivery: the
    page of an asset would else say that it was never made.

    Raises:
        ValueError: fewer than one day is to be kept.
    """
    if kept_days < 1:
        raise ValueError(f"{kept_days} days: say a whole number, at least 1 (GID_RUNS_KEPT_DAYS)")
    before = (now or time.time()) - kept_days * 86400
    old = [run_id for run_id, ended in _ended_runs(instance) if ended < before]
    if not old:
        return []
    kept = _last_runs(instance) | _runs_of_newest_assets(instance)
    gone = [run_id for run_id in old if run_id not in kept]
    for run_id in gone:
        _delete(instance, run_id)
    return gone


def _ended_runs(instance: DagsterInstance) -> Iterator[tuple[str, float]]:
    """Yield id and time of the end of every run that has ended, the oldest first."""
    cursor = None
    while True:
        records = instance.get_run_records(RunsFilter(statuses=_ENDED), limit=_AT_ONCE, cursor=cursor, ascending=True)
        for record in records:
            yield record.dagster_run.run_id, record.end_time or record.update_timestamp.timestamp()
        if len(records) < _AT_ONCE:
            return
        cursor = records[-1].dagster_run.run_id


def _last_runs(instance: DagsterInstance) -> set[str]:
    jobs = {run.job_name for run in instance.get_runs(RunsFilter(statuses=_ENDED))}
    last = (instance.get_runs(RunsFilter(job_name=job, statuses=_ENDED), limit=1) for job in jobs)
    return {run.run_id for runs in last for run in runs}


def _runs_of_newest_assets(instance: DagsterInstance) -> set[str]:
    runs: set[str] = set()
    kind = DagsterEventType.ASSET_MATERIALIZATION
    for key in instance.all_asset_keys():
        newest = instance.get_latest_materialization_event(key)
        runs |= {newest.run_id} if newest else set()
        by_partition = instance.get_latest_storage_id_by_partition(key, kind)
        runs |= _runs_of_events(instance, key, sorted(by_partition.values()))
    return runs


def _runs_of_events(instance: DagsterInstance, key: AssetKey, storage_ids: list[int]) -> set[str]:
    runs: set[str] = set()
    for start in range(0, len(storage_ids), _AT_ONCE):
        wanted = AssetRecordsFilter(asset_key=key, storage_ids=storage_ids[start : start + _AT_ONCE])
        runs |= {record.run_id for record in instance.fetch_materializations(wanted, limit=_AT_ONCE).records}
    return runs


def _delete(instance: DagsterInstance, run_id: str) -> None:
    instance.compute_log_manager.delete_logs(prefix=[run_id])
    instance.delete_run(run_id)
    storage = instance.event_log_storage
    if isinstance(storage, SqliteEventLogStorage):
        # Its rows are gone; the file of its own that SQLite has for each run is left by Dagster.
        path = Path(storage.path_for_shard(run_id))
        for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            file.unlink(missing_ok=True)


def main() -> int:
    """Delete old runs and say how many there were."""
    parser = argparse.ArgumentParser(prog="make prune", description="Delete runs that ended long ago.")
    parser.add_argument("--days", type=int, default=load_settings().runs_kept_days, help="how many days are kept")
    days: int = parser.parse_args().days
    with dg.DagsterInstance.get() as instance:
        gone = prune_runs(instance, days)
    print(f"{len(gone):,} runs that ended more than {days} days ago were deleted, with their events and logs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
