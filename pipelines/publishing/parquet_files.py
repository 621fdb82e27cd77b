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
from pipelines.publishing.duckdb_extensions import sql_text
from pipelines.schemas.published import load_primary_keys

_ROWS_OF_GROUP = 122_880
# A twentieth more bytes than at 3 for a tenth less of the time.
_LEVEL = 1
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

    Facts of reports stand in the order in which the reports are staged, then by their key; other tables in that of all their
    columns from the left. What is kept in its order is written as it is kept; else it is sorted. Rows of a view come in the
    order of the packed rows that it unpacks, but that some may be last in their block of 2,048 (hash joins). One thread writes a
    file, as only one keeps rows in their order through the joins of a view; files are written two at a time.
    """
    with TemporaryDirectory(dir=folder, prefix=".spill.") as scratch:

        def write(table: str) -> Written:
            with closing(_connect(database, Path(scratch) / table)) as connection:
                return _write(connection, table, table in views, words[table], folder)

        with closing(_connect(database, Path(scratch))) as connection:
            views = _views(connection)
            largest_first = _largest_first(connection, list(words), views)
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
    # Rows come in the order of the table on the left of their joins, unless the plan exchanges the sides.
    connection.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
    return connection


def _views(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute(
        "select view_name from duckdb_views() where database_name = 'exported' and schema_name = ? and not internal",
        [PUBLISHED_SCHEMA],
    ).fetchall()
    return {name for (name,) in rows}


def _largest_first(connection: duckdb.DuckDBPyConnection, tables: list[str], views: set[str]) -> list[str]:
    """Views are the facts with a row a cell, tables are as large as their blocks; a large file begun last leaves one writer idle."""
    blocks = {table: _blocks(connection, table) for table in tables if table not in views}
    return sorted(tables, key=lambda table: (table in blocks, -blocks.get(table, 0), table))


def _blocks(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    rows = connection.execute("select count(distinct block_id) from pragma_storage_info(?)", [table]).fetchall()
    return int(rows[0][0])


def _write(
    connection: duckdb.DuckDBPyConnection, table: str, is_view: bool, words: TableWords, folder: Path
) -> Written:
    empty = connection.execute(f"select * from {quoted(table)} limit 0").to_arrow_table().schema
    file_words = {"title": table, **words.table}
    schema = pa.schema([field.with_metadata(words.columns[field.name]) for field in empty], metadata=file_words)
    # As Arrow itself keeps the words of columns in a file; DuckDB has words of files alone.
    metadata = {**file_words, "ARROW:schema": base64.b64encode(schema.serialize().to_pybytes()).decode()}
    told = ", ".join(f"{sql_text(key)}: {sql_text(value)}" for key, value in metadata.items())
    path = folder / f"{table}.parquet"
    rows = f"{quoted(table)} as t" if is_view else _in_order(connection, table, list(words.columns))
    connection.execute(
        f"copy (select t.* from {rows}) to {sql_text(str(path))} (format parquet, compression zstd, "
        f"compression_level {_LEVEL}, row_group_size {_ROWS_OF_GROUP}, kv_metadata {{{told}}})"
    )
    return _described(path)


def _in_order(connection: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> str:
    """The rows of a table in their order: as they are kept where that is the order, else sorted.

    Facts of reports stand by the number of the report, then by their key: a number is compared faster than 64 characters.
    """
    key = load_primary_keys().get(table, ())
    kept = f"{quoted(table)} as t"
    if "report_key" not in columns or not key:
        return kept if _ascends(connection, kept, [quoted(column) for column in columns]) else f"{kept} order by all"
    rest = [quoted(column) for column in key if column not in _OF_REPORT]
    if _ascends_within_reports(connection, kept, rest):
        return kept
    order = ", ".join(["numbers.report_no", *(f"t.{column}" for column in rest)])
    return f"{kept} left join {_NUMBERS} as numbers on t.report_key = numbers.report_key order by {order}"


def _ascends(connection: duckdb.DuckDBPyConnection, rows: str, order: list[str], of_same: str = "true") -> bool:
    """Look at every row and the one before it, those that are of the same; a null is the last, as it is in a sorted table."""
    this = f"row({', '.join(order)})" if order else "null"
    found = connection.execute(
        f"select 1 from (select {this} > lag({this}) over () as is_above, {of_same} as of_same, "
        f"row_number() over () as place from {rows}) where place > 1 and of_same and is_above is not true limit 1"
    ).fetchone()
    return found is None


def _ascends_within_reports(connection: duckdb.DuckDBPyConnection, rows: str, rest: list[str]) -> bool:
    """Look at the rows of each report, then at the first one of each, with the report's number.

    Numbers are joined to few rows, whose places are known: a join gives the rows of a block in another order where keys collide.
    """
    if not _ascends(connection, rows, rest, "report_key is not distinct from lag(report_key) over ()"):
        return False
    starts = (
        "select report_key, place from (select report_key, lag(report_key) over () as before, row_number() over () as place "
        f"from {rows}) where place = 1 or report_key is distinct from before"
    )
    numbered = f"(select report_no from ({starts}) as s left join {_NUMBERS} as n on s.report_key = n.report_key order by place)"
    return _ascends(connection, numbered, ["report_no"])


def _described(path: Path) -> Written:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    metadata = pq.read_metadata(path)
    groups = [metadata.row_group(n) for n in range(metadata.num_row_groups)]
    columns = [group.column(n) for group in groups for n in range(group.num_columns)]
    with_nulls = {column.path_in_schema for column in columns if column.statistics.null_count}
    return Written(path, metadata.num_rows, path.stat().st_size, digest, frozenset(with_nulls))
