"""Health, backup and restore of a small warehouse; old runs in Dagster's own storage."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import sqlite3
import threading
import time
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterInstance, DagsterRunStatus
from dagster._core.test_utils import create_run_for_test

from pipelines.defs.retention import prune_runs
from pipelines.operations.backup import make_backup
from pipelines.operations.health import check_age, check_disk, check_locks, check_published, lock_holder
from pipelines.operations.kept_backups import LOCK, MANIFEST, list_backups, remove_old_backups
from pipelines.operations.restore import RestoreError, restore_backup
from pipelines.publishing.database import hold_lock
from tests.publications import small

DAY = 86400


def digests(folder: Path) -> dict[str, str]:
    """Every file below a folder by its bytes, links by where they lead."""
    return {
        path.relative_to(folder).as_posix(): (
            f"-> {path.readlink()}" if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest()
        )
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


@pytest.fixture
def warehouse(tmp_path, monkeypatch):
    """Two releases, a delivery with a link in it, corrections, and Dagster's storage in SQLite with one run."""
    settings = small.settings_in(tmp_path / "here")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "here" / "dagster"))
    monkeypatch.delenv("GID_DAGSTER_STORAGE", raising=False)
    small.publish(settings, 1)
    small.publish(settings, 2)
    (settings.raw_dir / "第一批").mkdir(parents=True)
    (settings.raw_dir / "第一批" / "a.txt").write_text("年报", encoding="utf-8")
    (settings.raw_dir / "第一批" / "b.txt").symlink_to("a.txt")
    (settings.raw_dir / "第一批" / os.fsdecode(b"\xd6\xd0.txt")).write_text("x", encoding="utf-8")
    settings.curation_dir.mkdir()
    (tmp_path / "here" / "dagster").mkdir()
    (settings.curation_dir / "corrections.csv").write_text("head\nrow\n", encoding="utf-8")
    with DagsterInstance.local_temp(str(tmp_path / "here" / "dagster")) as instance:
        create_run_for_test(instance, "refresh", status=DagsterRunStatus.SUCCESS)
        yield settings, instance


def elsewhere(settings, folder, monkeypatch):
    """Settings of an empty machine."""
    monkeypatch.setenv("DAGSTER_HOME", str(folder / "dagster"))
    return replace(
        settings, raw_dir=folder / "raw", warehouse_dir=folder / "warehouse", curation_dir=folder / "curation"
    )


def test_a_backup_onto_an_empty_machine_gives_the_same_bytes(warehouse, tmp_path, monkeypatch):
    settings, instance = warehouse
    backup = make_backup(settings, tmp_path / "backups", with_raw=True)
    kept = [path.name for path in settings.warehouse_dir.glob(".backup.*")]
    assert kept == [], "the snapshot was left behind"
    there = elsewhere(settings, tmp_path / "there", monkeypatch)
    there.curation_dir.mkdir(parents=True)  # as a new clone has it: a header, no row
    (there.curation_dir / "corrections.csv").write_text("head\n", encoding="utf-8")
    restore_backup(there, backup)
    assert digests(there.raw_dir) == digests(settings.raw_dir)
    assert digests(there.curation_dir) == digests(settings.curation_dir)
    assert digests(there.releases_dir) == digests(settings.releases_dir)
    for name in ("gid.duckdb", "exports", "current", "published.json"):
        before, after = settings.warehouse_dir / name, there.warehouse_dir / name
        assert digests(before.parent)[name] == digests(after.parent)[name]
    assert small.published_figure(there) == (2, 2)
    releases = sorted(there.releases_dir.iterdir())
    shared = [(folder / "exports" / "dim_body.parquet").stat().st_ino for folder in releases]
    assert len(releases) == 2
    assert shared[0] == shared[1], "a file that two releases share is stored twice"
    with DagsterInstance.local_temp(str(tmp_path / "there" / "dagster")) as restored:
        assert [run.run_id for run in restored.get_runs()] == [run.run_id for run in instance.get_runs()]


def test_a_backup_while_others_write_is_of_one_piece(warehouse, tmp_path, monkeypatch):
    """Publications and writes to Dagster's storage go on; whatever the backup holds is one release, and opens."""
    settings, instance = warehouse
    stop = threading.Event()

    def write() -> None:
        figure = 10
        while not stop.is_set():
            small.publish(settings, figure)
            create_run_for_test(instance, f"job{figure}")
            figure += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        backups = [make_backup(settings, tmp_path / "backups" / str(n)) for n in range(3)]
    finally:
        stop.set()
        writer.join()
    for number, backup in enumerate(backups):
        there = elsewhere(settings, tmp_path / f"there{number}", monkeypatch)
        manifest = restore_backup(there, backup)
        state = json.loads((there.warehouse_dir / "published.json").read_text(encoding="utf-8"))
        assert there.current_path.readlink().name == manifest["current_release"] == state["version"]
        database, exported = small.published_figure(there)
        assert database == exported
        for path in (tmp_path / f"there{number}" / "dagster").rglob("*.db"):
            with sqlite3.connect(path) as connection:
                assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]


