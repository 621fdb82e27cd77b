"""The lake that releases are published to as well: its catalogue and its data folder, attached to DuckDB.

Belongs here: connecting, and wording what goes wrong then. What is written stands in `lake`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from pipelines.publishing.duckdb_extensions import (
    MissingExtension,
    connect_object_storage,
    load_extension,
    sql_text,
)
from pipelines.publishing.lake_tables import LAKE
from pipelines.publishing.sides import open_comparison
from pipelines.settings import Settings

# Kind of catalogue -> extension that reads it, and options of attaching it. A catalogue without a kind is a DuckDB file.
_KINDS = {
    "sqlite": ("sqlite_scanner", ", meta_journal_mode 'WAL', meta_busy_timeout 10000"),
    "postgres": ("postgres_scanner", ""),
}
_PASSWORD = re.compile(r"password\s*=|//[^/@]*:[^/@]*@", re.IGNORECASE)
_SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID", "PGPASSWORD")


class LakeError(RuntimeError):
    """The lake could not be brought up to date; the release's own files stand. The message says what helps."""


@contextmanager
def open_lake(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection with bounded memory and the lake attached as `lake`.

    Raises:
        LakeError: it is not configured whole, it cannot be reached, or a package is missing.
    """
    statement, extensions = _attachment(settings)
    settings.warehouse_dir.mkdir(parents=True, exist_ok=True)
    with open_comparison(settings.warehouse_dir) as connection:
        try:
            for extension in extensions:
                load_extension(connection, extension)
            if "://" in settings.ducklake_data:
                connect_object_storage(connection)
            # All rows stand in parquet files, which other programs read as well; none in the catalogue.
            connection.execute("set ducklake_default_data_inlining_row_limit = 0")
            connection.execute(statement)
        except MissingExtension as error:
            raise LakeError(str(error)) from None
        except duckdb.Error as error:
            raise LakeError(
                f"the lake {settings.ducklake} cannot be reached: {worded(error)}. Look whether GID_DUCKLAKE and "
                "GID_DUCKLAKE_DATA are right and its server runs; the next refresh, or `make lake`, brings it up to date"
            ) from error
        yield connection


def worded(error: Exception) -> str:
    """Return the first line of an error without any key or password that the environment holds."""
    line = str(error).strip().split("\n", 1)[0]
    for name in _SECRETS:
        if value := os.environ.get(name):
            line = line.replace(value, "…")
    return line


def _attachment(settings: Settings) -> tuple[str, list[str]]:
    catalogue = settings.ducklake
    if _PASSWORD.search(catalogue):
        raise LakeError(
            "GID_DUCKLAKE holds a password, which would stand in logs: put it into PGPASSWORD or ~/.pgpass and take it out"
        )
    if not settings.ducklake_data:
        raise LakeError(
            "GID_DUCKLAKE_DATA is not set: say in which folder, or under which s3:// address, the lake's files lie"
        )
    extension, options = _KINDS.get(catalogue.split(":", 1)[0], ("", ""))
    data = sql_text(settings.ducklake_data.rstrip("/") + "/")
    statement = f"attach {sql_text('ducklake:' + catalogue)} as {LAKE} (data_path {data}{options})"
    return statement, [name for name in ("ducklake", extension) if name]
