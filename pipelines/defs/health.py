"""`python -m pipelines.defs.health`, `make health`: is all well; exit code 0 where nobody is needed, else 1.

Belongs here: what only Dagster's storage knows: daemons, sensors, the last runs. The rest stands in operations.health.
"""

from __future__ import annotations

import argparse
import sys
import time

import dagster as dg
from dagster import DagsterInstance, DagsterRunStatus, RunsFilter
from dagster._core.scheduler.instigation import InstigatorStatus, TickStatus

from pipelines.operations.alerts import AlertFailed, alert_once, send_kept
from pipelines.operations.health import FAIL, OK, WARN, Check, as_json, as_lines, check_warehouse, worst
from pipelines.settings import load_settings

_JOBS = ("refresh", "build_warehouse", "ingest_delivery", "prune_runs")
_ENDED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
# A run that waits this long waits for something that does not come.
_WAITS_TOO_LONG_SECONDS = 6 * 3600


def ask_dagster() -> list[Check]:
    """Look at Dagster's storage; one that cannot be reached is a failed check."""
    try:
        with dg.DagsterInstance.get() as instance:
            return check_dagster(instance)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".strip().splitlines()[0]
        return [Check("dagster", FAIL, f"its storage cannot be read: {reason}")]


def check_dagster(instance: DagsterInstance) -> list[Check]:
    """Look at everything that Dagster's storage tells."""
    return [check_daemons(instance), check_ticks(instance), *check_runs(instance), check_queue(instance)]


def check_daemons(instance: DagsterInstance) -> Check:
    """Tell whether every daemon has given a sign of life; where none ever has, refreshes are started by hand."""
    statuses = instance.get_daemon_statuses()
    if not any(status.last_heartbeat for status in statuses.values()):
        return Check("daemon", OK, "none has ever run here: nothing refreshes unless somebody runs `make warehouse`")
    ill = sorted(name for name, status in statuses.items() if status.required and not status.healthy)
    if ill:
        return Check(
            "daemon", FAIL, f"no heartbeat: {', '.join(ill)}: look at `journalctl -u gid-daemon`", ", ".join(ill)
        )
    return Check("daemon", OK, f"{len(statuses)} healthy", len(statuses))


def check_ticks(instance: DagsterInstance) -> Check:
    """Tell which schedules and sensors failed when they were last evaluated."""
    failing = []
    for state in instance.all_instigator_state():
        if state.status == InstigatorStatus.STOPPED:
            continue
        ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1)
        if ticks and ticks[0].status == TickStatus.FAILURE:
            message = ticks[0].error.message.strip().splitlines()[0] if ticks[0].error else "no message"
            failing.append(f"{state.instigator_name} ({message})")
    if failing:
        return Check("ticks", FAIL, f"failing: {'; '.join(sorted(failing))}: look at `journalctl -u gid-code`")
    return Check("ticks", OK, "every schedule and sensor that runs could be evaluated")


def check_runs(instance: DagsterInstance) -> list[Check]:
    """Tell how the last run of each job has ended."""
    checks = []
    for job in _JOBS:
        records = instance.get_run_records(RunsFilter(job_name=job, statuses=_ENDED), limit=1)
        if not records:
            continue
        run, ended = records[0].dagster_run, records[0].end_time or 0.0
        text = f"{run.status.value.lower()} {(time.time() - ended) / 86400:.1f} days ago, run {run.run_id}"
        checks.append(Check(f"last {job}"[:20], OK if run.is_success else FAIL, text, run.run_id))
    return checks or [Check("last run", WARN, "no run has ended yet")]


def check_queue(instance: DagsterInstance) -> Check:
    """Tell how many runs wait and since when."""
    queued = instance.get_run_records(RunsFilter(statuses=[DagsterRunStatus.QUEUED]), limit=1000, ascending=True)
    waits = time.time() - queued[0].create_timestamp.timestamp() if queued else 0.0
    text = f"{len(queued)} runs wait" + (f", the first for {waits / 3600:.1f} hours" if queued else "")
    return Check("queue", FAIL if waits > _WAITS_TOO_LONG_SECONDS else OK, text, len(queued))


def main() -> int:
    """Look at everything, print it, and alert if asked; 0 where nothing failed, 1 where something did."""
    parser = argparse.ArgumentParser(prog="make health", description="Tell whether all is well.")
    parser.add_argument("--json", action="store_true", help="one line of JSON for a monitoring system")
    parser.add_argument("--alert", action="store_true", help="tell GID_ALERT_COMMAND what has failed")
    given = parser.parse_args()
    settings = load_settings()
    checks = check_warehouse(settings) + ask_dagster()
    print(as_json(checks) if given.json else as_lines(checks))
    failed = [check for check in checks if check.status == FAIL]
    if given.alert:
        try:
            names = " ".join(check.name for check in failed)
            alert_once(settings, "health", as_lines(failed) if failed else None, names)
            send_kept(settings)
        except AlertFailed as error:
            print(error, file=sys.stderr)
            return 1
    return 1 if worst(checks) == FAIL else 0


if __name__ == "__main__":
    sys.exit(main())
