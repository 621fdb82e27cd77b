"""Snapshots of the lake: which is which release, which are expired, and removing files that no snapshot needs.

Belongs here: what DuckLake's own functions say and do. Nothing here decides what a release holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb

from pipelines.publishing.lake_connection import LakeError
from pipelines.publishing.lake_tables import LAKE

AUTHOR = "GID Warehouse"
# Longer than a publication or a query takes: files of a publication that runs now are in no snapshot yet.
_GRACE = timedelta(days=1)
_OWN_FILE = re.compile(r"(^|/)ducklake-[0-9a-f-]+(-delete)?\.parquet$")


@dataclass(frozen=True)
class Snapshot:
    """A snapshot that holds a release."""

    number: int
    version: str
    written_at: str


def message_of(version: str) -> str:
    """Return the commit message of the snapshot of a release."""
    return f"release {version}"


def list_snapshots(connection: duckdb.DuckDBPyConnection) -> list[Snapshot]:
    """Return the snapshots that are releases and are kept, the oldest first."""
    rows = connection.execute(
        f"select snapshot_id, commit_message, snapshot_time::varchar from ducklake_snapshots('{LAKE}') "
        "where author = ? and commit_message like 'release %' order by snapshot_id",
        [AUTHOR],
    ).fetchall()
    return [Snapshot(number, message.removeprefix("release "), time) for number, message, time in rows]


def is_release_newest(connection: duckdb.DuckDBPyConnection, version: str) -> bool:
    """Tell whether the newest snapshot is the one of that release: nobody else has written since."""
    newest = connection.execute(
        f"select author, commit_message from ducklake_snapshots('{LAKE}') order by snapshot_id desc limit 1"
    ).fetchone()
    return newest == (AUTHOR, message_of(version))


def expire(connection: duckdb.DuckDBPyConnection, kept: int) -> tuple[int, ...]:
    """Expire the snapshots before the oldest release that is kept; return their numbers."""
    releases = list_snapshots(connection)
    if len(releases) < kept:
        return ()
    oldest = releases[-kept].number
    rows = connection.execute(
        f"select snapshot_id from ducklake_snapshots('{LAKE}') where snapshot_id < ? order by 1", [oldest]
    ).fetchall()
    old = tuple(number for (number,) in rows)
    if old:
        connection.execute(f"call ducklake_expire_snapshots('{LAKE}', versions => [{', '.join(map(str, old))}])")
    return old


def clean(connection: duckdb.DuckDBPyConnection, grace: timedelta = _GRACE) -> list[str]:
    """Remove files that no snapshot needs any more, and those of publications that were killed; return their paths.

    Raises:
        LakeError: the data folder holds files that are not the lake's; none is removed.
    """
    before = f"older_than => timestamptz '{(datetime.now(UTC) - grace).isoformat()}'"
    orphans = _paths(connection, f"call ducklake_delete_orphaned_files('{LAKE}', {before}, dry_run => true)")
    foreign = [path for path in orphans if not _OWN_FILE.search(path)]
    if foreign:
        raise LakeError(
            f"the lake's data folder holds files that are not the lake's, such as {foreign[0]}: nothing was cleaned. "
            "Move them elsewhere, or give the lake a folder of its own (GID_DUCKLAKE_DATA)"
        )
    removed = _paths(connection, f"call ducklake_cleanup_old_files('{LAKE}', {before})")
    return removed + _paths(connection, f"call ducklake_delete_orphaned_files('{LAKE}', {before})")


def _paths(connection: duckdb.DuckDBPyConnection, call: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(call).fetchall()]
