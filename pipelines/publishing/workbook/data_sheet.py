"""One sheet of data: rows of a query under a header, or, where they are too many, what is left out by county and year.

Belongs here: queries to sheets. How a row is written stands in `rows`; the first and the last sheet have their own modules.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb
from xlsxwriter.workbook import Workbook

from pipelines.publishing.contents import quoted
from pipelines.publishing.duckdb_extensions import sql_text
from pipelines.publishing.workbook.formats import DEFAULT_WIDTH, WIDTHS, Formats, Page
from pipelines.publishing.workbook.rows import RowWriter
from pipelines.publishing.workbook.sheets import KINDS, Column, Sheet
from pipelines.publishing.workbook.vocabulary import load_words

FRONT_NAME = "说明"
HEADER_ROW = 1
_FETCH = 2_000
_LINE_HEIGHT = 14
# Column, word and digits of the code of a place, from the largest to the smallest.
_PLACES = (("province_name", "省", 2), ("prefecture_name", "市", 4), ("county_name", "县", 6))
_UNITS_AS_KINDS = {"yuan per project": "yuan", "days": "number"}


@dataclass(frozen=True)
class Book:
    """A workbook that is being written, and the database that it is of."""

    workbook: Workbook
    formats: Formats
    connection: duckdb.DuckDBPyConnection

    def page(self, name: str) -> Page:
        """Return a sheet of it to write on."""
        return Page(self.workbook, name, self.formats)

    def rows_of(self, query: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of a query, a batch at a time."""
        cursor = self.connection.execute(query)
        names = [column[0] for column in cursor.description or []]
        while batch := cursor.fetchmany(_FETCH):
            for row in batch:
                yield dict(zip(names, row, strict=True))


@dataclass(frozen=True)
class Written:
    """What was written of a sheet: the sheet, its columns with those from the data, rows there and rows left out."""

    sheet: Sheet
    columns: tuple[Column, ...]
    rows: int
    left_out: int


def write_sheet(book: Book, sheet: Sheet, limit: int) -> Written:
    """Write one sheet; with more rows than the limit it holds a row a county and year instead, and says so."""
    # One more than the limit is enough to know: of millions of rows no more are made.
    ((rows,),) = book.connection.execute(
        f"select count(*) from (select 1 from ({sheet.query}) limit {limit + 1})"
    ).fetchall()
    if rows > limit:
        return _write_summary(book, sheet, limit)
    page = book.page(sheet.name)
    columns = _with_more_columns(book, sheet)
    note = f"{sheet.row_zh}，共 {rows:,} 行。空格不是0：颜色见“{FRONT_NAME}”。{sheet.how_to}"
    begin_page(page, columns, note if rows else f"没有数据。{sheet.nothing or sheet.row_zh}")
    writer = RowWriter(page, columns, sheet.absent_figure)
    for number, values in enumerate(book.rows_of(_listed(book, sheet, columns)), start=HEADER_ROW + 1):
        writer.write(number, values)
    finish_page(page, sheet.name, len(columns), sheet.frozen, HEADER_ROW + rows)
    _emphasise(page, sheet, columns, HEADER_ROW + rows)
    return Written(sheet, columns, rows, 0)


def _listed(book: Book, sheet: Sheet, columns: Sequence[Column]) -> str:
    """The query of the rows: what it gives as maps is taken apart there, which is much less than to make a dict of each."""
    names = [name for name, *_ in book.connection.execute(f"from ({sheet.query}) limit 0").description or []]
    maps = [name for name in ("figures", "reasons") if name in names]
    taken = [
        f"{name}[{sql_text(c.key)}] as {quoted(f'{name} {c.key}')}" for c in columns if c.from_map for name in maps
    ]
    source = f"({sheet.query}) as listed"
    if cells := sorted({column.cell for column in columns if column.cell}):
        taken += [f"wb_cells.states[{sql_text(place)}] as {quoted(f'state {place}')}" for place in cells]
        source += " left join wb_cells using (report_key)"
    kept = f"listed.* exclude ({', '.join(maps)})" if maps else "listed.*"
    return f"select {', '.join([kept, *taken])} from {source} order by {sheet.sort}"


def begin_page(page: Page, columns: Sequence[Column], note: str) -> None:
    """Widths, the line above the header, the header; rows have to be written from the top down."""
    for number, column in enumerate(columns):
        page.target.set_column(number, number, column.width or WIDTHS.get(column.kind, DEFAULT_WIDTH))
    page.target.set_row(0, 18)
    page.link_to_sheet(0, 0, FRONT_NAME, f"← {FRONT_NAME}")
    page.words(0, 1, note, page.formats.note)
    page.target.set_row(HEADER_ROW, _LINE_HEIGHT * max(map(_header_lines, columns)) + 6)
    for number, column in enumerate(columns):
        page.words(HEADER_ROW, number, column.header.replace(" ", "\n"), page.formats.header)


def _header_lines(column: Column) -> int:
    """How many lines a header takes; a Chinese character is as wide as two of the figures that widths are counted in."""
    width = column.width or WIDTHS.get(column.kind, DEFAULT_WIDTH)
    return sum(math.ceil(2 * len(part) / (width - 1)) for part in column.header.split(" "))


