"""Which runs of Dagster live: each holds a file while it runs, and one whose file nobody holds was killed.

Belongs here: holding a run, and ending in Dagster's records what has ended in fact. A run that stays started for ever would
keep its place in the queue, and the sensors waiting.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
from dagster import DagsterRunStatus, RunsFilter
from dagster._core.definitions.executor_definition import IN_PROC_CONFIG
from dagster._core.execution.context.system import PlanOrchestrationContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.retries import RetryMode
from dagster._core.executor.in_process import InProcessExecutor

from pipelines.publishing.held import Hold, try_hold
from pipelines.settings import Settings, load_settings

_BEGUN = [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]
_KILLED = "The process of this run was ended from outside (killed, or the machine stopped): its files are removed by the next build."


@contextmanager
def hold_run(settings: Settings, run_id: str) -> Iterator[None]:
    """Hold the file of a run while it runs."""
    path = settings.runs_dir / run_id
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    hold = _hold_or_none(settings, run_id)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        if hold is not None:
            hold.end()


def end_dead_runs(instance: dg.DagsterInstance, settings: Settings) -> list[str]:
    """Mark the runs as failed whose process has died, and free what they hold in Dagster; return their ids.

    A run without a file is none that has begun on this warehouse, and is left alone.
    """
    ended = []
    for path in sorted(settings.runs_dir.glob("*")) if settings.runs_dir.is_dir() else []:
        hold = _hold_or_none(settings, path.name)
        if hold is None:
            continue
        try:
            for run in instance.get_runs(RunsFilter(run_ids=[path.name], statuses=_BEGUN)):
                if run.status == DagsterRunStatus.CANCELING:
                    instance.report_run_canceled(run, _KILLED)
                else:
                    instance.report_run_failed(run, _KILLED)
                ended.append(run.run_id)
            if instance.event_log_storage.supports_global_concurrency_limits:
                instance.event_log_storage.free_concurrency_slots_for_run(path.name)
            path.unlink(missing_ok=True)
        finally:
            hold.end()
    return ended


def _hold_or_none(settings: Settings, run_id: str) -> Hold | None:
    """Hold the file of a run; None where somebody does, it is gone, or the file system locks nothing."""
    try:
        return try_hold(settings.runs_dir / run_id)
    except OSError:
        return None


class HeldExecutor(InProcessExecutor):
    """All steps of a run in one process, which holds the run's file while they run."""

    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[dg.DagsterEvent]:
        """Execute the steps."""
        with hold_run(load_settings(), plan_context.run_id):
            yield from super().execute(plan_context, execution_plan)


@dg.executor(name="in_process", config_schema=IN_PROC_CONFIG)
def held_executor(_: dg.InitExecutorContext) -> HeldExecutor:
    """The steps of a run share one process: loading the project again for each would cost more than the work."""
    return HeldExecutor(retries=RetryMode.ENABLED)
