"""The lines of the units run for real, with Dagster's storage in a real PostgreSQL: page, daemon, runs, alerts, backup."""

from __future__ import annotations

import os
import time
from dataclasses import replace

import polars as pl
import pytest
from dagster import AssetKey, AssetMaterialization, DagsterEventType, DagsterInstance, EventLogEntry
from dagster._core.events import DagsterEvent, StepMaterializationData
from dagster._core.instance.utils import RUNLESS_JOB_NAME, RUNLESS_RUN_ID

from pipelines.curation.reading import read_curation
from pipelines.defs.health import ask_dagster, check_dagster
from pipelines.operations.backup import make_backup
from pipelines.operations.health import as_json, check_warehouse
from pipelines.operations.kept_backups import LOCK
from pipelines.operations.restore import restore_backup
from pipelines.operations.storage import StorageError
from pipelines.publishing.curation import curation_digest, write_curated
from pipelines.publishing.staging import ensure_staging_folders
from tests.publications import small
from tests.services.postgres import PASSWORD, make_database, postgres_server, query
from tests.services.running import Services, running, write_instance

LAUNCH = """
mutation ($config: RunConfigData) {
  launchRun(executionParams: {runConfigData: $config, selector: {repositoryLocationName: "gid_warehouse",
      repositoryName: "__repository__", jobName: "prune_runs"}}) {
    ... on LaunchRunSuccess { run { runId } }
  }
}"""
STATUS = "query ($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
DAEMONS = "{ instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } } }"
FRESHNESS = """{ assetNodes(assetKeys: [{path: ["warehouse", "gid_duckdb"]}])
  { freshnessStatusInfo { freshnessStatus } } }"""
MATERIALIZE = """mutation { reportRunlessAssetEvents(eventParams: {eventType: ASSET_MATERIALIZATION,
  assetKey: {path: ["warehouse", "gid_duckdb"]}}) { ... on ReportRunlessAssetEventsSuccess { assetKey { path } } } }"""
DIVISIONS = dict.fromkeys(("division_code", "division_name", "short_name"), pl.String)
DAY = 86400


def publish_something(services: Services) -> None:
    """A published warehouse of two reports, so that no sensor asks for a build."""
    settings = services.settings
    ensure_staging_folders(settings)
    write_curated(settings, read_curation(settings, pl.DataFrame(schema=DIVISIONS)), curation_digest(settings))
    small.publish(settings, 7)
    (services.folder / "alert").write_text(f"#!/bin/sh\ncat >> {services.folder}/alerts.txt\n", encoding="utf-8")
    (services.folder / "alert").chmod(0o755)
    services.environment |= {"GID_ALERT_COMMAND": str(services.folder / "alert")}


@pytest.fixture(scope="module")
def postgres():
    with postgres_server() as environment:
        yield environment


@pytest.fixture(scope="module")
def services(postgres):
    with running(publish_something, postgres, FRESHNESS_DAEMON_INTERVAL_SECONDS="5") as started:
        yield started


def run_prune(services: Services, days: int) -> str:
    """Have a run of the small job launched over the page, through queue, daemon and code server; return how it ended."""
    config = {"ops": {"prune": {"config": {"days": days}}}}
    run_id = services.ask(LAUNCH, config=config)["launchRun"]["run"]["runId"]

    def ended() -> str | None:
        status = services.ask(STATUS, id=run_id)["runOrError"]["status"]
        return status if status in ("SUCCESS", "FAILURE", "CANCELED") else None

    return services.wait_for("the end of a run", ended, 600)


def test_daemons_are_healthy_and_a_run_that_fails_is_told(services, postgres):
    def healthy() -> bool:
        statuses = services.ask(DAEMONS)["instance"]["daemonHealth"]["allDaemonStatuses"]
        required = [status for status in statuses if status["required"]]
        assert {"SENSOR", "SCHEDULER", "QUEUED_RUN_COORDINATOR", "MONITORING", "FRESHNESS_DAEMON"} <= {
            status["daemonType"] for status in required
        }
        return all(status["healthy"] for status in required)

    services.wait_for("every daemon", healthy, 300)
    assert run_prune(services, 0) == "FAILURE"
    told = services.folder / "alerts.txt"
    services.wait_for("the alert", told.exists, 600)
    text = told.read_text(encoding="utf-8")
    assert "GID Warehouse: prune_runs has failed" in text
    assert "step prune: ValueError: 0 days: say a whole number, at least 1" in text
    runs = query(postgres, "select status, count(*) from runs where pipeline_name = 'prune_runs' group by 1 order by 1")
    assert runs.splitlines() == ["FAILURE|1"]


