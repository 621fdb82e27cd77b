"""The DuckDB file of a run: built beside the published ones, and finished.

Belongs here: folders of builds, locks by which processes wait for one another. What the tables hold is the concern of dbt.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.publishing.held import Hold, make_held_folder, remove_path, remove_unheld
from pipelines.settings import Settings

PUBLISHED_SCHEMA = "main"
HELPERS_SUFFIX = ".helpers"
_builds: dict[Path, Hold] = {}


class PublishingError(RuntimeError):
    """The warehouse cannot be published; the published one stays as it was."""


def build_path(settings: Settings, run_id: str) -> Path:
    """Return the database that a run builds: `<warehouse>/build/<run>/gid.duckdb`."""
    return settings.build_dir / run_id / settings.database_path.name


def begin_build(settings: Settings, run_id: str) -> Path:
    """Make an empty folder for all that a run builds, and remove those of dead runs; return the database's path.

    The folder is this process's until it publishes, or ends.
    """
    path = build_path(settings, run_id)
    end_build(path)
    _builds[path.parent] = make_held_folder(path.parent)
    remove_dead_builds(settings)
    return path


def remove_dead_builds(settings: Settings) -> None:
    """Remove the folders of builds that no living process holds."""
    for folder in settings.build_dir.iterdir() if settings.build_dir.is_dir() else ():
        remove_unheld(folder)


def end_build(path: Path) -> None:
    """Remove the folder of a run's database, with all that is in it."""
    remove_path(path.parent)
    if path.parent in _builds:
        _builds.pop(path.parent).end()


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
def hold_lock(path: Path, wait_seconds: float, say: Callable[[str], object] | None = None) -> Iterator[None]:
    """Hold a file lock that ends with this process; wait for another holder up to a limit.

    Args:
        path: the file; it stays.
        wait_seconds: how long to wait for a holder, who is alive as long as the lock is held.
        say: told once who is waited for, where somebody is.

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
                lock.seek(0)
                holder = f"another process ({lock.read().strip() or 'unknown'}) is at work on {path.parent}"
                if time.monotonic() >= deadline:
                    raise PublishingError(f"{holder}; run again when it has ended") from None
                if say is not None:
                    say(f"{holder}; waiting for it to end")
                    say = None
                time.sleep(0.2)
        lock.seek(0)
        lock.truncate()
        lock.write(f"process {os.getpid()}")
        lock.flush()
        yield
