"""The two sides of a comparison, as views over a release, a DuckDB file or a folder of parquet files.

Belongs here: opening them in one connection with bounded memory. Comparing stands in `differences`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import duckdb

from pipelines.publishing.contents import Content, hash_database, quoted, shown_name
from pipelines.publishing.held import held_folder, remove_dead
from pipelines.publishing.release_record import file_digest, read_record, recorded_contents

_MEMORY = "2GB"


class Unreadable(RuntimeError):
    """A side that cannot be opened; the message names it."""


@dataclass(frozen=True)
class Side:
    """One side: the schema of its views (`a` or `b`), its record, and what is known of its tables.

    `columns` has table -> column -> type; `descriptions` is empty for a folder of parquet files.
    """

    schema: str
    label: str
    record: dict[str, Any] | None
    columns: dict[str, dict[str, str]]
    descriptions: dict[str, dict[str, str]]
    contents: dict[str, Content]

    def view(self, table: str) -> str:
        """Return the name of a table's view, quoted."""
        return f"{self.schema}.{quoted(table)}"

    def has(self, table: str, *columns: str) -> bool:
        """Tell whether the side has a table with these columns."""
        return all(column in self.columns.get(table, {}) for column in columns) and table in self.columns


@contextmanager
def open_comparison(scratch: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection that keeps to some memory and writes what is more into a folder that it removes."""
    place = (scratch or Path(gettempdir())) / "diff"
    remove_dead(place.parent)
    with held_folder(place) as folder:
        config: dict[str, Any] = {
            "memory_limit": _MEMORY,
            "temp_directory": str(folder),
            "preserve_insertion_order": "false",
        }
        with duckdb.connect(":memory:", config=config) as connection:
            yield connection


def open_side(connection: duckdb.DuckDBPyConnection, schema: str, path: Path) -> Side:
    """Open a release's folder, a DuckDB file or a folder of parquet files under a schema of views.

    Raises:
        Unreadable: there is none of these at the path, or DuckDB cannot read it.
    """
    database = path / "gid.duckdb" if path.is_dir() else path
    record = read_record(path) if path.is_dir() else None
    connection.execute(f"create schema {schema}")
    try:
        if database.is_file():
            columns, descriptions = _view_database(connection, schema, database)
            contents = recorded_contents(record) if record else hash_database(database)
        elif path.is_dir() and any(path.glob("*.parquet")):
            columns, descriptions, contents = _view_parquet(connection, schema, path), {}, {}
        else:
            raise Unreadable(f"{path} is no release, no DuckDB file and no folder of parquet files")
    except duckdb.Error as error:
        raise Unreadable(f"{path} cannot be read: {error}") from error
    if record is not None and not database.is_file():
        contents = _recorded_of_files(record, path)
        # Files that were changed, added or taken away: the folder is not what its record names any more.
        record = record if contents.keys() == columns.keys() == _exported(record) else None
    label = str(record["version"]) if record else str(path)
    return Side(schema, label, record, columns, descriptions, contents)


def _recorded_of_files(record: dict[str, Any], folder: Path) -> dict[str, Content]:
    """The hashes that a record states of the tables whose files in a folder of exports are those that it was made for."""
    tables, contents = record["tables"], recorded_contents(record)
    return {
        name: contents[name]
        for name in _exported(record)
        if tables[name]["parquet_sha256"] == file_digest(folder / f"{name}.parquet")
    }


def _exported(record: dict[str, Any]) -> set[str]:
    return {name for name, table in record["tables"].items() if "parquet_sha256" in table}


def _view_database(
    connection: duckdb.DuckDBPyConnection, schema: str, database: Path
) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    attached = _attached(connection, database) or f"database_{schema}"
    if attached == f"database_{schema}":
        connection.execute(f"attach '{_text(database)}' as {attached} (read_only)")
    columns: dict[str, dict[str, str]] = {}
    descriptions: dict[str, dict[str, str]] = {}
    rows = connection.execute(
        "select schema_name, table_name, column_name, data_type, coalesce(comment, '') from duckdb_columns() "
        "where database_name = ? and schema_name in ('main', 'reference') and not internal "
        "order by schema_name, table_name, column_index",
        [attached],
    ).fetchall()
    for own_schema, own_table, column, dtype, comment in rows:
        table = shown_name(own_schema, own_table)
        if table not in columns:
            source = f"{attached}.{quoted(own_schema)}.{quoted(own_table)}"
            connection.execute(f"create view {schema}.{quoted(table)} as select * from {source}")
        columns.setdefault(table, {})[column] = dtype
        descriptions.setdefault(table, {})[column] = comment
    return columns, descriptions


def _attached(connection: duckdb.DuckDBPyConnection, database: Path) -> str | None:
    """The name under which the same file is open already: DuckDB opens a file once a connection."""
    for name, path in connection.execute("select database_name, path from duckdb_databases()").fetchall():
        if path and database.samefile(path):
            return str(name)
    return None


def _view_parquet(connection: duckdb.DuckDBPyConnection, schema: str, folder: Path) -> dict[str, dict[str, str]]:
    columns: dict[str, dict[str, str]] = {}
    for file in sorted(folder.glob("*.parquet")):
        view = f"{schema}.{quoted(file.stem)}"
        connection.execute(f"create view {view} as select * from read_parquet('{_text(file)}')")
        described = connection.execute(f"describe {view}").fetchall()
        columns[file.stem] = {str(row[0]): str(row[1]) for row in described}
    return columns


def _text(path: Path) -> str:
    return str(path).replace("'", "''")
