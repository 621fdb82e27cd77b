"""The DuckDB file of a run: built beside the published ones, and finished.

Belongs here: paths of builds, the lock of the publisher. What the tables hold is the concern of dbt.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.settings import Settings

PUBLISHED_SCHEMA = "main"
HELPERS_SUFFIX = ".helpers"
_DEAD_AFTER_SECONDS = 24 * 3600


class PublishingError(RuntimeError):
    """The warehouse cannot be published; the published one stays as it was."""


def build_path(settings: Settings, run_id: str) -> Path:
    """Return the database that a run builds: `<warehouse>/build/<run>/gid.duckdb`."""
    return settings.build_dir / run_id / settings.database_path.name


def begin_build(settings: Settings, run_id: str) -> Path:
    """Make an empty folder for a run's database and remove what dead runs left behind; return the database's path."""
    path = build_path(settings, run_id)
    shutil.rmtree(path.parent, ignore_errors=True)
    path.parent.mkdir(parents=True)
    for folder in settings.build_dir.iterdir():
        if folder != path.parent and time.time() - folder.stat().st_mtime > _DEAD_AFTER_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
    return path


def finish_build(path: Path) -> None:
    """Write all that is published into the one file; what only led to it stands in another, which is removed.

    Raises:
        PublishingError: there is no built database, or it has no published table.
    """
    if not path.is_file():
        raise PublishingError(
            f"no database was built at {path}: run the dbt models in the same run (job build_warehouse or refresh)"
        )
    with duckdb.connect(str(path)) as connection:
        if not published_tables(connection):
            raise PublishingError(f"{path} has no table in schema {PUBLISHED_SCHEMA}: dbt has not built the models")
        connection.execute("checkpoint")
    for helper in path.parent.glob(f"{path.name}{HELPERS_SUFFIX}*"):
        helper.unlink()


def published_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the names of the published tables, sorted."""
    return sorted(table_comments(connection, PUBLISHED_SCHEMA))


def table_comments(connection: duckdb.DuckDBPyConnection, schema: str) -> dict[str, str]:
    """Return table -> comment of a schema: tables, and views that unpack one."""
    rows = connection.execute(
        "select table_name, coalesce(comment, '') from duckdb_tables() where schema_name = $1 and not internal "
        "union all select view_name, coalesce(comment, '') from duckdb_views() where schema_name = $1 and not internal",
        [schema],
    ).fetchall()
    return dict(rows)


@contextmanager
def hold_lock(path: Path, wait_seconds: float) -> Iterator[None]:
    """Hold a file lock that ends with this process; wait for another holder up to a limit.

    Raises:
        PublishingError: another process still holds it; the message names that process.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + wait_seconds
    with path.open("a+") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    lock.seek(0)
                    raise PublishingError(
                        f"another process ({lock.read().strip() or 'unknown'}) is at work on {path.parent}; "
                        "run again when it has ended"
                    ) from None
                time.sleep(0.2)
        lock.seek(0)
        lock.truncate()
        lock.write(f"process {os.getpid()}")
        lock.flush()
        yield
