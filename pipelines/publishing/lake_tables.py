"""One table of the lake brought to what a release holds of it: only rows that came, went or changed are written.

Belongs here: SQL within a transaction that somebody else begins and ends. Which tables, and when, stands in `lake`.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from pipelines.publishing.contents import quoted, row_hash
from pipelines.publishing.duckdb_extensions import sql_text
from pipelines.schemas.published import load_primary_keys

LAKE = "lake"
BUILT = "built"


@dataclass(frozen=True)
class Move:
    """What was done to a table of the lake: rows written and rows deleted."""

    written: int
    deleted: int


@dataclass(frozen=True)
class _Columns:
    """Columns of a table in order: names, types, comments, and the comment of the table itself."""

    types: tuple[tuple[str, str], ...]
    comments: tuple[str, ...]
    comment: str

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.types)


def bring_up_to_date(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> Move:
    """Make a table of the lake hold the rows, columns and comments of the release's table of the same name.

    Its history goes on where its columns are the same; where they are not, it is made anew.
    """
    wanted, held = _columns(connection, BUILT, schema, table), _columns(connection, LAKE, schema, table)
    target, source = _name(LAKE, schema, table), _name(BUILT, schema, table)
    if held is None or wanted is None or held.types != wanted.types:
        connection.execute(f"create schema if not exists {LAKE}.{quoted(schema)}")
        connection.execute(f"drop table if exists {target}")
        connection.execute(f"create table {target} as from {source}")
        move = Move(_count(connection, target), 0)
    else:
        move = _move_rows(connection, schema, table, wanted)
    _comment(connection, schema, table, wanted)
    return move


def refill(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> Move:
    """Fill a table anew: for one in which a difference cannot tell rows apart, as it has no key and a row twice."""
    target = _name(LAKE, schema, table)
    deleted = _changed(connection, f"delete from {target}")
    return Move(_changed(connection, f"insert into {target} from {_name(BUILT, schema, table)}"), deleted)


def content_of(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> tuple[int, str] | None:
    """Return a table's rows in the lake and their hash, as a release's record states them; None where there is none."""
    columns = _columns(connection, LAKE, schema, table)
    if columns is None:
        return None
    hashed = row_hash([quoted(name) for name in columns.names])
    rows, total = connection.execute(
        f"select count(*), coalesce(sum({hashed}::hugeint), 0) from {_name(LAKE, schema, table)}"
    ).fetchone() or (0, 0)
    return rows, f"{total:032x}"


def drop(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> Move:
    """Drop a table that the release no longer has; earlier snapshots keep it."""
    target = _name(LAKE, schema, table)
    rows = _count(connection, target)
    connection.execute(f"drop table {target}")
    return Move(0, rows)


def _move_rows(connection: duckdb.DuckDBPyConnection, schema: str, table: str, columns: _Columns) -> Move:
    """Delete the rows that the release does not have, then write those that the lake does not have."""
    target, source = _name(LAKE, schema, table), _name(BUILT, schema, table)
    keys = load_primary_keys().get(table, ())
    key = keys if keys and set(keys) <= set(columns.names) else columns.names
    alike = [f"l.{quoted(name)} is not distinct from b.{quoted(name)}" for name in key]
    hashes = [row_hash([f"{side}.{quoted(name)}" for name in columns.names]) for side in "lb"]
    same = " and ".join([*alike, f"{hashes[0]} = {hashes[1]}"])
    gone = f"select l.rowid from {target} as l anti join {source} as b on {same}"
    deleted = _changed(connection, f"delete from {target} where rowid in ({gone})")
    new = f"select b.* from {source} as b anti join {target} as l on {same}"
    return Move(_changed(connection, f"insert into {target} {new}"), deleted)


def _comment(connection: duckdb.DuckDBPyConnection, schema: str, table: str, wanted: _Columns | None) -> None:
    held = _columns(connection, LAKE, schema, table)
    if wanted is None or held is None:
        return
    target = _name(LAKE, schema, table)
    if wanted.comment != held.comment:
        connection.execute(f"comment on table {target} is {sql_text(wanted.comment)}")
    for name, comment, before in zip(wanted.names, wanted.comments, held.comments, strict=True):
        if comment != before:
            connection.execute(f"comment on column {target}.{quoted(name)} is {sql_text(comment)}")


def _columns(connection: duckdb.DuckDBPyConnection, database: str, schema: str, table: str) -> _Columns | None:
    place = [database, schema, table]
    where = "where database_name = ? and schema_name = ? and table_name = ?"
    # What the database reads through a view is a plain table in the lake.
    relations = (
        "(select database_name, schema_name, table_name, comment from duckdb_tables() union all "
        "select database_name, schema_name, view_name, comment from duckdb_views())"
    )
    found = connection.execute(f"select coalesce(comment, '') from {relations} {where}", place).fetchone()
    rows = connection.execute(
        f"select column_name, data_type, coalesce(comment, '') from duckdb_columns() {where} order by column_index",
        place,
    ).fetchall()
    if found is None:
        return None
    return _Columns(tuple((name, dtype) for name, dtype, _ in rows), tuple(row[2] for row in rows), found[0])


def _name(database: str, schema: str, table: str) -> str:
    return f"{database}.{quoted(schema)}.{quoted(table)}"


def _count(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    return int((connection.execute(f"select count(*) from {name}").fetchone() or (0,))[0])


def _changed(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    return int((connection.execute(statement).fetchone() or (0,))[0])
