"""Backups that meet what goes wrong: files that cannot be read, a disk that is not mounted, a kill; and which are removed."""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.operations import backup as making
from pipelines.operations import restore as restoring
from pipelines.operations.backup import make_backup
from pipelines.operations.copying import copy_tree
from pipelines.operations.health import check_backup, check_warehouse
from pipelines.operations.kept_backups import LEFT_OUT, LOCK, MANIFEST, left_out_of, list_backups, remove_old_backups
from pipelines.operations.restore import RestoreError, restore_backup
from pipelines.operations.storage import DUMP, StorageError, copy_storage
from pipelines.publishing.database import PublishingError
from pipelines.settings import PROJECT_DIR
from tests.publications import small

HOLDER = """
import sys, time
from pathlib import Path
from pipelines.operations import backup
from pipelines.settings import load_settings

def stop_here(*_):
    print('holding', flush=True)
    time.sleep(600)

setattr(backup, sys.argv[2], stop_here)
backup.make_backup(load_settings(), Path(sys.argv[1]))
"""


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """A release, a delivery, a correction, and a database in the place of Dagster's."""
    here = tmp_path / "here"
    settings = small.settings_in(here)
    for name, folder in {
        "DAGSTER_HOME": "dagster",
        "GID_RAW_DIR": "raw",
        "GID_WAREHOUSE_DIR": "warehouse",
        "GID_CURATION_DIR": "curation",
    }.items():
        monkeypatch.setenv(name, str(here / folder))
    monkeypatch.delenv("GID_DAGSTER_STORAGE", raising=False)
    small.publish(settings, 1)
    for folder in (here / "raw" / "甲", here / "curation", here / "dagster"):
        folder.mkdir(parents=True)
    (here / "raw" / "甲" / "a.txt").write_text("年报", encoding="utf-8")
    (here / "curation" / "corrections.csv").write_text("head\nrow\n", encoding="utf-8")
    with sqlite3.connect(here / "dagster" / "runs.db") as connection:
        connection.execute("create table runs (id integer)")
    return settings


def run_backup(target: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """`make backup` by somebody who may not read everything, which root may only without its rights."""
    plain = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"] if os.geteuid() == 0 else []
    command = [*plain, sys.executable, "-m", "pipelines.operations.backup", "--to", str(target), *more]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.run(command, cwd=PROJECT_DIR, env=environment, capture_output=True, encoding="utf-8", check=False)


def made_up(target: Path, name: str, *, release: bool = True, left_out: bool = False) -> Path:
    """A finished backup of a name, as far as others look at it."""
    folder = target / name
    (folder / "warehouse" / "releases" / ("2026.1.1" if release else "")).mkdir(parents=True)
    (folder / MANIFEST).write_text("{}", encoding="utf-8")
    if left_out:
        (folder / LEFT_OUT).write_text('{"raw/a": "Permission denied"}', encoding="utf-8")
    return folder


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != LOCK)


def test_what_cannot_be_read_is_left_out_and_told_and_the_rest_is_kept(settings, tmp_path, monkeypatch):
    raw, target = settings.raw_dir, tmp_path / "backups"
    for folder in ("乙", ".new"):
        (raw / folder).mkdir()
        (raw / folder / "x.txt").write_text("x", encoding="utf-8")
    (raw / "甲" / ".mark").write_text("x", encoding="utf-8")
    (raw / "甲" / "secret\n.txt").write_text("x", encoding="utf-8")
    (raw / "甲" / "secret\n.txt").chmod(0)
    (raw / "乙").chmod(0)
    done = run_backup(target, "--raw")
    assert done.returncode == 3, done.stderr
    assert "The backup lacks 2 files or folders" in done.stderr
    assert "\n  raw/乙: Permission denied\n" in done.stderr
    assert "Let the user that makes backups read them (chmod, chgrp)" in done.stderr
    (backup,) = list_backups(target)
    expected = {"raw/乙": "Permission denied", "raw/甲/secret\n.txt": "Permission denied"}
    assert left_out_of(backup) == expected
    assert json.loads((backup / MANIFEST).read_text(encoding="utf-8"))["left_out"] == expected
    assert names_in(backup / "raw") == ["甲"], "a hidden name at the top is not delivered yet"
    assert names_in(backup / "raw" / "甲") == [".mark", "a.txt"]
    found = check_backup(settings, target)
    assert (found.status, found.text.endswith(f"; 2 files could not be copied: see its {LEFT_OUT}")) == ("warn", True)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "there" / "dagster"))
    there = small.settings_in(tmp_path / "there")
    restore_backup(there, backup)
    assert (there.raw_dir / "甲" / "a.txt").read_text(encoding="utf-8") == "年报"

    (raw / "甲" / "secret\n.txt").chmod(0o600)
    (raw / "乙").chmod(0o700)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "here" / "dagster"))
    complete = make_backup(settings, tmp_path / "others", with_raw=True)
    assert names_in(complete / "raw") == ["乙", "甲"]
    assert not (complete / LEFT_OUT).exists()
    assert check_backup(settings, tmp_path / "others").status == "ok"


