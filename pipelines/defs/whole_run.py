"""One run of the whole refresh in this process: registering deliveries, running the job, and why it failed.

Belongs here: what the command line asks of the asset graph. What it prints stands in `refresh`.
"""

from __future__ import annotations

import uuid

import dagster as dg

from pipelines.definitions import defs
from pipelines.defs.automation import deliveries_tags, register_deliveries
from pipelines.defs.runs import end_dead_runs, hold_run
from pipelines.defs.unchanged import IF_CHANGED, LAKE_CHECK
from pipelines.operations.secrets import redact
from pipelines.publishing.workbook.texts import show_hidden
from pipelines.settings import Settings

# What a failure that an asset words itself is printed with: not for the person who reads it.
_FAILURE = "dagster._core.definitions.events.Failure: "


def run_refresh(instance: dg.DagsterInstance, settings: Settings) -> dg.ExecuteInProcessResult:
    """Run the whole refresh; without any delivery, build the empty typed warehouse."""
    end_dead_runs(instance, settings)
    if register_deliveries(instance, settings):
        job, tags = defs.resolve_job_def("refresh"), deliveries_tags(instance, settings)
    else:
        job, tags = defs.resolve_job_def("build_warehouse"), {}
    run_id = str(uuid.uuid4())
    with hold_run(settings, run_id):
        return job.execute_in_process(
            # Who calls from a terminal calls again: a daemon that runs beside is not to do it in their place.
            instance=instance,
            tags={**tags, **IF_CHANGED, "dagster/max_retries": "0"},
            raise_on_error=False,
            run_id=run_id,
        )


def failure_lines(result: dg.ExecuteInProcessResult) -> list[str]:
    """Return a line for each step that failed, with the cause that a person can act on."""
    lines = []
    for event in result.filter_events(lambda e: e.is_step_failure):
        error = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        message = error.message.strip() if error else "no message"
        lines.append(f"  {event.step_key}: {show_hidden(redact(message.removeprefix(_FAILURE)))}")
    return lines


def lake_problems(result: dg.ExecuteInProcessResult) -> list[str]:
    """Return why the release is not in the lake; nothing where it is, or where there is no lake."""
    checks = [check for check in result.get_asset_check_evaluations() if check.check_name == LAKE_CHECK]
    return [str(check.metadata["problem"].value) for check in checks if not check.passed]