def finish_page(page: Page, name: str, n_columns: int, frozen: int, last_row: int) -> None:
    """Frozen header, filter, print set-up."""
    page.target.freeze_panes(HEADER_ROW + 1, frozen)
    page.target.autofilter(HEADER_ROW, 0, max(last_row, HEADER_ROW + 1), n_columns - 1)
    page.set_print(name, HEADER_ROW + 1)


def _with_more_columns(book: Book, sheet: Sheet) -> tuple[Column, ...]:
    """The columns of a sheet with those that the data give, which stand before empty cells and source."""
    if sheet.more_columns is None:
        return sheet.columns
    more = []
    for values in book.rows_of(sheet.more_columns):
        kind = _UNITS_AS_KINDS.get(values["kind"] or "", values["kind"])
        more.append(Column(**{**values, "kind": kind if kind in KINDS else "number"}, from_map=True))
    behind = [column for column in sheet.columns if column.key in ("empty_cells", "source_url", "source_path")]
    return (*(column for column in sheet.columns if column not in behind), *more, *behind)


def _write_summary(book: Book, sheet: Sheet, limit: int) -> Written:
    """Write what a sheet would hold as counts and sums by place and year, with the command that gives the rows.

    A place is a county; where counties and years are too many, too, a prefecture, and at last a province. Rows are read once.
    """
    totals = [column for column in sheet.columns if column.total]
    sums = "".join(f', sum("{c.key}") as "{c.key}", count("{c.key}") as "n {c.key}"' for c in totals)
    query, counted = f"({sheet.query})", f"count(*) as n_rows{sums}"
    for n_places in range(len(_PLACES), 0, -1):
        places = _PLACES[:n_places]
        names, (_, word, digits) = ", ".join(column for column, _, _ in places), places[-1]
        code = "division_code" if n_places == len(_PLACES) else "code"
        book.connection.execute(
            f"create or replace temp table wb_counted as select {names}, "
            f"case when length({code}) >= {digits} then left({code}, {digits}) end as code, report_year, {counted} "
            f"from {query} group by all"
        )
        ((n_groups, rows),) = book.connection.execute("select count(*), sum(n_rows) from wb_counted").fetchall()
        if n_groups <= limit:
            break
        query = "wb_counted"
        counted = ", ".join(
            [
                "sum(n_rows) as n_rows",
                *(f'sum("{c.key}") as "{c.key}", sum("n {c.key}") as "n {c.key}"' for c in totals),
            ]
        )
    columns = _summary_columns(places, totals)
    page = book.page(sheet.name)
    note = (
        f"共 {rows:,} 行，多于每表 {limit:,} 行（GID_WORKBOOK_ROWS）：明细全部没有列出，这里按{word}和年度计数。"
        f"要某{word}的明细，运行该行的“命令”；合计只加有数字的报告，“有数份数”是加了几份"
    )
    begin_page(page, columns, note)
    writer, number = RowWriter(page, columns, "not_stated"), HEADER_ROW
    ordered = f"from wb_counted order by code nulls last, {names}, report_year"
    for number, values in enumerate(book.rows_of(ordered), start=HEADER_ROW + 1):
        command = (
            f"make workbook DIVISION={values['code']}" if values["code"] else f"make csv TABLE=…（没有归入{word}）"
        )
        writer.write(number, {**values, "command": command})
    finish_page(page, sheet.name, len(columns), n_places, number)
    return Written(sheet, columns, 0, rows)


def _summary_columns(places: Sequence[tuple[str, str, int]], totals: Sequence[Column]) -> tuple[Column, ...]:
    columns = [
        *(Column(name, word, width=12, doc=f"rpt_body_year.{name}") for name, word, _ in places),
        Column("report_year", "年度", "year", doc="rpt_body_year.report_year"),
        Column(
            "n_rows", "没有列出的行数", "count", meaning_zh="该地该年度的明细行数，均未列出", meaning_en="rows left out"
        ),
        Column("command", "命令", width=34, meaning_zh="给出该地明细的命令", meaning_en="the command that gives them"),
    ]
    for column in totals:
        columns.append(replace(column, header=f"{column.header} 合计", cell=None, state=None, empty="not_stated"))
        count = f"{column.header} 有数份数"
        columns.append(
            Column(f"n {column.key}", count, "count", meaning_zh="合计加了几份报告", meaning_en="reports in the sum")
        )
    return tuple(columns)


def _emphasise(page: Page, sheet: Sheet, columns: Sequence[Column], last_row: int) -> None:
    """The one conditional format that a sheet may have."""
    if not sheet.emphasis:
        return
    number = next(number for number, column in enumerate(columns) if column.key == sheet.emphasis["column"])
    rule: dict[str, Any] = {"type": "cell", "criteria": ">", "value": sheet.emphasis.get("above")}
    if "equals" in sheet.emphasis:
        word = load_words()[columns[number].words or ""][sheet.emphasis["equals"]]
        rule = {"type": "cell", "criteria": "==", "value": f'"{word}"'}
    rule["format"] = page.formats.emphasis
    page.target.conditional_format(HEADER_ROW + 1, number, max(last_row, HEADER_ROW + 1), number, rule)