def test_the_daemon_judges_how_old_the_published_database_is(services, monkeypatch):
    def state() -> str:
        (node,) = services.ask(FRESHNESS)["assetNodes"]
        return node["freshnessStatusInfo"]["freshnessStatus"]

    use(services, monkeypatch)
    with DagsterInstance.get() as instance:
        instance.handle_new_event(materialized_at(time.time() - 34 * DAY))
    services.wait_for("stale data", lambda: state() == "DEGRADED", 300)
    assert services.ask(MATERIALIZE)["reportRunlessAssetEvents"]["assetKey"]["path"] == ["warehouse", "gid_duckdb"]
    services.wait_for("fresh data", lambda: state() == "HEALTHY", 300)


def use(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this process reach the storage of the services."""
    for name in ("DAGSTER_HOME", *(name for name in services.environment if name.startswith(("GID_PG_", "GID_DAG")))):
        monkeypatch.setenv(name, services.environment[name])


def materialized_at(timestamp: float) -> EventLogEntry:
    """The event of a publication at some time."""
    data = StepMaterializationData(AssetMaterialization(AssetKey(["warehouse", "gid_duckdb"])))
    event = DagsterEvent(DagsterEventType.ASSET_MATERIALIZATION.value, RUNLESS_JOB_NAME, event_specific_data=data)
    return EventLogEntry(
        error_info=None, user_message="", level="debug", run_id=RUNLESS_RUN_ID, timestamp=timestamp,
        job_name=RUNLESS_JOB_NAME, dagster_event=event,
    )  # fmt: skip


def test_health_and_backup_while_all_runs_and_restore_into_another_database(services, postgres, tmp_path, monkeypatch):
    use(services, monkeypatch)
    with DagsterInstance.get() as instance:
        checks = {check.name: check for check in [*check_warehouse(services.settings), *check_dagster(instance)]}
    assert checks["published"].text.endswith("2 reports")
    assert {name: check.text for name, check in checks.items() if check.status == "fail" and "last" not in name} == {}
    assert checks["last prune_runs"].status == "fail"
    backup = make_backup(services.settings, tmp_path / "backups")

    for name, value in {"GID_PG_DATABASE": "second", "DAGSTER_HOME": str(tmp_path / "dagster")}.items():
        monkeypatch.setenv(name, value)
    make_database(postgres, "second")
    settings = replace(services.settings, warehouse_dir=tmp_path / "warehouse", curation_dir=tmp_path / "curation")
    settings.warehouse_dir.mkdir()
    settings.releases_dir.symlink_to(tmp_path / "not mounted")
    with pytest.raises(OSError, match="releases"):
        restore_backup(settings, backup)
    settings.releases_dir.unlink()
    restore_backup(settings, backup)  # the database is still empty, the files that are there are the same
    assert small.published_figure(settings) == (7, 7)
    runs = "select run_id, status, pipeline_name, run_body from runs where pipeline_name = 'prune_runs' order by id"
    assert query(postgres, runs, "second") == query(postgres, runs)
    failures = "select count(*) from event_logs where dagster_event_type = 'PIPELINE_FAILURE'"
    assert query(postgres, failures, "second") == "1\n"
    again = replace(settings, warehouse_dir=tmp_path / "third", curation_dir=tmp_path / "c3")
    with pytest.raises(StorageError, match="is not empty"):
        restore_backup(again, backup)
    assert not again.warehouse_dir.joinpath("releases").exists(), "refused, and yet files were written"


def test_the_password_stands_nowhere(services, tmp_path, monkeypatch):
    """Neither in logs, nor in what is stored; also not where the server cannot be reached."""
    use(services, monkeypatch)
    monkeypatch.setenv("GID_PG_PORT", "1")
    with pytest.raises(StorageError, match="connection to server") as raised:
        make_backup(services.settings, tmp_path)
    assert PASSWORD not in str(raised.value)
    assert [path.name for path in tmp_path.iterdir()] == [LOCK], "half a backup was left"
    write_instance(tmp_path, True)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (check,) = ask_dagster()
    assert (check.name, check.status) == ("dagster", "fail")
    assert PASSWORD not in as_json([check])
    files = [path for path in services.folder.rglob("*") if path.is_file()]
    assert len(files) > 10
    holding = [path for path in files if PASSWORD.encode() in path.read_bytes()]
    assert [os.fspath(path) for path in holding] == []
