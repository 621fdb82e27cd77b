"""A run whose process was killed is ended in Dagster's records by the next; one that lives is left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import dagster as dg
import pytest
from dagster import DagsterRunStatus

from pipelines.definitions import defs
from pipelines.defs import warehouse
from pipelines.defs.automation import build_warehouse, staging_changed
from pipelines.defs.runs import end_dead_runs, held_executor, hold_run
from pipelines.defs.unchanged import DATABASE_KEY, IF_CHANGED
from pipelines.ingest.unchanged import Kept
from pipelines.settings import PROJECT_DIR, load_settings

HOLDER = """
import sys, time
from pipelines.defs.runs import hold_run
from pipelines.settings import load_settings
with hold_run(load_settings(), sys.argv[1]):
    print('holding', flush=True)
    time.sleep(600)
"""


@dg.op
def look(context) -> list[str]:
    return [path.name for path in load_settings().runs_dir.iterdir()]


@dg.job(executor_def=held_executor)
def looking():
    look()


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("GID_WAREHOUSE_DIR", str(tmp_path / "warehouse"))
    monkeypatch.setenv("GID_RAW_DIR", str(tmp_path / "raw"))
    return load_settings()


@pytest.fixture
def instance():
    with dg.instance_for_test() as instance:
        yield instance


def begun(instance, job, status: DagsterRunStatus) -> str:
    run = instance.create_run_for_job(job, status=status)
    return str(run.run_id)


def test_a_run_lives_as_long_as_its_process(settings, instance):
    run = begun(instance, looking, DagsterRunStatus.STARTED)
    leaving = begun(instance, looking, DagsterRunStatus.CANCELING)
    elsewhere = begun(instance, looking, DagsterRunStatus.STARTED)
    command = [sys.executable, "-c", HOLDER, run]
    with subprocess.Popen(command, cwd=PROJECT_DIR, env={**os.environ}, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holding\n"
        with hold_run(settings, leaving):
            os.utime(settings.runs_dir / run, (0, 0))
            assert end_dead_runs(instance, settings) == [], "a living run was ended"
        (settings.runs_dir / leaving).touch()
        assert end_dead_runs(instance, settings) == [leaving]
        holder.send_signal(signal.SIGKILL)
    assert end_dead_runs(instance, settings) == [run]
    statuses = [instance.get_run_by_id(one).status for one in (run, leaving, elsewhere)]
    assert statuses == [DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED, DagsterRunStatus.STARTED]
    assert list(settings.runs_dir.iterdir()) == []
    assert end_dead_runs(instance, settings) == []


def test_a_run_that_has_ended_is_not_ended_again(settings, instance):
    run = begun(instance, looking, DagsterRunStatus.SUCCESS)
    settings.runs_dir.mkdir(parents=True)
    (settings.runs_dir / run).touch()
    assert end_dead_runs(instance, settings) == []
    assert instance.get_run_by_id(run).status == DagsterRunStatus.SUCCESS
    assert list(settings.runs_dir.iterdir()) == []


def test_the_executor_holds_the_run(settings, instance):
    with dg.instance_for_test() as own:
        result = dg.execute_job(dg.reconstructable(looking), instance=own)
    assert result.success
    assert list(settings.runs_dir.iterdir()) == []


def test_a_dead_run_does_not_keep_the_sensor_waiting(settings, instance):
    run = begun(instance, defs.resolve_job_def(build_warehouse.name), DagsterRunStatus.STARTED)
    context = dg.build_sensor_context(instance=instance)
    assert "has not ended yet" in next(iter(staging_changed(context))).skip_message
    settings.runs_dir.mkdir(parents=True, exist_ok=True)
    (settings.runs_dir / run).touch()
    (request,) = staging_changed(context)
    assert isinstance(request, dg.RunRequest)


@pytest.mark.parametrize("tags", [IF_CHANGED, {}], ids=["scheduled", "by hand"])
def test_a_run_that_nobody_asked_for_by_hand_builds_only_what_changed(tmp_path, monkeypatch, tags):
    class Builds(Exception):
        """It went on to build."""

    def build(*_):
        raise Builds

    monkeypatch.setenv("GID_RAW_DIR", str(tmp_path / "raw"))
    monkeypatch.setenv("GID_WAREHOUSE_DIR", str(tmp_path / "warehouse"))
    monkeypatch.setattr(warehouse, "keep_unchanged", lambda settings: Kept("2026-11-23.1"))
    monkeypatch.setattr(warehouse, "ensure_sources", build)
    job = defs.resolve_job_def("build_warehouse").get_subset(op_selection=["dbt_warehouse", "publish"])
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance, tags=tags, raise_on_error=False)
        assert result.success is bool(tags)
        newest = instance.get_latest_materialization_event(DATABASE_KEY)
    skipped = [event.step_key for event in result.all_events if event.event_type == dg.DagsterEventType.STEP_SKIPPED]
    assert skipped == (["publish"] if tags else [])
    if tags:
        metadata = newest.asset_materialization.metadata
        assert metadata["moved"].value == "nothing changed since 2026-11-23.1: the published release stays"


def test_dbt_whose_events_cannot_be_read_is_ended():
    first = SimpleNamespace(
        raw_event={"data": {}}, is_result_event=False, to_default_asset_events=lambda **_: iter(["first"])
    )

    def stream():
        yield first
        raise KeyError("model.gid_warehouse.unknown")

    about = dict.fromkeys(("manifest", "dagster_dbt_translator", "context", "target_path", "project"))

    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        read = []
        with pytest.raises(KeyError, match="unknown"):
            read.extend(warehouse.events_of(SimpleNamespace(stream_raw_events=stream, process=process, **about)))
        assert (read, process.poll()) == (["first"], -signal.SIGKILL)
