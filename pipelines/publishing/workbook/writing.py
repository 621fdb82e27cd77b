"""The workbook as a file: which sheets, in which order, with which properties.

Belongs here: `write_workbook` for all publications and `write_division_workbook` for one division.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb
from xlsxwriter.workbook import Workbook

import pipelines
from pipelines.publishing.database import PublishingError, published_tables
from pipelines.publishing.held import held_file, held_folder, remove_dead
from pipelines.publishing.workbook.data_sheet import FRONT_NAME, Book, write_sheet
from pipelines.publishing.workbook.definitions import NAME as DEFINITIONS_NAME
from pipelines.publishing.workbook.definitions import write_definitions
from pipelines.publishing.workbook.formats import Formats
from pipelines.publishing.workbook.front_sheet import write_front
from pipelines.publishing.workbook.row_sheet import RowSheet
from pipelines.publishing.workbook.scope import Division, count_cells, find_division, make_scope
from pipelines.publishing.workbook.sheets import Sheet, load_sheets
from pipelines.settings import Settings

WORKBOOK_FILE = "gid.xlsx"
# Excel has 1,048,576 rows a sheet; two of them stand above the data.
_MOST_ROWS = 1_048_576 - 2
# Nothing that a text says is taken for a formula, a link or a number; rows go to disk as they are written.
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
    "default_date_format": "yyyy-mm-dd",
}
_CREATED = "select coalesce((select max(collected_on) from dim_delivery), (select max(published_on) from dim_report))"


@dataclass(frozen=True)
class WorkbookFile:
    """A written workbook: its path, and sheet -> rows there and rows left out."""

    path: Path
    rows: dict[str, int]
    left_out: dict[str, int]


def write_workbook(database: Path, folder: Path, settings: Settings) -> WorkbookFile:
    """Write `gid.xlsx` of a finished database into a folder; the same database gives the same bytes."""
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute(f"set memory_limit = '{settings.memory}'")
        return _write(connection, None, folder / WORKBOOK_FILE, settings)


def write_division_workbook(settings: Settings, wanted: str) -> WorkbookFile:
    """Write the workbook of one division from the published database, which is only read.

    Raises:
        UnknownDivision: no division, or more than one, has that name.
        PublishingError: the database was published by a version that had other tables.
    """
    with duckdb.connect(str(settings.database_path), read_only=True) as connection:
        division = find_division(connection, wanted)
        settings.workbooks_dir.mkdir(parents=True, exist_ok=True)
        path = settings.workbooks_dir / f"{division.code}_{division.name}.xlsx"
        remove_dead(settings.workbooks_dir)
        with held_file(path) as part:
            done = _write(connection, division, part, settings)
            part.replace(path)
    return WorkbookFile(path, done.rows, done.left_out)


def _write(
    connection: duckdb.DuckDBPyConnection, division: Division | None, path: Path, settings: Settings
) -> WorkbookFile:
    limit = min(settings.workbook_rows, _MOST_ROWS)
    sheets = _sheets_of(connection)
    make_scope(connection, division)
    (n_reports,) = connection.execute("select count(*) from wb_report").fetchone() or (0,)
    count_cells(connection, empty=n_reports > limit)
    with held_folder(path.with_name("sheets")) as folder:
        workbook = Workbook(str(path), {**_OPTIONS, "tmpdir": str(folder)})
        workbook.set_properties(
            {
                "title": "政府信息公开工作年度报告 数据工作簿",
                "author": f"GID Warehouse {pipelines.__version__}",
                "created": _created(connection),
            }
        )
        book = Book(workbook, Formats(workbook), connection)
        for name in (FRONT_NAME, *(sheet.name for sheet in sheets), DEFINITIONS_NAME):
            workbook.add_worksheet(name, worksheet_class=RowSheet)
        written = [write_sheet(book, sheet, limit) for sheet in sheets]
        write_definitions(book, written)
        write_front(book, division, written, limit)
        workbook.close()
    return WorkbookFile(
        path, {one.sheet.name: one.rows for one in written}, {one.sheet.name: one.left_out for one in written}
    )


def _sheets_of(connection: duckdb.DuckDBPyConnection) -> list[Sheet]:
    """Return the sheets to write.

    Raises:
        PublishingError: a table that a sheet reads is missing.
    """
    sheets = load_sheets()
    missing = sorted({table for sheet in sheets for table in sheet.tables} - set(published_tables(connection)))
    if missing:
        raise PublishingError(
            f"the database has no table {', '.join(missing)}: it was published by another version, run `make warehouse`"
        )
    return sheets


def _created(connection: duckdb.DuckDBPyConnection) -> dt.datetime:
    """The date in the file's properties: of the data, not of the run, so that the same data give the same bytes."""
    (day,) = connection.execute(_CREATED).fetchone() or (None,)
    return (
        dt.datetime(day.year, day.month, day.day) if day is not None and day.year >= 1980 else dt.datetime(1980, 1, 1)
    )
