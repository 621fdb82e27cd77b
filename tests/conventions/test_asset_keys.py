"""A snapshot of all asset keys, checks of what every asset says of itself, and of when things run."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import dagster as dg
import polars as pl
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator
from sqlalchemy.exc import IntegrityError

from pipelines.curation.reading import ensure_files, read_curation
from pipelines.definitions import defs
from pipelines.defs import automation
from pipelines.defs.deliveries import SCHEMA_CHECK
from pipelines.defs.unchanged import DATABASE_KEY
from pipelines.documents import fingerprints
from pipelines.documents.deliveries import find_deliveries
from pipelines.ingest.unchanged import Kept
from pipelines.parsing.deliveries import parse_delivery
from pipelines.publishing.curation import curation_digest, write_curated
from pipelines.publishing.staging import ensure_staging_folders, write_staging
from pipelines.publishing.state import is_published, write_state
from pipelines.schemas.published import PUBLISHED_TABLES, load_primary_keys
from pipelines.settings import STAGING_FRAMES, Settings
from tests.ingesting.deliveries import ingest_all
from tests.reading import settings_of, write_delivery

DIVISIONS = dict.fromkeys(("division_code", "division_name", "short_name"), pl.String)
SNAPSHOT = Path(__file__).parent / "asset_keys.txt"


@pytest.fixture
def raw(tmp_path, monkeypatch):
    monkeypatch.setenv("GID_RAW_DIR", str(tmp_path / "raw"))
    monkeypatch.setenv("GID_WAREHOUSE_DIR", str(tmp_path / "warehouse"))
    monkeypatch.setenv("GID_CURATION_DIR", str(tmp_path / "curation"))
    write_delivery(tmp_path, {"a.txt": "今天天气很好。"}, "first")
    return tmp_path


def test_the_list_of_all_asset_keys():
    keys = sorted(key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys())
    assert keys == SNAPSHOT.read_text(encoding="utf-8").splitlines(), "if meant, mend tests/conventions/asset_keys.txt"


def test_every_asset_is_described_grouped_and_owned():
    graph = defs.resolve_asset_graph()
    bare = [
        node.key.to_user_string()
        for key in graph.get_all_asset_keys()
        if (node := graph.get(key)).is_materializable
        and not (
            node.description
            and node.group_name in {"raw", "staging", "curation", "reference", "warehouse", "exports"}
            and node.owners
            and node.kinds
        )
    ]
    assert bare == []


def test_pandera_and_dbt_keys_block_and_source_findings_do_not():
    graph = defs.resolve_asset_graph()
    checks = {key.to_user_string(): graph.get_check_spec(key) for key in graph.asset_check_keys}
    for frame in STAGING_FRAMES:
        assert checks[f"staging/{frame}:{SCHEMA_CHECK}"].blocking
    assert not checks["staging/findings:source_findings"].blocking
    for table in PUBLISHED_TABLES:
        assert load_primary_keys()[table], table
        assert f"warehouse/{table}:table_holds_{table}" in checks, table


def test_the_schedule_is_daily_when_reports_come_out_and_monthly_otherwise(raw):
    schedule = automation.refresh_schedule
    assert schedule.execution_timezone == "Asia/Shanghai"
    start = dt.datetime(2025, 12, 31, 16, tzinfo=dt.UTC).timestamp()  # midnight in Shanghai
    ticks = []
    for tick in schedule_execution_time_iterator(start, schedule.cron_schedule, schedule.execution_timezone):
        if tick.year > 2026:
            break
        ticks.append(tick)
    assert {tick.hour for tick in ticks} == {3}
    assert {tick.utcoffset() for tick in ticks} == {dt.timedelta(hours=8)}
    by_month = {month: sum(tick.month == month for tick in ticks) for month in range(1, 13)}
    assert by_month == {1: 31, 2: 28, 3: 31, 4: 30, **dict.fromkeys(range(5, 13), 1)}


def test_a_tick_requests_one_run_over_all_deliveries(raw):
    write_delivery(raw, {"b.txt": "x"}, "second")
    with dg.DagsterInstance.local_temp(str(raw)) as instance:
        context = dg.build_schedule_context(
            instance=instance, scheduled_execution_time=dt.datetime(2026, 2, 1, 3, tzinfo=dt.UTC)
        )
        request = automation.refresh_schedule(context)
        assert instance.get_dynamic_partitions("delivery") == ["first", "second"]
    assert isinstance(request, dg.RunRequest)
    assert sorted(request.tags.values()) == ["first", "second", "true"]


def test_a_tick_asks_for_what_changed_and_for_nothing_where_nothing_did(raw, monkeypatch):
    for name in ("second", "third"):
        write_delivery(raw, {"b.txt": f"第{name}份"}, name)
    settings = settings_of(raw)
    monkeypatch.setattr(fingerprints, "_RESTLESS_NS", 0)
    ingest_all(settings)
    with dg.DagsterInstance.local_temp(str(raw)) as instance:

        def tick():
            time = dt.datetime(2026, 2, 1, 3, tzinfo=dt.UTC)
            return automation.refresh_schedule(dg.build_schedule_context(instance, scheduled_execution_time=time))

        assert sorted(tick().tags.values()) == ["first", "first", "true"], "a build takes one delivery along"
        write_delivery(raw, {"b.txt": "改了"}, "second")
        assert sorted(tick().tags.values()) == ["second", "second", "true"]
        monkeypatch.setattr(automation, "keep_unchanged", lambda *_, **__: Kept("2026-11-23.1"))
        assert tick().skip_message == "nothing changed since 2026-11-23.1: the published release stays"
        assert instance.get_latest_materialization_event(DATABASE_KEY) is not None


def test_the_sensor_notices_new_changed_and_gone_deliveries(raw):
    with dg.DagsterInstance.ephemeral() as instance:

        def evaluate(cursor: str | None) -> dg.SensorResult:
            context = dg.build_sensor_context(instance=instance, cursor=cursor, definitions=defs)
            return automation.new_deliveries(context)

        first = evaluate(None)
        assert [request.partition_key for request in first.run_requests] == ["first"]
        assert [request.partition_keys for request in first.dynamic_partitions_requests] == [["first"]]
        instance.add_dynamic_partitions("delivery", ["first"])
        (raw / "raw" / "first" / "a.txt").write_text("改了。", encoding="utf-8")
        changed = evaluate(first.cursor)
        assert changed.run_requests[0].run_key != first.run_requests[0].run_key
        (raw / "raw" / "first" / "a.txt").unlink()
        (raw / "raw" / "first").rmdir()
        gone = evaluate(changed.cursor)
        assert gone.run_requests == []
        write_delivery(raw, {"a.txt": "今天天气很好。"}, "first")
        again = evaluate(gone.cursor)
        keys = {result.run_requests[0].run_key for result in (first, changed, again)}
        assert len(keys) == 3, "the same files that come back would not be read again"
        assert [request.partition_keys for request in gone.dynamic_partitions_requests] == [["first"]]


def test_a_cursor_is_short_however_many_deliveries_there_are(raw, monkeypatch):
    """Dagster writes it into every tick: by the names of all deliveries its storage would grow by gigabytes a week."""
    monkeypatch.setattr(fingerprints, "_RESTLESS_NS", 0)
    for n in range(60):
        write_delivery(raw, {"a.txt": f"第{n}天"}, f"delivery-{n}")
    settings = settings_of(raw)
    with dg.DagsterInstance.ephemeral() as instance:

        def asked(cursor: str | None) -> tuple[list[str], str]:
            found = automation.new_deliveries(
                dg.build_sensor_context(instance=instance, cursor=cursor, definitions=defs)
            )
            assert len(found.cursor) < 100
            return sorted(request.partition_key for request in found.run_requests), found.cursor

        everything, cursor = asked(None)
        assert len(everything) == 61
        ingest_all(settings)
        assert asked(cursor) == ([], asked(cursor)[1])
        cursors = [cursor]
        for n in range(4):
            write_delivery(raw, {"a.txt": "改了" * n}, "delivery-7")
            names, cursor = asked(cursors[-1])
            assert names == ["delivery-7"]
            cursors.append(cursor)
        assert asked(cursors[-2])[0] == ["delivery-7"], "a tick that failed is not made up for"
        assert len(list((settings.warehouse_dir / ".seen").iterdir())) == 2
        ingest_all(settings)
        # Where the file is gone, what is staged tells what is new.
        shutil.rmtree(settings.warehouse_dir / ".seen")
        write_delivery(raw, {"a.txt": "又改了"}, "delivery-9")
        assert asked(cursors[-1])[0] == ["delivery-9"]


def note_as_published(settings: Settings) -> None:
    """What a run leaves behind: the frames that it applied, another published file, its note."""
    ensure_files(settings)
    ensure_staging_folders(settings)
    write_curated(settings, read_curation(settings, pl.DataFrame(schema=DIVISIONS)), curation_digest(settings))
    settings.database_path.write_bytes(b"")
    write_state(settings)


def test_the_build_waits_for_staging_and_is_requested_once_it_differs(raw):
    settings = replace(settings_of(raw), curation_dir=raw / "curation")
    with dg.DagsterInstance.ephemeral() as instance:
        (delivery,) = find_deliveries(settings.raw_dir)
        write_staging(settings, delivery.name, parse_delivery(delivery, settings), "fingerprint", "parser")
        (request,) = list(automation.staging_changed(dg.build_sensor_context(instance=instance)))
        assert isinstance(request, dg.RunRequest)
        note_as_published(settings)
        (skipped,) = list(automation.staging_changed(dg.build_sensor_context(instance=instance)))
        assert isinstance(skipped, dg.SkipReason)


def test_a_changed_curation_file_is_built_and_one_that_comes_back_is_built_again(raw):
    settings = replace(settings_of(raw), curation_dir=raw / "curation")
    corrections = settings.curation_dir / "corrections.csv"
    with dg.DagsterInstance.ephemeral() as instance:

        def evaluate() -> dg.RunRequest | dg.SkipReason:
            (result,) = list(automation.staging_changed(dg.build_sensor_context(instance=instance)))
            return result

        note_as_published(settings)
        assert isinstance(evaluate(), dg.SkipReason)
        plain = corrections.read_bytes()
        corrections.write_bytes(plain + b"\n")
        changed = evaluate()
        assert isinstance(changed, dg.RunRequest)
        assert evaluate().run_key == changed.run_key, "the same change is asked for once, also where its run fails"
        note_as_published(settings)
        assert isinstance(evaluate(), dg.SkipReason)
        corrections.write_bytes(plain)
        back = evaluate()
        note_as_published(settings)
        corrections.write_bytes(plain + b"\n")
        again = evaluate()
        assert len({changed.run_key, back.run_key, again.run_key}) == 3, "a file that came back was not built again"


def test_a_file_that_changed_while_it_was_applied_is_built_again(raw):
    settings = replace(settings_of(raw), curation_dir=raw / "curation")
    note_as_published(settings)
    (settings.curation_dir / "overrides.csv").write_bytes(b"changed before the run has ended")
    write_state(settings)
    assert not is_published(settings)


def test_two_refreshes_may_register_the_same_delivery_at_once(raw, monkeypatch):
    with dg.DagsterInstance.local_temp(str(raw)) as instance:
        looks = iter([False, True])  # the first look is before the other refresh writes, the second after it

        def add(*_: object) -> None:
            raise IntegrityError("insert", {}, Exception("UNIQUE constraint failed"))

        monkeypatch.setattr(instance, "has_dynamic_partition", lambda *_: next(looks))
        monkeypatch.setattr(instance, "add_dynamic_partitions", add)
        assert automation.register_deliveries(instance, settings_of(raw)) == ["first"]