def test_a_file_that_vanishes_on_the_way_is_left_out(settings, tmp_path, monkeypatch):
    walk = os.walk
    (settings.raw_dir / "甲" / "gone.txt").write_text("x", encoding="utf-8")

    def walk_and_remove(top, **more):
        for folder, names, files in walk(top, **more):
            (Path(folder) / "gone.txt").unlink(missing_ok=True)
            yield folder, names, files

    monkeypatch.setattr("pipelines.operations.copying.os.walk", walk_and_remove)
    backup = make_backup(settings, tmp_path / "backups", with_raw=True)
    assert left_out_of(backup) == {"raw/甲/gone.txt": "No such file or directory"}
    assert (backup / "raw" / "甲" / "a.txt").is_file()


def test_a_folder_that_is_not_there_and_what_is_no_file_are_told(settings, tmp_path):
    os.mkfifo(settings.raw_dir / "甲" / "pipe")
    assert copy_tree(settings.raw_dir, tmp_path / "raw") == {"甲/pipe": "neither a file, nor a folder, nor a link"}
    assert copy_tree(tmp_path / "nowhere", tmp_path / "copy") == {".": "No such file or directory"}
    shutil.rmtree(settings.curation_dir)
    assert left_out_of(make_backup(settings, tmp_path / "backups")) == {"curation": "No such file or directory"}


