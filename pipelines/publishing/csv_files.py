"""One published table as CSV for spreadsheets: `python -m pipelines.publishing.csv_files TABLE [DIVISION]`, `make csv`.

Belongs here: CSV with a mark of UTF-8, in which no text can run, beside a second file that defines the columns.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

import duckdb

from pipelines.publishing.database import published_tables
from pipelines.publishing.held import held_file, remove_dead
from pipelines.publishing.workbook.definitions import Meaning, read_comments
from pipelines.publishing.workbook.scope import Division, UnknownDivision, find_division, make_scope
from pipelines.publishing.workbook.texts import may_run, show_hidden
from pipelines.settings import Settings, load_settings

_FETCH = 10_000
# How the rows of a table are told to belong to a division, by the first of these columns that it has.
_INSIDE = {
    "body_key": "body_key in (select body_key from wb_body)",
    "report_key": "report_key in (select report_key from wb_all_reports)",
    "document_id": "document_id in (select report_key from wb_all_reports)",
    "division_code": "division_code in (select division_code from wb_division)",
}


class UnknownTable(ValueError):
    """There is no published table of that name, or its rows have no place."""


def write_csv(settings: Settings, table: str, wanted: str | None = None) -> tuple[Path, Path, int]:
    """Write a table, or its rows of one division, with its definitions; return both paths and the number of rows.

    Raises:
        UnknownTable: no such table, or rows of it belong to no division.
        UnknownDivision: no division, or more than one, has that name.
    """
    with duckdb.connect(str(settings.database_path), read_only=True) as connection:
        columns = _columns_of(connection, table)
        division = find_division(connection, wanted) if wanted else None
        where = "" if division is None else f"where {_inside(connection, table, columns, division)}"
        settings.workbooks_dir.mkdir(parents=True, exist_ok=True)
        stem = table if division is None else f"{table}_{division.code}"
        cursor = connection.execute(f'select * from "{table}" {where} order by all')
        path = settings.workbooks_dir / f"{stem}.csv"
        rows = _write(path, list(columns), _batches(cursor))
        comments = read_comments(connection)
        defined = (
            ((name, dtype, *astuple(comments.get(f"{table}.{name}", Meaning()))) for name, dtype in columns.items()),
        )
        definitions = settings.workbooks_dir / f"{table}.definitions.csv"
        _write(definitions, ["column", "type", *(field.name for field in fields(Meaning))], defined)
    return path, definitions, rows


def to_field(value: Any) -> str:
    """Return a value as it stands in a line: nothing for null, numbers bare, texts in quotes.

    A text that a spreadsheet could take for a formula begins with an apostrophe (OWASP, CSV injection).
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    shown = show_hidden(value).replace('"', '""')
    return f'"\'{shown}"' if may_run(value) else f'"{shown}"'


def _columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    names = published_tables(connection)
    if table not in names:
        raise UnknownTable(f"There is no published table {table!r}. The tables are:\n  " + "\n  ".join(names))
    described = connection.execute(f'describe "{table}"').fetchall()
    return {name: dtype for name, dtype, *_ in described}


def _inside(connection: duckdb.DuckDBPyConnection, table: str, columns: Iterable[str], division: Division) -> str:
    for column, condition in _INSIDE.items():
        if column in columns:
            make_scope(connection, division)
            return condition
    raise UnknownTable(f"The rows of {table} belong to no division: run `make csv TABLE={table}` without DIVISION.")


def _batches(cursor: duckdb.DuckDBPyConnection) -> Iterable[list[tuple[Any, ...]]]:
    while batch := cursor.fetchmany(_FETCH):
        yield batch


def _write(path: Path, header: list[str], batches: Iterable[Iterable[tuple[Any, ...]]]) -> int:
    field: Callable[[Any], str] = to_field
    rows = 0
    remove_dead(path.parent)
    with held_file(path) as part:
        with part.open("w", encoding="utf-8-sig", newline="") as stream:
            stream.write(",".join(header) + "\r\n")
            for batch in batches:
                lines = [",".join(map(field, row)) for row in batch]
                stream.writelines(f"{line}\r\n" for line in lines)
                rows += len(lines)
        part.replace(path)
    return rows


def main() -> int:
    """Write one table and print the paths; 1 where table or division are not known, 2 without a warehouse."""
    parser = argparse.ArgumentParser(prog="make csv", description="Write a published table as CSV for spreadsheets.")
    parser.add_argument("table", help="a published table, such as rpt_body_year")
    parser.add_argument("division", nargs="?", default="", help="code, name or full name; all rows without it")
    given = parser.parse_args()
    settings = load_settings()
    if not settings.database_path.is_file():
        print(f"There is no warehouse at {settings.database_path} yet: run `make warehouse` first.", file=sys.stderr)
        return 2
    try:
        path, definitions, rows = write_csv(settings, given.table, given.division or None)
    except (UnknownTable, UnknownDivision) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{path} ({rows:,} rows)\n{definitions} (what the columns mean)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
