"""Health of a warehouse without asking Dagster: does it open, how old is it, is there room, who holds its locks.

Belongs here: checks, and how they are shown. What only Dagster knows (daemons, runs) stands in defs.health.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from pipelines.operations.kept_backups import LEFT_OUT, begun_at, has_release, left_out_of, list_backups
from pipelines.operations.secrets import redact
from pipelines.publishing.release_files import size_of
from pipelines.publishing.releases import current_folder
from pipelines.publishing.state import read_state
from pipelines.publishing.workbook.texts import show_hidden
from pipelines.settings import Settings

OK, WARN, FAIL = "ok", "warn", "fail"
# What a refresh needs beside the release that stands: the database that is built, its exports, and room for both once more.
_TIMES_A_RELEASE = 3


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: ok, warn (a person may wait) or fail (a person is needed)."""

    name: str
    status: str
    text: str
    value: float | str | None = None


def check_warehouse(settings: Settings) -> list[Check]:
    """Look at everything that the files tell."""
    files = [check_published(settings), check_age(settings), check_disk(settings), *check_locks(settings)]
    return files if settings.backup_dir is None else [*files, check_backup(settings, settings.backup_dir)]


def check_published(settings: Settings) -> Check:
    """Tell whether the published database opens and holds reports."""
    if not settings.database_path.is_file():
        return Check("published", FAIL, f"there is no warehouse at {settings.database_path}: run `make warehouse`")
    try:
        with duckdb.connect(str(settings.database_path), read_only=True) as connection:
            row = connection.execute("select count(*) from dim_report").fetchone()
    except duckdb.Error as error:
        remedy = "go back to an earlier release (docs/releases.md) or restore a backup"
        return Check("published", FAIL, f"{settings.database_path} cannot be read ({error}): {remedy}")
    folder = current_folder(settings)
    n = row[0] if row else 0
    text = f"release {folder.name if folder else '(none)'}, {n:,} reports"
    return Check("published", OK if n else WARN, text, folder.name if folder else None)


def check_age(settings: Settings, now: datetime | None = None) -> Check:
    """Tell how long ago the published warehouse was made or found to be unchanged, against GID_STALE_DAYS."""
    try:
        checked = datetime.fromisoformat(str(read_state(settings)["checked_at"]))
    except (KeyError, ValueError):
        return Check("age", FAIL, "nothing says when the warehouse was published: run `make warehouse`")
    days = ((now or datetime.now().astimezone()) - checked).total_seconds() / 86400
    text = f"published or checked {days:.1f} days ago, at most {settings.stale_days} are allowed (GID_STALE_DAYS)"
    if days < -1:
        return Check(
            "age", WARN, f"published {-days:.1f} days in the future: the clock was or is wrong", round(days, 2)
        )
    return Check("age", FAIL if days > settings.stale_days else OK, text, round(days, 2))


def check_disk(settings: Settings) -> Check:
    """Tell whether there is room for the next refresh: GID_MIN_FREE_GB, and three times what a release takes."""
    folder = settings.warehouse_dir if settings.warehouse_dir.is_dir() else settings.warehouse_dir.parent
    free = shutil.disk_usage(folder).free
    current = current_folder(settings)
    release = size_of(current)[0] if current else 0
    needed = max(settings.min_free_gb * 10**9, _TIMES_A_RELEASE * release)
    status = OK if free >= needed else FAIL if free < release + settings.min_free_gb * 10**9 // 2 else WARN
    text = f"{free / 1e9:,.1f} GB free on {folder}, {needed / 1e9:,.1f} GB wanted for the next refresh"
    return Check("disk", status, text, free)


def check_locks(settings: Settings) -> list[Check]:
    """Tell who refreshes or publishes now; a lock that nobody holds is free, whatever stands in its file."""
    found = []
    for name, path in (("refresh lock", settings.refresh_lock_path), ("publish lock", settings.lock_path)):
        holder = lock_holder(path)
        found.append(Check(name, OK, f"held by {holder}" if holder else "free", holder))
    return found


def check_backup(settings: Settings, folder: Path, now: datetime | None = None) -> Check:
    """Tell how old the newest backup with a release is, against GID_BACKUP_STALE_DAYS, and whether anything was left out of it."""
    remedy = "run `make backup`; on a server `systemctl start gid-backup`, and look at `journalctl -u gid-backup`"
    if current_folder(settings) is None:
        return Check("backup", OK, "nothing has been published: there is nothing to back up")
    try:
        backups = [backup for backup in list_backups(folder) if has_release(backup)]
        left_out = left_out_of(backups[-1]) if backups else {}
    except (OSError, ValueError) as error:
        return Check("backup", FAIL, f"the backups of {folder} (GID_BACKUP_DIR) cannot be read ({error}): {remedy}")
    begun = begun_at(backups[-1]) if backups else None
    if begun is None:
        return Check("backup", FAIL, f"{folder} (GID_BACKUP_DIR) has no backup with a release: {remedy}")
    days = ((now or datetime.now().astimezone()) - begun).total_seconds() / 86400
    limit = f"at most {settings.backup_stale_days} are allowed (GID_BACKUP_STALE_DAYS)"
    status, text = OK, f"{backups[-1]} was begun {days:.1f} days ago, {limit}"
    if days > settings.backup_stale_days:
        status, text = FAIL, f"{text}: {remedy}"
    elif days < -1:
        status, text = WARN, f"{backups[-1]} is of the future: the clock was or is wrong"
    elif left_out:
        status, text = WARN, f"{text}; {len(left_out)} files could not be copied: see its {LEFT_OUT}"
    return Check("backup", status, text, round(days, 2))


def lock_holder(path: Path) -> str | None:
    """Return what the holder of a lock has written into it, None where nobody holds it."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.read(descriptor, 200).decode("utf-8", "replace").strip() or "an unknown process"
    finally:
        os.close(descriptor)
    return None


def worst(checks: Sequence[Check]) -> str:
    """Return the worst status of all."""
    return max((check.status for check in checks), key=(OK, WARN, FAIL).index, default=OK)


def as_lines(checks: Sequence[Check]) -> str:
    """Return the checks for a person at a terminal."""
    lines = [f"  {check.status:<5} {check.name:<13} {check.text}" for check in checks]
    return show_hidden(redact("\n".join([f"GID Warehouse: {worst(checks)}", *lines])))


def as_json(checks: Sequence[Check]) -> str:
    """Return the checks for a monitoring system, on one line."""
    found: dict[str, Any] = {"status": worst(checks), "checks": [asdict(check) for check in checks]}
    return redact(json.dumps(found, ensure_ascii=False))