def test_a_backup_is_refused_where_it_would_go_over_something_or_is_damaged(warehouse, tmp_path, monkeypatch):
    settings, _ = warehouse
    backup = make_backup(settings, tmp_path / "backups")
    before = digests(settings.releases_dir)
    with pytest.raises(RestoreError, match="other files stand where the backup would go"):
        restore_backup(settings, backup)
    assert digests(settings.releases_dir) == before
    there = elsewhere(settings, tmp_path / "there", monkeypatch)
    damaged = tmp_path / "damaged"
    shutil.copytree(backup, damaged, symlinks=True)
    (file,) = (damaged / "curation").glob("corrections.csv")
    file.write_text("head\nother\n", encoding="utf-8")
    with pytest.raises(RestoreError, match=r"damaged, 1 files.*\n  curation/corrections.csv"):
        restore_backup(there, damaged)
    manifest = json.loads((backup / MANIFEST).read_text(encoding="utf-8"))
    manifest["files"]["warehouse/../../outside"] = "0"
    (damaged / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(RestoreError, match="outside of its folders"):
        restore_backup(there, damaged)
    with pytest.raises(RestoreError, match="is no backup"):
        restore_backup(there, tmp_path)
    assert not (tmp_path / "there" / "warehouse" / "releases").exists()


def test_half_a_backup_is_never_seen_and_old_ones_are_removed(warehouse, tmp_path, monkeypatch):
    settings, _ = warehouse
    target = tmp_path / "backups"
    monkeypatch.setattr(
        "pipelines.operations.backup._write_manifest", lambda *_: (_ for _ in ()).throw(OSError("full"))
    )
    with pytest.raises(OSError, match="full"):
        make_backup(settings, target)
    assert [path.name for path in target.iterdir()] == [LOCK]
    monkeypatch.undo()
    for second in range(3):
        folder = target / f"gid-backup-2026-01-01T00000{second}"
        folder.mkdir()
        (folder / MANIFEST).write_text("{}", encoding="utf-8")
    (target / "something else").mkdir()
    assert [path.name[-1] for path in remove_old_backups(target, 2)] == ["0"]
    assert [path.name[-1] for path in list_backups(target)] == ["1", "2"]
    assert (target / "something else").is_dir()


def test_health_of_the_files(warehouse):
    settings, _ = warehouse
    assert check_published(settings).status == "ok"
    assert check_published(settings).text.endswith("2 reports")
    now = dt.datetime.now().astimezone()
    assert check_age(settings, now + dt.timedelta(days=32.9)).status == "ok"
    assert check_age(settings, now + dt.timedelta(days=33.1)).status == "fail"
    assert check_age(settings, now - dt.timedelta(days=2)).status == "warn"
    free = shutil.disk_usage(settings.warehouse_dir).free
    assert check_disk(replace(settings, min_free_gb=1)).status == ("ok" if free > 10**9 else "fail")
    assert check_disk(replace(settings, min_free_gb=free // 10**9 * 3)).status == "fail"
    assert [check.text for check in check_locks(settings)] == ["free", "free"]
    with hold_lock(settings.lock_path, 1):
        assert lock_holder(settings.lock_path) == f"process {os.getpid()}"
    settings.database_path.resolve().chmod(0o644)
    settings.database_path.resolve().write_bytes(b"x" * 5000)
    assert check_published(settings).status == "fail"
    shutil.rmtree(settings.warehouse_dir)
    assert [check_published(settings).status, check_age(settings).status] == ["fail", "fail"]


@dg.asset(partitions_def=dg.StaticPartitionsDefinition(["a", "b"]))
def made() -> None:
    """An asset of two deliveries."""


def test_old_runs_go_with_events_and_logs_but_not_the_newest_of_an_asset(tmp_path):
    with DagsterInstance.local_temp(str(tmp_path)) as instance:
        job = dg.Definitions(assets=[made], jobs=[dg.define_asset_job("make_it", [made])]).resolve_job_def("make_it")
        runs = [job.execute_in_process(instance=instance, partition_key=key).run_id for key in ("a", "b", "b", "b")]
        at_work = create_run_for_test(instance, "make_it", status=DagsterRunStatus.STARTED).run_id
        logs = [Path(instance.storage_directory()) / run_id for run_id in runs]
        for folder in logs:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "compute.out").write_text("x", encoding="utf-8")
        shards = [Path(instance.event_log_storage.path_for_shard(run_id)) for run_id in runs]
        assert all(shard.is_file() for shard in shards)
        assert prune_runs(instance, 1) == [], "nothing is a day old"
        # The first made the newest a, the last the newest b; those between made what is no longer the newest.
        assert prune_runs(instance, 1, now=time.time() + 2 * DAY) == runs[1:3]
        assert {run.run_id for run in instance.get_runs()} == {runs[0], runs[3], at_work}
        assert [folder.exists() for folder in logs] == [True, False, False, True]
        assert [shard.exists() for shard in shards] == [True, False, False, True]
        assert instance.get_materialized_partitions(dg.AssetKey("made")) == {"a", "b"}
        with pytest.raises(ValueError, match="at least 1"):
            prune_runs(instance, 0)