def test_a_copy_that_cannot_be_written_ends_the_backup(settings, tmp_path):
    """A full disk is none of the file that was read: all that follows would be left out as well."""
    (settings.raw_dir / "甲" / "long.txt").write_bytes(b"x" * 10_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            copy_tree(settings.raw_dir, tmp_path / "raw")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_damaged_file_of_dagster_is_named_with_the_remedy_and_one_that_was_pruned_is_not(
    settings, tmp_path, monkeypatch
):
    home = tmp_path / "here" / "dagster"
    monkeypatch.setattr(
        "pipelines.operations.storage.databases_in", lambda home: [home / "pruned.db", home / "runs.db"]
    )
    copy_storage(home, tmp_path / "copied")
    assert names_in(tmp_path / "copied") == ["runs.db"]
    (home / "runs.db").write_bytes(b"x" * 5000)
    with pytest.raises(StorageError, match=r"dagster/runs.db cannot be copied .*not a database.*move the file away"):
        make_backup(settings, tmp_path / "backups")
    assert names_in(tmp_path / "backups") == []


def test_a_warehouse_that_is_not_mounted_is_not_backed_up(settings, tmp_path):
    target = tmp_path / "backups"
    first = make_backup(settings, target)
    settings.database_path.resolve().unlink()
    with pytest.raises(PublishingError, match="has no whole published release: see that its disk is mounted"):
        make_backup(settings, target)
    shutil.rmtree(settings.warehouse_dir)
    settings.warehouse_dir.mkdir()
    with pytest.raises(PublishingError, match="has no published release: see that its disk is mounted"):
        make_backup(settings, target)
    assert run_backup(target, "--raw", "--keep", "1").returncode == 1
    assert names_in(target) == [first.name]


def test_the_newest_backup_with_a_release_and_the_newest_complete_one_are_never_removed(tmp_path):
    names = [f"gid-backup-2026-01-0{day}T010000" for day in range(1, 7)]
    for number, name in enumerate(names):
        made_up(tmp_path, name, release=number < 3, left_out=number == 2)
    made_up(tmp_path, "gid-backup-before-the-move")
    assert [path.name for path in remove_old_backups(tmp_path, 2)] == [names[0], names[3]]
    assert names_in(tmp_path) == [names[1], names[2], names[4], names[5], "gid-backup-before-the-move"]
    assert remove_old_backups(tmp_path, 2) == remove_old_backups(tmp_path, 0) == []
    made_up(tmp_path, "gid-backup-2026-01-07T010000")
    assert [path.name for path in remove_old_backups(tmp_path, 1)] == [names[1], names[2], names[4], names[5]]


@pytest.mark.parametrize("moment", ["copy_tree", "_share_tree", "_write_manifest"])
def test_what_a_killed_backup_leaves_is_removed_by_the_next_and_a_living_one_keeps_it(
    settings, tmp_path, monkeypatch, moment
):
    target = tmp_path / "backups"
    monkeypatch.setattr(making, "_OTHER_BACKUP_WAIT_SECONDS", 0.2)
    command = [sys.executable, "-c", HOLDER, str(target), moment]
    with subprocess.Popen(command, cwd=PROJECT_DIR, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "holding\n"
            (part,) = names_in(target)
            assert part.startswith(".gid-backup-")
            with pytest.raises(PublishingError, match=rf"another process \(process {holder.pid}\) is at work"):
                make_backup(settings, target)
            assert names_in(target) == [part]
        finally:
            holder.send_signal(signal.SIGKILL)
    # As if a kill had met the removal of an old one as well.
    made_up(target, ".gid-backup-2026-01-01T010000.old")
    assert names_in(target) == sorted([part, ".gid-backup-2026-01-01T010000.old"])
    backup = make_backup(settings, target)
    assert names_in(target) == [backup.name]
    assert list(settings.warehouse_dir.glob(".backup*")) == []


def test_half_of_an_old_backup_is_never_seen_under_its_name(tmp_path, monkeypatch):
    old = made_up(tmp_path, "gid-backup-2026-01-01T010000", release=False)
    made_up(tmp_path, "gid-backup-2026-01-02T010000")
    removed = []
    monkeypatch.setattr("pipelines.operations.kept_backups.shutil.rmtree", removed.append)
    assert remove_old_backups(tmp_path, 1) == [old]
    assert [path.name for path in removed] == [".gid-backup-2026-01-01T010000.old"]
    assert not old.exists()


def test_health_tells_how_old_the_newest_backup_with_a_release_is(settings, tmp_path):
    target = tmp_path / "backups"
    assert check_backup(settings, target).status == "fail", "there is no backup"
    assert "backup" not in {check.name for check in check_warehouse(settings)}
    assert "backup" in {check.name for check in check_warehouse(replace(settings, backup_dir=target))}
    made_up(target, "gid-backup-2026-03-01T010000")
    made_up(target, "gid-backup-2026-03-09T010000", release=False)

    def status(days: float, given=settings) -> str:
        now = dt.datetime(2026, 3, 1, 1).astimezone() + dt.timedelta(days=days)
        return check_backup(given, target, now).status

    assert [status(days) for days in (0, 1.9, 2.1, -0.9, -1.1)] == ["ok", "ok", "fail", "ok", "warn"]
    assert status(2.1, replace(settings, backup_stale_days=3)) == "ok"
    target.joinpath("gid-backup-2026-03-01T010000", LEFT_OUT).write_text("{", encoding="utf-8")
    assert status(0) == "fail", "it cannot be read"
    settings.current_path.unlink()
    assert status(9) == "ok", "there is nothing to back up"


def test_a_restore_whose_copy_fails_can_be_called_again_with_postgres(settings, tmp_path, monkeypatch):
    """The dump goes last: a filled database would refuse the second try, files that are there do not."""
    monkeypatch.setattr(making, "copy_storage", lambda _, target: (target.mkdir(), (target / DUMP).write_text("dump")))
    backup = make_backup(settings, tmp_path / "backups")
    filled: list[str] = []

    def check_empty() -> None:
        if filled:
            raise StorageError("the database is not empty")

    def fill(dump: Path) -> None:
        check_empty()
        filled.append(dump.read_text(encoding="utf-8"))

    monkeypatch.setattr(restoring, "check_empty_database", check_empty)
    monkeypatch.setattr(restoring, "put_back_dump", fill)
    there = small.settings_in(tmp_path / "there")
    there.releases_dir.symlink_to(tmp_path / "not mounted")
    with pytest.raises(OSError, match="releases"):
        restore_backup(there, backup)
    assert filled == []
    assert (there.curation_dir / "corrections.csv").is_file(), "half was put back"
    there.releases_dir.unlink()
    restore_backup(there, backup)
    assert filled == ["dump"]
    assert small.published_figure(there) == (1, 1)
    again = small.settings_in(tmp_path / "again")
    with pytest.raises(StorageError, match="not empty"):
        restore_backup(again, backup)
    assert not again.releases_dir.exists(), "refused, and yet files were written"


def test_going_back_on_a_server_as_the_page_on_operations_says(settings, tmp_path, monkeypatch):
    """What services make first refuses the restore; when it is moved away, deliveries may stay, and newer ones beside them."""
    here = tmp_path / "here"
    backup = make_backup(settings, tmp_path / "backups", with_raw=True)
    small.publish(settings, 2)
    (here / "raw" / "乙.txt").write_text("新", encoding="utf-8")
    for folder in ("warehouse", "curation", "dagster"):
        (here / folder).rename(tmp_path / folder)
    for folder in ("warehouse", "curation", "dagster"):
        (here / folder).mkdir()
    (here / "dagster" / "runs.db").write_bytes(b"of a service that was started")
    with pytest.raises(RestoreError, match=r"1 other files stand .*\n  .*/dagster/runs.db$"):
        restore_backup(settings, backup)
    (here / "dagster" / "runs.db").unlink()
    (here / "raw" / "甲" / "a.txt").write_text("改", encoding="utf-8")
    with pytest.raises(RestoreError, match=r"1 other files stand .*\n  .*/raw/甲/a.txt$"):
        restore_backup(settings, backup)
    (here / "raw" / "甲" / "a.txt").write_text("年报", encoding="utf-8")
    restore_backup(settings, backup)
    assert small.published_figure(settings) == (1, 1)
    assert names_in(here / "raw") == ["乙.txt", "甲"]
