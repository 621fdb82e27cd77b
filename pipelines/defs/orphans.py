"""`python -m pipelines.defs.orphans`: runs whose process is gone are said to have failed, before the code server starts.

Belongs here: telling such runs from those that are at work. Runs that take too long are ended by run monitoring.
"""

from __future__ import annotations

import sys

import dagster as dg
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter
from dagster._core.storage.tags import GRPC_INFO_TAG

from pipelines.operations.health import lock_holder
from pipelines.settings import Settings, load_settings

_AT_WORK = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]


def fail_orphans(instance: DagsterInstance, settings: Settings) -> list[str]:
    """Mark as failed every run that no process works on; return their ids.

    To be called while no code server runs: it is the parent of every run that it has launched. A refresh from the
    command line is a run of its own process, which holds the lock of refreshes as long as it lives.
    """
    by_hand = lock_holder(settings.refresh_lock_path) is not None
    runs = instance.get_runs(RunsFilter(statuses=_AT_WORK))
    orphans = [run for run in runs if _is_launched(run) or not by_hand]
    for run in orphans:
        instance.report_run_failed(run, "Its process is gone: the server was stopped, or it crashed.")
    return [run.run_id for run in orphans]


def _is_launched(run: DagsterRun) -> bool:
    return GRPC_INFO_TAG in run.tags


def main() -> int:
    """Mark orphans and say how many there were."""
    with dg.DagsterInstance.get() as instance:
        orphans = fail_orphans(instance, load_settings())
    print(f"{len(orphans)} runs without a process are marked as failed{': ' if orphans else ''}{', '.join(orphans)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
