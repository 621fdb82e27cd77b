"""One sheet of data: rows of a query under a header, or, where they are too many, what is left out by county and year.

Belongs here: queries to cells. The first sheet and the definitions are written elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import duckdb
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.publishing.workbook.formats import (
    DEFAULT_WIDTH,
    MAX_LINKS,
    WIDTHS,
    Formats,
    write_link,
    write_text,
    write_value,
)
from pipelines.publishing.workbook.sheets import KINDS, Column, Sheet
from pipelines.publishing.workbook.vocabulary import load_states, load_words

FRONT_NAME = "说明"
_HEADER_ROW = 1
_FETCH = 2_000
_PAPER_A4 = 9
_EMPTY_CELLS = "empty_cells"
_UNITS_AS_KINDS = {"share": "share", "ratio": "share", "percent": "share", "rate": "share", "yuan": "yuan"}


@dataclass(frozen=True)
class Written:
    """What was written of a sheet: the sheet, its columns with those from the data, rows there and rows left out."""

    sheet: Sheet
    columns: tuple[Column, ...]
    rows: int
    left_out: int


def write_sheet(
    workbook: Workbook, formats: Formats, connection: duckdb.DuckDBPyConnection, sheet: Sheet, rows: int, limit: int
) -> Written:
    """Write one sheet; with more rows than the limit it holds a row a county and year instead, and says so.

    Args:
        rows: how many rows the query has.
        limit: how many rows of data a sheet may have.
    """
    target = workbook.get_worksheet_by_name(sheet.name)
    assert target is not None
    if rows > limit:
        return _write_summary(target, formats, connection, sheet, rows, limit)
    columns = (*sheet.columns, *_more_columns(connection, sheet))
    # What is empty and where a row comes from stands behind the columns that the data gave.
    if sheet.more_columns and sheet.columns[-1].key == "source_path":
        columns = (*sheet.columns[:-2], *columns[len(sheet.columns) :], *sheet.columns[-2:])
    note = f"{sheet.row_zh}，共 {rows:,} 行。空格不是0：颜色见“{FRONT_NAME}”。{sheet.how_to}"
    _begin(target, formats, columns, note if rows else f"没有数据。{sheet.nothing or sheet.row_zh}")
    query = f"select * from ({sheet.query})"
    if any(column.cell for column in columns):
        query = f"select listed.*, wb_cells.states from ({sheet.query}) as listed left join wb_cells using (report_key)"
    cursor = connection.execute(f"{query} order by {sheet.sort}")
    links = 0
    for number, values in enumerate(_fetch(cursor), start=_HEADER_ROW + 1):
        links += _write_row(target, formats, number, columns, values, sheet.absent_figure, links < MAX_LINKS)
    _finish(target, sheet, columns, _HEADER_ROW + rows)
    _emphasise(target, formats, sheet, columns, _HEADER_ROW + rows)
    return Written(sheet, columns, rows, 0)


def count_rows(connection: duckdb.DuckDBPyConnection, sheet: Sheet) -> int:
    """Return how many rows the query of a sheet has."""
    counted = connection.execute(f"select count(*) from ({sheet.query})").fetchone()
    return int(counted[0]) if counted else 0


def _more_columns(connection: duckdb.DuckDBPyConnection, sheet: Sheet) -> Iterator[Column]:
    if sheet.more_columns is None:
        return
    for values in _fetch(connection.execute(sheet.more_columns)):
        kind = _UNITS_AS_KINDS.get(values["kind"] or "", values["kind"])
        yield Column(**{**values, "kind": kind if kind in KINDS else "number"}, from_map=True)


def _fetch(cursor: duckdb.DuckDBPyConnection) -> Iterator[dict[str, Any]]:
    names = [column[0] for column in cursor.description or []]
    while batch := cursor.fetchmany(_FETCH):
        for row in batch:
            yield dict(zip(names, row, strict=True))


def _begin(target: Worksheet, formats: Formats, columns: tuple[Column, ...], note: str) -> None:
    """Widths, the line above the header, the header; rows have to be written from the top down."""
    for number, column in enumerate(columns):
        target.set_column(number, number, column.width or WIDTHS.get(column.kind, DEFAULT_WIDTH))
    target.set_row(0, 18)
    target.write_url(0, 0, f"internal:'{FRONT_NAME}'!A1", formats.link, string=f"← {FRONT_NAME}")
    target.write_string(0, 1, note, formats.note)
    target.set_row(_HEADER_ROW, 44)
    for number, column in enumerate(columns):
        target.write_string(_HEADER_ROW, number, column.header, formats.header)


def _write_row(
    target: Worksheet,
    formats: Formats,
    row: int,
    columns: tuple[Column, ...],
    values: dict[str, Any],
    absent_figure: str,
    may_link: bool,
) -> int:
    """Write one row; return how many links it has."""
    states, words = load_states(), load_words()
    cells, reasons = values.get("states") or {}, Counter[str]()
    links = 0
    figures, figure_reasons = values.get("figures") or {}, values.get("reasons") or {}
    for number, column in enumerate(columns):
        value = figures.get(column.key) if column.from_map else values.get(column.key)
        if column.key == _EMPTY_CELLS:
            continue
        if value is None:
            given = figure_reasons.get(column.key) if column.from_map else None
            state = given or _state_of(column, values, cells, absent_figure)
            if state is not None:
                reasons[state] += 1
                known = states.get(state)
                target.write_blank(row, number, None, formats.of_kind(column.kind, known.colour if known else "EDEDED"))
        elif column.kind == "link" and may_link:
            write_link(target, row, number, value, formats)
            links += 1
        elif column.kind in ("word", "flag"):
            vocabulary = words.get(column.words or "flag", {})
            key = str(value).lower() if column.kind == "flag" else value
            _write_word(target, row, number, vocabulary.get(key, key), key, formats)
        elif column.from_map and column.kind in ("count", "number", "share", "yuan"):
            write_value(target, row, number, float(value), column.kind, formats)
        else:
            write_value(target, row, number, value, column.kind, formats)
    _write_reasons(target, formats, row, columns, reasons)
    return links


def _state_of(column: Column, values: dict[str, Any], cells: dict[str, str], absent_figure: str) -> str | None:
    """Why a column without a value has none; None for a column whose null needs no reason, such as a label."""
    if column.from_map:
        return absent_figure
    if column.cell is not None:
        return cells.get(column.cell, "not_in_form")
    return (values.get(column.state) if column.state else None) or column.empty


def _write_word(target: Worksheet, row: int, number: int, word: str, key: str, formats: Formats) -> None:
    state = load_states().get(key)
    if state is not None:
        target.write_string(row, number, word, formats.of_kind("text", state.colour))
    else:
        write_text(target, row, number, word, formats)


def _write_reasons(
    target: Worksheet, formats: Formats, row: int, columns: tuple[Column, ...], reasons: Counter[str]
) -> None:
    states = load_states()
    for number, column in enumerate(columns):
        if column.key == _EMPTY_CELLS and reasons:
            order = [state for state in states if state in reasons] + sorted(set(reasons) - set(states))
            names = (f"{states[state].name_zh if state in states else state} {reasons[state]}" for state in order)
            target.write_string(row, number, "、".join(names), formats.plain)


def _write_summary(
    target: Worksheet, formats: Formats, connection: duckdb.DuckDBPyConnection, sheet: Sheet, rows: int, limit: int
) -> Written:
    totals = [column for column in sheet.columns if column.total]
    sums = "".join(f', sum("{c.key}") as "{c.key}", count("{c.key}") as "n {c.key}"' for c in totals)
    cursor = connection.execute(
        f"select province_name, prefecture_name, county_name, county_code, report_year, count(*) as n_rows{sums} "
        f"from ({sheet.query}) group by all order by county_code nulls last, province_name nulls last, "
        "prefecture_name nulls last, report_year nulls last"
    )
    columns = _summary_columns(totals)
    note = (
        f"共 {rows:,} 行，多于每表 {limit:,} 行（GID_WORKBOOK_ROWS）：明细全部没有列出，这里按县和年度计数。"
        "要某县的明细，运行该行的“命令”；合计只加有数字的报告，“有数份数”是加了几份"
    )
    _begin(target, formats, columns, note)
    written = 0
    for written, values in enumerate(_fetch(cursor), start=1):
        code = values["county_code"]
        command = f"make workbook DIVISION={code}" if code else "make csv TABLE=…（没有归入县）"
        _write_row(target, formats, _HEADER_ROW + written, columns, {**values, "command": command}, "not_stated", False)
        if written == limit:
            break
    _finish(target, replace(sheet, frozen=3), columns, _HEADER_ROW + written)
    return Written(sheet, columns, 0, rows)


def _summary_columns(totals: list[Column]) -> tuple[Column, ...]:
    place = [
        Column("province_name", "省", width=10, doc="rpt_body_year.province_name"),
        Column("prefecture_name", "市", width=12, doc="rpt_body_year.prefecture_name"),
        Column("county_name", "县", width=11, doc="rpt_body_year.county_name"),
        Column("report_year", "年度", "year", doc="rpt_body_year.report_year"),
        Column("n_rows", "没有列出的行数", "count", meaning_zh="该县该年度的明细行数，均未列出", meaning_en="rows left out"),
        Column("command", "命令", width=34, meaning_zh="给出该县明细的命令", meaning_en="the command that gives them"),
    ]
    for column in totals:
        place.append(replace(column, header=f"{column.header} 合计", cell=None, state=None, empty="not_stated"))
        count = f"{column.header} 有数份数"
        place.append(
            Column(f"n {column.key}", count, "count", meaning_zh="合计加了几份报告", meaning_en="reports in the sum")
        )
    return tuple(place)


def _finish(target: Worksheet, sheet: Sheet, columns: tuple[Column, ...], last_row: int) -> None:
    """Frozen header, filter, print set-up."""
    target.freeze_panes(_HEADER_ROW + 1, min(sheet.frozen, len(columns)))
    target.autofilter(_HEADER_ROW, 0, max(last_row, _HEADER_ROW + 1), len(columns) - 1)
    target.set_landscape()
    target.set_paper(_PAPER_A4)
    target.repeat_rows(0, _HEADER_ROW)
    target.fit_to_pages(1, 0)
    target.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    target.set_header(f"&L{sheet.name}&RGID Warehouse")
    target.set_footer("&C第 &P 页，共 &N 页")


def _emphasise(
    target: Worksheet, formats: Formats, sheet: Sheet, columns: tuple[Column, ...], last_row: int
) -> None:
    """The one conditional format that a sheet may have."""
    if not sheet.emphasis:
        return
    number = next(number for number, column in enumerate(columns) if column.key == sheet.emphasis["column"])
    rule: dict[str, Any] = {"type": "cell", "criteria": ">", "value": sheet.emphasis.get("above")}
    if "equals" in sheet.emphasis:
        word = load_words()[columns[number].words or ""][sheet.emphasis["equals"]]
        rule = {"type": "cell", "criteria": "==", "value": f'"{word}"'}
    target.conditional_format(
        _HEADER_ROW + 1, number, max(last_row, _HEADER_ROW + 1), number, {**rule, "format": formats.emphasis}
    )
