"""Published tables as parquet files: sorted or in the order in which they are kept, with their words, the same bytes each time.

Belongs here: writing the files, two at a time. What is said of them beside, in the datapackage, stands in `exports`.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.publishing.contents import quoted
from pipelines.publishing.database import PUBLISHED_SCHEMA
from pipelines.schemas.published import load_primary_keys

_ROWS_OF_GROUP = 122_880
_WRITERS = max(1, min(2, os.cpu_count() or 1))
_MEMORY = "2GB"
_NUMBERS = "packed.int_report_numbers"
# What the number of a report tells already.
_OF_REPORT = ("report_key", "body_key", "report_year")


@dataclass(frozen=True)
class TableWords:
    """What the file of a table says: words of the table, and of each column in order."""

    table: dict[str, str]
    columns: dict[str, dict[str, str]]


@dataclass(frozen=True)
class Written:
    """A written file: its rows, bytes, digest, and the columns that have a null in them."""

    path: Path
    rows: int
    bytes: int
    sha256: str
    with_nulls: frozenset[str]


def write_parquet_files(database: Path, folder: Path, words: Mapping[str, TableWords]) -> dict[str, Written]:
    """Write each table into `<folder>/<table>.parquet`; return table -> what was written.

    Facts of reports stand in the order in which the reports are staged, then by their key; other tables are sorted by all
    columns from the left. Rows of a view come in the order of the packed rows that it unpacks, which are kept in that order. One
    thread writes a file, as only one keeps rows in their order through the joins of a view; files are written two at a time.
    """
    with TemporaryDirectory(dir=folder, prefix=".spill.") as scratch:

        def write(table: str) -> Written:
            with closing(_connect(database, Path(scratch) / table)) as connection:
                return _write(connection, table, table in views, words[table], folder)

        with closing(_connect(database, Path(scratch))) as connection:
            views, largest_first = _views(connection), _largest_first(connection, list(words))
        with ThreadPoolExecutor(_WRITERS) as writers:
            written = dict(zip(largest_first, writers.map(write, largest_first), strict=True))
    return {table: written[table] for table in words}


def _connect(database: Path, scratch: Path) -> duckdb.DuckDBPyConnection:
    """Open an instance of its own on the database: threads and memory are told to instances, not to connections."""
    config: dict[str, Any] = {"threads": 1, "memory_limit": _MEMORY, "temp_directory": str(scratch)}
    connection = duckdb.connect(":memory:", config=config)
    name = str(database).replace("'", "''")
    connection.execute(f"attach '{name}' as exported (read_only)")
    connection.execute("use exported")
    return connection


def _views(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute(
        "select view_name from duckdb_views() where database_name = 'exported' and schema_name = ? and not internal",
        [PUBLISHED_SCHEMA],
    ).fetchall()
    return {name for (name,) in rows}


def _largest_first(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> list[str]:
    """Views are the facts with a row a cell; a large file begun last would leave one writer idle."""
    sizes = dict(
        connection.execute(
            "select table_name, estimated_size * column_count from duckdb_tables() "
            "where database_name = 'exported' and schema_name = ?",
            [PUBLISHED_SCHEMA],
        ).fetchall()
    )
    return sorted(tables, key=lambda table: (table in sizes, -sizes.get(table, 0), table))


def _write(
    connection: duckdb.DuckDBPyConnection, table: str, is_view: bool, words: TableWords, folder: Path
) -> Written:
    # The rows of a view come in the order of the table on the left of its joins, unless the plan exchanges the sides.
    connection.execute(f"set disabled_optimizers = '{'join_order,build_side_probe_side' if is_view else ''}'")
    empty = connection.execute(f"select * from {quoted(table)} limit 0").to_arrow_table().schema
    file_words = {"title": table, **words.table}
    schema = pa.schema([field.with_metadata(words.columns[field.name]) for field in empty], metadata=file_words)
    # As Arrow itself keeps the words of columns in a file; DuckDB has words of files alone.
    metadata = {**file_words, "ARROW:schema": base64.b64encode(schema.serialize().to_pybytes()).decode()}
    told = ", ".join(f"{_text(key)}: {_text(value)}" for key, value in metadata.items())
    path = folder / f"{table}.parquet"
    rows = f"{quoted(table)} as t" if is_view else _sorted(table, list(words.columns))
    connection.execute(
        f"copy (select t.* from {rows}) to {_text(str(path))} "
        f"(format parquet, compression zstd, row_group_size {_ROWS_OF_GROUP}, kv_metadata {{{told}}})"
    )
    return _described(path)


def _sorted(table: str, columns: list[str]) -> str:
    """Facts of reports by the number of the report, then by their key: a number is compared faster than 64 characters."""
    key = load_primary_keys().get(table, ())
    if "report_key" not in columns or not key:
        return f"{quoted(table)} as t order by all"
    rest = [f", t.{quoted(column)}" for column in key if column not in _OF_REPORT]
    return (
        f"{quoted(table)} as t left join {_NUMBERS} as numbers on t.report_key = numbers.report_key "
        f"order by numbers.report_no{''.join(rest)}"
    )


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _described(path: Path) -> Written:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    metadata = pq.read_metadata(path)
    groups = [metadata.row_group(n) for n in range(metadata.num_row_groups)]
    columns = [group.column(n) for group in groups for n in range(group.num_columns)]
    with_nulls = {column.path_in_schema for column in columns if column.statistics.null_count}
    return Written(path, metadata.num_rows, path.stat().st_size, digest, frozenset(with_nulls))
