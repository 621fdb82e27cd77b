"""What keeps the house in order by itself: old runs are pruned, failed runs and stale data are told to somebody.

Belongs here: the job, schedule and sensors. What is pruned stands in retention, how one is told in operations.alerts.
"""

import datetime as dt

import dagster as dg
from dagster._core.events import RunFailureReason
from dagster._core.execution.retries import auto_reexecution_should_retry_run
from dagster._core.storage.tags import RUN_FAILURE_REASON_TAG, WILL_RETRY_TAG

from pipelines.defs.retention import prune_runs as prune_old_runs
from pipelines.defs.runs import held_executor
from pipelines.operations.alerts import alert_once, send_kept, tell
from pipelines.operations.health import FAIL, check_age, check_disk, check_published
from pipelines.settings import Settings, load_settings

# What the freshness of the published database is judged by, on Dagster's page and by its daemon.
PUBLISHED_FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=dt.timedelta(days=load_settings().stale_days))
_NO_COMMAND = "GID_ALERT_COMMAND is not set: nobody is told"
_LONGEST_CAUSE = 500


class PruneConfig(dg.Config):
    """How many days of runs are kept; GID_RUNS_KEPT_DAYS unless given."""

    days: int | None = None


@dg.op(
    description="Delete runs that ended more than GID_RUNS_KEPT_DAYS days ago, with events and logs. 清理旧的运行记录。"
)
def prune(context: dg.OpExecutionContext, config: PruneConfig) -> None:
    """Delete old runs from this instance."""
    days = load_settings().runs_kept_days if config.days is None else config.days
    gone = prune_old_runs(context.instance, days)
    context.log.info(f"{len(gone)} runs that ended more than {days} days ago were deleted")
    context.add_output_metadata({"deleted": len(gone), "kept_days": days})


@dg.job(
    description="Delete old runs, their events and logs. 清理旧的运行记录与日志。",
    tags={"gid/job": "prune"},
    executor_def=held_executor,
)
def prune_runs() -> None:
    """Delete old runs."""
    prune()


prune_schedule = dg.ScheduleDefinition(
    name="prune_schedule",
    job=prune_runs,
    cron_schedule="30 4 * * 0",
    execution_timezone="Asia/Shanghai",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Prune on Sundays at 04:30. 每周日四时半清理（北京时间）。",
)


@dg.run_failure_sensor(
    name="alert_on_failure",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tell GID_ALERT_COMMAND of every run that has failed, and whether it is tried again by itself. 运行失败时告警。",
)
def alert_on_failure(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
    """Tell which job failed in which steps, and why."""
    settings = load_settings()
    if not settings.alert_command:
        return dg.SkipReason(_NO_COMMAND)
    tell(settings, failure_text(context, settings))
    return None


def failure_text(context: dg.RunFailureSensorContext, settings: Settings) -> str:
    """Return what a person needs to know of a failed run: job, deliveries, steps with their causes, where to look."""
    run = context.dagster_run
    again = is_tried_again(context.instance, run)
    lines = [f"GID Warehouse: {run.job_name} has failed{', and is tried again by itself' if again else ''}", ""]
    if delivery := run.tags.get("gid/delivery") or run.tags.get("dagster/partition"):
        lines.append(f"delivery: {delivery}")
    causes = []
    for event in context.get_step_failure_events():
        error = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        message = error.message.strip() if error else "no message"
        causes.append(f"step {event.step_key}: {message[:_LONGEST_CAUSE]}")
    lines += causes or [(context.failure_event.message or "no message")[:_LONGEST_CAUSE]]
    lines += ["", f"run: {run.run_id} (Dagster's page, /runs/{run.run_id})"]
    # A run may fail before or after it has published.
    lines.append(f"published now: {check_published(settings).text}")
    return "\n".join(lines) + "\n"


def is_tried_again(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    """Tell whether the daemon runs a failed run again (`run_retries` in dagster.yaml), as the daemon itself judges."""
    if not instance.run_retries_enabled or run.remote_job_origin is None:
        return False  # the daemon cannot start what no code server has: such a run was started at a terminal
    noted = run.tags.get(WILL_RETRY_TAG)
    if noted is not None:
        return noted == "true"
    reason = run.tags.get(RUN_FAILURE_REASON_TAG)
    return bool(auto_reexecution_should_retry_run(instance, run, RunFailureReason(reason) if reason else None))


@dg.sensor(
    name="alert_on_stale_data",
    minimum_interval_seconds=3600,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tell GID_ALERT_COMMAND when the published warehouse is older than GID_STALE_DAYS, or the disk is nearly full; "
    "once a day while it lasts. 数据陈旧或磁盘将满时告警。",
)
def alert_on_stale_data(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Look at age and disk, and tell of what has failed."""
    settings = load_settings()
    if not settings.alert_command:
        return dg.SkipReason(_NO_COMMAND)
    if not settings.database_path.is_file():
        send_kept(settings)
        return dg.SkipReason("nothing has been published yet")
    failed = [check for check in (check_age(settings), check_disk(settings)) if check.status == FAIL]
    text = "\n".join(f"{check.name}: {check.text}" for check in failed) or None
    told = alert_once(settings, "data", text, " ".join(check.name for check in failed))
    send_kept(settings)
    return dg.SkipReason("told" if told else "nothing new to tell")
