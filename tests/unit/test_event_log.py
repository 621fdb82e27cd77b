"""The event log of a refresh: the same history as Dagster's own, readable by Dagster's own while the run goes on."""

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from pipelines.defs.event_log import PooledSqliteEventLogStorage, open_instance


@dg.asset(check_specs=[dg.AssetCheckSpec("holds", asset="counted")])
def counted():
    yield dg.MaterializeResult(metadata={"rows": 3})
    yield dg.AssetCheckResult(check_name="holds", passed=True)


@dg.asset(deps=[counted])
def failing():
    raise dg.Failure("as it should")


JOB = dg.Definitions(assets=[counted, failing], executor=dg.in_process_executor).resolve_implicit_global_asset_job_def()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return tmp_path


def events_of(instance: dg.DagsterInstance, run_id: str) -> list[tuple[str, str | None]]:
    return [
        (record.dagster_event.event_type_value, record.dagster_event.step_key)
        for record in instance.all_logs(run_id)
        if record.dagster_event
    ]


def test_a_run_leaves_the_history_that_dagsters_own_log_leaves(home):
    with open_instance() as writing:
        assert isinstance(writing.event_log_storage, PooledSqliteEventLogStorage)
        ours = JOB.execute_in_process(instance=writing, raise_on_error=False).run_id
        # The page and the daemon read while the refresh still holds its files open.
        with dg.DagsterInstance.get() as reading:
            assert type(reading.event_log_storage) is SqliteEventLogStorage
            seen = events_of(reading, ours)
            assert reading.get_latest_materialization_event(dg.AssetKey("counted")).run_id == ours
            assert reading.get_run_by_id(ours).status is dg.DagsterRunStatus.FAILURE
            theirs = JOB.execute_in_process(instance=reading, raise_on_error=False).run_id
            assert seen == events_of(reading, theirs)
        # And what another process wrote meanwhile is seen here.
        assert events_of(writing, theirs) == seen
    assert not list(home.rglob("*.db-wal"))


def test_a_history_that_is_kept_elsewhere_is_left_alone(home):
    (home / "dagster.yaml").write_text(
        "event_log_storage:\n  module: dagster._core.storage.event_log\n  class: ConsolidatedSqliteEventLogStorage\n"
        f"  config: {{base_dir: {home / 'events'}}}\n",
        encoding="utf-8",
    )
    with open_instance() as instance:
        assert type(instance.event_log_storage).__name__ == "ConsolidatedSqliteEventLogStorage"
