"""What the tables of a published database hold, as hashes: two releases with the same hashes hold the same.

Belongs here: hashing rows and columns, whatever their order on the disk. Files and versions stand in `releases`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.publishing.database import PUBLISHED_SCHEMA, table_comments

_MEMORY = "2GB"
_SCHEMAS = (PUBLISHED_SCHEMA, "reference")


@dataclass(frozen=True)
class Content:
    """One table: its rows, a hash of them in any order, and a hash of its columns with types and descriptions."""

    rows: int
    content: str
    columns: str


def shown_name(schema: str, table: str) -> str:
    """Return the name of a table in records and differences: `fct_finding`, `reference.units`."""
    return table if schema == PUBLISHED_SCHEMA else f"{schema}.{table}"


def quoted(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def hash_database(database: Path) -> dict[str, Content]:
    """Return table -> content of the published tables, and of the form dictionary in schema reference."""
    with duckdb.connect(str(database), read_only=True) as connection:
        # What is read once need not be kept: a database larger than the memory would fill it.
        connection.execute(f"set memory_limit = '{_MEMORY}'")
        described: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
        for schema, table, column, dtype, comment in connection.execute(
            "select schema_name, table_name, column_name, data_type, coalesce(comment, '') from duckdb_columns() "
            "where list_contains(?, schema_name) and not internal order by schema_name, table_name, column_index",
            [list(_SCHEMAS)],
        ).fetchall():
            described.setdefault((schema, table), []).append((column, dtype, comment))
        comments = {
            (schema, table): comment
            for schema in _SCHEMAS
            for table, comment in table_comments(connection, schema).items()
        }
        return {
            shown_name(*name): _content(connection, name, columns, comments.get(name, ""))
            for name, columns in described.items()
        }


def row_hash(expressions: list[str]) -> str:
    """Return SQL for a hash of some columns of a row: a null, a 0 and an empty text give three."""
    return f"hash({', '.join(expressions)})"


def _content(
    connection: duckdb.DuckDBPyConnection, name: tuple[str, str], columns: list[tuple[str, str, str]], comment: str
) -> Content:
    hashed = row_hash([quoted(column) for column, _, _ in columns])
    rows, total = connection.execute(
        f"select count(*), coalesce(sum({hashed}::hugeint), 0) from {quoted(name[0])}.{quoted(name[1])}"
    ).fetchone() or (0, 0)
    described = json.dumps([comment, *columns], ensure_ascii=False).encode()
    return Content(rows, f"{total:032x}", hashlib.sha256(described).hexdigest())
