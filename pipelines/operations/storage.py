"""Dagster's storage copied out and put back while it is in use: SQLite by its backup API, PostgreSQL by pg_dump.

Belongs here: runs, events, ticks. Logs of what steps printed are not kept in a backup.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

DUMP = "postgres.dump"
_NAMES = {
    "PGHOST": "GID_PG_HOST",
    "PGPORT": "GID_PG_PORT",
    "PGDATABASE": "GID_PG_DATABASE",
    "PGUSER": "GID_PG_USER",
    "PGPASSWORD": "GID_PG_PASSWORD",
}


class StorageError(RuntimeError):
    """Dagster's storage could not be copied or put back; the message says what to do."""


def uses_postgres(environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether Dagster's storage is PostgreSQL (GID_DAGSTER_STORAGE=postgres)."""
    return environment.get("GID_DAGSTER_STORAGE", "") == "postgres"


def copy_storage(home: Path, target: Path) -> None:
    """Copy Dagster's storage into a folder; each database as it stands at one moment.

    Raises:
        StorageError: PostgreSQL, or its client programs, cannot be used, or a SQLite file cannot be read.
    """
    target.mkdir(parents=True, exist_ok=True)
    if uses_postgres():
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target / DUMP}")
        return
    for path in databases_in(home):
        copied = target / path.relative_to(home)
        copied.parent.mkdir(parents=True, exist_ok=True)
        try:
            with closing(_open(path)) as source, closing(sqlite3.connect(copied)) as copy:
                source.backup(copy)
        except sqlite3.Error as error:
            if not path.exists():  # the events of a run that has just been pruned
                copied.unlink(missing_ok=True)
                continue
            raise StorageError(
                f"{path} cannot be copied to {copied} ({error}): where the disk is full, make room; else stop the services and move "
                f"the file away, or put back that of an earlier backup (Dagster makes a new one, without what was in it)"
            ) from error


def databases_in(home: Path) -> list[Path]:
    """Return the SQLite files of a Dagster home, sorted."""
    return sorted(path for path in home.rglob("*.db") if path.is_file() and not path.is_symlink())


def check_empty_database() -> None:
    """See that a dump can be restored into the database that the environment names.

    Raises:
        StorageError: it is not empty, PostgreSQL cannot be reached, or has no client programs here.
    """
    if not uses_postgres():
        raise StorageError("the backup holds PostgreSQL's storage: set GID_DAGSTER_STORAGE=postgres and GID_PG_…")
    query = "select count(*) from pg_catalog.pg_tables where schemaname = 'public'"
    if _run("psql", "--no-psqlrc", "--tuples-only", "--no-align", f"--command={query}").strip() != "0":
        raise StorageError("the database of GID_PG_DATABASE is not empty: make a new one (createdb) and name it")


def put_back_dump(dump: Path) -> None:
    """Restore a dump into the empty database that the environment names: all of it, or nothing.

    Raises:
        StorageError: as `check_empty_database`, or the dump is refused.
    """
    check_empty_database()
    _run("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", f"--dbname={os.environ['GID_PG_DATABASE']}", str(dump))  # fmt: skip  # noqa: E501


def _open(path: Path) -> sqlite3.Connection:
    # Read-only, and still able to read what stands in the write-ahead log of a database in use.
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=60)


def _run(program: str, *arguments: str) -> str:
    """Run a client program of PostgreSQL; the password goes through the environment, never into its arguments."""
    if shutil.which(program) is None:
        raise StorageError(f"{program} is not installed: apt-get install postgresql-client")
    missing = [name for name in _NAMES.values() if not os.environ.get(name)]
    if missing:
        raise StorageError(f"PostgreSQL is used (GID_DAGSTER_STORAGE), but {', '.join(missing)} is not set")
    environment = {**os.environ, **{name: os.environ[ours] for name, ours in _NAMES.items()}}
    done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StorageError(f"{program} failed: {done.stderr.strip()}")
    return done.stdout
